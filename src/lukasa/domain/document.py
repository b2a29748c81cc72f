"""A document: the index entry of whatever recall can return."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import accumulate, pairwise
from operator import attrgetter
from typing import Any, ClassVar, Literal, NamedTuple

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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heads:
    """Heads of documents of one kind, by `seq`, a column for each field of `Head`: a large partition takes no object for each."""

    id: Sequence[str] = ()
    kind: Sequence[Kind] = ()
    seq: Sequence[int] = ()
    at: Sequence[int] = ()
    session: Sequence[str | None] = ()
    speaker: Sequence[str | None] = ()
    role: Sequence[str | None] = ()
    retired: Sequence[int] = ()
    words: Sequence[int] = ()
    passages: Sequence[int] = ()
    sizes: Sequence[int] = ()
    """How many bytes of `dense` each document has; 0: it has no vectors yet."""

    dense: bytes = b""
    """The vectors of all of them, one behind the other."""

    current: Sequence[int] = ()
    sources: Sequence[tuple[str, ...]] = ()
    start: Sequence[int | None] = ()
    end: Sequence[int | None] = ()
    expires_at: Sequence[int | None] = ()

    @classmethod
    def of(cls, heads: Iterable[Head]) -> Heads:
        """Return heads of one kind as columns."""
        rows = sorted(heads, key=_SEQ)
        columns: dict[str, Sequence[Any]] = dict(
            zip(Head._fields, zip(*rows, strict=True), strict=bool(rows))
        )
        dense = [vectors or b"" for vectors in columns.pop("dense", ())]
        return cls(**columns, sizes=[len(vectors) for vectors in dense], dense=b"".join(dense))

    def __len__(self) -> int:
        return len(self.id)

    def __iter__(self) -> Iterator[Head]:
        columns = [getattr(self, name) for name in Head._fields if name != "dense"]
        for *values, dense in zip(*columns, self.vectors(), strict=True):
            values.insert(_DENSE, bytes(dense) or None)
            yield Head._make(values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Heads) and list(self) == list(other)

    __hash__: ClassVar[None] = None  # type: ignore[assignment]

    def vectors(self) -> list[memoryview]:
        """Return the vectors of each document."""
        content = memoryview(self.dense)
        return [content[start:end] for start, end in pairwise(accumulate(self.sizes, initial=0))]


_SEQ = attrgetter("seq")
_DENSE = Head._fields.index("dense")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """Changes to a partition's documents after a version."""

    version: int
    """The partition's version now, or that of the last change that is part of it; ask for what comes after it next time."""

    turns: Heads = field(default_factory=Heads)
    """New and changed ones."""

    facts: Heads = field(default_factory=Heads)
    more: bool = False
    """Whether there are changes after `version`: fewer were asked for."""

    gone: Sequence[str] = ()
    """Ids of documents that were erased up to `version`. One that is also among the heads was stored again since."""

    epoch: int = 0
    """Changes when the partition is erased as a whole and begun again: what was read before must then be dropped.
    0: nothing has been written to it."""

    @property
    def heads(self) -> list[Head]:
        """All of them one by one, by `seq`."""
        return sorted([*self.turns, *self.facts], key=_SEQ)

    def with_heads(self, heads: Iterable[Head]) -> Delta:
        """Return a delta with these heads."""
        each = list(heads)
        turns, facts = [Heads.of(head for head in each if head.kind == kind) for kind in ("turn", "fact")]
        return replace(self, turns=turns, facts=facts)


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
