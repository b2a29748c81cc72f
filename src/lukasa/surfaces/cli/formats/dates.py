"""Dates as people write them: ISO, day-month-year, or with the month's name. Never month/day/year in figures."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import NamedTuple

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_ORDINAL = r"\d{1,2}(?:st|nd|rd|th)?"

DAY = (
    rf"(?:\d{{4}}-\d{{1,2}}-\d{{1,2}}|{_ORDINAL}\s+(?:of\s+)?{_MONTH},?\s+\d{{4}}"
    rf"|{_MONTH}\s+{_ORDINAL},?\s+\d{{4}}|\d{{1,2}}([./-])\d{{1,2}}\1(?:\d{{4}}|\d{{2}}))"
)
TIME = r"(?:\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,6})?)?(?:\s?[ap]\.?m\.?)?)"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_OFFSET = r"(?:\s?(?:z|utc|[+-]\d{2}:?\d{2})(?!\w))?"


def moment(*, group: str) -> str:
    """Return the pattern of a day, alone or with a time; *group* names what it matched. Use `re.IGNORECASE`."""
    # Numbered groups would clash when the pattern stands inside another: the separator gets a name of its own.
    day = DAY.replace(r"([./-])", f"(?P<{group}_sep>[./-])").replace(r"\1", f"(?P={group}_sep)")
    late = DAY.replace(r"([./-])", f"(?P<{group}_sep2>[./-])").replace(r"\1", f"(?P={group}_sep2)")
    return rf"(?P<{group}>{_WEEKDAY}{day}(?:(?:,?\s+(?:at\s+)?|t){TIME}{_OFFSET})?|{TIME}\s+on\s+{_WEEKDAY}{late})"


class WrittenTime(NamedTuple):
    """A date that was read."""

    at: datetime
    """Naive, unless an offset was written."""

    timed: bool
    """Whether a time of day was written; midnight stands for none."""


def read_moment(written: str) -> WrittenTime:
    """Return the date in *written*, which `moment` matched. Raises `ValueError` for a day that doesn't exist."""
    day = re.search(DAY, written, re.IGNORECASE)
    if day is None:
        raise ValueError(f"{written!r} is no date")
    clock = re.search(TIME, written, re.IGNORECASE)
    year, month, number = _day(day[0])
    try:
        naive = datetime.combine(date(year, month, number), read_time(clock[0]) if clock else time())
    except ValueError as error:
        raise ValueError(f"{written!r} is no date ({error}; figures are read as day-month-year)") from error
    return WrittenTime(
        naive.replace(tzinfo=_zone(written[clock.end() :]) if clock else None), clock is not None
    )


def read_time(written: str) -> time:
    """Return a time of day, `13:56`, `13:56:20` or `1:56 pm`."""
    figures = re.match(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", written)
    if figures is None:
        raise ValueError(f"{written!r} is no time of day")
    hour, minute, second = (int(part or 0) for part in figures.groups())
    half = re.search(r"(?i)([ap])\.?m", written)
    if half:
        if not 1 <= hour <= 12:  # noqa: PLR2004 - hours on a dial
            raise ValueError(f"{written!r} is no time of day")
        hour = hour % 12 + (12 if half[1].lower() == "p" else 0)
    return time(hour, minute, second)


def _day(written: str) -> tuple[int, int, int]:
    figures = [int(number) for number in re.findall(r"\d+", written)]
    if name := re.search(_MONTH, written, re.IGNORECASE):
        month = _MONTHS.index(name[0][:3].lower()) + 1
        return figures[1], month, figures[0]
    if re.match(r"\d{4}-", written):
        return figures[0], figures[1], figures[2]
    number, month, year = figures
    return year + 2000 if year < 100 else year, month, number  # noqa: PLR2004 - two figures mean this century


def _zone(tail: str) -> timezone | None:
    if re.match(r"\s?(?:z|utc)(?!\w)", tail, re.IGNORECASE):
        return UTC
    if found := re.match(r"\s?([+-])(\d{2}):?(\d{2})", tail):
        offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(-offset if found[1] == "-" else offset)
    return None
