"""Rows as domain values: every question but full-text search."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import apsw

from lukasa.adapters.records import entry_of, fact_of, turn_of
from lukasa.adapters.rows import heads_of, heads_of_rows, number, rows_as, text
from lukasa.adapters.stores.sqlite import filters
from lukasa.adapters.stores.sqlite.sql import Values, fetch, fragment, sql
from lukasa.domain.document import Delta, Heads
from lukasa.domain.embedding import TokenVectors
from lukasa.domain.erasure import tombstone
from lukasa.domain.fact import Fact
from lukasa.domain.journal import JournalEntry, by_id, standing
from lukasa.domain.query import DocumentQuery, FactQuery, Seen, TurnQuery, listed
from lukasa.domain.report import Backlog, Stats
from lukasa.domain.scope import Partition
from lukasa.domain.time import to_micros
from lukasa.domain.turn import Turn
from lukasa.policy import EMBEDDED_PASSAGES

_NO_LIMIT = -1
_TURN_COLUMNS = ("session", "speaker", "role", "seq", "at", "retired", "words", "passages")
_NOBODY = -1
"""Stands for a partition or an embedder that the store does not have."""


class PartitionRow(NamedTuple):
    """What is kept of a partition as a whole."""

    id: int
    version: int
    seq: int
    documents: int
    """Passages of live turns; `facts`: of live facts."""

    terms: int
    facts: int
    fact_terms: int
    digest: str


def partition_row(connection: apsw.Connection, partition: Partition) -> PartitionRow | None:
    """Return the partition's row, if anything was ever written to it."""
    owner = {"tenant": partition.tenant, "user": partition.user}
    row = next(fetch(connection, sql("partition"), owner), None)
    if row is None:
        return None
    *counts, digest = row
    return PartitionRow._make((*map(number, counts), text(digest)))


def version(connection: apsw.Connection, partition: Partition, *, at: datetime | None) -> int:
    if at is not None:
        row = partition_row(connection, partition)
        values: Values = {"partition": row.id if row else _NOBODY, "at": to_micros(at)}
        return int(connection.execute(sql("version_at"), values).get)
    owner = {"tenant": partition.tenant, "user": partition.user}
    row = next(fetch(connection, sql("partition_version"), owner), None)
    return int(row[0]) if row else 0


def partitions(connection: apsw.Connection) -> list[Partition]:
    return [Partition(tenant, user) for tenant, user in fetch(connection, sql("partitions"))]


def look(
    connection: apsw.Connection, partition: Partition, queries: Sequence[TurnQuery], marks: Sequence[str]
) -> Seen:
    row = partition_row(connection, partition)
    return Seen(
        version=row.version if row else 0,
        turns=[turns(connection, row.id, query) if row else [] for query in queries],
        erased=tombstones(connection, partition, marks),
    )


def turns(connection: apsw.Connection, partition: int, query: TurnQuery) -> list[Turn]:
    if query.as_of is not None:
        return _turns_as_of(connection, partition, query, query.as_of)
    # With ids or keys given, `+` keeps SQLite from going through the whole partition in the wanted order.
    place = "documents.seq" if query.ids is None and query.keys is None else "+documents.seq"
    tests = [f"{place} > :after"]
    values: Values = {
        "partition": partition,
        "after": query.after,
        "limit": _NO_LIMIT if query.limit is None else query.limit,
    }
    if not query.include_retired:
        tests.append("documents.retired_at IS NULL")
    if query.ids is not None:
        tests.append("documents.name IN (SELECT value FROM json_each(:ids))")
        values["ids"] = json.dumps(list(query.ids))
    if query.keys is not None:
        tests.append("turns.partition = :partition AND turns.key IN (SELECT value FROM json_each(:keys))")
        values["keys"] = json.dumps(list(query.keys))
    if query.session is not None:
        tests.append("documents.session = :session")
        values["session"] = query.session
    if query.since is not None:
        tests.append("documents.at >= :since")
        values["since"] = to_micros(query.since)
    if query.until is not None:
        tests.append("documents.at < :until")
        values["until"] = to_micros(query.until)
    test, bound = filters.conditions(None, query.filter)
    statement = sql(
        "turns",
        conditions=" AND ".join([*tests, test]),
        order=f"{place} {'DESC' if query.newest_first else 'ASC'}",
    )
    return list(rows_as(turn_of, fetch(connection, statement, {**values, **bound}), "turn"))


def _turns_as_of(connection: apsw.Connection, partition: int, query: TurnQuery, as_of: int) -> list[Turn]:
    """Answer from the journal: what was stored by then, and what was retired then."""
    everything = replace(query, as_of=None, include_retired=True, limit=None)
    journal = by_id(journal_of_turns(connection, partition))
    then = (
        standing(turn, journal.get(turn.id, ()), as_of) for turn in turns(connection, partition, everything)
    )
    listed_turns = [
        turn for turn in then if turn is not None and (query.include_retired or turn.retired_at is None)
    ]
    return listed_turns[: query.limit]


def journal_of_turns(connection: apsw.Connection, partition: int) -> list[JournalEntry]:
    """Return the entries that say when turns were stored, retired and restored."""
    return list(
        rows_as(
            entry_of, fetch(connection, sql("journal_of_turns"), {"partition": partition}), "journal entry"
        )
    )


def facts(connection: apsw.Connection, partition: int, query: FactQuery) -> list[Fact]:
    tests, values = _fact_conditions(query)
    values |= {} if query.as_of is None else {"as_of": query.as_of}
    revision = "facts.revision" if query.as_of is None else fragment("revision_then")
    statement = sql("facts", revision=revision, conditions=" AND ".join(tests))
    rows = fetch(connection, statement, {**values, "partition": partition})
    versions = rows_as(fact_of, rows, "fact")
    return [fact for fact in versions if listed(fact, query)][: query.limit]


def _fact_conditions(query: FactQuery) -> tuple[list[str], Values]:
    """Return what SQL looks up; `domain.query.listed` decides the rest."""
    listed_by = (query.ids, query.keys, query.slots, query.turns)
    # Where documents are listed, `+` keeps SQLite from going through all facts of the partition to look for them.
    partition = "facts.partition" if all(values is None for values in listed_by) else "+facts.partition"
    tests, values = [f"{partition} = :partition", "documents.seq > :after"], Values(after=query.after)
    if query.ids is not None:
        tests.append(fragment("named"))
        values["ids"] = json.dumps(list(query.ids))
    if query.keys is not None or query.slots is not None:
        tests.append(fragment("alike"))
        values["keys"] = json.dumps(list(query.keys or ()))
        values["slots"] = json.dumps(list(query.slots or ()))
    if query.turns is not None:
        tests.append(fragment("resting_on"))
        values["turns"] = json.dumps(list(query.turns))
    if query.subject is not None:
        tests.append("facts.subject = :subject")
        values["subject"] = query.subject.casefold()
    if query.attributes is not None:
        # Hardly any fact has one of a few attributes: unpacking the others would take far longer.
        tests.append("fact_versions.body ->> 'attribute' IN (SELECT value FROM json_each(:attributes))")
        values["attributes"] = json.dumps(list(query.attributes))
    return tests, values


def history(connection: apsw.Connection, partition: int, ids: Sequence[str]) -> dict[str, list[Fact]]:
    values: Values = {"partition": partition, "names": json.dumps(list(ids))}
    histories: dict[str, list[Fact]] = {}
    for fact in rows_as(fact_of, fetch(connection, sql("history"), values), "fact"):
        histories.setdefault(fact.id, []).append(fact)
    return histories


def tombstones(connection: apsw.Connection, partition: Partition, marks: Sequence[str]) -> set[str]:
    if not marks or not connection.execute(sql("any_tombstone")).get:
        return set()  # as nearly always: digests cost more than all else that is asked about a short message
    digests = {tombstone(partition, mark): mark for mark in marks}
    rows = fetch(connection, sql("tombstones"), {"digests": json.dumps(list(digests))})
    return {digests[digest] for (digest,) in rows}


def delta(
    connection: apsw.Connection,
    partition: PartitionRow,
    *,
    fingerprint: str | None,
    since: int,
    limit: int | None,
) -> Delta:
    if since >= partition.version:
        return Delta(version=partition.version, epoch=partition.id)
    values: Values = {"partition": partition.id, "since": since}
    until, more = partition.version, False
    if limit is not None:
        ((last, count),) = fetch(connection, sql("last_of_part"), {**values, "limit": limit})
        more = count == limit and last < partition.version
        until = last if more else until
    values |= {"until": until, "embedder": embedder(connection, fingerprint)}
    gone = () if since <= 0 else tuple(name for (name,) in fetch(connection, sql("gone"), values))
    return Delta(
        version=until,
        turns=_turn_heads(connection, values),
        facts=heads_of_rows(fetch(connection, sql("fact_heads"), values)),
        more=more,
        gone=gone,
        epoch=partition.id,
    )


def _turn_heads(connection: apsw.Connection, values: Values) -> Heads:
    try:
        ((*columns, dense),) = fetch(connection, sql("turn_heads"), values)
    except apsw.SQLError as error:
        raise ValueError("bytes in a column of text") from error
    ids, *words = map(json.loads, columns[:4])
    if not ids:
        return Heads()
    *numbers, sizes = map(_whole_numbers, columns[4:])
    named = dict(zip(_TURN_COLUMNS, (*words, *numbers), strict=True))
    count = len(ids)
    return heads_of(
        {
            "id": ids, "kind": ["turn"] * count, **named, "current": [1] * count, "sources": [()] * count,
            "start": [None] * count, "end": [None] * count, "expires_at": [None] * count,
        },
        sizes=sizes,
        dense=dense or b"",
    )  # fmt: skip


def _whole_numbers(joined: str | None) -> memoryview:
    import numpy as np  # noqa: PLC0415 - only who keeps heads needs it, and it takes longer to load than all the rest

    text = joined or ""
    if text.encode().translate(None, b"-,0123456789"):
        # Older versions of numpy leave out what they cannot read at the end, with a warning.
        raise ValueError("a number that is not whole")
    return np.fromstring(text, np.int64, sep=",").data


def select(connection: apsw.Connection, partition: int, query: DocumentQuery) -> set[str]:
    test, values = filters.conditions(query.kinds, query.filter)
    rows = fetch(connection, sql("names", conditions=test), {**values, "partition": partition})
    return {name for (name,) in rows}


def tokens(
    connection: apsw.Connection, partition: int, ids: Sequence[str], *, fingerprint: str
) -> dict[str, Sequence[TokenVectors]]:
    values: Values = {
        "partition": partition,
        "embedder": embedder(connection, fingerprint),
        "names": json.dumps(list(ids)),
    }
    rows = fetch(connection, sql("tokens"), values)
    return dict(rows_as(_tokens, rows, "document"))


def _tokens(row: tuple[Any, ...]) -> tuple[str, Sequence[TokenVectors]]:
    name, codes, dims, counts = row
    content = memoryview(codes).tobytes()
    if dims < 1 or len(content) % dims:
        raise ValueError("not whole vectors")
    if counts is None:
        return text(name), [TokenVectors(content, dims)]
    ends = [dims * end for end in accumulate(map(number, json.loads(counts)), initial=0)]
    if ends[-1] != len(content):
        raise ValueError("not as many vectors as tokens")
    return text(name), [TokenVectors(content[start:end], dims) for start, end in pairwise(ends)]


def unembedded(connection: apsw.Connection, partition: int, *, fingerprint: str, limit: int) -> list[str]:
    values: Values = {
        "partition": partition,
        "embedder": embedder(connection, fingerprint),
        "most": EMBEDDED_PASSAGES,
        "limit": max(0, limit),
    }
    return [name for (name,) in fetch(connection, sql("unembedded"), values)]


def outdated(connection: apsw.Connection, partition: int, *, analysis: int, limit: int) -> list[str]:
    values: Values = {"partition": partition, "analysis": analysis, "limit": max(0, limit)}
    return [name for name, _, _ in fetch(connection, sql("outdated"), values)]


def unextracted(
    connection: apsw.Connection,
    partition: int,
    *,
    extractor: str,
    limit: int,
    sessions: Sequence[str | None] | None,
    lacking: bool,
) -> list[str]:
    values: Values = {"partition": partition, "extractor": extractor, "limit": max(0, limit)}
    statement = "unextracted"
    if lacking or sessions is not None:
        statement = "lacking" if lacking else "unextracted_in"
        values["sessions"] = None if sessions is None else json.dumps(list(sessions), ensure_ascii=False)
    return [name for (name,) in fetch(connection, sql(statement), values)]


def unextracted_count(connection: apsw.Connection, partition: int, *, extractor: str | None) -> int:
    """Return how many live turns that extractor has not read; of `None`: 0."""
    if extractor is None:
        return 0
    values: Values = {"partition": partition, "extractor": extractor}
    return int(connection.execute(sql("unextracted_count"), values).get)


def backlog(
    connection: apsw.Connection, partition: int, owner: Partition, *, fingerprint: str | None, analysis: int
) -> Backlog:
    values: Values = {
        "partition": partition,
        "embedder": embedder(connection, fingerprint),
        "most": EMBEDDED_PASSAGES,
        "analysis": analysis,
    }
    ((bare, old),) = fetch(connection, sql("backlog"), values)
    return Backlog(partition=owner, unembedded=0 if fingerprint is None else bare, outdated=old)


def journal(
    connection: apsw.Connection, partition: int, *, since: int, limit: int | None
) -> list[JournalEntry]:
    values: Values = {"partition": partition, "since": since, "limit": _NO_LIMIT if limit is None else limit}
    return list(rows_as(entry_of, fetch(connection, sql("journal"), values), "journal entry"))


def stats(connection: apsw.Connection, partition: int | None, *, size: int) -> Stats:
    """Count one partition's rows (of `None`: all)."""
    values: Values = {} if partition is None else {"partition": partition}
    test = "1" if partition is None else "partition = :partition"
    ((turn_count, fact_count, documents, retired),) = fetch(
        connection, sql("counts", conditions=test), values
    )
    partitions = 1 if partition is not None else int(connection.execute(sql("partition_count")).get)
    refused: Counter[str] = Counter()
    rows = fetch(connection, sql("refused_counts", conditions=test), values)
    for counts in rows_as(lambda row: dict(json.loads(row[0])), rows, "count of what was refused"):
        refused.update(counts)
    ((sessions,),) = fetch(connection, sql("session_count", conditions=test), values)
    return Stats(
        partitions=partitions,
        turns=turn_count,
        retired=retired,
        facts=fact_count,
        refused=dict(sorted(refused.items())),
        sessions=sessions,
        documents=documents,
        vectors=dict(fetch(connection, sql("vector_counts", conditions=test), values)),
        bytes=size,
    )


def embedder(connection: apsw.Connection, fingerprint: str | None) -> int:
    """Return the number under which vectors of that fingerprint are kept."""
    if fingerprint is None:
        return _NOBODY
    row = next(fetch(connection, sql("embedder"), {"fingerprint": fingerprint}), None)
    return _NOBODY if row is None else int(row[0])
