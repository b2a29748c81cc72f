"""BM25 as every store weighs it; scores are those of the reference store, bit for bit, so the order of operations counts."""

from __future__ import annotations

import math
from typing import Any

K1 = 1.2
B = 0.75


def idf(passages: int, count: int) -> float:
    """Return the weight of a term that *count* of so many passages have."""
    return math.log(1 + (passages - count + 0.5) / (count + 0.5))


def weight(idf: float, frequency: Any, length: Any, average: float) -> Any:
    """Return what a term adds to the score of a passage, or of an array of them; *average*: of the lengths of all passages."""
    norm = K1 * (1 - B + B * length / average)
    return idf * (frequency * (K1 + 1) / (frequency + norm))
