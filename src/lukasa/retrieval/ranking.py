"""All candidates of one question, best first, with everything that was found out on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from lukasa.domain.fact import Fact
from lukasa.domain.recalled import Hit, Mode, Signal
from lukasa.domain.source import Source
from lukasa.domain.turn import Turn
from lukasa.retrieval.channels import Found
from lukasa.retrieval.confidence import Signs
from lukasa.retrieval.features import FEATURES
from lukasa.retrieval.scoring import FactRanking, best_first
from lukasa.retrieval.token_vectors import Floats, Ints
from lukasa.retrieval.understand import Understanding
from lukasa.retrieval.warm import Warm


@dataclass(slots=True, kw_only=True)
class Ranking:
    """A ranking in the making; `place` is a position in `found`."""

    asked: Understanding
    warm: Warm
    found: Found
    table: Floats
    """The evidence, places × features."""

    scores: Floats
    """The fused score of each place."""

    order: Ints
    """Places, best first."""

    mode: Mode
    model: str
    """The embedder's name."""

    facts: FactRanking
    searched: int
    warnings: list[str]
    timings: dict[str, float]
    confidence: float = 0.0
    chances: Floats = field(default_factory=lambda: np.empty(0, np.float32))
    """Relevance of each place."""

    fact_chances: Floats = field(default_factory=lambda: np.empty(0, np.float32))
    """Relevance of each place of `facts`."""

    signs: Signs | None = None
    """What the confidence rests on."""

    reranked: Mapping[int, float] = field(default_factory=dict)
    """What the cross-encoder said of the places it read."""

    turns: dict[str, Turn] = field(default_factory=dict)
    """Those fetched so far."""

    def reorder(self, scores: Floats) -> None:
        """Take new scores, and the order that follows."""
        self.scores = scores
        self.order = best_first(scores, self.warm.seq[self.found.rows])

    def ids(self, places: Ints) -> list[str]:
        """Return the ids of places."""
        return [self.warm.ids[row] for row in self.found.rows[places]]

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Add the time that the block takes to a step of the timings."""
        with timed(self.timings, step):
            yield


@contextmanager
def timed(timings: dict[str, float], step: str) -> Iterator[None]:
    """Add the time that the block takes, in milliseconds."""
    started = perf_counter()
    try:
        yield
    finally:
        timings[step] = timings.get(step, 0.0) + (perf_counter() - started) * 1000


def hit(ranking: Ranking, place: int, turn: Turn, *, explain: bool) -> Hit:
    """Return what a caller gets to see of a place."""
    return Hit(
        id=turn.id,
        kind="turn",
        text=turn.text,
        score=float(ranking.chances[place]),
        at=turn.at,
        speaker=turn.speaker,
        role=turn.role,
        session=turn.session,
        sources=(Source(turn=turn.id, start=0, end=len(turn.text), at=turn.at, speaker=turn.speaker),),
        signals=tuple(_signals(ranking, place, explain=explain)),
        metadata=turn.metadata,
        retired=turn.retired_at is not None,
    )


def fact_hit(ranking: Ranking, place: int, fact: Fact, *, explain: bool) -> Hit:
    """Return what a caller gets to see of a fact."""
    found = ranking.facts.found
    channels = {"lexical": found.lexical, "dense": found.dense, "late": _mean(found.late)}
    return Hit(
        id=fact.id,
        kind="fact",
        text=fact.text,
        score=float(ranking.fact_chances[place]),
        at=fact.sources[0].at if fact.sources else fact.learned_at,
        speaker=fact.subject,
        role=None,
        session=None,
        sources=fact.sources,
        signals=tuple(_channel_signals(channels, place, explain=explain)),
        metadata=fact.metadata,
        fact=fact,
        retired=fact.retired_at is not None,
    )


def _mean(late: Floats | None) -> Floats | None:
    return None if late is None else np.asarray(late.mean(axis=1), np.float32)


def _signals(ranking: Ranking, place: int, *, explain: bool) -> Iterator[Signal]:
    found = ranking.found
    channels = {"lexical": found.lexical, "dense": found.dense, "late": _mean(found.late)}
    yield from _channel_signals(channels, place, explain=explain)
    if place in ranking.reranked:
        yield Signal(channel="rerank", score=ranking.reranked[place])
    if explain:
        for name, value in zip(FEATURES, ranking.table[place], strict=True):
            yield Signal(channel=f"evidence.{name}", score=float(value))


def _channel_signals(channels: Mapping[str, Floats | None], place: int, *, explain: bool) -> Iterator[Signal]:
    for channel, scores in channels.items():
        if scores is not None and (explain or scores[place] > 0):
            rank = int((scores > scores[place]).sum()) + 1
            yield Signal(
                channel=channel, score=float(scores[place]), rank=rank if scores[place] > 0 else None
            )
