from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lukasa_evals.statistics import Share, mean, percentile, sign_test, wilson


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
