"""A document: the index entry of whatever recall can return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from lukasa.domain.embedding import Embedding
from lukasa.domain.turn import Json

Kind = Literal["turn", "fact"]

MAX_PASSAGES = 16_384
"""Passages of one document: 1 MB of text has about two thousand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The index entry of a turn or a fact; it has the same id."""

    id: str
    kind: Kind
    passages: Sequence[Sequence[str]]
    """The analysed text of each passage, in order, with repetitions: what full-text search matches, in every store alike.
    A fact has one passage."""

    words: int = 0
    """How many words its text has."""

    analysis: int = 0
    """Version of the rules that made `passages`; 0: unknown. Terms of other rules are found badly."""

    embeddings: Sequence[Embedding] = ()
    """One for each passage, though of a long text only for the first (`policy.EMBEDDED_PASSAGES`). Empty: not embedded yet."""

    fingerprint: str | None = None
    """Which embedder made `embeddings`."""


class Head(NamedTuple):
    """What the read path keeps in memory of a document: everything but its text, terms and token vectors.

    Times are microseconds since 1970 (UTC): a partition of 50,000 documents is read as a whole.
    """

    id: str
    kind: Kind
    seq: int
    """Its place in the partition. Turns of one session that follow each other are neighbours."""

    at: int
    session: str | None
    speaker: str | None
    role: str | None
    retired: bool
    words: int = 0
    passages: int = 1
    """How many passages full-text has of it."""

    dense: bytes | None = None
    """The dense vectors of its passages under the fingerprint asked for, one behind the other; `None` when there are none yet."""

    current: bool = True
    """Of a fact: whether it is believed now. One that was superseded is live, and not current."""

    sources: tuple[str, ...] = ()
    """Of a fact: the turns that it rests on."""

    start: int | None = None
    """Of a fact: when it became true; `None`: unknown."""

    end: int | None = None
    """Of a fact: when it stopped being true; `None`: it has not, or that is unknown."""

    expires_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """Changes to a partition's documents after a version."""

    version: int
    """The partition's version now, or that of the last change that is part of it; ask for what comes after it next time."""

    heads: Sequence[Head] = ()
    """New and changed documents, by `seq`."""

    more: bool = False
    """Whether there are changes after `version`: fewer were asked for."""

    gone: Sequence[str] = ()
    """Ids of documents that were erased. One that is also among `heads` was stored again since."""

    epoch: int = 0
    """Changes when the partition is erased as a whole and begun again: what was read before must then be dropped.
    0: nothing has been written to it."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A passage of a document, found by a channel of the store."""

    id: str
    """Of the document."""

    passage: int
    """Which one, from 0."""

    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """The fields of a document that a filter can read."""

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
