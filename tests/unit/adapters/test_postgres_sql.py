from __future__ import annotations

import re
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from unittest.mock import Mock
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lukasa.domain.dump import DUMPED
from lukasa.domain.filter import AllOf, AnyOf, Compare
from lukasa.domain.scope import Partition
from lukasa.errors import ConfigError, FilterError, StoreError

psycopg = pytest.importorskip("psycopg", reason="NO TEST OF POSTGRESQL RUNS: psycopg is not installed")

from lukasa.adapters.stores.postgres import filters, fulltext, migrations  # noqa: E402 - needs psycopg
from lukasa.adapters.stores.postgres.connection import identity, read_address  # noqa: E402
from lukasa.adapters.stores.postgres.failures import lost, translated  # noqa: E402
from lukasa.adapters.stores.postgres.sql import blocks  # noqa: E402
from lukasa.adapters.stores.postgres.texts import read, written  # noqa: E402

PACKAGE = Path(str(files("lukasa.adapters.stores.postgres")))
texts = st.text(alphabet=st.sampled_from("\0\1\2\3\4ab\U0010ffff"), max_size=6)


@given(texts, texts)
def test_texts_with_nul_are_kept_compared_and_searched_as_they_are(one: str, other: str):
    assert read(written(one)) == one
    assert "\0" not in written(one)
    assert (written(one) < written(other)) == (one < other)
    assert (written(other) in written(one)) == (other in one)


@pytest.mark.parametrize("file", ["queries.sql", "fragments.sql"])
def test_every_statement_is_used(file: str):
    code = "".join(path.read_text("utf-8") for path in PACKAGE.glob("*.py"))
    named = {
        name: f'"{name}"' if name.partition("_")[2] not in DUMPED else 'f"dump_{table}"'
        for name in blocks(file)
    }

    assert [name for name, use in named.items() if use not in code] == []


def test_no_statement_is_elsewhere():
    allowed = {"migrations.py": 1, "scrub.py": 2}  # CREATE SCHEMA; VACUUM
    verbs = re.compile(r'"(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|BEGIN|COMMIT|ALTER|VACUUM) ')
    found = {path.name: len(verbs.findall(path.read_text("utf-8"))) for path in PACKAGE.glob("*.py")}

    assert {name: count for name, count in found.items() if count} == allowed


def test_every_statement_on_a_partition_names_it():
    """But for those that concern the whole store; in `facts`, a fragment does."""
    tables = re.compile(
        r"\b(?:FROM|INTO|UPDATE|JOIN) (?:documents|turns|facts|changes|vectors|passages|jobs|attributes)\b"
    )
    whole_store = {
        "partition_count", "due_jobs", "due_tenants", "jobs", "revive_jobs", "counts", "refused_counts", "session_count", "vector_counts",
        "live_documents", "all_passages", "all_changes", "wrong_versions", "real_counts", "orphans", "misshapen", "vector_count",
        "metadata", "last_versions", "contents_of_turns", "contents_of_versions", "lost_contents", "attributes",
    }  # fmt: skip
    rows = re.compile(
        r"VALUES\(%s|\bpartition = %\(partition\)s|partition, .*VALUES\(%\(partition\)s", re.DOTALL
    )
    unnamed = {
        name
        for name, statement in blocks("queries.sql").items()
        if tables.search(statement) and not rows.search(statement)
    }

    assert unnamed <= whole_store | {"rechain", "facts"}
    assert "partition = %s" in blocks("queries.sql")["rechain"]


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
    assert sum(value in (nasty, [nasty]) for value in values.values()) == 4


def test_too_many_values_are_refused_with_their_number():
    many = AnyOf(tuple(Compare("session", "eq", f"s{place}") for place in range(70_000)))

    with pytest.raises(FilterError, match="70000"):
        filters.conditions(None, many)


def test_migrations_are_numbered_without_gaps_and_say_the_oldest_that_can_use_them():
    steps = migrations.known()

    assert steps[0].number == 1
    assert all(after.number == before.number + 1 for before, after in pairwise(steps))
    assert all(1 <= step.oldest <= step.number for step in steps)


def test_a_partition_has_a_number_of_its_own():
    partitions = [Partition("ab", "c"), Partition("a", "bc"), Partition("AB", "c")]

    assert len({identity(partition) for partition in partitions}) == len(partitions)
    assert identity(partitions[0]) == UUID("1e2fa5cc-3ccf-eec1-43f6-8b3a184f08f9")


def test_a_term_is_another_token_in_each_partition_and_kind():
    one, other = identity(Partition("a", "b")), identity(Partition("a", "c"))

    assert (
        len(
            {
                fulltext.token(one, "turn", "tea"),
                fulltext.token(one, "fact", "tea"),
                fulltext.token(other, "turn", "tea"),
            }
        )
        == 3
    )


def test_a_repeated_term_has_a_count():
    partition = identity(Partition("a", "b"))
    (row,) = fulltext.rows_of(partition, 7, "turn", [["tea", "cup", "tea"]])

    assert row[1:4] == (7, 0, 3)
    assert row[5] == [2, 1]
    assert fulltext.rows_of(partition, 7, "turn", [["tea", "cup"]])[0][5] is None


def test_an_address_keeps_what_is_for_libpq_and_hides_the_password():
    address = read_address(
        "//ana:secret@h1,h2:5433/db?target_session_attrs=read-write&schema=mine&pieces=4&sslpassword=x"
    )

    assert (address.schema, address.pieces) == ("mine", 4)
    assert (
        address.url == "postgresql://ana:secret@h1,h2:5433/db?target_session_attrs=read-write&sslpassword=x"
    )
    assert address.shown == "postgresql://ana@h1,h2:5433/db?target_session_attrs=read-write"


FAILED = 'connection failed: connection to server at "127.0.0.1", port 5432 failed: '
ABSENT, DOWN = f'{FAILED}FATAL:  database "memory" does not exist', f"{FAILED}Connection refused"
SEVERAL = "Multiple connection attempts failed. All failures were:\n- host: 'a': "


@pytest.mark.parametrize(
    ("message", "worth"),
    [
        (DOWN, True),
        (f"{FAILED}FATAL:  the database system is starting up", True),
        (ABSENT, False),
        (f'{FAILED}FATAL:  password authentication failed for user "ada"', False),
        (f"{FAILED}server does not support SSL, but SSL was required", False),
        (f"{ABSENT}\n{SEVERAL}{DOWN}\n- host: 'b': {ABSENT}", True),
        (f"{ABSENT}\n{SEVERAL}{ABSENT}\n- host: 'b': {ABSENT}", False),
    ],
)
def test_a_wrong_address_is_not_waited_for(message: str, worth: bool):
    assert lost(psycopg.OperationalError(message)) == worth
    with pytest.raises(StoreError, match="ort 5432") as raised, translated("postgresql://db/memory"):
        raise psycopg.OperationalError(message)
    assert raised.value.retryable == worth


def test_an_old_server_is_refused():
    connection = Mock()
    connection.info.server_version = 150_018

    with pytest.raises(ConfigError, match="is PostgreSQL 15; Lukasa needs 16 or newer"):
        migrations.schema_version(connection, read_address("postgresql://db/memory"))
