from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lukasa_evals.errors import EvalError
from lukasa_evals.statistics import (
    Interval,
    Paired,
    Share,
    Spread,
    bootstrap,
    macro,
    mean,
    mean_and_spread,
    paired,
    percentile,
    sign_test,
    wilson,
)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        # From Newcombe (1998), table I: method 3, Wilson without continuity correction.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_intervals_are_those_in_the_literature(hits: int, of: int, low: float, high: float):
    assert wilson(hits, of) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 2000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_an_interval_holds_its_share_and_stays_between_0_and_1(case: tuple[int, int]):
    share = Share(*case)
    low, high = share.interval

    assert 0.0 <= low <= share.value + 1e-12
    assert share.value - 1e-12 <= high <= 1.0


def test_nothing_counted_is_no_share():
    assert math.isnan(Share(0, 0).value)
    assert Share(0, 0).interval == (0.0, 1.0)


def test_a_mean_tells_how_far_it_may_be_off():
    # Sample variance of 0, 1, 1, 0 is 1/3; 1.96 · sqrt(1/3/4) = 0.566.
    found = mean([0.0, 1.0, 1.0, 0.0])

    assert (found.value, found.of) == (0.5, 4)
    assert found.half == pytest.approx(0.5658, abs=1e-4)


def test_the_mean_of_nothing_is_no_number():
    assert math.isnan(mean([]).value)
    assert math.isnan(mean([3.0]).half)


@pytest.mark.parametrize(("share", "value"), [(0.0, 1.0), (0.5, 2.5), (0.95, 3.85), (1.0, 4.0)])
def test_percentiles_are_interpolated(share: float, value: float):
    assert percentile([4.0, 1.0, 3.0, 2.0], share) == pytest.approx(value)


@pytest.mark.parametrize(
    ("better", "worse", "p"),
    [(0, 0, 1.0), (5, 5, 1.0), (0, 5, 2 / 32), (8, 1, 2 * 10 / 512), (6, 0, 2 / 64)],
)
def test_the_sign_test_is_exact(better: int, worse: int, p: float):
    assert sign_test(better, worse) == pytest.approx(p)
    assert sign_test(worse, better) == sign_test(better, worse)


def test_the_spread_of_repetitions_is_one_standard_deviation():
    # Around 50: -1, 0, 1; the sum of squares is 2, over n - 1 = 2.
    assert mean_and_spread([49.0, 50.0, 51.0]) == Spread(50.0, 1.0, 3)


def test_one_repetition_has_no_spread_and_none_no_mean():
    once, never = mean_and_spread([66.5]), mean_and_spread([])

    assert (once.value, once.of) == (66.5, 1)
    assert math.isnan(once.deviation)
    assert math.isnan(never.value)


def test_a_bootstrap_of_yes_and_no_comes_near_the_interval_of_a_proportion():
    low, high = bootstrap([1.0] * 60 + [0.0] * 40, seed=3)

    # 0.6 ± 1.96 · sqrt(0.6 · 0.4 / 100) = 0.6 ± 0.096
    assert (low, high) == pytest.approx((0.504, 0.696), abs=0.02)


def test_a_bootstrap_of_one_value_is_that_value_and_of_none_no_number():
    assert bootstrap([0.25, 0.25, 0.25]) == Interval(0.25, 0.25)
    assert all(math.isnan(limit) for limit in bootstrap([]))


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=30), st.integers(0, 5))
@settings(max_examples=20)
def test_a_bootstrap_is_the_same_for_the_same_seed_and_stays_within_the_values(
    values: list[float], seed: int
):
    low, high = bootstrap(values, seed)

    assert (low, high) == bootstrap(values, seed)
    assert min(values) - 1e-9 <= low <= high <= max(values) + 1e-9


def test_yes_or_no_is_compared_by_mcnemars_exact_test():
    before = [1.0] * 5 + [0.0] * 10 + [1.0]
    after = [1.0] * 5 + [1.0] * 8 + [0.0] * 2 + [0.0]

    found = paired(before, after)

    assert (found.difference, found.of) == (pytest.approx(7 / 16), 16)
    assert found.p == pytest.approx(2 * 10 / 512)  # 8 better, 1 worse: 2 · (1 + 9) / 2⁹
    assert found.interval.low < found.difference < found.interval.high


def test_scores_are_compared_question_by_question():
    """Every question gains a little: sure, though the scores of both overlap widely."""
    before = [place / 40 for place in range(40)]
    gains = [0.05 if place % 2 else 0.03 for place in range(40)]

    found = paired(before, [old + gain for old, gain in zip(before, gains, strict=True)])

    assert found.difference == pytest.approx(0.04)
    assert found.interval == pytest.approx((0.037, 0.043), abs=0.001)
    assert found.p == 1 / 2001


def test_scores_that_differ_by_chance_are_not_called_different():
    found = paired([0.2, 0.9, 0.4, 0.7], [0.9, 0.2, 0.7, 0.5])

    assert found.difference == pytest.approx(0.025)
    assert found.p > 0.5
    assert found.interval.low < 0 < found.interval.high


def test_equal_scores_do_not_differ():
    found = paired([0.3, 0.6], [0.3, 0.6])

    assert found == Paired(0.0, Interval(0.0, 0.0), 1.0, 2)


def test_nothing_paired_is_no_difference():
    found = paired([], [])

    assert math.isnan(found.difference)
    assert (found.p, found.of) == (1.0, 0)


def test_figures_of_different_questions_cannot_be_paired():
    with pytest.raises(EvalError, match="cannot pair 1 figures with 2"):
        paired([1.0], [1.0, 0.0])


def test_each_group_counts_alike_in_a_macro_average():
    found = macro([[1.0, 1.0, 1.0, 0.0], [0.0, 0.0]])

    assert found.value == 3 / 8
    assert 0 < found.interval.low < 3 / 8 < found.interval.high <= 1 / 2
    assert math.isnan(macro([[1.0], []]).value)
    assert math.isnan(macro([]).value)
