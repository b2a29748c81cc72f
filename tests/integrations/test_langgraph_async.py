"""LangGraph's own tests of an asynchronous store in SQLite, on ours."""

import pytest

pytest.importorskip("langgraph.store.memory")

from _langgraph_suite import members

pytestmark = pytest.mark.anyio

_EMBEDDINGS = "compares scores with those of the embeddings that the test brings; ours are our own"
SKIPPED = {
    "test_no_running_loop": "synchronous verbs of a store over AsyncMemory raise InputError",
    "test_large_batches_async": "2,000 puts at once, each a transaction of its own: minutes; AsyncBatchedBaseStore joins them",
    "test_vector_store_initialization": "looks into AsyncSqliteStore",
    "test_vector_search_with_filters": _EMBEDDINGS,
    "test_embed_with_path": _EMBEDDINGS,
}

globals().update(members("test_async_store.py", SKIPPED))
