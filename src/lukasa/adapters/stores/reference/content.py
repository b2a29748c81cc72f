"""What one partition holds: values, so that a shallow copy is a snapshot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime

from lukasa.adapters.stores.reference.bookkeeping import PartitionBookkeeping
from lukasa.domain.change import Extraction
from lukasa.domain.document import Fields, Head, Kind
from lukasa.domain.embedding import Embedding
from lukasa.domain.fact import Fact
from lukasa.domain.filter import Filter, matches
from lukasa.domain.journal import JournalEntry
from lukasa.domain.query import FactQuery, fact_fields, turn_fields
from lukasa.domain.time import to_micros
from lukasa.domain.turn import Turn
from lukasa.policy import EMBEDDED_PASSAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The index entry of a turn or a fact, and the turn itself."""

    id: str
    seq: int
    turn: Turn | None
    """As it was given, but for `seq`, which the store sets; `retired_at` follows later changes. `None`: it is a fact."""

    passages: tuple[Counter[str], ...]
    """The terms of each passage."""

    words: int
    analysis: int
    """Which rules made the passages."""

    version: int
    """The partition's version at its last change."""

    vectors: dict[str, tuple[Embedding, ...]]
    """Of the passages, by fingerprint; replaced, never changed."""

    extraction: Extraction | None = None

    @property
    def kind(self) -> Kind:
        return "fact" if self.turn is None else "turn"

    def embedded(self, fingerprint: str) -> bool:
        """Whether each passage that should have a vector has one."""
        wanted = min(len(self.passages), EMBEDDED_PASSAGES)
        return len(self.vectors.get(fingerprint, ())) == wanted


@dataclass(slots=True)
class Content:
    """All that one partition holds. The parts are values, so a shallow copy is a snapshot."""

    epoch: int = 0
    seq: int = 0
    documents: dict[str, Entry] = field(default_factory=dict)
    """By id, in the order of `seq`."""

    versions: dict[str, tuple[tuple[int, Fact], ...]] = field(default_factory=dict)
    """Of each fact, oldest first, each with the partition's version that recorded it."""

    journal: list[JournalEntry] = field(default_factory=list)
    bookkeeping: PartitionBookkeeping = field(default_factory=PartitionBookkeeping)

    def __copy__(self) -> Content:
        return Content(
            self.epoch,
            self.seq,
            dict(self.documents),
            dict(self.versions),
            list(self.journal),
            copy(self.bookkeeping),
        )

    @property
    def version(self) -> int:
        return len(self.journal)

    def fact(self, id: str) -> Fact:
        """Return the last version of a fact."""
        return self.versions[id][-1][1]

    def facts(self) -> Iterator[Fact]:
        return (versions[-1][1] for versions in self.versions.values())

    def is_live(self, document: Entry) -> bool:
        if document.turn is not None:
            return document.turn.retired_at is None
        return self.fact(document.id).live

    def fields(self, document: Entry) -> Fields:
        if document.turn is not None:
            return turn_fields(document.turn)
        return fact_fields(self.fact(document.id))

    def live(self, kind: Kind | None, filter: Filter | None) -> list[Entry]:
        return [
            document
            for document in self.documents.values()
            if self.is_live(document)
            and kind in {None, document.kind}
            and (filter is None or matches(filter, self.fields(document)))
        ]


def head(content: Content, document: Entry, fingerprint: str | None) -> Head:
    """Return what the read path keeps of a document."""
    embeddings = document.vectors.get(fingerprint, ()) if fingerprint is not None else ()
    fields = content.fields(document)
    fact = None if document.turn is not None else content.fact(document.id)
    return Head(
        id=document.id,
        kind=document.kind,
        seq=document.seq,
        at=to_micros(fields.at),
        session=fields.session,
        speaker=fields.speaker,
        role=fields.role,
        retired=not content.is_live(document),
        passages=len(document.passages),
        dense=b"".join(embedding.dense for embedding in embeddings) or None,
        words=document.words,
        current=fact is None or fact.status == "current",
        sources=() if fact is None else tuple(dict.fromkeys(source.turn for source in fact.sources)),
        start=None if fact is None else _micros(fact.valid.start),
        end=None if fact is None else _micros(fact.valid.end),
        expires_at=None if fact is None else _micros(fact.expires_at),
    )


def _micros(at: datetime | None) -> int | None:
    return None if at is None else to_micros(at)


def looked_up(content: Content, id: str, query: FactQuery) -> bool:
    """Whether a fact is one of those that the query names by id, key, slot or turn."""
    last = content.fact(id)
    versions = [fact for _, fact in content.versions[id]]
    return (
        (query.ids is None or id in query.ids)
        and (
            (query.keys is None and query.slots is None)
            or last.key in (query.keys or ())
            or last.slot in (query.slots or ())
        )
        and (query.turns is None or any(s.turn in query.turns for fact in versions for s in fact.sources))
    )
