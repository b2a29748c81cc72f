"""Destroying rows, and every trace of them in the file and its log."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import apsw

from lukasa.adapters.stores.sqlite.bookkeeping import forget
from lukasa.adapters.stores.sqlite.fact_writer import fact_row, labels_of, put_lookups
from lukasa.adapters.stores.sqlite.partition import Ledger, as_json
from lukasa.adapters.stores.sqlite.sql import Values, fetch, sql
from lukasa.domain.document import Kind
from lukasa.domain.erasure import Erased, Erasure, Rewritten, tombstone
from lukasa.domain.fact_body import pack, packed_digest
from lukasa.domain.journal import Cause, chain, chain_root
from lukasa.domain.scope import Partition
from lukasa.domain.time import from_micros
from lukasa.errors import StaleError

_TABLES = (
    ("vectors", "vectors"),
    ("token vectors", "token_vectors"),
    ("metadata values", "attributes"),
    ("extractions", "extractions"),
    ("sources", "fact_sources"),
    ("versions of facts", "fact_versions"),
    ("facts", "facts"),
    ("turns", "turns"),
)
"""What depends on a document, in the order in which it may go."""


class _Doomed(NamedTuple):
    """A document that goes."""

    number: int
    name: str
    kind: Kind
    live: bool
    terms: list[str]


def erase(
    connection: apsw.Connection, partition: Partition, erasure: Erasure, *, cause: Cause, expected: int | None
) -> Erased:
    """Delete what the erasure names, inside the caller's transaction; the file is cleaned by `scrub`."""
    ledger = Ledger(connection, partition, cause)
    if expected is not None and expected != ledger.state.version:
        raise StaleError(f"the partition is at version {ledger.state.version}, not {expected}; read it again")
    before = ledger.state.digest
    doomed = _doomed(ledger, erasure)
    marks = [tombstone(partition, mark) for mark in erasure.marks]
    connection.executemany(sql("add_tombstone"), [(digest,) for digest in marks])
    if ledger.state.id and (doomed or erasure.rewritten):
        forget(ledger, [each.number for each in doomed])
    rows = _delete(ledger, doomed)
    if erasure.everything:
        rows |= _delete_partition(ledger)
    else:
        for rewritten in erasure.rewritten:
            _rewrite(ledger, rewritten)
        if doomed or erasure.rewritten:
            _forget_in_journal(ledger, {each.name for each in doomed}, erasure.rewritten)
            ledger.write_state()
    return Erased(
        turns=tuple(each.name for each in doomed if each.kind == "turn"),
        facts=tuple(each.name for each in doomed if each.kind == "fact"),
        rewritten=tuple(each.versions[-1].id for each in erasure.rewritten),
        rows={what: count for what, count in rows.items() if count},
        everything=erasure.everything,
        digest=before,
    )


def scrub(connection: apsw.Connection) -> bool:
    """Write the file anew without what was deleted, and empty the log; tell whether nothing of it is left.

    Deleted rows stay in the gaps of pages, in full-text until its segments are merged, and in the log until it is cut.
    """
    connection.execute(sql("optimize_fulltext"))
    connection.execute(sql("vacuum"))
    busy, _, _ = next(fetch(connection, sql("checkpoint")))
    return not busy


def _doomed(ledger: Ledger, erasure: Erasure) -> list[_Doomed]:
    values: Values = {"partition": ledger.state.id}
    if erasure.everything:
        found = fetch(ledger.connection, sql("documents_in"), values)
    else:
        values["names"] = as_json([*erasure.turns, *erasure.facts])
        found = fetch(ledger.connection, sql("documents_of"), values)
    return [
        _Doomed(number, name, kind, bool(live), json.loads(terms))
        for number, name, kind, live, terms in found
    ]


def _delete(ledger: Ledger, doomed: Sequence[_Doomed]) -> dict[str, int]:
    for each in doomed:
        if each.live:
            ledger.unindex(each.number, each.terms, each.kind)
    values: Values = {"numbers": json.dumps([each.number for each in doomed])}
    within = "{column} IN (SELECT value FROM json_each(:numbers))"
    counts = {
        what: _delete_from(ledger, table, within.replace("{column}", "document"), values)
        for what, table in _TABLES
    }
    counts["documents"] = _delete_from(ledger, "documents", within.replace("{column}", "id"), values)
    # The turns are gone: nothing rests on them any more.
    names: Values = {"partition": ledger.state.id, "names": as_json([each.name for each in doomed])}
    lost = "partition = :partition AND turn IN (SELECT value FROM json_each(:names))"
    counts["sources"] += _delete_from(ledger, "fact_sources", lost, names)
    return counts


def _delete_partition(ledger: Ledger) -> dict[str, int]:
    values: Values = {"partition": ledger.state.id}
    counts = {
        what: _delete_from(ledger, table, "partition = :partition", values)
        for what, table in (
            ("journal entries", "changes"), ("jobs", "jobs"), ("summaries", "summaries"), ("usage", "usage"),
        )
    }  # fmt: skip
    _delete_from(ledger, "partitions", "id = :partition", values)
    last = int(ledger.connection.execute(sql("last_partition")).get)
    ledger.connection.execute(
        sql("set_meta"), {"name": "last_partition", "value": str(max(last, ledger.state.id))}
    )
    return counts


def _delete_from(ledger: Ledger, table: str, conditions: str, values: Values) -> int:
    ledger.connection.execute(sql("erase_rows", table=table, conditions=conditions), values)
    return ledger.connection.changes()


def _rewrite(ledger: Ledger, rewritten: Rewritten) -> None:
    """Replace all versions of a fact by those that are left of it."""
    last = rewritten.versions[-1]
    found = fetch(
        ledger.connection, sql("documents_of"), {"partition": ledger.state.id, "names": as_json([last.id])}
    )
    row = next(found, None)
    if row is None:
        return
    held = _Doomed(row[0], row[1], row[2], bool(row[3]), json.loads(row[4]))
    kept = {version.revision: version for version in rewritten.versions}
    key: Values = {"partition": ledger.state.id, "document": held.number}
    for revision, _ in list(fetch(ledger.connection, sql("version_numbers"), key)):
        if revision in kept:
            ledger.connection.execute(
                sql("rewrite_version"), {**key, "revision": revision, "body": pack(kept[revision])}
            )
        else:
            _delete_from(
                ledger,
                "fact_versions",
                "partition = :partition AND document = :document AND revision = :revision",
                {**key, "revision": revision},
            )
    ledger.connection.execute(sql("put_fact"), fact_row(ledger.state.id, held.number, last))
    put_lookups(ledger, last, held.number)
    _rewrite_document(ledger, held, rewritten)


def _rewrite_document(ledger: Ledger, held: _Doomed, rewritten: Rewritten) -> None:
    last, document = rewritten.versions[-1], rewritten.document
    key: Values = {"partition": ledger.state.id, "document": held.number}
    terms = held.terms if document is None else list(document.terms)
    labels = labels_of(last, ledger.cause_at)
    retired = labels.retired or (None, None)
    ledger.note("revise", last.id)
    ledger.connection.execute(
        sql("update_fact_document"),
        {
            "document": held.number,
            "version": ledger.state.version,
            "at": labels.at[0],
            "at_offset": labels.at[1],
            "speaker": labels.speaker,
            "origin": labels.origin,
            "retired_at": retired[0],
            "retired_offset": retired[1],
        },
    )
    if held.live:
        ledger.unindex(held.number, held.terms, "fact")
    if last.live:
        ledger.index(held.number, terms, "fact")
    if document is None:
        return
    ledger.connection.execute(
        sql("update_terms"),
        {
            "document": held.number,
            "version": ledger.state.version,
            "terms": as_json(terms),
            "length": len(terms),
            "traits": document.traits.pack(),
            "analysis": document.analysis,
        },
    )
    ledger.connection.execute(sql("drop_vectors"), key)
    ledger.connection.execute(sql("drop_all_tokens"), key)
    vectors, tokens = ledger.vector_rows(held.number, document.embedding, document.fingerprint)
    ledger.connection.executemany(sql("put_vector"), vectors)
    ledger.connection.executemany(sql("put_tokens"), tokens)


def _forget_in_journal(ledger: Ledger, gone: set[str], rewritten: Sequence[Rewritten]) -> None:
    """Take reasons and digests of content out of the journal where it tells of what was erased; chain it anew."""
    for name in sorted(gone):
        ledger.note("erase", name)
    touched = gone | {each.versions[-1].id for each in rewritten}
    contents = _contents(ledger, rewritten)
    entries = list(fetch(ledger.connection, sql("journal_of"), {"partition": ledger.state.id}))
    # What was done in one call has one reason, and that may speak of any of it.
    own = ledger.state.version - len(gone) - len(rewritten)
    calls = {row[8] for row in entries if row[2] in touched and row[0] <= own and row[8]}
    digest = chain_root(ledger.partition)
    for row in entries:
        version, op, name, verb, at, _, reason, _, call, caused_by, content = row
        if version <= own and (name in touched or call in calls):
            reason = ""
        if name in touched:
            content = contents.get(version, "")
        cause = Cause(verb=verb, at=from_micros(at), reason=reason)
        more = (call, caused_by, content)
        digest = chain(digest, version=version, op=op, id=name, cause=cause, more=more)
        ledger.connection.execute(
            sql("rechain"),
            {
                "partition": ledger.state.id,
                "version": version,
                "reason": reason,
                "content": content,
                "digest": digest,
            },
        )
    ledger.state.digest = digest


def _contents(ledger: Ledger, rewritten: Sequence[Rewritten]) -> Mapping[int, str]:
    """Return the digests of the versions that were written anew, by their version in the journal."""
    contents: dict[int, str] = {}
    for each in rewritten:
        bodies = {version.revision: packed_digest(pack(version)) for version in each.versions}
        number = ledger.connection.execute(
            sql("document"), {"partition": ledger.state.id, "name": each.versions[-1].id}
        ).fetchone()
        if number is None:
            continue
        key: Values = {"partition": ledger.state.id, "document": number[0]}
        for revision, version in fetch(ledger.connection, sql("version_numbers"), key):
            contents[version] = bodies[revision]
    return contents
