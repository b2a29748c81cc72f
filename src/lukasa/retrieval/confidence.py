"""Is anything here relevant at all? A calibrated answer, so that silence is possible. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from lukasa.retrieval.channels import Candidates
from lukasa.retrieval.question import Understanding
from lukasa.retrieval.token_vectors import Floats, Ints

_USUAL = 0.6
"""The median MaxSim over the dev split's questions (0.57 for questions that have nothing to do with the partition)."""

_USUAL_COUNT = 20
"""Candidates that the usual value weighs as much as."""

FEW = 5
"""How many of the best are looked at: an answer outside the best five would not be trusted anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidenceFeatures:
    """What separates a question that has an answer here from one that has none; all absolute, none relative."""

    late: float
    """The best MaxSim, averaged over the question's tokens."""

    late_few: float
    """The mean of the best few."""

    late_lead: float
    """How far the best stands out of the middle of the candidates."""

    dense: float
    """The best cosine."""

    covered: float
    """Share of the question's content words that the best few contain between them."""

    covered_best: float
    """The largest share that one of them contains."""

    size: float
    """Logarithm of the number of documents searched: among many, the best is better by chance."""

    inferred: float
    """1 when the answer must be inferred ("would she like …?"): then it shares few words with its evidence."""


def confidence_features(
    turns: Candidates,
    order: Ints,
    *,
    understanding: Understanding,
    texts: Sequence[Collection[str]],
    searched: int,
) -> ConfidenceFeatures:
    """Look at the best few candidates; *texts* are their terms, *searched* is how many documents were searched."""
    few = order[:FEW]
    late = np.zeros(len(turns.rows), np.float32) if turns.late_mean is None else turns.late_mean
    wanted = set(understanding.terms)
    shares = [len(wanted & set(text)) / len(wanted) for text in texts[:FEW]] if wanted else []
    union: set[str] = set().union(*texts[:FEW]) if texts else set()
    return ConfidenceFeatures(
        late=_top(late, few),
        late_few=float(late[few].mean()) if len(few) else 0.0,
        late_lead=_top(late, few) - _background(late) if len(few) else 0.0,
        dense=_top(turns.dense, few) if turns.dense is not None else 0.0,
        covered=len(wanted & union) / len(wanted) if wanted else 0.0,
        covered_best=max(shares, default=0.0),
        size=math.log1p(searched),
        inferred=float(understanding.shape == "likely"),
    )


def confidence(features: ConfidenceFeatures, weights: Mapping[str, float]) -> float:
    """Return the chance that the question has an answer here (logistic; `bias` is one of the weights)."""
    odds = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in asdict(features).items())
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, odds))))


def uncalibrated(features: ConfidenceFeatures) -> float:
    """Return a chance for an embedder whose scores were never calibrated, or for none.

    It leans towards speaking: until it is measured, wrongly silent is worse than wrongly talkative.
    """
    return 0.5 + features.covered_best / 2


def _background(late: Floats) -> float:
    """Return how well a turn that has nothing to do with the question matches it.

    That is the median candidate; among a handful, which may all be relevant, it is drawn towards the usual value.
    """
    return (len(late) * float(np.median(late)) + _USUAL_COUNT * _USUAL) / (len(late) + _USUAL_COUNT)


def _top(scores: Floats, few: Ints) -> float:
    return float(scores[few].max()) if len(few) else 0.0
