"""A stretch of time, with how finely it was said and in which words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Granularity = Literal[
    "instant", "part", "day", "weekend", "week", "month", "season", "quarter", "year", "decade", "range"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Half-open: from `start` up to, and without, `end`."""

    start: datetime | None = None
    """The first instant inside (aware); `None`: open, as in `before May`, or not known."""

    end: datetime | None = None
    """The first instant after it (aware); `None`: open, as in `since May`, or still so."""

    granularity: Granularity = "range"
    """How finely it was said: `in 2022` is a `year`; what bounds or spans several units is a `range`."""

    phrase: str = field(default="", compare=False)
    """The words it was read from; empty when it was not stated."""

    def holds(self, at: datetime) -> bool:
        """Whether an instant lies inside."""
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)

    def overlaps(self, other: Interval) -> bool:
        """Whether the two have an instant in common."""
        return _before(self.start, other.end) and _before(other.start, self.end)


ALWAYS = Interval()
"""No bounds at all."""


def _before(start: datetime | None, end: datetime | None) -> bool:
    return start is None or end is None or start < end
