"""All candidates of one question, best first, and the hits that are made of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

from lukasa.domain.fact import Fact
from lukasa.domain.recalled import Hit, Mode, Signal
from lukasa.domain.source import Source
from lukasa.domain.turn import Turn
from lukasa.retrieval.channels import Candidates
from lukasa.retrieval.confidence import ConfidenceFeatures
from lukasa.retrieval.features import FEATURES
from lukasa.retrieval.scoring import RankedCandidates
from lukasa.retrieval.token_vectors import Floats, Ints
from lukasa.retrieval.understand import Understanding
from lukasa.retrieval.warm import PartitionIndex


@dataclass(slots=True, kw_only=True)
class Ranking:
    """The ranking of one question, with what was computed on the way."""

    understanding: Understanding
    index: PartitionIndex
    turns: RankedCandidates
    facts: RankedCandidates
    table: Floats
    """Turns × features."""

    mode: Mode
    model: str
    """The embedder's name."""

    searched: int
    warnings: list[str]
    timings: dict[str, float]
    confidence: float = 0.0
    confidence_features: ConfidenceFeatures | None = None
    fetched: dict[str, Turn] = field(default_factory=dict)
    """Turns read from the store so far."""

    def turn_ids(self, positions: Ints) -> list[str]:
        return [self.index.turns.ids[row] for row in self.turns.candidates.rows[positions]]


@contextmanager
def timed(timings: dict[str, float], step: str) -> Iterator[None]:
    """Add the time that the block takes, in milliseconds."""
    started = perf_counter()
    try:
        yield
    finally:
        timings[step] = timings.get(step, 0.0) + (perf_counter() - started) * 1000


def turn_hit(ranking: Ranking, position: int, turn: Turn, *, explain: bool) -> Hit:
    """Return what the caller sees of a turn; with *explain*, every channel and feature."""
    signals = list(_channel_signals(ranking.turns.candidates, position, explain=explain))
    if explain:
        for name, value in zip(FEATURES, ranking.table[position], strict=True):
            signals.append(Signal(channel=f"feature.{name}", score=float(value)))
    return Hit(
        id=turn.id,
        kind="turn",
        text=turn.text,
        score=float(ranking.turns.relevance[position]),
        at=turn.at,
        speaker=turn.speaker,
        role=turn.role,
        session=turn.session,
        sources=(Source(turn=turn.id, start=0, end=len(turn.text), at=turn.at, speaker=turn.speaker),),
        signals=tuple(signals),
        metadata=turn.metadata,
        retired=turn.retired_at is not None,
    )


def fact_hit(ranking: Ranking, position: int, fact: Fact, *, explain: bool) -> Hit:
    """Return what the caller sees of a fact."""
    return Hit(
        id=fact.id,
        kind="fact",
        text=fact.text,
        score=float(ranking.facts.relevance[position]),
        at=fact.sources[0].at if fact.sources else fact.learned_at,
        speaker=fact.subject,
        role=None,
        session=None,
        sources=fact.sources,
        signals=tuple(_channel_signals(ranking.facts.candidates, position, explain=explain)),
        metadata=fact.metadata,
        fact=fact,
        retired=fact.retired_at is not None,
    )


def _channel_signals(candidates: Candidates, position: int, *, explain: bool) -> Iterator[Signal]:
    channels = {"lexical": candidates.lexical, "dense": candidates.dense, "late": candidates.late_mean}
    for channel, scores in channels.items():
        if scores is None:
            continue
        score = float(scores[position])
        if explain or score > 0:
            rank = int((scores > scores[position]).sum()) + 1
            yield Signal(channel=channel, score=score, rank=rank if score > 0 else None)
