"""One score from all features of a candidate, the order that follows, and the hits that are made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from lukasa.domain.fact import Fact
from lukasa.domain.interval import Interval
from lukasa.domain.recalled import Hit, Mode, Signal
from lukasa.domain.turn import Source, Span, Turn
from lukasa.policy import FactPolicy
from lukasa.retrieval.channels import Candidates
from lukasa.retrieval.confidence import ConfidenceFeatures
from lukasa.retrieval.features import FEATURES, scaled
from lukasa.retrieval.question import Understanding
from lukasa.retrieval.token_vectors import Floats, Ints
from lukasa.retrieval.warm import PartitionIndex


@dataclass(slots=True, kw_only=True)
class RankedCandidates:
    """Candidates of one kind with one score each; a *position* is an entry of their arrays."""

    candidates: Candidates
    scores: Floats
    """Those of facts are in the measure of those of turns."""

    order: Ints
    """Positions, best first."""

    relevance: Floats = field(default_factory=lambda: np.empty(0, np.float32))
    """The scores as chances from 0 to 1."""

    told: Floats = field(default_factory=lambda: np.empty(0, np.float32))
    """Of facts: the chance that each says what its turn has for the question."""

    source: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    """Of facts: the position of the best turn that each rests on; -1 when none is a candidate."""


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

    _spans: dict[str, list[Span]] = field(default_factory=dict)

    def spans(self, position: int, turn: Turn) -> list[Span]:
        """Return the passages of a candidate, the best first."""
        if turn.id not in self._spans:
            cuts = self.index.turns.cuts
            self._spans[turn.id] = self.turns.candidates.spans(position, turn.text, cuts)
        return self._spans[turn.id]

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


# --- scores -----------------------------------------------------------------------------------------------------------


def best_first(scores: Floats, seq: Ints) -> Ints:
    """Return positions by falling score; ties newest first, so that the order never depends on chance."""
    return np.lexsort((-seq, -scores))


def relevance(scores: Floats, confidence: float, *, best: float | None = None) -> Floats:
    """Turn scores into chances from 0 to 1: the best one gets *confidence*, the others their share of it.

    *best* is the score of the best of all, where these are only some.

    The weights were learned with a softmax over all candidates, so the exponential of a distance is how much less
    likely a candidate is to be evidence than the best one.
    """
    if not len(scores):
        return scores
    top = float(scores.max()) if best is None or not np.isfinite(best) else best
    return np.asarray(confidence * np.exp(np.minimum(scores - top, 0.0)), np.float32)


def rank_facts(
    facts: Candidates,
    turns: RankedCandidates,
    index: PartitionIndex,
    *,
    windows: Sequence[Interval],
    policy: FactPolicy,
) -> RankedCandidates:
    """Score each fact by the best turn that it rests on, less the chance that it lacks what the turn has for the question.

    That is the smaller the better the fact itself matches, compared with its turn: a score is a logarithm of a chance.
    """
    rows = facts.rows
    if not len(rows):
        return RankedCandidates(candidates=facts, scores=np.empty(0, np.float32), order=np.empty(0, np.int64))
    positions = {index.turns.ids[row]: at for at, row in enumerate(turns.candidates.rows.tolist())}
    source = np.array(
        [_best_source(index.facts.sources[row], positions, turns.scores) for row in rows], np.int64
    )
    has_source = source >= 0
    worst = float(turns.scores.min()) if len(turns.scores) else 0.0
    base = np.where(has_source, turns.scores[source], worst) if len(turns.scores) else np.zeros(len(rows))
    own, of_turns = facts.late, turns.candidates.late
    gain: Floats = np.zeros(len(rows), np.float32)
    if own is not None and of_turns is not None and len(turns.scores):
        gain = np.float32(policy.late) * (own - np.where(has_source, of_turns[source], own.mean()))
    elif len(rows) > 1:
        gain = np.float32(policy.lexical) * np.clip(scaled(facts.lexical), -1, 3)
    told = policy.most / (1 + np.exp(-(policy.base + gain)))
    within = index.facts.within(rows, windows)
    scores = (base + np.log(told) + policy.window * within).astype(np.float32)
    return RankedCandidates(
        candidates=facts,
        scores=scores,
        order=best_first(scores, index.facts.seq[rows]),
        told=told.astype(np.float32),
        source=source,
    )


def by_vectors(facts: Candidates, turns: RankedCandidates, index: PartitionIndex) -> RankedCandidates:
    """Score each fact by its vector's cosine with the question's alone, the nearest one as the best turn."""
    cosine = np.zeros(len(facts.rows), np.float32) if facts.dense is None else facts.dense
    top = float(turns.scores.max(initial=0.0))
    scores = np.asarray(top + cosine - cosine.max(initial=-1.0), np.float32)
    return RankedCandidates(
        candidates=facts, scores=scores, order=best_first(scores, index.facts.seq[facts.rows])
    )


def _best_source(sources: Sequence[str], positions: Mapping[str, int], scores: Floats) -> int:
    """Return the position of the best turn that a fact rests on; -1 when none is a candidate."""
    candidates = [positions[turn] for turn in sources if turn in positions]
    return max(candidates, key=lambda position: float(scores[position])) if candidates else -1


# --- hits -------------------------------------------------------------------------------------------------------------


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
        passages=tuple(ranking.spans(position, turn)[:1]),
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
        at=fact.worded_at,
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
    channels = {"lexical": candidates.lexical, "dense": candidates.dense, "late": candidates.late}
    for channel, scores in channels.items():
        if scores is None:
            continue
        score = float(scores[position])
        if explain or score > 0:
            rank = int((scores > scores[position]).sum()) + 1
            yield Signal(channel=channel, score=score, rank=rank if score > 0 else None)
