"""What a recall returns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from lukasa.domain.document import Kind
from lukasa.domain.fact import Fact
from lukasa.domain.turn import Json, Source, Span, Turn

Mode = Literal["full", "lexical"]
"""`lexical`: the embedder could not be used, so only full-text looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """The score that one channel gave a hit (all channels with `explain=True`, otherwise those that found it)."""

    channel: str
    """`lexical`, `dense`, `late`; with `explain=True` also `feature.NAME` for each feature that was weighed."""

    score: float
    """In the channel's own measure: BM25, cosine, MaxSim, …"""

    rank: int | None = None
    """From 1; `None` when the channel did not find it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A turn or a fact that bears on the question."""

    id: str
    kind: Kind
    text: str
    score: float
    """Relevance from 0 to 1, comparable between questions: about the chance that it bears on this one.

    Scores fall from hit to hit.
    """

    at: datetime
    speaker: str | None
    role: str | None
    session: str | None
    sources: Sequence[Source]
    passages: Sequence[Span] = ()
    """Which parts of `text` matched, the best one first: all of a short turn. Empty for a fact."""

    signals: Sequence[Signal] = ()
    metadata: Mapping[str, Json] = field(default_factory=dict)
    fact: Fact | None = None
    """The fact itself, with its status and validity; `None` for a turn."""

    retired: bool = False
    """It was forgotten; only `include_retired` shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """The hits, best first. Iterates over its hits."""

    question: str
    hits: Sequence[Hit]
    abstained: bool = False
    """Nothing was found, or the confidence is below the `min_confidence` of the call. Not a failure: a failure raises."""

    confidence: float = 0.0
    """From 0 to 1: about the chance that the partition has an answer at all."""

    confidence_features: Mapping[str, float] = field(default_factory=dict)
    """What the confidence was computed from; only with `explain=True`."""

    mode: Mode = "full"
    warnings: Sequence[str] = ()
    """What could not be used, and what to do about it."""

    searched: int = 0
    """How many turns were searched."""

    timings: Mapping[str, float] = field(default_factory=dict)
    """Milliseconds by step, and `total`."""

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def __bool__(self) -> bool:
        return bool(self.hits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """A block of memory to paste into a prompt."""

    text: str
    """The profile, then what bears on the question: dated, with speakers and citation marks `[1]`, oldest first. When
    it abstained, the profile alone."""

    tokens: int
    """Tokens in `text`, by the counter in use; never more than the budget."""

    turns: Sequence[Turn]
    """The turns shown, in the order of their marks: `[1]` is `turns[0]`."""

    facts: Sequence[Fact] = ()
    """The facts shown after the turns; their marks go on from there: with five turns, `[6]` is `facts[0]`."""

    profile: str = ""
    """The part of `text` that stays the same, to the byte, until a fact in it changes: it may be cached as a prefix."""

    known: Sequence[Fact] = ()
    """The facts in the profile."""

    excerpts: Mapping[str, str] = field(default_factory=dict)
    """What is shown of the long turns of which only passages are shown, by id of the turn."""

    omitted: Sequence[str] = ()
    """Ids of turns that had no room, though something that ranks lower is shown, or nothing is: ask for a larger budget."""

    abstained: bool = False
    confidence: float = 0.0
    """As in `Recalled`."""

    mode: Mode = "full"
    warnings: Sequence[str] = ()
    timings: Mapping[str, float] = field(default_factory=dict)
