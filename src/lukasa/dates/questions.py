"""The time that a question is about. Questions look back, so a date without a year is the latest that has begun."""

from __future__ import annotations

from datetime import datetime, tzinfo

from lukasa.dates.atoms import atoms
from lukasa.dates.modifiers import bounded, modified
from lukasa.dates.recurrence import outside, recurrences
from lukasa.dates.spans import Anchor
from lukasa.domain.interval import Interval


def windows(question: str, *, now: datetime, zone: tzinfo | None = None) -> tuple[Interval, ...]:
    """Return the stretches of time that *question* names, in order; relative ones are anchored at *now* (aware).

    Days begin at midnight in *zone*, by default in the offset of *now*.
    """
    zone = zone or now.tzinfo
    anchor = Anchor(now.astimezone(zone))
    dates = modified(question, atoms(question, lambda *_: anchor, stated=False))
    singles = list(outside(dates, recurrences(question)))
    return tuple(expression.interval for expression in bounded(question, singles, zone, asked=True))
