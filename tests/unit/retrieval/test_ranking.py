from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lukasa.retrieval.features import FEATURES, weighted
from lukasa.retrieval.ranking import best_first, relevance


def floats(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def test_each_feature_has_its_weight_and_others_count_nothing():
    table = np.zeros((2, len(FEATURES)), np.float32)
    table[0, FEATURES.index("late")] = 2.0
    table[1, FEATURES.index("words")] = 3.0

    assert weighted(table, FEATURES, {"late": 0.5, "words": -1.0}).tolist() == [1.0, -3.0]
    assert weighted(table, FEATURES, {}).tolist() == [0.0, 0.0]


def test_the_best_come_first_and_equals_newest_first():
    order = best_first(floats(1, 3, 3, 2), np.array([1, 2, 3, 4]))

    assert order.tolist() == [2, 1, 3, 0]


def test_the_best_one_has_the_confidence_and_the_others_less():
    chances = relevance(floats(1, 4, 3), 0.8)

    assert chances.tolist() == pytest.approx([0.8 * math.exp(-3), 0.8, 0.8 * math.exp(-1)], abs=1e-6)
    assert relevance(floats(), 0.8).tolist() == []


@given(st.lists(st.floats(-1000, 1000, width=32), min_size=1, max_size=30), st.floats(0, 1))
def test_relevance_is_a_chance_that_never_reorders(scores: list[float], confidence: float):
    chances = relevance(np.array(scores, np.float32), confidence)

    assert np.isfinite(chances).all()
    assert ((chances >= 0) & (chances <= 1)).all()
    assert chances.max() == pytest.approx(confidence, abs=1e-6)
    order = np.argsort(scores, kind="stable")
    assert (np.diff(chances[order]) >= -1e-6).all()
