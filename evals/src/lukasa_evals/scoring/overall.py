"""One figure from categories. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeVar

from lukasa_evals.datasets.values import Category
from lukasa_evals.errors import EvalError

C = TypeVar("C", bound=Category)


def overall(figures: Mapping[C, float], counts: Mapping[C, int]) -> float:
    """Return the mean over all questions, from the mean of each category and how many questions it has.

    Categories without a figure are left out, so that overall J without the adversarial questions is overall J of the
    others; those without a question have no weight. Not a number when nothing was asked. Raises `EvalError` for a
    figure whose category has no count.
    """
    if unknown := [category for category in figures if category not in counts]:
        raise EvalError(
            f"how many questions has category {unknown[0]!r}? Counts are of {sorted(counts, key=str)}"
        )
    weighed = {category: counts[category] for category in figures if counts[category]}
    if not weighed:
        return math.nan
    return math.fsum(figures[category] * count for category, count in weighed.items()) / sum(weighed.values())
