"""All candidates of one question, best first, with everything that was found out on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from lukasa.domain.recalled import Hit, Mode, Signal, Source
from lukasa.domain.turn import Turn
from lukasa.pipeline.arrays import Floats, Ints
from lukasa.pipeline.channels import Found
from lukasa.pipeline.confidence import Signs
from lukasa.pipeline.evidence import FEATURES
from lukasa.pipeline.fuse import best_first
from lukasa.pipeline.policy import ComposePolicy
from lukasa.pipeline.understand import Understanding
from lukasa.pipeline.warm import TRAITS, Warm


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

    searched: int
    warnings: list[str]
    timings: dict[str, float]
    confidence: float = 0.0
    chances: Floats = field(default_factory=lambda: np.empty(0, np.float32))
    """Relevance of each place."""

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

    def packing(self, budget: int, policy: ComposePolicy) -> Ints:
        """Return the places to offer to a context, in the order in which they should fill it.

        Words are cheaper to count than tokens and never more, so what cannot fit any more is not offered.
        """
        words = self.warm.traits[self.found.rows, TRAITS.index("words")]
        worth = self.scores - policy.length_penalty * np.log(words + 2)
        order = best_first(np.asarray(worth, np.float32), self.warm.seq[self.found.rows])
        enough = int(np.searchsorted(np.cumsum(words[order]), budget)) + policy.misses + 1
        return order[:enough]

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
    )


def _signals(ranking: Ranking, place: int, *, explain: bool) -> Iterator[Signal]:
    found = ranking.found
    channels = {
        "lexical": found.lexical,
        "dense": found.dense,
        "late": None if found.late is None else found.late.mean(axis=1),
    }
    for channel, scores in channels.items():
        if scores is not None and (explain or scores[place] > 0):
            rank = int((scores > scores[place]).sum()) + 1
            yield Signal(
                channel=channel, score=float(scores[place]), rank=rank if scores[place] > 0 else None
            )
    if place in ranking.reranked:
        yield Signal(channel="rerank", score=ranking.reranked[place])
    if explain:
        for name, value in zip(FEATURES, ranking.table[place], strict=True):
            yield Signal(channel=f"evidence.{name}", score=float(value))
