"""A partition's row while it is written to: its counts, its place in full-text, and its journal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias
from uuid import UUID

from lukasa.adapters.records import DocumentLabels, WriteOutcome
from lukasa.adapters.rows import packed
from lukasa.adapters.stores.postgres import fulltext
from lukasa.adapters.stores.postgres.connection import identity
from lukasa.adapters.stores.postgres.sql import Connection, Row, Value, first, run, run_many, sql
from lukasa.domain.change import Applied
from lukasa.domain.document import Document, Kind
from lukasa.domain.embedding import Embedding
from lukasa.domain.journal import Cause, Op, chain, chain_root
from lukasa.domain.scope import Partition
from lukasa.domain.time import offset_minutes, to_micros
from lukasa.domain.turn import Json
from lukasa.errors import StoreError


@dataclass(slots=True)
class PartitionState:
    """The partition's row, as it will be when all is done."""

    id: UUID
    epoch: int
    """0: the row is not there yet."""

    version: int
    seq: int
    documents: int
    """Passages of live turns."""

    terms: int
    facts: int
    """Passages of live facts: each has one."""

    fact_terms: int
    digest: str


def load(connection: Connection, partition: Partition) -> PartitionState | None:
    """Return the partition's row, if anything was ever written to it."""
    row = first(connection, sql("partition"), {"partition": identity(partition)})
    if row is None:
        return None
    number, tenant, user, *counts = row
    if (tenant, user) != (partition.tenant, partition.user):
        raise StoreError("two partitions of this store have the same number; give one of them another name")
    return PartitionState(number, *counts)


Passages: TypeAlias = Sequence[Sequence[str]]
"""The terms of each passage of a document."""


class RowWriter:
    """What every change of one `apply` needs: the partition's row, and a journal entry for each effect."""

    def __init__(self, connection: Connection, partition: Partition, cause: Cause) -> None:
        self.connection = connection
        self.partition = partition
        self.cause = cause
        self.cause_at = (to_micros(cause.at), offset_minutes(cause.at))
        self.outcome = WriteOutcome()
        self.state = load(connection, partition) or PartitionState(
            identity(partition), 0, 0, 0, 0, 0, 0, 0, chain_root(partition)
        )
        self._before = self.state.version
        self._embedders: dict[str, int] = {}

    def finish(self) -> Applied:
        """Write the partition's row, if anything changed."""
        if self.state.version > self._before:
            self.write_state()
        return self.outcome.applied(self._before, self.state.version)

    def write_state(self) -> None:
        """Write the partition's row."""
        state = self.state
        run(
            self.connection,
            sql("update_partition"),
            {
                "partition": state.id,
                "version": state.version,
                "seq": state.seq,
                "documents": state.documents,
                "terms": state.terms,
                "facts": state.facts,
                "fact_terms": state.fact_terms,
                "digest": state.digest,
            },
        )

    def create(self) -> None:
        """Make the partition's row if it is not there: one that nothing came of does not exist."""
        if not self.state.epoch:
            owner: dict[str, Value] = {"tenant": self.partition.tenant, "user": self.partition.user}
            row = {**owner, "partition": self.state.id, "digest": self.state.digest}
            (self.state.epoch,) = first(self.connection, sql("add_partition"), row)

    def journal(self, op: Op, id: str, *, caused_by: str = "", content: str = "") -> Row:
        """Raise the version by one and return the journal's row for it."""
        state, cause = self.state, self.cause
        state.version += 1
        more = (self._before + 1, caused_by, content)
        state.digest = chain(state.digest, version=state.version, op=op, id=id, cause=cause, more=more)
        return (
            state.id,
            state.version,
            op,
            id,
            cause.verb,
            *self.cause_at,
            cause.reason,
            state.digest,
            *more,
        )

    def note(self, op: Op, id: str, *, caused_by: str = "", content: str = "") -> None:
        """Write a journal entry now."""
        run_many(
            self.connection, sql("add_change"), [self.journal(op, id, caused_by=caused_by, content=content)]
        )

    def document_row(self, document: Document, labels: DocumentLabels) -> Row:
        """Give a new document its place, which is its number, and return its row."""
        self.state.seq += 1
        return (
            self.state.id,
            self.state.seq,
            document.id,
            document.kind,
            self.state.version,
            *labels.at,
            labels.session,
            labels.agent,
            labels.speaker,
            labels.role,
            labels.origin,
            *(labels.retired or (None, None)),
            document.words,
            _length(document.passages),
            packed(document.passages),
            len(document.passages),
            document.analysis,
        )

    def put_terms(self, number: int, passages: Passages, words: int, analysis: int) -> None:
        """Write what other rules, or other words, make of a document; full-text is `index` and `unindex`."""
        run(
            self.connection,
            sql("update_terms"),
            {
                "partition": self.state.id,
                "document": number,
                "version": self.state.version,
                "terms": packed(passages),
                "passages": len(passages),
                "length": _length(passages),
                "words": words,
                "analysis": analysis,
            },
        )

    def index_rows(self, number: int, passages: Passages, kind: Kind) -> Sequence[Row]:
        """Count a live document, and return its rows of the full-text index."""
        self.count(passages, kind, sign=1)
        return fulltext.rows_of(self.state.id, number, kind, passages)

    def unindex(self, number: int, passages: Passages, kind: Kind) -> None:
        """Take a document's terms out of full-text and the counts."""
        self.count(passages, kind, sign=-1)
        run(self.connection, sql("unindex_document"), {"partition": self.state.id, "document": number})

    def index(self, number: int, passages: Passages, kind: Kind) -> None:
        """Take a document's terms into full-text and the counts."""
        run_many(self.connection, sql("index_passage"), self.index_rows(number, passages, kind))

    def count(self, passages: Passages, kind: Kind, *, sign: Literal[1, -1]) -> None:
        """Count the passages of a live document, or no longer."""
        if kind == "turn":
            self.state.documents += sign * len(passages)
            self.state.terms += sign * _length(passages)
        else:
            self.state.facts += sign * len(passages)
            self.state.fact_terms += sign * _length(passages)

    def put_vectors(self, number: int, embeddings: Sequence[Embedding], fingerprint: str | None) -> None:
        """Write the vectors of a document's passages, which has none of that embedder."""
        vectors, tokens = self.vector_rows(number, embeddings, fingerprint)
        run_many(self.connection, sql("put_vector"), vectors)
        run_many(self.connection, sql("put_tokens"), tokens)

    def vector_rows(
        self, number: int, embeddings: Sequence[Embedding], fingerprint: str | None
    ) -> tuple[list[Row], list[Row]]:
        """Return the rows of a document's dense vectors and of its token vectors: those of its passages one behind the other."""
        if not embeddings or fingerprint is None:
            return [], []
        key = (self.state.id, self.embedder(fingerprint), number)
        vectors: Row = (*key, b"".join(each.dense for each in embeddings), len(embeddings))
        tokens = [each.tokens for each in embeddings if each.tokens is not None]
        if not tokens:
            return [vectors], []
        counts = None if len(tokens) == 1 else json.dumps([each.count for each in tokens])
        return [vectors], [(*key, tokens[0].width, b"".join(each.codes for each in tokens), counts)]

    def embedder(self, fingerprint: str) -> int:
        """Return the number under which vectors of that fingerprint are kept, given now if need be."""
        number = self._embedders.get(fingerprint)
        if number is None:
            values: dict[str, Value] = {"fingerprint": fingerprint}
            row = first(self.connection, sql("embedder"), values)
            if row is None:
                run(self.connection, sql("add_embedder"), values)
                row = first(self.connection, sql("embedder"), values)
            number = self._embedders[fingerprint] = int(row[0])
        return number


def _length(passages: Passages) -> int:
    return sum(map(len, passages))


def attribute_rows(partition: UUID, document: int, metadata: Mapping[str, Json]) -> Iterator[Row]:
    """Yield the rows by which filters find a document's metadata; null leaves none: it is like absent."""
    for name, value in metadata.items():
        match value:
            case None:
                continue
            case list():
                yield (partition, document, name, 0, "list", None, None)
                for index, element in enumerate(value, 1):
                    yield (partition, document, name, index, *_typed(element))
            case _:
                yield (partition, document, name, 0, *_typed(value))


def _typed(value: Json) -> tuple[str, Decimal | None, str | None]:
    match value:
        case None:
            return "null", None, None
        case bool():
            return "bool", Decimal(value), None
        case int() | float():
            return "number", Decimal(value), None  # exactly: a float is a fraction of powers of two
        case str():
            return "text", None, value
        case list():
            return "list", None, None
        case dict():
            return "object", None, None
