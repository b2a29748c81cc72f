"""Dates as people write them: ISO, with the month's name, or in figures, whose order the whole file tells."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Literal, NamedTuple

DateOrder = Literal["dmy", "mdy", "ymd"]
"""In which order figures name day, month and year."""

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


ORDER_NAMES: dict[DateOrder, str] = {
    "dmy": "day-month-year",
    "mdy": "month-day-year",
    "ymd": "year-month-day",
}


class WrittenTime(NamedTuple):
    """A date that was read."""

    at: datetime
    """Naive, unless an offset was written."""

    timed: bool
    """Whether a time of day was written; midnight stands for none."""


def read_moment(written: str, order: DateOrder = "dmy") -> WrittenTime:
    """Return the date in *written*, which `moment` matched. Raises `ValueError` for a day that doesn't exist."""
    day = re.search(DAY, written, re.IGNORECASE)
    if day is None:
        raise ValueError(f"{written!r} is no date")
    clock = re.search(TIME, written, re.IGNORECASE)
    year, month, number = _day(day[0], order)
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


def _day(written: str, order: DateOrder) -> tuple[int, int, int]:
    figures = [int(number) for number in re.findall(r"\d+", written)]
    if name := re.search(_MONTH, written, re.IGNORECASE):
        month = _MONTHS.index(name[0][:3].lower()) + 1
        return figures[1], month, figures[0]
    if re.match(r"\d{4}-", written):
        return figures[0], figures[1], figures[2]
    return in_order((figures[0], figures[1], figures[2]), order)


def in_order(figures: tuple[int, int, int], order: DateOrder) -> tuple[int, int, int]:
    """Return year, month and day; two figures of a year mean this century, and Thai phones may count from Buddha."""
    values = dict(zip(order, figures, strict=True))
    year = values["y"]
    if year > _BUDDHIST:
        year -= 543
    return year + 2000 if year < 100 else year, values["m"], values["d"]  # noqa: PLR2004


_BUDDHIST = 2500


def _zone(tail: str) -> timezone | None:
    if re.match(r"\s?(?:z|utc)(?!\w)", tail, re.IGNORECASE):
        return UTC
    if found := re.match(r"\s?([+-])(\d{2}):?(\d{2})", tail):
        offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(-offset if found[1] == "-" else offset)
    return None


_DAYS = 31

Figures = tuple[str, str, str]


@dataclass(slots=True)
class DateFigures:
    """What the dates of a file have shown so far."""

    example: str = ""
    seen: int = 0
    largest: list[int] = field(default_factory=lambda: [0, 0, 0])
    impossible: dict[DateOrder, int] = field(default_factory=lambda: {"dmy": 0, "mdy": 0})
    """Dates that do not exist in an order."""

    backwards: dict[DateOrder, int] = field(default_factory=lambda: {"dmy": 0, "mdy": 0})
    """Steps back in time in an order: chats are written in order of time."""

    padded: bool = False
    bare: bool = False
    short_years: bool = True
    slashes: bool = True
    capitals: bool = True
    """Whether every date has a time with AM or PM in capitals, as American phones write it."""

    _last: dict[DateOrder, date] = field(default_factory=dict)

    def see(self, figures: Figures, separator: str, half: str) -> None:
        """Take note of a date; *half* is its AM or PM, as written."""
        if len(figures[0]) == 4:  # noqa: PLR2004 - the year comes first: nothing to decide
            return
        self.seen += 1
        self.example = self.example or separator.join(figures)
        numbers = (int(figures[0]), int(figures[1]), int(figures[2]))
        self.largest = [max(pair) for pair in zip(self.largest, numbers, strict=True)]
        self.padded = self.padded or figures[0][0] == "0" or figures[1][0] == "0"
        self.bare = self.bare or len(figures[0]) == 1 or len(figures[1]) == 1
        self.short_years = self.short_years and len(figures[2]) <= 2  # noqa: PLR2004
        self.slashes = self.slashes and separator == "/"
        self.capitals = self.capitals and half in {"AM", "PM"}
        for order in ("dmy", "mdy"):
            self._place(numbers, order)

    def _place(self, numbers: tuple[int, int, int], order: DateOrder) -> None:
        try:
            day = date(*in_order(numbers, order))
        except ValueError:
            self.impossible[order] += 1
            return
        self.backwards[order] += order in self._last and day < self._last[order]
        self._last[order] = day

    def decide(self) -> tuple[DateOrder | None, str]:
        """Return the order, and what speaks for it where another is possible; None when nothing does."""
        if not self.seen:
            return "dmy", ""
        if self.largest[0] > _DAYS:
            return "ymd", ""
        for count, why in (
            (self.impossible, "the other way, more of them do not exist"),
            (self.backwards, "the other way, time runs back"),
        ):
            if count["dmy"] != count["mdy"]:
                order: DateOrder = "dmy" if count["dmy"] < count["mdy"] else "mdy"
                return order, why if count is self.backwards or count[order] else ""
        return self._by_style()

    def _by_style(self) -> tuple[DateOrder | None, str]:
        if not self.slashes:
            return "dmy", "no slashes"
        if not self.capitals:
            return "dmy", "no AM or PM in capitals"
        if self.padded:
            return "dmy", "two figures for days below ten"
        if self.bare and self.short_years:
            return "mdy", "AM or PM in capitals, one figure for months below ten, as American phones write"
        return None, ""

    def describe(self, order: DateOrder, why: str) -> str:
        """Return a line that tells the reader how dates are read."""
        other = "mdy" if order == "dmy" else "dmy"
        return f"dates such as {self.example} are read as {ORDER_NAMES[order]} ({why}); --dates {other} if that is wrong"
