"""Versions of facts as rows, inside the transaction of an `apply`."""

from __future__ import annotations

from lukasa.adapters.records import KnownFact, labels_of_fact, micros
from lukasa.adapters.rows import as_json, unpacked
from lukasa.adapters.stores.sqlite.partition import (
    PartitionWriter,
    attribute_rows,
)
from lukasa.adapters.stores.sqlite.reader import tombstones
from lukasa.adapters.stores.sqlite.sql import Values, fetch, sql
from lukasa.domain.change import PutFact
from lukasa.domain.fact import Fact, no_source
from lukasa.domain.fact_body import pack, packed_digest
from lukasa.errors import InputError, StaleError


def put_fact(writer: PartitionWriter, change: PutFact) -> None:
    """Store the next version of a fact."""
    fact = change.fact
    stored = _stored(writer, fact.id)
    if stored is None and fact.revision == 1 and _erased(writer, fact):
        writer.outcome.refused.append(fact.id)
        return
    if fact.revision != (stored.revision if stored else 0) + 1:
        last = f"revision {stored.revision}" if stored else "no revision"
        raise StaleError(f"the fact {fact.id!r} has {last}, so {fact.revision} cannot follow; read it again")
    _check_sources(writer, fact, stored)
    if stored is None:
        _check_free(writer, fact)
        writer.create()
    body = pack(fact)
    writer.note(change.op, fact.id, caused_by=change.caused_by, content=packed_digest(body))
    number = _add_document(writer, change) if stored is None else _update_document(writer, change, stored)
    _put_rows(writer, fact, number, body)
    writer.outcome.facts[fact.id] = None


def _stored(writer: PartitionWriter, id: str) -> KnownFact | None:
    rows = fetch(writer.connection, sql("fact_row"), {"partition": writer.state.id, "name": id})
    row = next(rows, None)
    return None if row is None else KnownFact(row[0], bool(row[1]), unpacked(row[2]), row[3])


def _erased(writer: PartitionWriter, fact: Fact) -> bool:
    return bool(tombstones(writer.connection, writer.partition, (fact.key, fact.id)))


def _check_free(writer: PartitionWriter, fact: Fact) -> None:
    """Refuse a second fact of the same content and occurrence: deduplication does not hang on who looked first."""
    key = {"partition": writer.state.id, "key": fact.key, "occurrence": fact.occurrence}
    holder = writer.connection.execute(sql("fact_holder"), key).get
    taken = writer.connection.execute(
        sql("document"), {"partition": writer.state.id, "name": fact.id}
    ).fetchone()
    if holder is not None or taken is not None:
        raise StaleError(f"the partition has {holder or fact.id!r}, which says the same; read it again")


def _check_sources(writer: PartitionWriter, fact: Fact, stored: KnownFact | None) -> None:
    turns = sorted({source.turn for source in fact.sources})
    document = stored.document if stored else 0
    values: Values = {"partition": writer.state.id, "turns": as_json(turns), "document": document}
    if missing := sorted(turn for (turn,) in fetch(writer.connection, sql("missing_turns"), values)):
        raise InputError(no_source(fact, missing[0]))


def _add_document(writer: PartitionWriter, change: PutFact) -> int:
    fact, document = change.fact, change.document
    if document is None:
        raise InputError(f"the fact {fact.id!r} is new: it needs a document")
    number = int(writer.connection.execute(sql("last_document")).get) + 1
    row = writer.document_row(number, document, labels_of_fact(fact, writer.cause_at))
    writer.connection.execute(sql("add_document"), row)
    if fact.live:
        writer.index(number, document.passages, "fact")
    _put_vectors(writer, change, number)
    return number


def _update_document(writer: PartitionWriter, change: PutFact, stored: KnownFact) -> int:
    fact, document, number = change.fact, change.document, stored.document
    labels = labels_of_fact(fact, writer.cause_at)
    at, retired = labels.at, labels.retired or (None, None)
    writer.connection.execute(
        sql("update_fact_document"),
        {
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


def _put_vectors(writer: PartitionWriter, change: PutFact, number: int) -> None:
    """Replace the vectors: those of other words must not be found."""
    document = change.document
    assert document is not None  # noqa: S101 - the callers have looked
    key = {"partition": writer.state.id, "document": number}
    writer.connection.execute(sql("drop_vectors"), key)
    writer.connection.execute(sql("drop_all_tokens"), key)
    writer.put_vectors(number, document.embeddings, document.fingerprint)


def _put_rows(writer: PartitionWriter, fact: Fact, number: int, body: str) -> None:
    partition = writer.state.id
    writer.connection.execute(sql("put_fact"), fact_row(partition, number, fact))
    writer.connection.execute(
        sql("add_version"),
        {
            "partition": partition,
            "document": number,
            "revision": fact.revision,
            "version": writer.state.version,
            "body": body,
        },
    )
    put_lookups(writer, fact, number)


def put_lookups(writer: PartitionWriter, fact: Fact, number: int) -> None:
    """Write the rows by which a fact is found: its metadata and its sources."""
    partition = writer.state.id
    writer.connection.execute(sql("drop_attributes"), {"partition": partition, "document": number})
    writer.connection.executemany(sql("add_attribute"), attribute_rows(partition, number, fact.metadata))
    writer.connection.executemany(
        sql("add_source"), [(partition, source.turn, number) for source in fact.sources]
    )


def fact_row(partition: int, number: int, fact: Fact) -> dict[str, bytes | float | int | str | None]:
    """Return the values of a fact's row."""
    return {
        "document": number,
        "partition": partition,
        "key": fact.key,
        "occurrence": fact.occurrence,
        "slot": fact.slot,
        "subject": fact.subject.casefold(),
        "revision": fact.revision,
        "current": int(fact.status == "current"),
        "valid_from": micros(fact.valid.start),
        "valid_to": micros(fact.valid.end),
        "expires_at": micros(fact.expires_at),
        "turns": as_json(list(dict.fromkeys(source.turn for source in fact.sources))),
        "text": fact.text,
    }
