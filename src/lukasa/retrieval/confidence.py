"""How sure is it that anything here bears on the question? Calibrated, so that a caller can set a threshold. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from lukasa.retrieval.channels import Candidates
from lukasa.retrieval.question import Understanding
from lukasa.retrieval.token_vectors import Floats

_USUAL = 0.6
"""The median MaxSim of a question over the passages of a store that has nothing to do with it."""

_USUAL_COUNT = 20
"""Candidates that the usual value weighs as much as."""

FEW = 5
"""How many of the best are looked at for the words of the question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidenceFeatures:
    """What separates a question that has an answer here from one that has none; all absolute, none relative."""

    late: float
    """The best MaxSim, averaged over the question's tokens."""

    late_lead: float
    """How far the best stands out of the middle of the candidates."""

    covered: float
    """Share of the question's content words that the best few contain between them."""

    size: float
    """Logarithm of the number of turns searched: among many, the best is better by chance."""


def confidence_features(
    turns: Candidates,
    *,
    understanding: Understanding,
    texts: Sequence[Collection[str]],
    searched: int,
) -> ConfidenceFeatures:
    """Look at the candidates; *texts* are the terms of the best few, *searched* is how many turns were searched."""
    late = turns.late if turns.late is not None and len(turns.late) else np.zeros(1, np.float32)
    wanted = set(understanding.terms)
    union: set[str] = set().union(*texts[:FEW]) if texts else set()
    return ConfidenceFeatures(
        late=float(late.max()),
        late_lead=float(late.max()) - _background(late),
        covered=len(wanted & union) / len(wanted) if wanted else 0.0,
        size=math.log1p(searched),
    )


def confidence(features: ConfidenceFeatures, weights: Mapping[str, float]) -> float:
    """Return the chance that the question has an answer here (logistic; `bias` is one of the weights)."""
    odds = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in asdict(features).items())
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, odds))))


def uncalibrated(features: ConfidenceFeatures) -> float:
    """Return a chance for an embedder whose scores were never calibrated, or for none.

    It leans towards speaking, for until it is measured, wrongly silent is worse than wrongly talkative; and it is never certain.
    """
    return 0.5 + 0.45 * features.covered


def _background(late: Floats) -> float:
    """Return how well a turn that has nothing to do with the question matches it.

    That is the median candidate; among a handful, which may all be relevant, it is drawn towards the usual value.
    """
    return (len(late) * float(np.median(late)) + _USUAL_COUNT * _USUAL) / (len(late) + _USUAL_COUNT)
