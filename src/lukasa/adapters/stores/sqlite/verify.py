"""Looking for damage: file, schema, journal, counts, full-text, vectors, orphans."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice

import apsw

from lukasa.adapters.findings import broken_chains, wrong_counts
from lukasa.adapters.records import digest_of_turn
from lukasa.adapters.rows import UNREADABLE, unpacked
from lukasa.adapters.stores.sqlite import fulltext, migrations
from lukasa.adapters.stores.sqlite.damage import damaged_values, readable
from lukasa.adapters.stores.sqlite.partition import attribute_rows
from lukasa.adapters.stores.sqlite.scrub import owes_scrub
from lukasa.adapters.stores.sqlite.sql import sql
from lukasa.domain.fact_body import packed_digest
from lukasa.domain.report import Finding, Verified
from lukasa.errors import StoreError

_MOST = 20
"""Findings of one sort: who has hundreds needs a backup, not a list."""

_HASH = 2**61 - 1


def verify(connection: apsw.Connection) -> Verified:
    """Check everything, inside the caller's transaction. A check that cannot go on is a finding, not an error."""
    checked: dict[str, int] = {"pages": int(connection.execute(sql("page_count")).get)}
    findings: list[Finding] = []
    checks: dict[str, Callable[[apsw.Connection, dict[str, int]], Iterator[Finding]]] = {
        "file": _file,
        "erased": _erased,
        "schema": _schema,
        "journal": _journal,
        "versions": _versions,
        "values": damaged_values,
        "contents": _contents,
        "counts": _counts,
        "index": _index,
        "attributes": _attributes,
        "vectors": _vectors,
        "orphans": _orphans,
    }
    for name, check in checks.items():
        try:
            findings += islice(check(connection, checked), _MOST)
        except (apsw.Error, StoreError) as error:
            findings.append(Finding(what="file", detail=f"cannot check {name}: {error}"))
        except UNREADABLE as error:  # its message may hold what was stored
            kind = type(error).__name__
            findings.append(Finding(what="file", detail=f"cannot check {name}: a row is damaged ({kind})"))
    return Verified(checked=checked, findings=tuple(findings))


def _file(connection: apsw.Connection, _: dict[str, int]) -> Iterator[Finding]:
    with suppress(apsw.SQLError):  # no such table: the next check says so
        connection.execute(sql("refresh_fulltext")).fetchall()
    for (line,) in readable(connection, sql("integrity")):
        if line != "ok":
            yield Finding(what="file", detail=str(line))


def _erased(connection: apsw.Connection, _: dict[str, int]) -> Iterator[Finding]:
    if owes_scrub(connection):
        yield Finding(
            what="erased",
            detail="bytes of what was erased may still be in the file or its log; "
            "they go when the store is next opened for writing, or with the next erasure",
        )


def _schema(connection: apsw.Connection, checked: dict[str, int]) -> Iterator[Finding]:
    for detail in migrations.unlike(connection):
        yield Finding(what="schema", detail=detail)
    expected, present = migrations.expected_objects(), migrations.objects(connection)
    checked["objects"] = len(expected)
    for name, _ in sorted(expected - present):
        yield Finding(what="schema", detail=f"{name!r} is missing, or not as it should be")
    for name, _ in sorted(present - expected):
        if name not in dict(expected):
            yield Finding(what="schema", detail=f"{name!r} is not ours")


def _journal(connection: apsw.Connection, checked: dict[str, int]) -> Iterator[Finding]:
    partitions = list(readable(connection, sql("partition_rows")))
    yield from broken_chains(partitions, readable(connection, sql("all_changes")), checked)


def _versions(connection: apsw.Connection, _: dict[str, int]) -> Iterator[Finding]:
    for _, name, version, last in readable(connection, sql("wrong_versions")):
        yield Finding(
            what="journal", detail=f"{name!r} says version {version}, its last journal entry is {last}"
        )


def _counts(connection: apsw.Connection, _: dict[str, int]) -> Iterator[Finding]:
    real = {row[0]: row[1:] for row in readable(connection, sql("real_counts"))}
    yield from wrong_counts(readable(connection, sql("partition_rows")), real)


def _contents(connection: apsw.Connection, checked: dict[str, int]) -> Iterator[Finding]:
    """Compare what is stored with the digests that the journal keeps of it."""
    checked["contents"] = 0
    for _, version, content, *row in readable(connection, sql("contents_of_turns")):
        checked["contents"] += 1
        if digest_of_turn(row) != content:
            yield Finding(what="journal", detail=f"turn {row[0]!r} is not what was stored by entry {version}")
    for _, version, content, name, revision, body in readable(connection, sql("contents_of_versions")):
        checked["contents"] += 1
        if packed_digest(body) != content:
            yield Finding(
                what="journal",
                detail=f"revision {revision} of fact {name!r} is not what was stored by entry {version}",
            )
    for version, name in readable(connection, sql("lost_contents")):
        yield Finding(what="journal", detail=f"what entry {version} stored of {name!r} is gone")
    for (name,) in readable(connection, sql("unlike_versions")):
        yield Finding(what="index", detail=f"fact {name!r} is not looked up as its last version says")


def _index(connection: apsw.Connection, checked: dict[str, int]) -> Iterator[Finding]:
    """Compare full-text with the terms of the documents, by the sum of their tokens' hashes: exact but for luck."""
    sums: dict[int, int] = defaultdict(int)
    checked["documents"] = 0
    for document, partition, kind, length, count, terms in readable(connection, sql("live_documents")):
        checked["documents"] += 1
        try:
            passages = unpacked(terms)
            rows = fulltext.rows_of(document, fulltext.pool(partition, kind), passages)
        except UNREADABLE:
            yield Finding(what="index", detail=f"the terms of document {document} cannot be read")
            continue
        found = (sum(map(len, passages)), len(passages))
        if found != (length, count):
            yield Finding(
                what="index",
                detail=f"document {document} has {found[0]} terms in {found[1]} passages, not {length} in {count}",
            )
        for row, tokens in rows:
            for token in tokens.split(" "):
                sums[row] += hash(token)
    for row, token in readable(connection, sql("instances")):
        sums[row] -= hash(token)
    for row, rest in sums.items():
        if rest % _HASH:
            yield Finding(what="index", detail=f"full-text and terms of row {row} differ")


def _attributes(connection: apsw.Connection, checked: dict[str, int]) -> Iterator[Finding]:
    """Compare the rows that filters use with the metadata of turns and facts."""
    stored: dict[int, set[tuple[object, ...]]] = defaultdict(set)
    checked["attributes"] = 0
    for document, *row in readable(connection, sql("attributes")):
        checked["attributes"] += 1
        stored[document].add(tuple(row))
    for document, metadata in readable(connection, sql("metadata")):
        try:
            expected = {row[2:] for row in attribute_rows(0, document, json.loads(metadata))}
        except UNREADABLE:
            yield Finding(what="index", detail=f"the metadata of document {document} cannot be read")
            continue
        if stored.pop(document, set()) != expected:
            yield Finding(what="index", detail=f"attributes and metadata of document {document} differ")
    for document in stored:
        yield Finding(what="orphan", detail=f"document {document} has attributes, but no metadata")


def _vectors(connection: apsw.Connection, checked: dict[str, int]) -> Iterator[Finding]:
    checked["vectors"] = int(connection.execute(sql("vector_count")).get)
    for name, size in readable(connection, sql("misshapen")):
        yield Finding(what="vectors", detail=f"{name!r} has vectors of {size} bytes, unlike the others")


def _orphans(connection: apsw.Connection, _: dict[str, int]) -> Iterator[Finding]:
    for table, row, parent, _ in readable(connection, sql("foreign_keys")):
        yield Finding(
            what="orphan", detail=f"row {row} of {table!r} points at a row of {parent!r} that is gone"
        )
    for what, name in readable(connection, sql("wandered")):
        yield Finding(what="orphan", detail=f"{what}: {name!r}")
