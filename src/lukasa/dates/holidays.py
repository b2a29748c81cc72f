"""Days that are named rather than dated, as most of the English-speaking world (the United States, in doubt) keeps them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from lukasa.dates.spans import month_of, nth_weekday

_THURSDAY, _MONDAY, _SUNDAY = 3, 0, 6


def easter(year: int) -> date:
    """Return Easter Sunday of the western churches (the anonymous Gregorian computus)."""
    golden, century, rest = year % 19, year // 100, year % 100
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _fixed(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _nth(month: int, weekday: int, nth: int, days: int = 0) -> Callable[[int], date]:
    return lambda year: nth_weekday(month_of(year, month), weekday, nth).first + timedelta(days=days)


def _easter(days: int) -> Callable[[int], date]:
    return lambda year: easter(year) + timedelta(days=days)


HOLIDAYS: tuple[tuple[str, str, Callable[[int], date]], ...] = (
    ("christmas_eve", r"(?:christmas|xmas)\s+eve", _fixed(12, 24)),
    ("boxing_day", r"boxing\s+day", _fixed(12, 26)),
    ("christmas", r"(?:christmas|xmas)(?:\s+day)?", _fixed(12, 25)),
    ("new_years_eve", r"new\s+year['’]?s?['’]?\s+eve", _fixed(12, 31)),
    ("new_years_day", r"new\s+year['’]?s?['’]?\s+day|new\s+year['’]s", _fixed(1, 1)),
    ("halloween", r"hallowe['’]?en", _fixed(10, 31)),
    ("valentines_day", r"(?:saint\s+|st\.?\s+)?valentine['’]?s?['’]?\s+day", _fixed(2, 14)),
    ("st_patricks_day", r"(?:saint|st\.?)\s+patrick['’]?s?['’]?\s+day", _fixed(3, 17)),
    ("good_friday", r"good\s+friday", _easter(-2)),
    ("easter_monday", r"easter\s+monday", _easter(1)),
    ("easter", r"easter(?:\s+sunday)?", _easter(0)),
    ("black_friday", r"black\s+friday", _nth(11, _THURSDAY, 4, days=1)),
    ("thanksgiving", r"thanksgiving(?:\s+day)?", _nth(11, _THURSDAY, 4)),
    ("independence_day", r"independence\s+day|(?:the\s+)?fourth\s+of\s+july", _fixed(7, 4)),
    ("labor_day", r"labou?r\s+day", _nth(9, _MONDAY, 1)),
    ("memorial_day", r"memorial\s+day", _nth(5, _MONDAY, -1)),
    ("mothers_day", r"mother['’]?s['’]?\s+day", _nth(5, _SUNDAY, 2)),
    ("fathers_day", r"father['’]?s['’]?\s+day", _nth(6, _SUNDAY, 3)),
)
"""Key, pattern, and the day in a year; longer names come first."""

NAMES = "|".join(f"(?P<{key}>{pattern})" for key, pattern, _ in HOLIDAYS)
DAYS = {key: day for key, _, day in HOLIDAYS}
