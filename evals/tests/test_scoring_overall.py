from __future__ import annotations

import math

import pytest

from lukasa_evals.errors import EvalError
from lukasa_evals.scoring.overall import overall

PERMUTED = {"single-hop": 1, "multi-hop": 3, "open-domain": 4, "temporal": 2}
"""The paper's names of categories → LoCoMo's ids."""

COUNTS = {1: 282, 2: 321, 3: 96, 4: 841}


@pytest.mark.parametrize(
    ("system", "printed", "figures"),
    [
        ("Mem0", 66.88, (67.13, 51.15, 72.93, 55.51)),
        ("Mem0 with a graph", 68.44, (65.71, 47.19, 75.71, 58.13)),
        ("Zep", 65.99, (61.70, 41.35, 76.60, 49.31)),
        ("OpenAI", 52.90, (63.79, 42.92, 62.29, 21.71)),
        ("LangMem", 58.11, (62.23, 47.92, 71.12, 23.43)),  # printed as 58.10
        ("A-Mem", 48.38, (39.79, 18.85, 54.05, 49.91)),
    ],
)
def test_the_papers_table_2_follows_from_its_table_1(system: str, printed: float, figures: tuple[float, ...]):
    by_category = dict(zip(PERMUTED.values(), figures, strict=True))

    assert round(overall(by_category, COUNTS), 2) == printed, system


def test_it_does_not_follow_from_the_papers_own_names_of_categories():
    """Single-hop is LoCoMo's category 4, multi-hop 1, open-domain 3: so read, Mem0 would be at 62.14."""
    assert round(overall({4: 67.13, 1: 51.15, 3: 72.93, 2: 55.51}, COUNTS), 2) == 62.14


def test_overall_is_the_mean_over_questions():
    # (3 · 1 + 1 · 0) / 4
    assert overall({"recall": 1.0, "abstention": 0.0}, {"recall": 3, "abstention": 1}) == 0.75


def test_a_category_without_a_figure_or_without_questions_does_not_count():
    assert overall({1: 0.5}, {1: 10, 5: 90}) == 0.5
    assert overall({1: 0.5, 2: math.nan}, {1: 10, 2: 0}) == 0.5


def test_overall_of_nothing_is_no_number():
    assert math.isnan(overall({}, {}))
    assert math.isnan(overall({1: math.nan}, {1: 0}))


def test_a_category_that_was_not_counted_is_refused():
    with pytest.raises(EvalError, match="category 6"):
        overall({6: 0.5}, COUNTS)
