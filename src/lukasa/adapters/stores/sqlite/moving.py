"""A partition as rows for another store, and from one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

import apsw

from lukasa.adapters.rows import unpacked
from lukasa.adapters.stores.sqlite import fulltext
from lukasa.adapters.stores.sqlite.partition import PartitionWriter, attribute_rows
from lukasa.adapters.stores.sqlite.sql import Row, Values, fetch, sql
from lukasa.domain.document import Kind
from lukasa.domain.dump import DUMPED, PartitionDump
from lukasa.domain.fact_body import unpack
from lukasa.domain.journal import Cause
from lukasa.domain.scope import Partition
from lukasa.domain.time import from_micros
from lukasa.errors import StaleError

_CAUSE = Cause(verb="migrate", at=from_micros(0))


def dump(connection: apsw.Connection, partition: int, owner: Partition) -> PartitionDump:
    """Return a partition's rows, inside the caller's transaction."""
    values: Values = {"partition": partition}
    tables = {table: list(fetch(connection, sql(f"dump_{table}"), values)) for table in DUMPED}
    return PartitionDump(partition=owner, tables=tables)


def load(connection: apsw.Connection, given: PartitionDump) -> None:
    """Write a partition's rows, inside the caller's transaction."""
    writer = PartitionWriter(connection, given.partition, _CAUSE)
    if writer.state.id:
        raise StaleError(f"{given.partition!r} is in this store already")
    writer.create()
    partition, tables = writer.state.id, given.tables
    (state,) = tables["partitions"]
    row = dict(zip(DUMPED["partitions"], state, strict=True))
    connection.execute(sql("update_partition"), {"id": partition, **row})
    last = int(connection.execute(sql("last_document")).get)
    # In the order of their places: ids follow `seq`.
    ids = {row[0]: last + place for place, row in enumerate(sorted(tables["documents"]), 1)}
    for statement, rows in _rows(writer, given, ids):
        connection.executemany(sql(statement), rows)


def _rows(
    writer: PartitionWriter, given: PartitionDump, ids: Mapping[int, int]
) -> Iterator[tuple[str, Iterator[Row]]]:
    """Yield the rows of each statement, in the order in which they may be written."""
    partition, tables = writer.state.id, given.tables
    yield (
        "add_document",
        ((ids[seq], partition, name, kind, seq, *rest) for seq, name, kind, *rest in tables["documents"]),
    )
    yield "add_turn", ((ids[seq], partition, *rest) for seq, *rest in tables["turns"])
    yield "move_fact", ((ids[seq], partition, *rest) for seq, *rest in tables["facts"])
    yield "move_version", ((partition, ids[seq], *rest) for seq, *rest in tables["fact_versions"])
    yield "add_source", ((partition, turn, ids[seq]) for seq, turn in tables["fact_sources"])
    for table, statement in (("vectors", "put_vector"), ("token_vectors", "put_tokens")):
        yield (
            statement,
            ((partition, writer.embedder(name), ids[seq], *rest) for name, seq, *rest in tables[table]),
        )
    yield "put_extraction", ((ids[seq], partition, *rest) for seq, *rest in tables["extractions"])
    for table, statement in (
        ("changes", "add_change"),
        ("summaries", "move_summary"),
        ("usage", "move_usage"),
    ):
        yield statement, ((partition, *row) for row in tables[table])
    yield "move_job", ((name, partition, *rest) for name, *rest in tables["jobs"])
    yield "index_document", _fulltext(partition, given, ids)
    yield "add_attribute", _attributes(partition, given, ids)


def _fulltext(partition: int, given: PartitionDump, ids: Mapping[int, int]) -> Iterator[Row]:
    columns = DUMPED["documents"]
    seq, kind, retired, terms = (columns.index(name) for name in ("seq", "kind", "retired_at", "terms"))
    for row in given.tables["documents"]:
        if row[retired] is None:
            of: Kind = "turn" if row[kind] == "turn" else "fact"
            yield from fulltext.rows_of(ids[row[seq]], fulltext.pool(partition, of), unpacked(row[terms]))


def _attributes(partition: int, given: PartitionDump, ids: Mapping[int, int]) -> Iterator[Row]:
    for seq, _, _, _, metadata, _ in given.tables["turns"]:
        yield from attribute_rows(partition, ids[seq], json.loads(metadata))
    last = {row[0]: row[5] for row in given.tables["facts"]}
    for seq, revision, _, body in given.tables["fact_versions"]:
        if last[seq] == revision:
            yield from attribute_rows(partition, ids[seq], unpack(body).metadata)


def graves(connection: apsw.Connection) -> list[str]:
    return [digest for (digest,) in fetch(connection, sql("graves"))]


def bury(connection: apsw.Connection, digests: Sequence[str]) -> None:
    connection.executemany(sql("add_tombstone"), [(digest,) for digest in digests])
