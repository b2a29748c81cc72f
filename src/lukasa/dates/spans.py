"""Calendar arithmetic on days, before a zone makes instants of them. Weeks start on Monday."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal, NamedTuple, TypeAlias

from lukasa.domain.interval import Granularity

Tense: TypeAlias = Literal["past", "present", "future"]
Third: TypeAlias = Literal["first", "middle", "last"]

HOUR = 60
"""Times of a day are counted in minutes."""

WHOLE_DAY = 24 * HOUR

PARTS = {
    "morning": (5 * HOUR, 12 * HOUR),
    "afternoon": (12 * HOUR, 18 * HOUR),
    "evening": (17 * HOUR, 24 * HOUR),
    "night": (18 * HOUR, 30 * HOUR),
}
"""The minutes of a day that each part of it spans; a night reaches into the next day."""

SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
"""The first month of each, in the north; the winter of a year begins in its December."""


class DateSpan(NamedTuple):
    """Days, or minutes of one day."""

    first: date
    after: date
    granularity: Granularity
    minutes: tuple[int, int] | None = None
    """Of the first day; the second may be past its midnight."""

    yearless: bool = False
    """The year was not said, so a range may move it."""

    ongoing: bool = False
    """It has not ended: `for two years now`."""


class Anchor(NamedTuple):
    """When something was said, on the clock of where it was said, and which way it looks."""

    at: datetime
    tense: Tense = "past"
    """`present`: unknown."""

    @property
    def today(self) -> date:
        return self.at.date()

    @property
    def ahead(self) -> bool:
        """Whether a date without a year is the next one rather than the latest that has begun."""
        return self.tense == "future"


def instants(span: DateSpan, zone: tzinfo | None) -> tuple[datetime, datetime]:
    """Return the bounds as instants; midnights are local, so a day may have 23 or 25 hours."""
    if span.minutes is None:
        return midnight(span.first, zone), midnight(span.after, zone)
    first, last = (
        datetime.combine(
            span.first + timedelta(days=minute // WHOLE_DAY),
            time(minute % WHOLE_DAY // HOUR, minute % HOUR),
            tzinfo=zone,
        )
        for minute in span.minutes
    )
    return first, last


def midnight(day: date, zone: tzinfo | None) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


def one_day(day: date) -> DateSpan:
    return DateSpan(day, day + timedelta(days=1), "day")


def part_of(day: date, part: str) -> DateSpan:
    """Return the morning, afternoon, evening or night of a day."""
    return one_day(day)._replace(granularity="part", minutes=PARTS[part.lower()])


MONTHS_OF = {"month": 1, "season": 3, "year": 12, "decade": 120}
DAYS_OF = {"day": 1, "week": 7, "weekend": 7, "fortnight": 14}


def months_of(name: Literal["month", "season", "year", "decade"], year: int, month: int = 1) -> DateSpan:
    """Return the month, season, year or decade that begins with a month."""
    return DateSpan(date(year, month, 1), date(*shift(year, month, MONTHS_OF[name]), 1), name)


def shift(year: int, month: int, months: int) -> tuple[int, int]:
    """Return the year and month a number of months away."""
    years, index = divmod(year * 12 + month - 1 + months, 12)
    return years, index + 1


def length(year: int, month: int) -> int:
    """Return how many days a month has."""
    return (date(*shift(year, month, 1), 1) - date(year, month, 1)).days


def moved(span: DateSpan, years: int) -> DateSpan:
    """Move a span to another year; 29 February becomes the 28th where there is none."""

    def move(day: date) -> date:
        return date(day.year + years, day.month, min(day.day, length(day.year + years, day.month)))

    return span._replace(first=move(span.first), after=move(span.after))


def unit(today: date, name: str, steps: int, *, around: bool = False) -> DateSpan:
    """Return the calendar unit *steps* units from today's; *around* makes `a fortnight ago` one week."""
    if name == "day":
        return one_day(today + timedelta(days=steps))
    if name in MONTHS_OF:
        months = MONTHS_OF[name]
        year, index = divmod(((today.year * 12 + today.month - 1) // months + steps) * months, 12)
        return months_of(name, year, index + 1)  # type: ignore[arg-type]
    first = today - timedelta(days=today.weekday()) + timedelta(days=DAYS_OF[name] * steps)
    if name == "weekend":
        return DateSpan(first + timedelta(days=5), first + timedelta(days=7), "weekend")
    return DateSpan(first, first + timedelta(days=7 if around else DAYS_OF[name]), "week")


def back(today: date, name: str, count: int) -> date:
    """Return the day *count* units before today, the last of the month where that month is shorter."""
    if name in DAYS_OF:
        return today - timedelta(days=DAYS_OF[name] * count)
    year, month = shift(today.year, today.month, -MONTHS_OF[name] * count)
    return date(year, month, min(today.day, length(year, month)))


def third_of(span: DateSpan, which: Third) -> DateSpan:
    """Return the early, middle or late third of a span."""
    days = (span.after - span.first).days
    early, late = (span.first + timedelta(days=round(days * part / 3)) for part in (1, 2))
    first, after = {"first": (span.first, early), "middle": (early, late), "last": (late, span.after)}[which]
    return span._replace(first=first, after=after, granularity="range")


def nth_weekday(span: DateSpan, weekday: int, nth: int) -> DateSpan:
    """Return the nth such weekday inside a span, counted from 1, or from its end when negative."""
    if nth > 0:
        day = span.first + timedelta(days=(weekday - span.first.weekday()) % 7, weeks=nth - 1)
    else:
        last = span.after - timedelta(days=1)
        day = last - timedelta(days=(last.weekday() - weekday) % 7, weeks=-nth - 1)
    if not span.first <= day < span.after:
        raise ValueError(f"no such weekday: {nth}")
    return one_day(day)._replace(yearless=span.yearless)
