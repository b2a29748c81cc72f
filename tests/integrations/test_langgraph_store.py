"""LangGraph's own tests of a store in SQLite, on ours."""

import pytest

pytest.importorskip("langgraph.store.memory")

from _langgraph_suite import members

_SQL = "looks into SqliteStore: its schema, statements or patterns"
_EMBEDDINGS = "compares scores with those of the embeddings that the test brings; ours are our own"
SKIPPED = {
    "test_vector_store_initialization": _SQL,
    "test_nonnull_migrations": _SQL,
    "test_escape_glob_literal": _SQL,
    "test_namespace_match_pattern": _SQL,
    "test_list_namespaces_prefix_uses_indexable_condition": _SQL,
    "test_sql_injection_vulnerability": "any name of a member may be filtered by; none is part of a statement",
    "test_filter_keys_with_hyphens_and_digits": "nested paths in filters, which InMemoryStore has not either",
    "test_vector_search_with_filters": _EMBEDDINGS,
    "test_embed_with_path": _EMBEDDINGS,
    "test_scores": _EMBEDDINGS,
}

globals().update(members("test_store.py", SKIPPED))
