"""Destroying rows, inside a transaction; what is left of them in the file and its log is scrubbed after it (`scrub.py`)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import apsw

from lukasa.adapters.records import DoomedDocument, labels_of_fact
from lukasa.adapters.rows import as_json, unpacked
from lukasa.adapters.stores.sqlite.bookkeeping import forget
from lukasa.adapters.stores.sqlite.fact_writer import fact_row, put_lookups
from lukasa.adapters.stores.sqlite.partition import PartitionWriter
from lukasa.adapters.stores.sqlite.scrub import owe_scrub
from lukasa.adapters.stores.sqlite.sql import Row, Values, fetch, sql
from lukasa.domain.change import check_version
from lukasa.domain.erasure import Erased, Erasure, Rewritten, tombstone
from lukasa.domain.fact_body import pack, packed_digest
from lukasa.domain.journal import Cause, chain, chain_root
from lukasa.domain.scope import Partition
from lukasa.domain.time import from_micros

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


def erase(
    connection: apsw.Connection, partition: Partition, erasure: Erasure, *, cause: Cause, expected: int | None
) -> Erased:
    """Delete what the erasure names, inside the caller's transaction; the file is cleaned by `scrub`."""
    writer = PartitionWriter(connection, partition, cause)
    check_version(expected, writer.state.version)
    before = writer.state.digest
    doomed = _doomed(writer, erasure)
    marks = [tombstone(partition, mark) for mark in erasure.marks]
    connection.executemany(sql("add_tombstone"), [(digest,) for digest in marks])
    if writer.state.id and (doomed or erasure.rewritten or erasure.summaries):
        forget(writer, [each.number for each in doomed], erasure.summaries)
    rows = _delete(writer, doomed)
    if erasure.everything:
        rows |= _delete_partition(writer)
    else:
        for rewritten in erasure.rewritten:
            _rewrite(writer, rewritten)
        if doomed or erasure.rewritten or erasure.reasons:
            _forget_in_journal(writer, {each.name for each in doomed}, erasure)
            writer.write_state()
    if doomed or erasure.everything or erasure.rewritten or erasure.reasons or erasure.summaries:
        owe_scrub(connection)
    return Erased(
        turns=tuple(each.name for each in doomed if each.kind == "turn"),
        facts=tuple(each.name for each in doomed if each.kind == "fact"),
        rewritten=tuple(each.versions[-1].id for each in erasure.rewritten),
        rows={what: count for what, count in rows.items() if count},
        everything=erasure.everything,
        digest=before,
    )


def _doomed(writer: PartitionWriter, erasure: Erasure) -> list[DoomedDocument]:
    values: Values = {"partition": writer.state.id}
    if erasure.everything:
        rows = fetch(writer.connection, sql("documents_in"), values)
    else:
        values["names"] = as_json([*erasure.turns, *erasure.facts])
        rows = fetch(writer.connection, sql("documents_of"), values)
    return [
        DoomedDocument(number, name, kind, bool(live), unpacked(terms))
        for number, name, kind, live, terms in rows
    ]


def _delete(writer: PartitionWriter, doomed: Sequence[DoomedDocument]) -> dict[str, int]:
    for each in doomed:
        if each.live:
            writer.unindex(each.number, each.passages, each.kind)
    values: Values = {"numbers": json.dumps([each.number for each in doomed])}
    within = "{column} IN (SELECT value FROM json_each(:numbers))"
    counts = {
        what: _delete_from(writer, table, within.replace("{column}", "document"), values)
        for what, table in _TABLES
    }
    counts["documents"] = _delete_from(writer, "documents", within.replace("{column}", "id"), values)
    # The turns are gone: nothing rests on them any more.
    names: Values = {"partition": writer.state.id, "names": as_json([each.name for each in doomed])}
    lost = "partition = :partition AND turn IN (SELECT value FROM json_each(:names))"
    counts["sources"] += _delete_from(writer, "fact_sources", lost, names)
    return counts


def _delete_partition(writer: PartitionWriter) -> dict[str, int]:
    values: Values = {"partition": writer.state.id}
    counts = {
        what: _delete_from(writer, table, "partition = :partition", values)
        for what, table in (
            ("journal entries", "changes"), ("jobs", "jobs"), ("summaries", "summaries"), ("usage", "usage"),
        )
    }  # fmt: skip
    _delete_from(writer, "partitions", "id = :partition", values)
    last = int(writer.connection.execute(sql("last_partition")).get)
    writer.connection.execute(
        sql("set_meta"), {"name": "last_partition", "value": str(max(last, writer.state.id))}
    )
    return counts


def _delete_from(writer: PartitionWriter, table: str, conditions: str, values: Values) -> int:
    writer.connection.execute(sql("erase_rows", table=table, conditions=conditions), values)
    return writer.connection.changes()


def _rewrite(writer: PartitionWriter, rewritten: Rewritten) -> None:
    """Replace all versions of a fact by those that are left of it."""
    last = rewritten.versions[-1]
    rows = fetch(
        writer.connection, sql("documents_of"), {"partition": writer.state.id, "names": as_json([last.id])}
    )
    row = next(rows, None)
    if row is None:
        return
    stored = DoomedDocument(row[0], row[1], row[2], bool(row[3]), unpacked(row[4]))
    kept = {version.revision: version for version in rewritten.versions}
    key: Values = {"partition": writer.state.id, "document": stored.number}
    for revision, _ in list(fetch(writer.connection, sql("version_numbers"), key)):
        if revision in kept:
            writer.connection.execute(
                sql("rewrite_version"), {**key, "revision": revision, "body": pack(kept[revision])}
            )
        else:
            _delete_from(
                writer,
                "fact_versions",
                "partition = :partition AND document = :document AND revision = :revision",
                {**key, "revision": revision},
            )
    writer.connection.execute(sql("put_fact"), fact_row(writer.state.id, stored.number, last))
    put_lookups(writer, last, stored.number)
    _rewrite_document(writer, stored, rewritten)


def _rewrite_document(writer: PartitionWriter, stored: DoomedDocument, rewritten: Rewritten) -> None:
    last, document = rewritten.versions[-1], rewritten.document
    key: Values = {"partition": writer.state.id, "document": stored.number}
    passages = stored.passages if document is None else document.passages
    labels = labels_of_fact(last, writer.cause_at)
    retired = labels.retired or (None, None)
    writer.note("revise", last.id)
    writer.connection.execute(
        sql("update_fact_document"),
        {
            "document": stored.number,
            "version": writer.state.version,
            "at": labels.at[0],
            "at_offset": labels.at[1],
            "speaker": labels.speaker,
            "origin": labels.origin,
            "retired_at": retired[0],
            "retired_offset": retired[1],
        },
    )
    if stored.live:
        writer.unindex(stored.number, stored.passages, "fact")
    if last.live:
        writer.index(stored.number, passages, "fact")
    if document is None:
        return
    writer.put_terms(stored.number, document.passages, document.words, document.analysis)
    writer.connection.execute(sql("drop_vectors"), key)
    writer.connection.execute(sql("drop_all_tokens"), key)
    writer.put_vectors(stored.number, document.embeddings, document.fingerprint)


def _forget_in_journal(writer: PartitionWriter, gone: set[str], erasure: Erasure) -> None:
    """Take reasons and digests of content out of the journal where it is about what was erased; rebuild the chain."""
    rewritten, reasons = erasure.rewritten, set(erasure.reasons)
    for name in sorted(gone):
        writer.note("erase", name)
    touched = gone | {each.versions[-1].id for each in rewritten}
    values: Values = {
        "partition": writer.state.id,
        "names": as_json(sorted(touched)),
        "versions": json.dumps(sorted(reasons)),
    }
    # What comes before keeps its digests.
    values["first"] = writer.connection.execute(sql("first_call_about"), values).get
    if values["first"] is None:
        return
    contents = _contents(writer, rewritten)
    entries = list(fetch(writer.connection, sql("journal_from"), values))
    # What was done in one call has one reason, and that may speak of any of it.
    own = writer.state.version - len(gone) - len(rewritten)
    calls = {row[7] for row in entries if row[2] in touched and row[0] <= own and row[7]}
    digest = writer.connection.execute(sql("digest_before"), values).get or chain_root(writer.partition)
    rows: list[Row] = []
    for version, op, name, verb, at, stated, stored, call, caused_by in entries:
        silent = version in reasons or (version <= own and (name in touched or call in calls))
        reason = "" if silent else stated
        content = contents.get(version, "") if name in touched else stored
        cause = Cause(verb=verb, at=from_micros(at), reason=reason)
        more = (call, caused_by, content)
        digest = chain(digest, version=version, op=op, id=name, cause=cause, more=more)
        rows.append((reason, content, digest, writer.state.id, version))
    writer.connection.executemany(sql("rechain"), rows)
    writer.state.digest = digest


def _contents(writer: PartitionWriter, rewritten: Sequence[Rewritten]) -> Mapping[int, str]:
    """Return the digests of the versions that were rewritten, by their version in the journal."""
    contents: dict[int, str] = {}
    for each in rewritten:
        bodies = {version.revision: packed_digest(pack(version)) for version in each.versions}
        number = writer.connection.execute(
            sql("document"), {"partition": writer.state.id, "name": each.versions[-1].id}
        ).fetchone()
        if number is None:
            continue
        key: Values = {"partition": writer.state.id, "document": number[0]}
        for revision, version in fetch(writer.connection, sql("version_numbers"), key):
            contents[version] = bodies[revision]
    return contents
