"""A partition as rows for another store, and from one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from uuid import UUID

from lukasa.adapters.rows import unpacked
from lukasa.adapters.stores.postgres import fulltext
from lukasa.adapters.stores.postgres.connection import MOVED, identity
from lukasa.adapters.stores.postgres.partition import RowWriter, attribute_rows
from lukasa.adapters.stores.postgres.sql import Connection, Row, Values, fetch, run, run_many, sql
from lukasa.domain.document import Kind
from lukasa.domain.dump import DUMPED, DumpRow, PartitionDump
from lukasa.domain.fact_body import unpack
from lukasa.domain.journal import Cause
from lukasa.domain.scope import Partition
from lukasa.domain.time import from_micros
from lukasa.errors import StaleError

_CAUSE = Cause(verb="migrate", at=from_micros(0))


def dump(connection: Connection, partition: Partition) -> PartitionDump | None:
    """Return a partition's rows, inside the caller's transaction."""
    values: Values = {"partition": identity(partition)}
    tables = {table: fetch(connection, sql(f"dump_{table}"), values) for table in DUMPED}
    return PartitionDump(partition=partition, tables=tables) if tables["partitions"] else None


def load(connection: Connection, given: PartitionDump) -> None:
    """Write a partition's rows, inside the caller's transaction."""
    writer = RowWriter(connection, given.partition, _CAUSE)
    if writer.state.epoch:
        raise StaleError(f"{given.partition!r} is in this store already")
    number, tables = writer.state.id, given.tables
    (state,) = tables["partitions"]
    writer.create()
    run(
        connection,
        sql("update_partition"),
        {"partition": number, **dict(zip(DUMPED["partitions"], state, strict=True))},
    )
    for table, statement in _STATEMENTS.items():
        run_many(connection, sql(statement), ((number, *row) for row in tables[table]))
    tenant = given.partition.tenant
    run_many(connection, sql("move_job"), ((number, tenant, *row) for row in tables["jobs"]))
    for row in tables["facts"]:
        fact = {"partition": number, **dict(zip(("document", *DUMPED["facts"][1:]), row, strict=True))}
        run(connection, sql("put_fact"), {**fact, "current": bool(fact["current"])})
    run_many(connection, sql("move_version"), (_version_row(number, row) for row in tables["fact_versions"]))
    for table, statement in (("vectors", "put_vector"), ("token_vectors", "put_tokens")):
        rows = ((number, writer.embedder(row[0]), *row[1:]) for row in tables[table])
        run_many(connection, sql(statement), rows)
    run_many(connection, sql("index_passage"), _passages(number, tables["documents"]))
    run_many(connection, sql("add_attribute"), _attributes(number, given))


_STATEMENTS = {
    "documents": "add_document",
    "turns": "add_turn",
    "fact_sources": "move_source",
    "extractions": "put_extraction",
    "changes": "add_change",
    "summaries": "move_summary",
    "usage": "move_usage",
}
"""Those whose columns stand in both as they are dumped."""


def _version_row(number: UUID, row: DumpRow) -> Row:
    return (number, *row[:3], unpack(row[3]).attribute, row[3])


def _passages(number: UUID, documents: Sequence[DumpRow]) -> Iterable[Row]:
    columns = DUMPED["documents"]
    seq, kind, retired, terms = (columns.index(name) for name in ("seq", "kind", "retired_at", "terms"))
    for row in documents:
        if row[retired] is None:
            of: Kind = "turn" if row[kind] == "turn" else "fact"
            yield from fulltext.rows_of(number, row[seq], of, unpacked(row[terms]))


def _attributes(number: UUID, given: PartitionDump) -> Iterable[Row]:
    for seq, _, _, _, metadata, _ in given.tables["turns"]:
        yield from attribute_rows(number, seq, json.loads(metadata))
    last = {row[0]: row[5] for row in given.tables["facts"]}
    for seq, revision, _, body in given.tables["fact_versions"]:
        if last[seq] == revision:
            yield from attribute_rows(number, seq, unpack(body).metadata)


def graves(connection: Connection) -> list[str]:
    return [digest for (digest,) in fetch(connection, sql("graves"))]


def bury(connection: Connection, digests: Sequence[str]) -> None:
    """Keep digests of which the partition is not known: they say it themselves, to who knows its names."""
    known = set(graves(connection))
    left = [digest for digest in digests if digest not in known]
    run(connection, sql("add_tombstones"), {"partition": MOVED, "digests": left})
