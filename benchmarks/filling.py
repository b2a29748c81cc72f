"""A database with very many users: a few are made by the engine, all others are copies of these under names of their own.

The copies are made inside the server, by a superuser, with nothing waiting for the disk; their full-text rows, whose tokens depend
on the partition, come by COPY. Derived indexes are made afterwards, by opening the store. What is there in the end are the rows that
`Store.load` writes.
"""

from __future__ import annotations

import os
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from postgres import message
from psycopg import sql

from lukasa import AsyncMemory, Settings
from lukasa.adapters import registry
from lukasa.adapters.rows import unpacked
from lukasa.adapters.stores.postgres import fulltext
from lukasa.adapters.stores.postgres.connection import identity
from lukasa.adapters.stores.postgres.sql import blocks
from lukasa.adapters.stores.sqlite.store import SqliteStore
from lukasa.domain.dump import DUMPED, PartitionDump
from lukasa.domain.scope import Partition

TEMPLATES = 5
SETTINGS = Settings(embedder="hashing")
OPTIONS = (
    "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "wal_level=minimal", "-c", "max_wal_senders=0",
    "-c", "max_wal_size=8GB", "-c", "autovacuum=off", "-c", "maintenance_work_mem=512MB",
)  # fmt: skip
"""Options of the server that is filled."""

_COPIED = (
    "partitions", "documents", "turns", "facts", "fact_versions", "fact_sources", "attributes", "vectors", "token_vectors",
    "extractions", "changes", "jobs", "summaries", "usage",
)  # fmt: skip
_ONE_EACH = {
    "partition": "copies.partition",
    "tenant": "copies.tenant",
    "user": 'copies."user"',
    "tenant_key": "text_key(copies.tenant)",
}
"""Columns in which a copy differs from its template."""


async def templates(folder: Path, facts: int) -> list[PartitionDump]:
    """Make a few users with so many facts each."""
    path, chance = folder / "templates.lukasa", random.Random(7)
    async with await AsyncMemory.open(path, settings=SETTINGS) as memory:
        for number in range(TEMPLATES):
            handle = memory.of(user=f"template{number}")
            while (await handle.stats()).facts < facts:
                # A word of its own in each, or the rules would find the same facts again and again.
                texts = [f"{message(chance)} I like {_word(chance)} tea." for _ in range(10)]
                await handle.remember(texts, session=f"s{chance.randrange(5)}")
    async with opened(str(path)) as store:
        dumps = [await store.dump(partition) for partition in await store.partitions()]
    return [dump for dump in dumps if dump is not None]


def _word(chance: random.Random) -> str:
    return "".join(chance.choice("bdfgklmnprst") + chance.choice("aeiou") for _ in range(4))


@asynccontextmanager
async def opened(where: str) -> AsyncIterator[Any]:
    """Open the store at an address or a path."""
    store = registry.store("postgresql")(where) if "://" in where else SqliteStore(where)
    await store.open()
    try:
        yield store
    finally:
        await store.aclose()


async def load(where: str, dumps: Sequence[PartitionDump], owners: Sequence[Partition]) -> None:
    """Store a user for each owner, as `lukasa migrate` does."""
    async with opened(where) as store:
        for number, owner in enumerate(owners):
            await store.load(replace(dumps[number % len(dumps)], partition=owner))


async def fill(where: str, admin: str, dumps: Sequence[PartitionDump], owners: Sequence[Partition]) -> None:
    """Store a user for each owner in an empty PostgreSQL; *admin*: the address of the same database for a superuser."""
    first = owners[: len(dumps)]
    await load(where, dumps, first)
    with psycopg.connect(admin) as connection:
        connection.execute("SET search_path = lukasa")
        for name in blocks("indexes.sql"):
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        _list_copies(connection, first, owners)
        for table in _COPIED:
            _copy_rows(connection, table)
        for dump, template in zip(dumps, first, strict=False):
            _copy_passages(connection, dump, owners[owners.index(template) + len(dumps) :: len(dumps)])
    async with opened(where) as store:  # makes the indexes again
        copied = await store.dump(owners[-1])
    if copied.digest != dumps[(len(owners) - 1) % len(dumps)].digest:
        raise SystemExit("a copy is not like its template")
    _settle(admin)


def _list_copies(
    connection: psycopg.Connection[Any], first: Sequence[Partition], owners: Sequence[Partition]
) -> None:
    connection.execute(
        'CREATE TEMP TABLE copies(place integer, template uuid, partition uuid, tenant text, "user" text)'
    )
    with connection.cursor().copy("COPY copies FROM STDIN") as copy:
        for place, owner in enumerate(owners[len(first) :]):
            template = identity(first[place % len(first)])
            copy.write_row((place, template, identity(owner), owner.tenant, owner.user))
    connection.execute("ANALYZE copies")


def _copy_rows(connection: psycopg.Connection[Any], table: LiteralString) -> None:
    columns = [
        name
        for (name,) in connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND attgenerated = '' AND attname <> 'epoch' ORDER BY attnum",
            [table],
        )
    ]
    values = [
        sql.SQL(_ONE_EACH[name]) if name in _ONE_EACH else sql.Identifier(table, name) for name in columns
    ]
    connection.execute(
        sql.SQL(
            "INSERT INTO {table}({columns}) SELECT {values} FROM copies JOIN {table} ON {table}.partition = copies.template ORDER BY place"
        ).format(
            table=sql.Identifier(table),
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
            values=sql.SQL(", ").join(values),
        )
    )


def _copy_passages(
    connection: psycopg.Connection[Any], dump: PartitionDump, owners: Sequence[Partition]
) -> None:
    places = [DUMPED["documents"].index(name) for name in ("seq", "kind", "retired_at", "terms")]
    documents = [tuple(row[place] for place in places) for row in dump.tables["documents"]]
    live = [
        (seq, "turn" if kind == "turn" else "fact", unpacked(terms))
        for seq, kind, retired, terms in documents
        if retired is None
    ]
    with connection.cursor().copy("COPY passages FROM STDIN") as copy:
        for owner in owners:
            copy.write("".join(_lines(owner, live)))


def _lines(owner: Partition, live: Sequence[tuple[int, Any, Any]]) -> Iterator[str]:
    partition = identity(owner)
    for seq, kind, passages in live:
        for *key, tokens, counts in fulltext.rows_of(partition, seq, kind, passages):
            yield (
                "\t".join([*map(str, key), _array(tokens), r"\N" if counts is None else _array(counts)])
                + "\n"
            )


def _array(numbers: Any) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"


def _settle(admin: str) -> None:
    """Do what autovacuum would have done by now: it looks at pieces, never at whole tables."""
    with psycopg.connect(admin, autocommit=True) as connection:
        pieces = connection.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'lukasa'::regnamespace AND relkind = 'r'"
        ).fetchall()
        for (piece,) in pieces:
            connection.execute(b"VACUUM (ANALYZE) " + piece.encode())
        connection.execute("CHECKPOINT")
    os.sync()


async def size(where: str, *, seconds: float | None = None) -> dict[str, object]:
    """Return what is in a store, and how long filling took (`None`: it was filled before)."""
    async with opened(where) as store:
        stats = await store.stats()
    figures: dict[str, object] = {
        "facts": stats.facts,
        "turns": stats.turns,
        "MB": round(stats.bytes / 1e6, 1),
    }
    if seconds is not None:
        figures |= {"filled in s": round(seconds, 1), "facts/s": round(stats.facts / seconds)}
    return figures
