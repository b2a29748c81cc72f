"""What a statement says about time: every expression in it, anchored where and when it was said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo
from functools import cache
from typing import NamedTuple

from lukasa.dates.atoms import atoms
from lukasa.dates.bounds import Bounded, bounded
from lukasa.dates.modifiers import modified
from lukasa.dates.recurrence import Recurrence, recurrences
from lukasa.dates.spans import Anchor, Tense, midnight
from lukasa.dates.tense import tense_at
from lukasa.domain.interval import Interval


class Expression(NamedTuple):
    """A time and where its words stand."""

    start: int
    end: int
    interval: Interval
    recurring: str = ""
    """How often it comes back (`every 2 weeks on Tuesday`); the interval then tells since when, and until when."""


def expressions(
    text: str, *, at: datetime, zone: tzinfo | None = None, tense: Tense | None = None
) -> tuple[Expression, ...]:
    """Return the time expressions of a statement that was made at an (aware) instant, left to right, none overlapping.

    Days begin at midnight in *zone*, by default in the offset of *at*. *tense* is that of the clause; without it, words
    such as `will` and `went` decide whether `on Friday` is the next one or the latest.
    """
    zone = zone or at.tzinfo
    anchor = Anchor(at.astimezone(zone))

    def look(start: int, end: int) -> Anchor:
        return anchor._replace(tense=tense_at(text, start, end, tense))

    found = bounded(text, modified(text, atoms(text, look)), zone, asked=False)
    again = recurrences(text)
    return tuple(_merged(text, found, again, anchor))


def _merged(text: str, found: list[Bounded], again: list[Recurrence], anchor: Anchor) -> Iterator[Expression]:
    """Put single times and recurrences in order; a recurrence takes the bound that follows it."""
    place = 0
    for each in again:
        while place < len(found) and found[place].end <= each.start:
            yield Expression(*found[place])
            place += 1
        while place < len(found) and found[place].start < each.end:
            place += 1
        bound = found[place] if place < len(found) and _bounds(text, each, found[place]) else None
        place += bound is not None
        yield _recurring(text, each, bound, anchor)
    for single in found[place:]:
        yield Expression(*single)


def _bounds(text: str, each: Recurrence, single: Bounded) -> bool:
    """Tell whether a `since …` or `until …` stands right behind a recurrence."""
    half_open = (single.interval.start is None) != (single.interval.end is None)
    near = single.start - each.end <= _NEAR
    return half_open and near and _joint().fullmatch(text, each.end, single.start) is not None


def _recurring(text: str, each: Recurrence, bound: Bounded | None, anchor: Anchor) -> Expression:
    """Return a recurrence from the day it was told on, unless it is told since when, or that it is over."""
    start = midnight(anchor.today, anchor.at.tzinfo)
    if bound is None:
        return Expression(
            each.start, each.end, Interval(start=start, phrase=text[each.start : each.end]), each.label
        )
    till = bound.interval.end
    since = bound.interval.start or (start if till and till > start else None)
    interval = Interval(start=since, end=till, phrase=text[each.start : bound.end])
    return Expression(each.start, bound.end, interval, each.label)


_NEAR = 8
"""Characters between a recurrence and its bound."""


@cache
def _joint() -> re.Pattern[str]:
    return re.compile(r"\s*,?\s*")
