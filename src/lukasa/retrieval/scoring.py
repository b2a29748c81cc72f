"""One score from all that speaks for a candidate. Pure arithmetic: no model, no database."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lukasa.retrieval.arrays import Floats, Ints
from lukasa.retrieval.features import FEATURES


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
