"""How sure a figure is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

Z = 1.959963984540054
"""Two-sided 95 % of the normal distribution."""


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
