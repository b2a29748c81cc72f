from __future__ import annotations

from collections.abc import Mapping

import pytest

from lukasa_evals.retrieval import metrics
from lukasa_evals.retrieval.record import Record
from lukasa_evals.statistics import Share


def record(**given: object) -> Record:
    usual: dict[str, object] = {
        "system": "it",
        "conversation": "pair-0",
        "question": 0,
        "category": 4,
        "split": "dev",
        "evidence": ("D1:1",),
        "corrected": None,
        "ranks": {},
        "shown": {300: ()},
        "hollow": 0,
        "contained": None,
        "contained_corrected": None,
        "words": {300: 290},
        "recall_ms": 1.0,
        "context_ms": {300: 2.0},
        "abstained": False,
    }
    return Record(**{**usual, **given})  # type: ignore[arg-type]


def test_recall_counts_every_evidence_turn_alike():
    records = [
        record(evidence=("D1:1", "D1:2", "D1:3"), ranks={"D1:1": 1, "D1:2": 6}),
        record(evidence=("D2:1",), ranks={"D2:1": 5}),
    ]

    assert metrics.recall_at(records, 5, "published") == Share(2, 4)
    assert metrics.recall_at(records, 10, "published") == Share(3, 4)


def test_a_question_without_readable_evidence_is_left_out():
    records = [record(evidence=()), record(shown={300: ("D1:1",)}), record()]

    assert metrics.complete_at(records, 300, "published") == Share(1, 2)
    assert metrics.recall_at(records, 5, "published") == Share(0, 2)


def test_corrected_labels_replace_only_wrong_ones():
    records = [
        record(corrected=("D1:2",), ranks={"D1:1": 1}, shown={300: ("D1:1",)}),
        record(ranks={"D1:1": 1}, shown={300: ("D1:1",)}),
    ]

    assert metrics.complete_at(records, 300, "published") == Share(2, 2)
    assert metrics.complete_at(records, 300, "corrected") == Share(1, 2)
    assert metrics.recall_at(records, 5, "corrected") == Share(1, 2)


@pytest.mark.parametrize(
    ("figures", "value", "of"),
    [([{300: 1.0}, {300: 0.5}, None], 0.75, 2), ([None], None, 0)],
)
def test_containment_is_the_mean_over_answers_with_words(
    figures: list[Mapping[int, float] | None], value: float | None, of: int
):
    found = metrics.containment_at([record(contained=figure) for figure in figures], 300, "published")

    assert found.of == of
    assert value is None or found.value == value


def test_contexts_over_their_budget_are_counted():
    records = [record(words={300: 300, 600: 601}), record(words={300: 10, 600: 11})]

    assert metrics.over_budget(records) == Share(1, 4)


def test_abstention_is_counted_over_all_questions():
    assert metrics.abstained([record(abstained=True), record(), record()]) == Share(1, 3)


def test_latency_of_contexts_is_over_all_budgets():
    found = metrics.context_latency([record(context_ms={300: 1.0, 600: 3.0}), record(context_ms={300: 2.0})])

    assert found.p50 == 2.0
