from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lukasa.retrieval.channels import Candidates
from lukasa.retrieval.confidence import ConfidenceFeatures, confidence, confidence_features
from lukasa.retrieval.question import understand

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def seen(question: str, *texts: str, late: Any = None) -> ConfidenceFeatures:
    count = len(texts)
    candidates = Candidates(
        rows=np.arange(count),
        lexical=np.zeros(count, np.float32),
        late=None if late is None else np.array(late, np.float32),
    )
    understanding = understand(question, now=NOW, zone=None, names=())
    return confidence_features(
        candidates, understanding=understanding, texts=[text.split() for text in texts], searched=count
    )


def test_words_in_common_are_counted_over_the_best_few():
    assert seen("violin harbour chess", "violin tea", "violin chess", "nothing").covered == pytest.approx(
        2 / 3
    )


def test_only_the_best_few_are_looked_at():
    assert seen("violin", *[f"x{n}" for n in range(5)], "violin").covered == 0


def test_the_best_match_and_its_lead_over_the_others_are_absolute():
    flat = seen("q", *"abcdef", late=[0.6] * 6)
    peak = seen("q", *"abcdef", late=[0.9] + [0.5] * 5)

    assert (flat.late, peak.late) == (pytest.approx(0.6), pytest.approx(0.9))
    assert peak.late_lead > flat.late_lead


def test_without_candidates_or_vectors_nothing_speaks_for_an_answer():
    none, lexical = seen("violin"), seen("violin", "tea")

    for features in (none, lexical):
        assert (features.late, features.covered) == (0, 0)


WEIGHTS = {"bias": -2.0, "late": 3.0, "covered": 1.0}
NAMES = [field.name for field in fields(ConfidenceFeatures)]
NOTHING = ConfidenceFeatures(**dict.fromkeys(NAMES, 0.0))


def test_confidence_is_a_logistic_of_the_weighted_features():
    assert confidence(NOTHING, {"bias": 0.0}) == 0.5
    assert confidence(NOTHING, WEIGHTS) == pytest.approx(0.1192, abs=1e-4)


@given(st.lists(st.floats(-1e6, 1e6), min_size=len(NAMES), max_size=len(NAMES)), st.floats(-1e6, 1e6))
def test_confidence_is_a_chance_for_any_features(values: list[float], bias: float):
    seen = ConfidenceFeatures(**dict(zip(NAMES, values, strict=True)))

    assert 0 <= confidence(seen, {**WEIGHTS, "bias": bias}) <= 1
