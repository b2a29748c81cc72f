"""One score from all features of a candidate. Pure arithmetic: no model, no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from lukasa.domain.interval import Interval
from lukasa.policy import FactPolicy
from lukasa.retrieval.channels import Candidates
from lukasa.retrieval.features import FEATURES, scaled
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


def linear(table: Floats, weights: Mapping[str, float]) -> Floats:
    """Weigh each column of a table of features; a feature without a weight counts nothing."""
    return np.asarray(table @ np.array([weights.get(name, 0.0) for name in FEATURES], np.float32), np.float32)


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
    """Score each fact by the best turn that it rests on, and by how much better it matches the question itself."""
    rows = facts.rows
    if not len(rows):
        return RankedCandidates(candidates=facts, scores=np.empty(0, np.float32), order=np.empty(0, np.int64))
    positions = {index.turns.ids[row]: at for at, row in enumerate(turns.candidates.rows.tolist())}
    best = np.array(
        [_best_source(index.facts.sources[row], positions, turns.scores) for row in rows], np.int64
    )
    has_source = best >= 0
    worst = float(turns.scores.min()) if len(turns.scores) else 0.0
    base = np.where(has_source, turns.scores[best], worst) if len(turns.scores) else np.zeros(len(rows))
    scores = base + policy.base + policy.window * index.facts.within(rows, windows)
    own, of_turns = facts.late_mean, turns.candidates.late_mean
    if own is not None and of_turns is not None and len(turns.scores):
        scores = scores + policy.late * (own - np.where(has_source, of_turns[best], own.mean()))
    elif len(rows) > 1:
        scores = scores + policy.lexical * np.clip(scaled(facts.lexical), -1, 3)
    scores = scores.astype(np.float32)
    return RankedCandidates(candidates=facts, scores=scores, order=best_first(scores, index.facts.seq[rows]))


def _best_source(sources: Sequence[str], positions: Mapping[str, int], scores: Floats) -> int:
    """Return the position of the best turn that a fact rests on; -1 when none is a candidate."""
    candidates = [positions[turn] for turn in sources if turn in positions]
    return max(candidates, key=lambda position: float(scores[position])) if candidates else -1
