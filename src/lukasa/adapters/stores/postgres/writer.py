"""One `apply`: a list of changes as rows, inside one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from uuid import UUID

from lukasa.adapters.records import KnownDocument, labels_of_turn
from lukasa.adapters.rows import as_json, unpacked
from lukasa.adapters.stores.postgres.bookkeeping import keep
from lukasa.adapters.stores.postgres.connection import MOVED
from lukasa.adapters.stores.postgres.fact_writer import put_fact
from lukasa.adapters.stores.postgres.partition import (
    RowWriter,
    attribute_rows,
)
from lukasa.adapters.stores.postgres.reader import tombstones
from lukasa.adapters.stores.postgres.sql import (
    Connection,
    Row,
    Values,
    changed,
    fetch,
    first,
    run,
    run_many,
    sql,
)
from lukasa.domain.change import (
    AddTurn,
    Applied,
    Basis,
    Change,
    Embed,
    Extraction,
    Index,
    MarkExtracted,
    PutFact,
    Readmit,
    Restore,
    Retire,
    check_basis,
)
from lukasa.domain.embedding import Embedding
from lukasa.domain.erasure import tombstone
from lukasa.domain.job import Bookkeeping
from lukasa.domain.journal import Cause, Op, turn_digest
from lukasa.domain.scope import Partition
from lukasa.domain.time import offset_minutes, to_micros
from lukasa.domain.turn import Turn
from lukasa.errors import InputError, NotFoundError

_ROWS = 1000
"""Turns whose rows are written together: enough that calls cost nothing, few enough that they take little memory."""


@dataclass(slots=True)
class _NewRows:
    """Rows of new turns by statement. Written together: one call for many rows."""

    documents: list[Row] = field(default_factory=list)
    turns: list[Row] = field(default_factory=list)
    attributes: list[Row] = field(default_factory=list)
    vectors: list[Row] = field(default_factory=list)
    tokens: list[Row] = field(default_factory=list)
    index: list[Row] = field(default_factory=list)
    extractions: list[Row] = field(default_factory=list)
    journal: list[Row] = field(default_factory=list)

    def write(self, connection: Connection) -> None:
        for statement, rows in (
            ("add_document", self.documents),
            ("add_turn", self.turns),
            ("add_attribute", self.attributes),
            ("put_vector", self.vectors),
            ("put_tokens", self.tokens),
            ("index_passage", self.index),
            ("put_extraction", self.extractions),
            ("add_change", self.journal),
        ):
            if rows:
                run_many(connection, sql(statement), rows)


def apply(
    connection: Connection,
    partition: Partition,
    changes: Sequence[Change],
    *,
    cause: Cause,
    expected: int | Basis | None,
    bookkeeping: Sequence[Bookkeeping] = (),
) -> Applied:
    """Make every change, and keep the books, inside the caller's transaction."""
    writer = RowWriter(connection, partition, cause)
    check_basis(expected, writer.state.version, partial(_has_changed, writer))
    work = _Changes(writer)
    for are_turns, alike in groupby(changes, lambda change: isinstance(change, AddTurn)):
        if are_turns:
            work.add([change for change in alike if isinstance(change, AddTurn)])
        else:
            for change in alike:
                work.alter(change)
    keep(writer, bookkeeping)
    return writer.finish()


def _has_changed(writer: RowWriter, basis: Basis) -> bool:
    values: Values = {"partition": writer.state.id, "since": basis.version, "names": sorted(basis.ids)}
    return first(writer.connection, sql("changed_since"), values) is not None


class _Changes:
    """The changes of one `apply`, one at a time."""

    def __init__(self, writer: RowWriter) -> None:
        self._writer = writer
        self._connection = writer.connection

    def add(self, changes: Sequence[AddTurn]) -> None:
        """Store turns that follow each other in the list."""
        new = list(self._unknown(changes))
        if not new:
            return
        self._writer.create()
        rows = _NewRows()
        for change in new:
            self._add(change, rows)
            if len(rows.turns) == _ROWS:
                rows.write(self._connection)
                rows = _NewRows()
        rows.write(self._connection)

    def alter(self, change: Change) -> None:
        """Make one change that is not a new turn."""
        match change:
            case Retire(id=id):
                self._hide(id, op="retire")
            case Restore(id=id):
                self._hide(id, op="restore")
            case Embed(id=id, embeddings=embeddings, fingerprint=fingerprint):
                self._embed(id, embeddings, fingerprint)
            case Index():
                self._index(change)
            case PutFact():
                put_fact(self._writer, change)
            case MarkExtracted(id=id, extraction=extraction):
                self._mark(id, extraction)
            case Readmit(mark=mark):
                self._readmit(mark)

    def _unknown(self, changes: Sequence[AddTurn]) -> Iterator[AddTurn]:
        """Yield the turns that the partition does not have; note duplicates, and what was erased."""
        ids = self._known_ids([change.turn.id for change in changes])
        keys = self._known_keys([change.turn.key for change in changes if change.turn.key is not None])
        erased = tombstones(self._connection, self._writer.partition, [change.turn.id for change in changes])
        return self._writer.outcome.new_turns(changes, ids=ids, keys=keys, erased=erased)

    def _known_ids(self, ids: Sequence[str]) -> set[str]:
        values: Values = {"partition": self._writer.state.id, "names": list(ids)}
        return {name for (name,) in fetch(self._connection, sql("known_ids"), values)}

    def _known_keys(self, keys: Sequence[str]) -> dict[str, tuple[str, str | None, str | None, str]]:
        """Return id, role, speaker and text of the turns that came with these keys."""
        if not keys:
            return {}
        values: Values = {"partition": self._writer.state.id, "keys": list(keys)}
        rows = fetch(self._connection, sql("known_keys"), values)
        return {key: (name, role, speaker, text) for key, name, role, speaker, text in rows}

    def _add(self, change: AddTurn, rows: _NewRows) -> None:
        turn, entry, writer = change.turn, change.document, self._writer
        partition = writer.state.id
        rows.journal.append(writer.journal("add", turn.id, content=turn_digest(turn)))
        rows.documents.append(writer.document_row(entry, labels_of_turn(turn)))
        document = writer.state.seq
        if turn.retired_at is None:
            rows.index += writer.index_rows(document, entry.passages, "turn")
        rows.turns.append(_turn_row(partition, document, turn))
        rows.attributes += attribute_rows(partition, document, turn.metadata)
        vectors, tokens = writer.vector_rows(document, entry.embeddings, entry.fingerprint)
        rows.vectors += vectors
        rows.tokens += tokens
        if change.extraction is not None:
            rows.extractions.append(_extraction_row(partition, document, change.extraction))
        writer.outcome.added.append(turn.id)

    def _hide(self, id: str, *, op: Op) -> None:
        stored = self._document(id)
        if stored.kind != "turn":
            raise InputError(f"{id!r} is a {stored.kind}: it is hidden by its next version")
        if stored.live == (op == "restore"):
            return
        at, offset = self._writer.cause_at if op == "retire" else (None, None)
        self._note(op, id)
        run(
            self._connection,
            sql("update_document"),
            {
                "partition": self._writer.state.id,
                "document": stored.id,
                "version": self._writer.state.version,
                "retired_at": at,
                "retired_offset": offset,
            },
        )
        if op == "restore":
            self._writer.index(stored.id, stored.passages, stored.kind)
        else:
            self._writer.unindex(stored.id, stored.passages, stored.kind)

    def _embed(self, id: str, embeddings: Sequence[Embedding], fingerprint: str) -> None:
        document = self._document(id).id
        key: Values = {
            "partition": self._writer.state.id,
            "embedder": self._writer.embedder(fingerprint),
            "document": document,
        }
        (vectors,), tokens = self._writer.vector_rows(document, embeddings, fingerprint)
        columns = tokens[0][len(key) :] if tokens else (None, None, None)
        if first(self._connection, sql("vectors_of"), key) == (*vectors[len(key) :], *columns):
            return
        run_many(self._connection, sql("put_vector"), [vectors])
        if tokens:
            run_many(self._connection, sql("put_tokens"), tokens)
        else:
            run(self._connection, sql("drop_tokens"), key)
        self._note("embed", id)
        self._touch(document)

    def _index(self, change: Index) -> None:
        stored = self._document(change.id)
        same = (stored.words, stored.analysis) == (change.words, change.analysis)
        if same and list(map(Counter, stored.passages)) == list(map(Counter, change.passages)):
            return
        self._note("index", change.id)
        self._writer.put_terms(stored.id, change.passages, change.words, change.analysis)
        if stored.live:
            self._writer.unindex(stored.id, stored.passages, stored.kind)
            self._writer.index(stored.id, change.passages, stored.kind)

    def _mark(self, id: str, extraction: Extraction) -> None:
        document = self._document(id).id
        row = _extraction_row(self._writer.state.id, document, extraction)
        key: Values = {"partition": self._writer.state.id, "document": document}
        if first(self._connection, sql("extraction"), key) == row[2:]:
            return
        run_many(self._connection, sql("put_extraction"), [row])
        self._note("extract", id)
        self._touch(document)

    def _readmit(self, mark: str) -> None:
        digest = tombstone(self._writer.partition, mark)
        key: Values = {"partition": self._writer.state.id, "moved": MOVED, "digest": digest}
        if changed(self._connection, sql("drop_tombstone"), key):
            self._writer.create()
            self._note("readmit", mark)

    def _touch(self, document: int) -> None:
        state = self._writer.state
        values: Values = {"partition": state.id, "document": document, "version": state.version}
        run(self._connection, sql("touch_document"), values)

    def _document(self, id: str) -> KnownDocument:
        values: Values = {"partition": self._writer.state.id, "name": id}
        row = first(self._connection, sql("document"), values)
        if row is None:
            raise NotFoundError(f"the partition has no document {id!r}")
        number, kind, live, terms, words, analysis = row
        return KnownDocument(number, kind, live, unpacked(terms), words, analysis)

    def _note(self, op: Op, id: str) -> None:
        self._writer.note(op, id)
        self._writer.outcome.changed.append(id)


def _turn_row(partition: UUID, document: int, turn: Turn) -> Row:
    return (
        partition,
        document,
        turn.key,
        to_micros(turn.recorded_at),
        offset_minutes(turn.recorded_at),
        as_json(dict(turn.metadata)),
        turn.text,
    )


def _extraction_row(partition: UUID, document: int, extraction: Extraction) -> Row:
    refused = as_json(dict(extraction.refused))
    return partition, document, extraction.extractor, extraction.facts, refused, extraction.fallback
