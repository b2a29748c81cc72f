"""Whether a date that a claim names follows from what was said: it stands there, or is what `yesterday` was. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from lukasa.dates.atoms import Atom, atoms
from lukasa.dates.spans import Anchor, months_of, moved
from lukasa.dates.statements import expressions
from lukasa.domain.erasure import text_cache
from lukasa.domain.turn import Turn
from lukasa.gate.ground import LONGEST, Ground
from lukasa.text.language_data import MONTHS
from lukasa.text.patterns import LazyPattern

_DAYS_FOR = {12: 12, 31: 220, 400: 4_000}
"""Days that an expression may leave open for a date of so many days to be read from it: a day is not read from `last year`."""

_MONTH = 31


class _Days(NamedTuple):
    """The days that an expression can mean."""

    first: date
    last: date
    said: date

    def hold(self, moment: Atom) -> bool:
        """Whether they include a date, and tell it about as finely as it is told."""
        span, length = moment.span, (self.last - self.first).days
        longest = next(
            (most for days, most in _DAYS_FOR.items() if (span.after - span.first).days <= days), length
        )
        # "Exactly two months ago" is a month to the grammar, and this very day of it to a reader.
        same_day = span.granularity == "day" and span.first.day == self.said.day and length <= _MONTH
        if length > longest and not same_day:
            return False
        years = {self.first.year, self.last.year} if span.yearless else {span.first.year}
        spans = (moved(span, year - span.first.year) for year in years)
        return any(each.first <= self.last and self.first < each.after for each in spans)


@text_cache(256)
def moments(text: str, at: datetime) -> tuple[Atom, ...]:
    """Return the days, months and years that a claim names; what is relative to *at* is compared word by word."""
    named = [
        atom
        for atom in atoms(text[:LONGEST], lambda *_: Anchor(at), stated=False)
        if atom.span.granularity in {"day", "month", "range", "part"}
        and _IN_CALENDAR.search(text, atom.start, atom.end)
    ]
    years = [
        Atom(match.start(), match.end(), months_of("year", int(match.group())))
        for match in _YEAR.finditer(text)
        if not any(atom.start <= match.start() < atom.end for atom in named)
    ]
    return tuple(sorted(named + years))


def follows(moment: Atom, ground: Ground) -> bool:
    """Whether a date is the day on which something was said, what an expression of time there means, or written there."""
    said = (ground.turn, *ground.earlier)
    if any(days.hold(moment) for turn in said for days in _said(turn)):
        return True
    return any(_stands(moment, replace(ground, turn=turn)) for turn in ground.together or (ground.turn,))


def days_of(ground: Ground) -> Iterator[date]:
    """Yield the single days that were meant."""
    said = (days for turn in (ground.turn, *ground.earlier) for days in _said(turn))
    yield from (days.first for days in said if days.first == days.last)


def _stands(moment: Atom, ground: Ground) -> bool:
    """Whether the parts of a date stand in the turn: `from April 15th to 22nd`, `3/10`. The year may be the turn's."""
    text, at, (first, _, granularity, *_) = ground.turn.text[:LONGEST], ground.turn.at, moment.span
    if granularity == "year":
        # "For seven years" began so many years ago.
        return any(map(ground.counts, (str(first.year), str(abs(at.year - first.year)))))
    near = abs(first.year - at.year) <= 1 and not _YEAR.search(text)
    year = moment.span.yearless or near or ground.here.counts(str(first.year))
    named = MONTHS[first.month - 1] in ground.here.terms or any(
        first.month in map(int, re.findall(r"\d+", match.group())) for match in _FIGURES.finditer(text)
    )
    return year and named and (granularity == "month" or ground.here.counts(str(first.day)))


_IN_CALENDAR = LazyPattern(rf"(?i)\d|\b(?:{'|'.join(month[:3] for month in MONTHS)})")
_YEAR = LazyPattern(r"(?<![\d,.])(?:19|20)\d\d(?!\d)")
_FIGURES = LazyPattern(r"(?<!\d)\d{1,4}[-/.]\d{1,2}(?:[-/.]\d{1,4})?(?!\d)")


def _said(turn: Turn) -> tuple[_Days, ...]:
    """Return the day on which something was said, and what its expressions of time mean."""
    today = turn.at.date()
    return (_Days(today, today, today), *_days(turn.text[:LONGEST], turn.at))


@text_cache(256)
def _days(text: str, at: datetime) -> tuple[_Days, ...]:
    found = []
    for expression in expressions(text, at=at, zone=at.tzinfo):
        interval = expression.interval
        start = interval.start or interval.end
        end = interval.end or interval.start
        if start is not None and end is not None:
            last = (end - timedelta(microseconds=1)) if end > start else end
            found.append(_Days(start.date(), last.date(), at.date()))
    return tuple(found)
