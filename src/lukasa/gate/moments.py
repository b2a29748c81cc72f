"""Whether a date that a claim names follows from what was said: it stands there, or is what `yesterday` was. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from lukasa.dates.statements import expressions
from lukasa.domain.erasure import text_cache
from lukasa.domain.turn import Turn
from lukasa.gate.ground import LONGEST, Ground
from lukasa.text.comparison import months
from lukasa.text.language_data import MONTHS
from lukasa.text.patterns import LazyPattern
from lukasa.text.sentences import Span


class Moment(NamedTuple):
    """A date as a claim has it, perhaps without a part."""

    year: int | None
    month: int | None
    day: int | None
    span: Span
    """Where it stands in the claim."""

    def fits(self, day: date) -> bool:
        """Whether a day is on it."""
        return (
            self.year in {None, day.year} and self.month in {None, day.month} and self.day in {None, day.day}
        )

    @property
    def longest(self) -> int:
        """Days that an expression may leave open for it to be read from: a day is not read from `last year`."""
        return _LONGEST_FOR_DAY if self.day else _LONGEST_FOR_MONTH if self.month else _LONGEST_FOR_YEAR


_LONGEST_FOR_DAY = 12
_LONGEST_FOR_MONTH = 220
_LONGEST_FOR_YEAR = 4_000


class Days(NamedTuple):
    """The days that an expression can mean."""

    first: date
    last: date
    said: date

    def hold(self, moment: Moment) -> bool:
        """Whether they include a date, and tell it about as finely as it is told."""
        length = (self.last - self.first).days
        # "Exactly two months ago" is a month to the grammar, and this very day of it to a reader.
        same_day = moment.day == self.said.day and length <= _MONTH
        if length > moment.longest and not same_day:
            return False
        step = 1 if length < _FEW else _STEP
        days = (self.first + timedelta(days=count) for count in range(0, length + 1, step))
        return any(map(moment.fits, days))


_MONTH = 31
_FEW = 400
_STEP = 14
"""Days: fine enough to meet every month of a long stretch."""


def moments(text: str) -> list[Moment]:
    """Return the dates that a claim names in figures."""
    return [
        Moment(
            int(match["year"] or match["year2"] or match["year3"] or match["year4"] or 0) or None,
            _month(match["month"] or match["month2"] or match["month3"]),
            int(day) if day else None,
            match.span(),
        )
        for match in _MOMENT.finditer(text)
        for day in (match["first"], match["day"] or match["day2"] or match["day3"])
        if day or not match["first"]
    ]


def follows(moment: Moment, ground: Ground) -> bool:
    """Whether a date is the day on which something was said, what an expression of time there means, or written there."""
    said = (ground.turn, *ground.earlier)
    return any(days.hold(moment) for turn in said for days in _said(turn)) or _stands(moment, ground)


def days_of(ground: Ground) -> Iterator[date]:
    """Yield the single days that were meant."""
    for turn in (ground.turn, *ground.earlier):
        yield from (days.first for days in _said(turn) if days.first == days.last)


def _stands(moment: Moment, ground: Ground) -> bool:
    """Whether the parts of a date stand in the turn: `from April 15th to 22nd`, `3/10`. The year may be the turn's."""
    text, at = ground.turn.text[:LONGEST], ground.turn.at
    near = moment.year is not None and abs(moment.year - at.year) <= 1 and not _YEAR.search(text)
    year = moment.year is None or near or ground.here.counts(str(moment.year))
    if moment.month is None and moment.year is not None:
        # "For seven years" began so many years ago.
        return any(map(ground.counts, (str(moment.year), str(abs(at.year - moment.year)))))
    if moment.month is None:
        return False
    month = MONTHS[moment.month - 1]
    named = month in ground.here.terms or any(
        moment.month in map(int, re.findall(r"\d+", match.group())) for match in _FIGURES.finditer(text)
    )
    return year and named and (moment.day is None or ground.here.counts(str(moment.day)))


_YEAR = LazyPattern(r"(?<![\d,.])(?:19|20)\d\d(?!\d)")
_FIGURES = LazyPattern(r"(?<!\d)\d{1,4}[-/.]\d{1,2}(?:[-/.]\d{1,4})?(?!\d)")


def _said(turn: Turn) -> Iterator[Days]:
    today = turn.at.date()
    yield Days(today, today, today)
    yield from _days(turn.text[:LONGEST], turn.at)


@text_cache(256)
def _days(text: str, at: datetime) -> tuple[Days, ...]:
    found = []
    for expression in expressions(text, at=at, zone=at.tzinfo):
        interval = expression.interval
        start = interval.start or interval.end
        end = interval.end or interval.start
        if start is not None and end is not None:
            last = (end - timedelta(microseconds=1)) if end > start else end
            found.append(Days(start.date(), last.date(), at.date()))
    return tuple(found)


def _month(text: str | None) -> int | None:
    if not text:
        return None
    return int(text) if text.isdigit() else 1 + MONTHS.index(months()[text.casefold().rstrip(".")])


_MOMENT = LazyPattern(
    lambda: (
        r"(?<![\w.])(?:"
        r"(?P<year3>(?:1[89]|20)\d\d)-(?P<month3>0\d|1[0-2])-(?P<day3>[0-3]\d)"
        r"|(?:(?P<first>\d{1,2})\s?(?:[-–]|to|and)\s?)?(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<month>{M})\.?(?:,?\s+(?P<year>(?:1[89]|20)\d\d))?"
        r"|(?P<month2>{M})\.?\s+(?:(?P<day2>\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(?=(?:1[89]|20)\d\d))?)?(?:(?:of\s+)?(?P<year2>(?:1[89]|20)\d\d))?"
        r"|(?P<year4>(?:19|20)\d\d)(?=s?\b)"
        r")(?!\w)"
    ).replace("{M}", "|".join(name.title() for name in sorted(months(), key=len, reverse=True)))
)
