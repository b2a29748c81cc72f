"""Versions of facts as rows, inside the transaction of an `apply`."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from lukasa.adapters.records import KnownFact, labels_of_fact, micros
from lukasa.adapters.rows import as_json, unpacked
from lukasa.adapters.stores.postgres.connection import MOVED
from lukasa.adapters.stores.postgres.partition import RowWriter, attribute_rows
from lukasa.adapters.stores.postgres.sql import Value, Values, fetch_together, run, run_many, sql
from lukasa.domain.change import PutFact
from lukasa.domain.erasure import tombstone
from lukasa.domain.fact import Fact, no_source
from lukasa.domain.fact_body import pack, packed_digest
from lukasa.errors import InputError, StaleError


def put_fact(writer: RowWriter, change: PutFact) -> None:
    """Store the next version of a fact."""
    fact = change.fact
    before = _look(writer, fact)
    stored = before.stored
    if stored is None and fact.revision == 1 and before.erased:
        writer.outcome.refused.append(fact.id)
        return
    if fact.revision != (stored.revision if stored else 0) + 1:
        last = f"revision {stored.revision}" if stored else "no revision"
        raise StaleError(f"the fact {fact.id!r} has {last}, so {fact.revision} cannot follow; read it again")
    if before.missing:
        raise InputError(no_source(fact, before.missing[0]))
    if stored is None:
        if before.holder is not None:  # deduplication does not hang on who looked first
            raise StaleError(f"the partition has {before.holder!r}, which says the same; read it again")
        writer.create()
    body = pack(fact)
    writer.note(change.op, fact.id, caused_by=change.caused_by, content=packed_digest(body))
    number = _add_document(writer, change) if stored is None else _update_document(writer, change, stored)
    _put_rows(writer, fact, number, body)
    writer.outcome.facts[fact.id] = None


@dataclass(frozen=True, slots=True)
class _Before:
    """What the partition has that a version of a fact is compared with."""

    stored: KnownFact | None
    erased: bool
    """Whether the fact, or what it says, must not come back."""

    holder: str | None
    """The document that has its name, or another fact of the same content and occurrence."""

    missing: list[str]
    """Turns that it is to rest on and that are not there."""


def _look(writer: RowWriter, fact: Fact) -> _Before:
    partition = writer.state.id
    named: Values = {"partition": partition, "name": fact.id}
    turns = sorted({source.turn for source in fact.sources})
    digests = [tombstone(writer.partition, mark) for mark in (fact.key, fact.id)]
    facts, documents, holders, erased, missing = fetch_together(
        writer.connection,
        (sql("fact_row"), named),
        (sql("document"), named),
        (sql("fact_holder"), {"partition": partition, "key": fact.key, "occurrence": fact.occurrence}),
        (sql("tombstones"), {"partition": partition, "moved": MOVED, "digests": digests}),
        (sql("missing_turns"), {**named, "turns": turns}),
    )
    row = facts[0] if facts else None
    return _Before(
        stored=None if row is None else KnownFact(row[0], row[1], unpacked(row[2]), row[3]),
        erased=bool(erased),
        holder=holders[0][0] if holders else fact.id if documents else None,
        missing=sorted(turn for (turn,) in missing),
    )


def _add_document(writer: RowWriter, change: PutFact) -> int:
    fact, document = change.fact, change.document
    if document is None:
        raise InputError(f"the fact {fact.id!r} is new: it needs a document")
    row = writer.document_row(document, labels_of_fact(fact, writer.cause_at))
    number = writer.state.seq
    run_many(writer.connection, sql("add_document"), [row])
    if fact.live:
        writer.index(number, document.passages, "fact")
    _put_vectors(writer, change, number)
    return number


def _update_document(writer: RowWriter, change: PutFact, stored: KnownFact) -> int:
    fact, document, number = change.fact, change.document, stored.document
    labels = labels_of_fact(fact, writer.cause_at)
    at, retired = labels.at, labels.retired or (None, None)
    run(
        writer.connection,
        sql("update_fact_document"),
        {
            "partition": writer.state.id,
            "document": number,
            "version": writer.state.version,
            "at": at[0],
            "at_offset": at[1],
            "speaker": labels.speaker,
            "origin": labels.origin,
            "retired_at": retired[0],
            "retired_offset": retired[1],
        },
    )
    passages = stored.passages
    if document is not None:
        passages = [list(terms) for terms in document.passages]
        writer.put_terms(number, passages, document.words, document.analysis)
        _put_vectors(writer, change, number)
    if stored.live and (not fact.live or passages != stored.passages):
        writer.unindex(number, stored.passages, "fact")
    if fact.live and (not stored.live or passages != stored.passages):
        writer.index(number, passages, "fact")
    return number


def _put_vectors(writer: RowWriter, change: PutFact, number: int) -> None:
    """Replace the vectors: those of other words must not be found."""
    document = change.document
    assert document is not None  # noqa: S101 - the callers have looked
    key: Values = {"partition": writer.state.id, "document": number}
    run(writer.connection, sql("drop_vectors"), key)
    run(writer.connection, sql("drop_all_tokens"), key)
    writer.put_vectors(number, document.embeddings, document.fingerprint)


def _put_rows(writer: RowWriter, fact: Fact, number: int, body: str) -> None:
    partition = writer.state.id
    run(writer.connection, sql("put_fact"), fact_row(partition, number, fact))
    run(
        writer.connection,
        sql("add_version"),
        {
            "partition": partition,
            "document": number,
            "revision": fact.revision,
            "version": writer.state.version,
            "attribute": fact.attribute,
            "body": body,
        },
    )
    put_lookups(writer, fact, number)


def put_lookups(writer: RowWriter, fact: Fact, number: int) -> None:
    """Write the rows by which a fact is found: its metadata and its sources."""
    partition = writer.state.id
    turns = list(dict.fromkeys(source.turn for source in fact.sources))
    values: Values = {"partition": partition, "document": number, "turns": turns}
    run(writer.connection, sql("drop_attributes"), values)
    run_many(writer.connection, sql("add_attribute"), attribute_rows(partition, number, fact.metadata))
    run(writer.connection, sql("add_source"), values)


def fact_row(partition: UUID, number: int, fact: Fact) -> dict[str, Value]:
    """Return the values of a fact's row."""
    return {
        "document": number,
        "partition": partition,
        "key": fact.key,
        "occurrence": fact.occurrence,
        "slot": fact.slot,
        "subject": fact.subject.casefold(),
        "revision": fact.revision,
        "current": fact.status == "current",
        "valid_from": micros(fact.valid.start),
        "valid_to": micros(fact.valid.end),
        "expires_at": micros(fact.expires_at),
        "turns": as_json(list(dict.fromkeys(source.turn for source in fact.sources))),
        "text": fact.text,
    }
