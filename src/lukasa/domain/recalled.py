"""What a recall gives back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from lukasa.domain.document import Kind
from lukasa.domain.fact import Fact
from lukasa.domain.source import Source
from lukasa.domain.tally import Tally
from lukasa.domain.turn import Json, Turn

Mode = Literal["full", "lexical"]
"""`lexical`: the embedder could not be used, so only full-text looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What one channel said of a hit (`explain=True` lists every channel, otherwise those that found it)."""

    channel: str
    """`lexical`, `dense`, `late`, `rerank`; with `explain=True` also `evidence.NAME` for each feature that was weighed."""

    score: float
    """In the channel's own measure: BM25, cosine, MaxSim, …"""

    rank: int | None = None
    """From 1; `None` when the channel did not find it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing remembered that bears on the question."""

    id: str
    kind: Kind
    text: str
    score: float
    """Relevance from 0 to 1, comparable between questions: about the chance that it bears on this one."""

    at: datetime
    speaker: str | None
    role: str | None
    session: str | None
    sources: Sequence[Source]
    signals: Sequence[Signal] = ()
    metadata: Mapping[str, Json] = field(default_factory=dict)
    fact: Fact | None = None
    """The fact itself, with its status and validity; `None` for a turn."""

    retired: bool = False
    """It was forgotten; only `include_retired` shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """What was found, best first. Iterates over its hits."""

    question: str
    hits: Sequence[Hit]
    abstained: bool = False
    """Nothing in the partition is relevant enough. Not a failure: a failure raises."""

    confidence: float = 0.0
    """From 0 to 1: about the chance that the partition has an answer at all."""

    signs: Mapping[str, float] = field(default_factory=dict)
    """What the confidence rests on; only with `explain=True`."""

    mode: Mode = "full"
    warnings: Sequence[str] = ()
    """What could not be used, and what to do about it."""

    searched: int = 0
    """Documents that were looked at."""

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
    """The profile, then what bears on the question: dated, with speakers and citation marks `[1]`, oldest first. Without
    anything relevant, the profile alone."""

    tokens: int
    """Tokens in `text`, by the counter in use; never more than the budget."""

    turns: Sequence[Turn]
    """The turns shown, in the order of their marks: `[1]` is `turns[0]`."""

    facts: Sequence[Fact] = ()
    """The facts shown after the turns; their marks go on from there: with five turns, `[6]` is `facts[0]`."""

    profile: str = ""
    """The part of `text` that stays the same, to the byte, until a fact in it changes: it may be cached as a prefix."""

    known: Sequence[Fact] = ()
    """The facts that the profile says."""

    tally: Tally | None = None
    """What was worked out by counting or sorting facts, for a question that asks for that; its sentence ends the text."""

    abstained: bool = False
    confidence: float = 0.0
    """As in `Recalled`."""

    mode: Mode = "full"
    warnings: Sequence[str] = ()
    timings: Mapping[str, float] = field(default_factory=dict)
