"""How sure a figure is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from lukasa_evals.errors import EvalError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Z = 1.959963984540054
"""Two-sided 95 % of the normal distribution."""

RESAMPLES = 2_000
"""Of a bootstrap: with another seed its limits move by some 3 % of their distance from the mean."""


_DRAWN = 200_000
"""Values drawn at once."""


class Interval(NamedTuple):
    """Where the true value lies, with 95 % confidence."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """The proportion; not a number when there was nothing to count."""
        return self.hits / self.of if self.of else math.nan

    @property
    def interval(self) -> Interval:
        """The Wilson score interval: sensible for few cases and near 0 and 1, too."""
        return wilson(self.hits, self.of)


@dataclass(frozen=True, slots=True)
class Mean:
    """The average of figures that are not yes or no."""

    value: float
    of: int
    half: float
    """Half the width of the 95 % interval, by the normal approximation."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The same figure measured again and again."""

    value: float
    """The mean of the repetitions."""

    deviation: float
    """One standard deviation (of a sample: n - 1); not a number when it was measured once."""

    of: int
    """How many repetitions."""


class Estimate(NamedTuple):
    """A figure and where its true value lies."""

    value: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Paired:
    """How two systems differ on the same questions."""

    difference: float
    """The mean of after - before."""

    interval: Interval
    """Of the difference, by bootstrap over questions."""

    p: float
    """How likely so large a difference is by chance, two-sided."""

    of: int
    """How many questions."""


def wilson(hits: int, of: int) -> Interval:
    """Return the Wilson score interval of a proportion."""
    if not of:
        return Interval(0.0, 1.0)
    p = hits / of
    scale = 1 + Z * Z / of
    middle = (p + Z * Z / (2 * of)) / scale
    half = Z * math.sqrt(p * (1 - p) / of + Z * Z / (4 * of * of)) / scale
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def mean(values: Sequence[float]) -> Mean:
    """Return the mean and how far it may be off."""
    if not values:
        return Mean(math.nan, 0, math.nan)
    middle = math.fsum(values) / len(values)
    if len(values) == 1:
        return Mean(middle, 1, math.nan)
    variance = math.fsum((value - middle) ** 2 for value in values) / (len(values) - 1)
    return Mean(middle, len(values), Z * math.sqrt(variance / len(values)))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which *share* of them lie, interpolated; not a number when there are none."""
    if not values:
        return math.nan
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def sign_test(better: int, worse: int) -> float:
    """Return how likely so uneven a count is by chance, ties left out (two-sided, exact).

    For yes-or-no outcomes of the same questions this is McNemar's exact test.
    """
    n = better + worse
    tail = sum(math.comb(n, k) for k in range(min(better, worse) + 1))
    return float(min(1.0, 2 * tail / 2**n))


def mean_and_spread(repetitions: Sequence[float]) -> Spread:
    """Return the mean of repetitions of the whole set, and one standard deviation, as the paper prints J.

    It tells how much a judge wavers, not how sure the figure is: the questions are the same every time.
    """
    n = len(repetitions)
    if not n:
        return Spread(math.nan, math.nan, 0)
    middle = math.fsum(repetitions) / n
    if n == 1:
        return Spread(middle, math.nan, 1)
    return Spread(middle, math.sqrt(math.fsum((each - middle) ** 2 for each in repetitions) / (n - 1)), n)


def bootstrap(values: Sequence[float], seed: int = 0) -> Interval:
    """Return the 95 % interval of the mean, by percentiles of resampled means; not numbers when there are no values."""
    if not values:
        return Interval(math.nan, math.nan)
    return _limits(_resampled_means(values, seed))


def paired(before: Sequence[float], after: Sequence[float], seed: int = 0) -> Paired:
    """Compare two systems, whose figures are in the same order of questions.

    Yes or no (1 or 0) is tested by McNemar's exact test, other figures by bootstrap. Raises `EvalError` when one has
    more figures than the other.
    """
    if len(before) != len(after):
        raise EvalError(
            f"cannot pair {len(before)} figures with {len(after)}: both must be of the same questions"
        )
    if not before:
        return Paired(math.nan, Interval(math.nan, math.nan), 1.0, 0)
    changes = [new - old for old, new in zip(before, after, strict=True)]
    means = _resampled_means(changes, seed)
    difference = math.fsum(changes) / len(changes)
    if {*before, *after} <= {0.0, 1.0}:
        p = sign_test(sum(change > 0 for change in changes), sum(change < 0 for change in changes))
    else:
        p = _by_chance(means, difference)
    return Paired(difference, _limits(means), p, len(changes))


def macro(groups: Sequence[Sequence[float]], seed: int = 0) -> Estimate:
    """Return the mean of the groups' means, each group counting alike, with its 95 % interval.

    Each group is resampled by itself. Not a number when there is no group, or one without values.
    """
    if not groups or not all(groups):
        return Estimate(math.nan, Interval(math.nan, math.nan))
    means = [_resampled_means(group, seed + place) for place, group in enumerate(groups)]
    value = math.fsum(math.fsum(group) / len(group) for group in groups) / len(groups)
    return Estimate(value, _limits(sum(means[1:], means[0]) / len(means)))


def _resampled_means(values: Sequence[float], seed: int) -> NDArray[np.float64]:
    import numpy as np  # noqa: PLC0415 - only where intervals are wanted

    drawn = np.asarray(values, dtype=np.float64)
    chance = np.random.default_rng(seed)
    # Some rows at a time: all rows at once would be 2,000 times the values.
    rows = max(1, _DRAWN // len(drawn))
    sizes = [min(rows, RESAMPLES - start) for start in range(0, RESAMPLES, rows)]
    return np.concatenate(
        [drawn[chance.integers(0, len(drawn), (size, len(drawn)))].mean(axis=1) for size in sizes]
    )


def _limits(means: NDArray[np.float64]) -> Interval:
    ordered = means.tolist()
    return Interval(percentile(ordered, 0.025), percentile(ordered, 0.975))


def _by_chance(means: NDArray[np.float64], difference: float) -> float:
    """Return how many resamples are as far from the difference as that is from none.

    The difference itself counts as one of them, so that no finite number of resamples says "never".
    """
    # Without the margin, rounding decides about values that are all the same.
    far = abs(means - difference) >= abs(difference) - 1e-12
    return float((int(far.sum()) + 1) / (RESAMPLES + 1))
