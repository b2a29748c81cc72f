"""A document: whatever recall can return, as the indexes see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from lukasa.domain.embedding import Embedding
from lukasa.domain.turn import Json

Kind = Literal["turn", "fact", "relation", "summary"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The index entry of a turn (later also of a fact, relation or summary); it has the same id."""

    id: str
    kind: Kind
    terms: Sequence[str]
    """The analysed text, in order, with repetitions: what full-text search matches, in every store alike."""

    embedding: Embedding | None = None
    """`None`: not embedded yet (the model was absent, or it is another one now)."""

    fingerprint: str | None = None
    """Which embedder made `embedding`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the read path keeps warm of a document: everything but its text, terms and token vectors."""

    id: str
    kind: Kind
    seq: int
    """Its place in the partition. Turns of one session that follow each other are neighbours."""

    at: datetime
    session: str | None
    speaker: str | None
    role: str | None
    retired: bool
    dense: bytes | None
    """The dense vector under the fingerprint asked for; `None` when there is none yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """What happened to a partition's documents after a version."""

    version: int
    """The partition's version now; ask for what comes after it next time."""

    heads: Sequence[Head] = ()
    """New and changed documents, by `seq`."""

    gone: Sequence[str] = ()
    """Ids of documents that no longer exist."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A document found by a channel of the store."""

    id: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What a filter may look at, for one document."""

    id: str
    kind: str
    at: datetime
    session: str | None
    agent: str | None
    speaker: str | None
    role: str | None
    origin: str | None
    text: str
    metadata: Mapping[str, Json] = field(default_factory=dict)
