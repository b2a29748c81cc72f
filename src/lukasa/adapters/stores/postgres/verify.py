"""Looking for damage: schema, walls, journal, counts, full-text, attributes, vectors, orphans."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg

from lukasa.adapters.findings import broken_chains, wrong_counts
from lukasa.adapters.records import digest_of_turn
from lukasa.adapters.rows import UNREADABLE, unpacked
from lukasa.adapters.stores.postgres import fulltext, migrations
from lukasa.adapters.stores.postgres.connection import StoreAddress, identity
from lukasa.adapters.stores.postgres.partition import attribute_rows
from lukasa.adapters.stores.postgres.scrub import owed
from lukasa.adapters.stores.postgres.sql import Connection, blocks, fetch, first, sql
from lukasa.domain.fact_body import packed_digest, unpack
from lukasa.domain.report import Finding, Verified
from lukasa.domain.scope import Partition
from lukasa.errors import StoreError

_MOST = 20
"""Findings of one sort: who has hundreds needs a backup, not a list."""


def verify(connection: Connection, address: StoreAddress) -> Verified:
    """Check everything, inside the caller's transaction. A check that cannot go on is a finding, not an error."""
    checked: dict[str, int] = {}
    findings: list[Finding] = []
    checks: dict[str, Callable[[Connection, dict[str, int]], Iterator[Finding]]] = {
        "erased": _erased,
        "schema": lambda db, _: _schema(db, address),
        "journal": _journal,
        "versions": _versions,
        "contents": _contents,
        "facts": _facts,
        "counts": _counts,
        "index": _index,
        "attributes": _attributes,
        "vectors": _vectors,
        "orphans": _orphans,
    }
    for name, check in checks.items():
        try:
            with connection.transaction():  # a savepoint: the next check goes on
                findings += islice(check(connection, checked), _MOST)
        except (psycopg.DatabaseError, StoreError) as error:
            findings.append(Finding(what="file", detail=f"cannot check {name}: {type(error).__name__}"))
        except UNREADABLE as error:  # its message may hold what was stored
            kind = type(error).__name__
            findings.append(Finding(what="file", detail=f"cannot check {name}: a row is damaged ({kind})"))
    return Verified(checked=checked, findings=tuple(findings))


def _erased(connection: Connection, _: dict[str, int]) -> Iterator[Finding]:
    if owed(connection):
        yield Finding(
            what="erased",
            detail="bytes of what was erased may still be in the files of the database; "
            "`lukasa compact` rewrites these",
        )


def _schema(connection: Connection, address: StoreAddress) -> Iterator[Finding]:
    for detail in migrations.unlike(connection):
        yield Finding(what="schema", detail=detail)
    for name in migrations.missing_indexes(connection, address):
        yield Finding(
            what="schema", detail=f"the index {name!r} is missing; opening the store makes it again"
        )
    for (name,) in fetch(connection, sql("invalid_indexes"), {"schema": address.schema}):
        yield Finding(what="schema", detail=f"the index {name!r} is not valid; REINDEX it")
    for (name,) in fetch(connection, sql("unwalled"), {"schema": address.schema}):
        yield Finding(what="schema", detail=f"row-level security of {name!r} is off")


def _journal(connection: Connection, checked: dict[str, int]) -> Iterator[Finding]:
    partitions = fetch(connection, sql("partition_rows"))
    for number, tenant, user, *_ in partitions:
        if identity(owner := Partition(tenant, user)) != number:
            yield Finding(what="orphan", detail=f"{owner!r} does not have the number that its names make")
    yield from broken_chains(partitions, _each(connection, "all_changes"), checked)


def _versions(connection: Connection, _: dict[str, int]) -> Iterator[Finding]:
    for name, version, last in fetch(connection, sql("wrong_versions")):
        yield Finding(
            what="journal", detail=f"{name!r} says version {version}, its last journal entry is {last}"
        )


def _counts(connection: Connection, _: dict[str, int]) -> Iterator[Finding]:
    real = {row[0]: row[1:] for row in fetch(connection, sql("real_counts"))}
    yield from wrong_counts(fetch(connection, sql("partition_rows")), real)


def _contents(connection: Connection, checked: dict[str, int]) -> Iterator[Finding]:
    """Compare what is stored with the digests that the journal keeps of it."""
    checked["contents"] = 0
    for _, version, content, *row in _each(connection, "contents_of_turns"):
        checked["contents"] += 1
        if digest_of_turn(row) != content:
            yield Finding(what="journal", detail=f"turn {row[0]!r} is not what was stored by entry {version}")
    for _, version, content, document, revision, body in _each(connection, "contents_of_versions"):
        checked["contents"] += 1
        if packed_digest(body) != content:
            yield Finding(
                what="journal",
                detail=f"revision {revision} of fact {document} is not what was stored by entry {version}",
            )
    for version, name in fetch(connection, sql("lost_contents")):
        yield Finding(what="journal", detail=f"what entry {version} stored of {name!r} is gone")


def _facts(connection: Connection, _: dict[str, int]) -> Iterator[Finding]:
    """Compare what facts are looked up by with their last versions."""
    for _, document, key, slot, text, revision, attribute, body, last in _each(connection, "last_versions"):
        fact = unpack(body)
        looked_up = (key, slot, text, attribute, revision)
        if looked_up != (fact.key, fact.slot, fact.text, fact.attribute, last):
            yield Finding(what="index", detail=f"fact {document} is not looked up as its last version says")


def _index(connection: Connection, checked: dict[str, int]) -> Iterator[Finding]:
    """Compare full-text with the terms of the documents, by a sum of hashes of its rows: exact but for luck."""
    sums: dict[tuple[UUID, int], int] = defaultdict(int)
    checked["documents"] = 0
    for partition, document, kind, length, count, terms in _each(connection, "live_documents"):
        checked["documents"] += 1
        try:
            passages = unpacked(terms)
        except UNREADABLE:
            yield Finding(what="index", detail=f"the terms of document {document} cannot be read")
            continue
        found = (sum(map(len, passages)), len(passages))
        if found != (length, count):
            yield Finding(
                what="index",
                detail=f"document {document} has {found[0]} terms in {found[1]} passages, not {length} in {count}",
            )
        for row in fulltext.rows_of(partition, document, kind, passages):
            sums[partition, document] += _hash(row)
    for row in _each(connection, "all_passages"):
        sums[row[0], row[1]] -= _hash(row)
    for (_, document), rest in sums.items():
        if rest:
            yield Finding(what="index", detail=f"full-text and terms of document {document} differ")


def _hash(row: tuple[Any, ...]) -> int:
    *place, tokens, counts = row
    return hash((*place, frozenset(zip(tokens, counts or [1] * len(tokens), strict=True))))


def _attributes(connection: Connection, checked: dict[str, int]) -> Iterator[Finding]:
    """Compare the rows that filters use with the metadata of turns and facts."""
    stored: dict[tuple[UUID, int], set[tuple[object, ...]]] = defaultdict(set)
    checked["attributes"] = 0
    for partition, document, *row in _each(connection, "attributes"):
        checked["attributes"] += 1
        stored[partition, document].add(tuple(row))
    for partition, document, metadata in _metadata(connection):
        expected = {row[2:] for row in attribute_rows(partition, document, metadata)}
        if stored.pop((partition, document), set()) != expected:
            yield Finding(what="index", detail=f"attributes and metadata of document {document} differ")
    for _, document in stored:
        yield Finding(what="orphan", detail=f"document {document} has attributes, but no metadata")


def _metadata(connection: Connection) -> Iterator[tuple[UUID, int, dict[str, Any]]]:
    for partition, document, metadata in _each(connection, "metadata"):
        yield partition, document, json.loads(metadata)
    for partition, document, *_, body, _ in _each(connection, "last_versions"):
        if metadata := unpack(body).metadata:
            yield partition, document, dict(metadata)


def _vectors(connection: Connection, checked: dict[str, int]) -> Iterator[Finding]:
    checked["vectors"] = int(first(connection, sql("vector_count"))[0])
    for document, size in fetch(connection, sql("misshapen")):
        yield Finding(
            what="vectors", detail=f"document {document} has vectors of {size} bytes, unlike the others"
        )


def _orphans(connection: Connection, _: dict[str, int]) -> Iterator[Finding]:
    for what, document in fetch(connection, sql("orphans")):
        yield Finding(what="orphan", detail=f"{what}: {document}")


def _each(connection: Connection, statement: str) -> Iterator[Any]:
    """Return the rows of a statement of which there may be more than fit in memory."""
    cursor = connection.cursor(name=statement, binary=True)
    # Where the connection is lost, closing it once fails and leaves it open; the second time nobody is asked.
    with closing(cursor), cursor:
        cursor.execute(blocks("queries.sql")[statement].rstrip(";").encode())
        yield from cursor
