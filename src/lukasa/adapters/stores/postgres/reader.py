"""Rows as domain values: every question but full-text search."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import accumulate, pairwise
from typing import Any
from uuid import UUID

from lukasa.adapters.records import entry_of, fact_of, turn_of
from lukasa.adapters.rows import heads_of_rows, number, rows_as, text
from lukasa.adapters.stores.postgres import filters
from lukasa.adapters.stores.postgres.connection import MOVED, identity
from lukasa.adapters.stores.postgres.partition import PartitionState, load
from lukasa.adapters.stores.postgres.sql import Connection, Values, fetch, first, fragment, sql
from lukasa.domain.document import Delta, Head
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

_KIND = Head._fields.index("kind")
_NOBODY = -1
"""Stands for an embedder that the store does not have."""


def version(connection: Connection, partition: Partition, *, at: datetime | None) -> int:
    values: Values = {"partition": identity(partition)}
    if at is not None:
        return int(first(connection, sql("version_at"), {**values, "at": to_micros(at)})[0])
    row = first(connection, sql("partition_version"), values)
    return int(row[0]) if row else 0


def partitions(connection: Connection) -> list[Partition]:
    return [Partition(tenant, user) for tenant, user in fetch(connection, sql("partitions"))]


def look(
    connection: Connection, partition: Partition, queries: Sequence[TurnQuery], marks: Sequence[str]
) -> Seen:
    row = load(connection, partition)
    return Seen(
        version=row.version if row else 0,
        turns=[turns(connection, row.id, query) if row else [] for query in queries],
        erased=tombstones(connection, partition, marks),
    )


def turns(connection: Connection, partition: UUID, query: TurnQuery) -> list[Turn]:
    if query.as_of is not None:
        return _turns_as_of(connection, partition, query, query.as_of)
    tests = ["documents.document > %(after)s"]
    values: Values = {"partition": partition, "after": query.after, "limit": query.limit}
    if not query.include_retired:
        tests.append("documents.retired_at IS NULL")
    if query.ids is not None:
        tests.append(fragment("of_ids"))
        values["ids"] = list(query.ids)
    if query.keys is not None:
        tests.append(fragment("of_keys"))
        values["keys"] = list(query.keys)
    if query.session is not None:
        tests.append(fragment("of_session"))
        values["session"] = query.session
    if query.since is not None:
        tests.append("documents.at >= %(since)s")
        values["since"] = to_micros(query.since)
    if query.until is not None:
        tests.append("documents.at < %(until)s")
        values["until"] = to_micros(query.until)
    test, bound = filters.conditions(None, query.filter)
    statement = sql(
        "turns",
        conditions=" AND ".join([*tests, test]),
        order=f"documents.document {'DESC' if query.newest_first else 'ASC'}",
    )
    return list(rows_as(turn_of, fetch(connection, statement, {**values, **bound}), "turn"))


def _turns_as_of(connection: Connection, partition: UUID, query: TurnQuery, as_of: int) -> list[Turn]:
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


def journal_of_turns(connection: Connection, partition: UUID) -> list[JournalEntry]:
    """Return the entries that say when turns were stored, retired and restored."""
    return list(
        rows_as(
            entry_of, fetch(connection, sql("journal_of_turns"), {"partition": partition}), "journal entry"
        )
    )


def facts(connection: Connection, partition: UUID, query: FactQuery) -> list[Fact]:
    tests, values = _fact_conditions(query)
    values |= {} if query.as_of is None else {"as_of": query.as_of}
    revision = "facts.revision" if query.as_of is None else fragment("revision_then")
    statement = sql("facts", revision=revision, conditions=" AND ".join(tests))
    rows = fetch(connection, statement, {**values, "partition": partition})
    versions = rows_as(fact_of, rows, "fact")
    return [fact for fact in versions if listed(fact, query)][: query.limit]


def _fact_conditions(query: FactQuery) -> tuple[list[str], Values]:
    """Return what SQL looks up; `domain.query.listed` decides the rest."""
    tests, values = (
        ["facts.partition = %(partition)s", "documents.document > %(after)s"],
        Values(after=query.after),
    )
    if query.ids is not None:
        tests.append(fragment("named"))
        values["ids"] = list(query.ids)
    if query.keys is not None or query.slots is not None:
        tests.append(fragment("alike"))
        values["keys"] = list(query.keys or ())
        values["slots"] = list(query.slots or ())
    if query.turns is not None:
        tests.append(fragment("resting_on"))
        values["turns"] = list(query.turns)
    if query.subject is not None:
        tests.append(fragment("about"))
        values["subject"] = query.subject.casefold()
    if query.attributes is not None:
        # Hardly any fact has one of a few attributes: unpacking the others would take far longer.
        tests.append("fact_versions.attribute = ANY(%(attributes)s::text[])")
        values["attributes"] = list(query.attributes)
    return tests, values


def history(connection: Connection, partition: UUID, ids: Sequence[str]) -> dict[str, list[Fact]]:
    values: Values = {"partition": partition, "names": list(ids)}
    histories: dict[str, list[Fact]] = {}
    for fact in rows_as(fact_of, fetch(connection, sql("history"), values), "fact"):
        histories.setdefault(fact.id, []).append(fact)
    return histories


def tombstones(connection: Connection, partition: Partition, marks: Sequence[str]) -> set[str]:
    if not marks:
        return set()
    digests = {tombstone(partition, mark): mark for mark in marks}
    values: Values = {"partition": identity(partition), "moved": MOVED, "digests": list(digests)}
    rows = fetch(connection, sql("tombstones"), values)
    return {digests[digest] for (digest,) in rows}


def delta(
    connection: Connection,
    partition: PartitionState,
    *,
    fingerprint: str | None,
    since: int,
    limit: int | None,
) -> Delta:
    if since >= partition.version:
        return Delta(version=partition.version, epoch=partition.epoch)
    values: Values = {"partition": partition.id, "since": since, "limit": limit}
    rows = fetch(connection, sql("heads"), {**values, "embedder": embedder(connection, fingerprint)})
    more = len(rows) == limit and rows[-1][-1] < partition.version
    until = rows[-1][-1] if more else partition.version
    erased = fetch(connection, sql("gone"), {**values, "until": until}) if since > 0 else ()
    turns, facts = [heads_of_rows(row for row in rows if row[_KIND] == kind) for kind in ("turn", "fact")]
    return Delta(
        version=until,
        turns=turns,
        facts=facts,
        more=more,
        gone=tuple(name for (name,) in erased),
        epoch=partition.epoch,
    )


def select(connection: Connection, partition: UUID, query: DocumentQuery) -> set[str]:
    test, values = filters.conditions(query.kinds, query.filter)
    rows = fetch(connection, sql("names", conditions=test), {**values, "partition": partition})
    return {name for (name,) in rows}


def tokens(
    connection: Connection, partition: UUID, ids: Sequence[str], *, fingerprint: str
) -> dict[str, Sequence[TokenVectors]]:
    values: Values = {
        "partition": partition,
        "embedder": embedder(connection, fingerprint),
        "names": list(ids),
    }
    rows = fetch(connection, sql("tokens"), values)
    return dict(rows_as(_tokens, rows, "document"))


def _tokens(row: tuple[Any, ...]) -> tuple[str, Sequence[TokenVectors]]:
    name, codes, dims, counts = row
    content = bytes(codes)
    if dims < 1 or len(content) % dims:
        raise ValueError("not whole vectors")
    if counts is None:
        return text(name), [TokenVectors(content, dims)]
    ends = [dims * end for end in accumulate(map(number, json.loads(counts)), initial=0)]
    if ends[-1] != len(content):
        raise ValueError("not as many vectors as tokens")
    return text(name), [TokenVectors(content[start:end], dims) for start, end in pairwise(ends)]


def unembedded(connection: Connection, partition: UUID, *, fingerprint: str, limit: int) -> list[str]:
    values: Values = {
        "partition": partition,
        "embedder": embedder(connection, fingerprint),
        "most": EMBEDDED_PASSAGES,
        "limit": max(0, limit),
    }
    return [name for (name,) in fetch(connection, sql("unembedded"), values)]


def outdated(connection: Connection, partition: UUID, *, analysis: int, limit: int) -> list[str]:
    values: Values = {"partition": partition, "analysis": analysis, "limit": max(0, limit)}
    return [name for (name,) in fetch(connection, sql("outdated"), values)]


def unextracted(
    connection: Connection,
    partition: UUID,
    *,
    extractor: str,
    limit: int,
    sessions: Sequence[str | None] | None,
    lacking: bool,
) -> list[str]:
    values: Values = {"partition": partition, "extractor": extractor, "limit": max(0, limit)}
    test = "TRUE"
    if sessions is not None:
        test = fragment("of_sessions")
        values["sessions"] = [session for session in sessions if session is not None]
        values["of_no_session"] = None in sessions
    statement = sql("lacking" if lacking else "unextracted", sessions=test)
    return [name for (name,) in fetch(connection, statement, values)]


def unextracted_count(connection: Connection, partition: UUID, *, extractor: str | None) -> int:
    """Return how many live turns that extractor has not read; of `None`: 0."""
    if extractor is None:
        return 0
    values: Values = {"partition": partition, "extractor": extractor}
    return int(first(connection, sql("unextracted_count"), values)[0])


def backlog(
    connection: Connection, partition: UUID, owner: Partition, *, fingerprint: str | None, analysis: int
) -> Backlog:
    values: Values = {
        "partition": partition,
        "embedder": embedder(connection, fingerprint),
        "most": EMBEDDED_PASSAGES,
        "analysis": analysis,
    }
    ((bare, old),) = fetch(connection, sql("backlog"), values)
    return Backlog(partition=owner, unembedded=0 if fingerprint is None else bare, outdated=old)


def journal(connection: Connection, partition: UUID, *, since: int, limit: int | None) -> list[JournalEntry]:
    values: Values = {"partition": partition, "since": since, "limit": limit}
    return list(rows_as(entry_of, fetch(connection, sql("journal"), values), "journal entry"))


def stats(connection: Connection, partition: UUID | None, *, size: int) -> Stats:
    """Count one partition's rows (of `None`: all)."""
    values: Values = {} if partition is None else {"partition": partition}
    test = "TRUE" if partition is None else "partition = %(partition)s"
    ((turn_count, fact_count, documents, retired),) = fetch(
        connection, sql("counts", conditions=test), values
    )
    partitions = 1 if partition is not None else int(first(connection, sql("partition_count"))[0])
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


def embedder(connection: Connection, fingerprint: str | None) -> int:
    """Return the number under which vectors of that fingerprint are kept."""
    if fingerprint is None:
        return _NOBODY
    row = first(connection, sql("embedder"), {"fingerprint": fingerprint})
    return _NOBODY if row is None else int(row[0])
