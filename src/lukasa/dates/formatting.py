"""How a fact's text says when: absolutely, with its preposition, in English whatever the locale."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

from lukasa.dates.spans import PARTS, Third, months_of, third_of
from lukasa.domain.interval import Granularity, Interval
from lukasa.text.rendering import day as day_of
from lukasa.text.rendering import weekday

_SEASON_OF = {3: "spring", 6: "summer", 9: "autumn", 12: "winter"}
_THIRDS: tuple[tuple[Third, str], ...] = (("first", "early "), ("middle", "mid-"), ("last", "late "))


def written(interval: Interval, *, zone: tzinfo | None = None) -> str:
    """Return an interval in words: `on Saturday 20 May 2023`, `in May 2023`, `since 2019`; empty if it has no bounds.

    Days are those of *zone*, by default of the interval's own clock. The words read as the same interval again, except
    that a bound within a day becomes that day.
    """
    start, end = (
        moment.astimezone(zone) if moment and zone else moment for moment in (interval.start, interval.end)
    )
    if end is None:
        return f"since {_period(start.date(), start.date())}" if start else ""
    if start is None:
        after = _day_after(end)
        return f"until {_period(after, after - timedelta(days=1))}"
    if interval.granularity == "instant":
        return f"at {start.hour:02}:{start.minute:02} on {weekday(start)} {day_of(start)}"
    if part := interval.granularity == "part" and _part(start, end):
        return f"on the {part} of {day_of(start)}"
    return _days(interval.granularity, start.date(), _day_after(end))


def _days(granularity: Granularity, first: date, after: date) -> str:
    """Return whole days as the unit that they are."""
    match granularity:
        case "day":
            words = f"on {weekday(datetime.combine(first, time()))} {_day(first)}"
        case "weekend":
            words = f"on the weekend of {_day(first)}"
        case "week" if first.weekday() == 0 and (after - first).days == 7:  # noqa: PLR2004 - a week
            words = f"in the week of Monday {_day(first)}"
        case "season" if first.month in _SEASON_OF:
            words = f"in {_SEASON_OF[first.month]} {first.year}"
        case "decade":
            words = f"in the {first.year}s"
        case _:
            words = _range(first, after)
    return words


def _named(first: date, after: date) -> str | None:
    """Return `2023`, `May 2023` or `early May 2023` when that is what two bounds enclose."""
    if first.year == date.max.year:
        return None  # The calendar has no day after it.
    month = months_of("month", first.year, first.month)
    for whole, name in ((months_of("year", first.year), str(first.year)), (month, _month(first))):
        thirds = ((word, third_of(whole, which)) for which, word in _THIRDS)
        for word, span in (("", whole), *thirds):
            if (span.first, span.after) == (first, after):
                return word + name
    return None


def _range(first: date, after: date) -> str:
    """Return `from … to …`, by years or months where they are whole; a single unit or a third of one as itself."""
    last = after - timedelta(days=1)
    if first == last:
        return _days("day", first, after)
    if single := _named(first, after):
        return f"in {single}"
    if (first.month, first.day, after.month, after.day) == (1, 1, 1, 1):
        return f"from {first.year} to {last.year}"
    whole = first.day == 1 and after.day == 1
    start, end = (_month(first), _month(last)) if whole else (_day(first), _day(last))
    if first.year == last.year:
        start = start.removesuffix(f" {first.year}")
        if first.month == last.month:
            start = str(first.day)
    return f"from {start} to {end}"


def _period(border: date, day: date) -> str:
    """Return the year, month or day that has *day*, the longest that begins or ends at *border*."""
    if border == date(border.year, 1, 1):
        return str(day.year)
    return _month(day) if border.day == 1 else _day(day)


def _day_after(end: datetime) -> date:
    """Return the first day that lies wholly after an end."""
    return end.date() + timedelta(days=end.time() != time())


def _part(start: datetime, end: datetime) -> str | None:
    minutes = (
        start.hour * 60 + start.minute,
        (end.date() - start.date()).days * 1440 + end.hour * 60 + end.minute,
    )
    return next((part for part, hours in PARTS.items() if hours == minutes), None)


def _day(day: date) -> str:
    return day_of(datetime.combine(day, time()))


def _month(day: date) -> str:
    return _day(day).split(" ", 1)[1]
