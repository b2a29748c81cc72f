"""One score from all that speaks for a candidate. Pure arithmetic: no model, no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lukasa.domain.interval import Interval
from lukasa.policy import FactPolicy
from lukasa.retrieval.channels import Found, FoundFacts
from lukasa.retrieval.features import FEATURES, scaled
from lukasa.retrieval.token_vectors import Floats, Ints
from lukasa.retrieval.warm import Warm


def linear(table: Floats, weights: Mapping[str, float]) -> Floats:
    """Weigh each column of an evidence table; a feature without a weight counts nothing."""
    return np.asarray(table @ np.array([weights.get(name, 0.0) for name in FEATURES], np.float32), np.float32)


def best_first(scores: Floats, seq: Ints) -> Ints:
    """Return places by falling score; ties newest first, so that the order never depends on chance."""
    return np.lexsort((-seq, -scores))


def relevance(scores: Floats, confidence: float, *, best: float | None = None) -> Floats:
    """Turn fused scores into chances from 0 to 1: the best one gets *confidence*, the others their share of it.

    *best* is the score of the best of all, where these are only some.

    The weights were learned with a softmax over all candidates, so the exponential of a distance is how much less
    likely a candidate is to be evidence than the best one.
    """
    if not len(scores):
        return scores
    top = float(scores.max()) if best is None or not np.isfinite(best) else best
    return np.asarray(confidence * np.exp(np.minimum(scores - top, 0.0)), np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRanking:
    """Facts, best first; `place` is a position in `rows`."""

    rows: Ints
    """Rows of the partition's warm facts."""

    scores: Floats
    """In the measure of the turns' fused scores."""

    order: Ints
    found: FoundFacts


def rank_facts(
    facts: FoundFacts,
    turns: Found,
    turn_scores: Floats,
    warm: Warm,
    *,
    windows: Sequence[Interval],
    policy: FactPolicy,
) -> FactRanking:
    """Score each fact by the best turn that it rests on, and by how much better it matches the question itself."""
    rows = facts.rows
    if not len(rows):
        empty = np.empty(0, np.float32)
        return FactRanking(rows=rows, scores=empty, order=np.empty(0, np.int64), found=facts)
    place_of = {warm.ids[row]: place for place, row in enumerate(turns.rows.tolist())}
    best = np.array([_best_source(warm.facts.sources[row], place_of, turn_scores) for row in rows], np.int64)
    known = best >= 0
    worst = float(turn_scores.min()) if len(turn_scores) else 0.0
    base = np.where(known, turn_scores[best], worst) if len(turn_scores) else np.zeros(len(rows))
    scores = base + policy.base + policy.window * warm.facts.within(rows, windows)
    if facts.late is not None and turns.late is not None and len(turn_scores):
        own, of_turn = facts.late.mean(axis=1), turns.late.mean(axis=1)
        scores = scores + policy.late * (own - np.where(known, of_turn[best], own.mean()))
    elif len(rows) > 1:
        scores = scores + policy.lexical * np.clip(scaled(facts.lexical), -1, 3)
    scores = scores.astype(np.float32)
    return FactRanking(rows=rows, scores=scores, order=best_first(scores, warm.facts.seq[rows]), found=facts)


def _best_source(sources: Sequence[str], place_of: Mapping[str, int], scores: Floats) -> int:
    """Return the place of the best turn that a fact rests on, -1 when none is a candidate."""
    places = [place_of[turn] for turn in sources if turn in place_of]
    return max(places, key=lambda place: float(scores[place])) if places else -1
