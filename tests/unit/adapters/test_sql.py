from __future__ import annotations

import re
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lukasa.adapters.rows import UNREADABLE, packed, unpacked
from lukasa.adapters.stores.sqlite import filters, fulltext, migrations, reader
from lukasa.adapters.stores.sqlite.connection import check_sqlite
from lukasa.adapters.stores.sqlite.sql import blocks, fragment, sql
from lukasa.domain.dump import DUMPED
from lukasa.domain.filter import AllOf, AnyOf, Compare, Not
from lukasa.domain.query import FactQuery
from lukasa.errors import FilterError, StoreError

PACKAGE = Path(str(files("lukasa.adapters.stores.sqlite")))
SLOTS = {
    "conditions": "1",
    "order": "documents.seq",
    "revision": "facts.revision",
    "table": "facts",
    "columns": "*",
}


@pytest.fixture
def blank() -> apsw.Connection:
    connection = apsw.Connection(":memory:")
    migrations._apply(connection, 0, migrations.known())
    for statement in blocks("indexes.sql").values():
        connection.execute(statement)
    return connection


def test_every_statement_can_be_prepared(blank: apsw.Connection):
    statements = {
        f"{name}: {statement}": statement
        for name in blocks("queries.sql")
        if name != "create_migrations"
        for statement in sql(name, **SLOTS).split(";\n")
    }

    assert refused(blank, statements) == {}


def test_every_fragment_can_be_prepared(blank: apsw.Connection):
    statements = {
        name: sql("facts", conditions=fragment(name), revision="facts.revision")
        for name in blocks("fragments.sql")
    }

    assert refused(blank, statements) == {}


WHOLE_STORE = {
    "objects", "own_tables", "migrations", "partitions", "partition_rows", "raw_rows",
    "counts", "partition_count", "refused_counts", "session_count", "vector_counts", "live_count", "jobs", "revive_jobs", "spent",
    "live_documents", "all_changes", "wrong_versions", "real_counts", "wandered", "misshapen", "dense_vectors", "vector_count",
    "metadata", "contents_of_turns", "contents_of_versions", "lost_contents", "unlike_versions", "attributes",
    "add_embedder", "erase_rows", "any_tombstone",
}  # fmt: skip
"""Statements of `verify`, `stats` and `jobs`, of tables with few rows, and one that stops at the first row."""

WHOLE_PARTITION = {
    "turns", "facts", "names", "unembedded", "backlog", "unextracted", "unextracted_in", "unextracted_count",
    "journal_of_turns", "documents_in", "first_call_about", "drop_jobs_of_emptied", "drop_summaries_of", "clear_job_errors",
    "summaries", "pinned_facts",
}  # fmt: skip
"""Statements that are asked for all of a partition, or that only an erasure executes."""


DUMPED_STATEMENTS = {name for name in blocks("queries.sql") if name.startswith("dump_")} | {"graves"}
"""Statements that a move asks."""


def walks(connection: apsw.Connection, statement: str) -> list[str]:
    """Return the steps of a statement's plan that go through a whole table, or through a whole partition of it."""
    values = dict.fromkeys(re.findall(r":([a-z_]+)", statement)) or (None,) * statement.count("?")
    steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    through_all = re.compile(
        r"SCAN (?!json_each|rows|CONSTANT ROW|\(subquery|\S+ VIRTUAL)|.*\(partition=\?\)$"
    )
    return [step for step in steps if through_all.match(step)]


def test_a_statement_goes_through_no_more_than_it_is_asked_for(blank: apsw.Connection):
    plans = {
        name: walks(blank, statement)
        for name in blocks("queries.sql")
        if name not in {"create_migrations", *WHOLE_STORE, *WHOLE_PARTITION, *DUMPED_STATEMENTS}
        for statement in sql(name, **SLOTS).split(";\n")
        if not statement.startswith(("PRAGMA", "DROP"))
    }

    assert {name: steps for name, steps in plans.items() if steps} == {}


@pytest.mark.parametrize("listed", ["named", "alike", "resting_on"])
@pytest.mark.parametrize("revision", ["facts.revision", "then"])
def test_facts_that_are_listed_are_looked_up(blank: apsw.Connection, listed: str, revision: str):
    query = (
        FactQuery(ids=("f",))
        if listed == "named"
        else FactQuery(keys=("k",))
        if listed == "alike"
        else FactQuery(turns=("t",))
    )
    tests, _ = reader._fact_conditions(query)
    revision = fragment("revision_then") if revision == "then" else revision

    assert walks(blank, sql("facts", revision=revision, conditions=" AND ".join(tests))) == []


def refused(connection: apsw.Connection, statements: dict[str, str]) -> dict[str, str]:
    """Return what SQLite says about statements that it cannot prepare: an unknown table or column."""
    errors = {}
    for name, statement in statements.items():
        values = dict.fromkeys(re.findall(r":([a-z_]+)", statement)) or (None,) * statement.count("?")
        try:
            connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)
        except apsw.Error as error:
            errors[name] = str(error)
    return errors


@pytest.mark.parametrize("file", ["queries.sql", "fragments.sql"])
def test_every_statement_is_used(file: str):
    code = "".join(path.read_text("utf-8") for path in PACKAGE.glob("*.py"))
    named = {
        name: f'"{name}"' if name.partition("_")[2] not in DUMPED else 'f"dump_{table}"'
        for name in blocks(file)
    }

    assert [name for name, use in named.items() if use not in code] == []


def test_no_statement_is_elsewhere():
    fragments = {"migrations.py": 1}  # PRAGMA user_version
    verbs = re.compile(r'"(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|PRAGMA|BEGIN|COMMIT|ALTER) ')
    found = {path.name: len(verbs.findall(path.read_text("utf-8"))) for path in PACKAGE.glob("*.py")}

    assert {name: count for name, count in found.items() if count} == fragments


def test_values_are_bound_and_never_written_into_the_statement():
    nasty = "x' OR 1=1; --"
    text, values = filters.conditions(
        ["turn"],
        AllOf(
            (
                Compare(f"metadata.{nasty}", "eq", nasty),
                Compare("session", "in", (nasty,)),
                Compare("text", "contains", nasty),
            )
        ),
    )

    assert nasty not in text
    assert list(values.values()).count(nasty) == 4


@pytest.mark.parametrize("value", [None, 1, 1.5, True, "a"])
@pytest.mark.parametrize("field", ["session", "at", "metadata.x"])
def test_a_condition_is_never_null(blank: apsw.Connection, field: str, value: object):
    blank.execute("INSERT INTO partitions VALUES(1, 't', 'u', 1, 1, 1, 0, '', 0, 0)")
    blank.execute(
        "INSERT INTO documents(id, partition, name, kind, seq, version, at, at_offset, length, terms) "
        "VALUES(1, 1, 'd', 'turn', 1, 1, 0, 0, 0, x'5b5d')"
    )
    for op in ("eq", "ne", "gt", "lte", "contains"):
        for wanted in (Compare(field, op, value), Not(Compare(field, op, value))):
            text, values = filters.conditions(None, wanted)
            statement = (
                f"SELECT {text} FROM documents LEFT JOIN turns ON turns.document = documents.id "
                "LEFT JOIN facts ON facts.document = documents.id"
            )
            assert blank.execute(statement, values).get in {0, 1}


def test_too_many_values_are_refused_with_their_number():
    many = AnyOf(tuple(Compare("session", "eq", f"s{place}") for place in range(40_000)))

    with pytest.raises(FilterError, match="40000"):
        filters.conditions(None, many)


def test_half_a_surrogate_pair_in_a_filter_is_refused():
    with pytest.raises(FilterError, match="Unicode"):
        filters.conditions(None, Compare("session", "eq", "\ud800"))


@pytest.mark.parametrize("version", ["3.40.1", "3.51.2", "3.7.17"])
def test_a_sqlite_that_can_lose_commits_is_refused(version: str):
    with pytest.raises(StoreError, match=rf"{re.escape(version)}.*3\.51\.3"):
        check_sqlite(version)


@pytest.mark.parametrize("version", ["3.51.3", "3.54.1", "4.0.0"])
def test_a_fixed_sqlite_is_accepted(version: str):
    check_sqlite(version)


def test_migrations_are_numbered_without_gaps():
    numbers = [migration.number for migration in migrations.known()]

    assert numbers[0] == 1
    assert all(after == before + 1 for before, after in pairwise(numbers))


def test_a_migration_is_known_by_its_content():
    (first, *_) = migrations.known()

    assert migrations.Migration(1, first.name, first.script + " ").checksum != first.checksum


def test_a_long_passage_is_looked_up_and_a_short_one_is_not():
    assert fulltext.row_id(7, 0, 20) == 7 << 26 | 20
    assert fulltext.row_id(7, 3, 70_000) == 7 << 26 | 3 << 12 | 0xFFF


@given(st.lists(st.lists(st.text(max_size=3), max_size=4), min_size=1, max_size=4))
def test_terms_come_back_passage_by_passage(passages: list[list[str]]):
    assert unpacked(packed(passages)) == passages


def test_terms_are_compressed():
    passages = [[f"word{n % 20}" for n in range(100)]] * 3

    assert len(packed(passages)) < 300
    assert unpacked(packed(passages)) == passages


@pytest.mark.parametrize("terms", [b"{}", b"7", b'[["tea"], "tea"]', b"[[", b"null", b"", b"x\x9c"])
def test_what_are_no_terms_is_not_read(terms: bytes):
    with pytest.raises(UNREADABLE):
        unpacked(terms)


def test_the_terms_of_old_documents_are_one_passage():
    assert unpacked(b'["tea","cup"]') == [["tea", "cup"]]
    assert unpacked(b"[]") == [[]]


def test_a_repeated_term_has_one_token_more():
    assert fulltext.tokens("3", ["tea", "Tea", "tea"]) == "d 3.tea 3.tea~2 3.%54ea"
