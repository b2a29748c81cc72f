"""A partition's row while it is written to: its counts, its place in full-text, and its journal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import apsw

from lukasa.adapters.records import DocumentLabels, WriteOutcome
from lukasa.adapters.rows import packed
from lukasa.adapters.stores.sqlite import fulltext
from lukasa.adapters.stores.sqlite.sql import Row, Value, fetch, sql
from lukasa.domain.change import Applied
from lukasa.domain.document import Document, Kind
from lukasa.domain.embedding import Embedding
from lukasa.domain.journal import Cause, Op, chain, chain_root
from lukasa.domain.scope import Partition
from lukasa.domain.time import offset_minutes, to_micros
from lukasa.domain.turn import Json


@dataclass(slots=True)
class State:
    """The partition's row, as it will be when all is done."""

    id: int
    version: int
    seq: int
    documents: int
    """Passages of live turns."""

    terms: int
    facts: int
    """Passages of live facts: each has one."""

    fact_terms: int
    digest: str


Passages: TypeAlias = Sequence[Sequence[str]]
"""The terms of each passage of a document."""


class PartitionWriter:
    """What every change of one `apply` needs: the partition's row, and a journal entry for each effect."""

    def __init__(self, connection: apsw.Connection, partition: Partition, cause: Cause) -> None:
        self.connection = connection
        self.partition = partition
        self.cause = cause
        self.cause_at = (to_micros(cause.at), offset_minutes(cause.at))
        self.outcome = WriteOutcome()
        self.state = self._load()
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
        self.connection.execute(
            sql("update_partition"),
            {
                "id": state.id,
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
        if not self.state.id:
            owner = {"tenant": self.partition.tenant, "user": self.partition.user}
            # A number is never used again: what others hold of a partition that was erased must not pass for this one's.
            self.state.id = int(self.connection.execute(sql("last_partition")).get) + 1
            self.connection.execute(
                sql("add_partition"), {**owner, "id": self.state.id, "digest": self.state.digest}
            )

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
        row = self.journal(op, id, caused_by=caused_by, content=content)
        self.connection.execute(sql("add_change"), row)

    def document_row(self, number: int, document: Document, labels: DocumentLabels) -> Row:
        """Give a new document its place, and return its row."""
        self.state.seq += 1
        return (
            number,
            self.state.id,
            document.id,
            document.kind,
            self.state.seq,
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
        self.connection.execute(
            sql("update_terms"),
            {
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
        return fulltext.rows_of(number, fulltext.pool(self.state.id, kind), passages)

    def unindex(self, number: int, passages: Passages, kind: Kind) -> None:
        """Take a document's terms out of full-text and the counts."""
        self.count(passages, kind, sign=-1)
        rows = fulltext.rows_of(number, fulltext.pool(self.state.id, kind), passages)
        self.connection.executemany(sql("unindex_document"), rows)

    def index(self, number: int, passages: Passages, kind: Kind) -> None:
        """Take a document's terms into full-text and the counts."""
        self.connection.executemany(sql("index_document"), self.index_rows(number, passages, kind))

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
        self.connection.executemany(sql("put_vector"), vectors)
        self.connection.executemany(sql("put_tokens"), tokens)

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
            row = self.connection.execute(sql("embedder"), {"fingerprint": fingerprint}).get
            if row is None:
                row = self.connection.execute(sql("add_embedder"), {"fingerprint": fingerprint}).get
            number = self._embedders[fingerprint] = int(row)
        return number

    def _load(self) -> State:
        owner = {"tenant": self.partition.tenant, "user": self.partition.user}
        row = next(fetch(self.connection, sql("partition"), owner), None)
        return State(*row) if row else State(0, 0, 0, 0, 0, 0, 0, chain_root(self.partition))


def _length(passages: Passages) -> int:
    return sum(map(len, passages))


def attribute_rows(partition: int, document: int, metadata: Mapping[str, Json]) -> Iterator[Row]:
    """Yield the rows by which filters find a document's metadata; null leaves none: it is like absent."""
    for name, value in metadata.items():
        match value:
            case None:
                continue
            case list():
                yield (partition, document, name, 0, "list", None)
                for index, element in enumerate(value, 1):
                    yield (partition, document, name, index, *_typed(element))
            case _:
                yield (partition, document, name, 0, *_typed(value))


def _typed(value: Json) -> tuple[str, Value]:
    match value:
        case None:
            return "null", None
        case bool():
            return "bool", int(value)
        case int() | float():
            return "number", value
        case str():
            return "text", value
        case list():
            return "list", None
        case dict():
            return "object", None
