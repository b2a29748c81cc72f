"""Expressions that name their place in the calendar: dates, months, seasons, years, holidays.

Each row has words of which a text must have one (if it has any), a pattern, and its reader. The group `core` marks what
belongs to the expression; without it, all of the match does. A reader raises `ValueError` for what is no date; `05/07/2023`, which has two meanings, is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta

from lukasa.dates.spans import SEASONS, Anchor, DateSpan, length, months_of, nth_weekday, one_day, shift
from lukasa.dates.vocabulary import (
    CUE,
    DAY,
    DIGIT,
    MONTH,
    MONTH_NAME,
    ON_WEEKDAY,
    ORDINALS,
    SEASON,
    WEEKDAY,
    WHICH,
    WHICH_WORDS,
    YEAR,
    direction,
    month_number,
    ordinal,
    steps,
    weekday_number,
)
from lukasa.text.patterns import LazyPattern

_YEARS = 9
"""How far the year that had a 29 February may be away."""


def _in_year(make: Callable[[int], DateSpan], anchor: Anchor, which: str) -> DateSpan:
    """Return the occurrence of a yearly span that is meant: the last, this year's, the next, or the nearest."""
    today = anchor.today
    spans: list[DateSpan] = []
    for year in range(today.year - _YEARS, today.year + _YEARS + 1):
        with suppress(ValueError):  # Not every year has a 29 February.
            spans.append(make(year))
    match which:
        case "last":
            meant = [span for span in reversed(spans) if span.after <= today]
        case "next":
            meant = [span for span in spans if span.first > today]
        case "this":
            meant = [span for span in spans if span.first <= today < span.after]
            meant += [span for span in spans if span.first.year == today.year]
        case _ if anchor.ahead:
            meant = [span for span in spans if span.after > today]
        case _:
            meant = [span for span in reversed(spans) if span.first <= today]
    if not meant:
        raise ValueError(which)
    return meant[0]._replace(yearless=not which)


def _yearly(match: re.Match[str], anchor: Anchor, make: Callable[[int], DateSpan]) -> DateSpan:
    """Return the span in the year that is named, or else the occurrence that is meant."""
    if match["year"]:
        return make(_full_year(match["year"]))
    return _in_year(make, anchor, direction(match.groupdict().get("which")))


# --- days ------------------------------------------------------------------------------------------------------------


def _iso_day(match: re.Match[str], _anchor: Anchor) -> DateSpan:
    return one_day(date(int(match["year"]), int(match["m"]), int(match["d"])))


def _numeric_day(match: re.Match[str], _anchor: Anchor) -> DateSpan:
    """Read `25/12/2023` and `12/25/2023`, of which only one order names a month."""
    first, second, year = int(match["a"]), int(match["b"]), int(match["year"])
    if first != second and first <= 12 and second <= 12:  # noqa: PLR2004 - months
        raise ValueError(match.group())
    month, day = (second, first) if first > 12 else (first, second)  # noqa: PLR2004 - months
    return one_day(date(year, month, day))


def _day_of_month(match: re.Match[str], anchor: Anchor) -> DateSpan:
    if _is_verb(match):
        raise ValueError(match.group())
    month, day = month_number(match["month"]), ordinal(match["day"])
    return _yearly(match, anchor, lambda year: one_day(date(year, month, day)))


def _days_of_month(match: re.Match[str], anchor: Anchor) -> DateSpan:
    """Read `3–7 June` as a range of days."""
    last = _day_of_month(match, anchor)
    first = last.first.replace(day=int(match["one"]))
    if first >= last.first:
        raise ValueError(match.group())
    return last._replace(first=first, granularity="range")


_BEFORE_DAY = LazyPattern(r"(?i)\b(?:on|the|by|since|until|till|before|after|from|and|to|of|between)\s+$")


def _is_verb(match: re.Match[str]) -> bool:
    """Whether the month is a verb, as in `rule 1 may apply`."""
    if match["year"] or match["month"] not in {"may", "march", "mar"}:
        return False
    if re.search(r"\d(?:st|nd|rd|th)|\bof\b", match["core"]):
        return False
    start = match.start("core")
    return _BEFORE_DAY.search(match.string, max(0, start - 12), start) is None


def _day_only(match: re.Match[str], anchor: Anchor) -> DateSpan:
    """Read `on the 5th`, `Friday the 13th` in the nearest month that has it."""
    number, today, weekday = ordinal(match["day"]), anchor.today, match.groupdict().get("weekday")
    for away in range(12):
        year, month = shift(today.year, today.month, away if anchor.ahead else -away)
        if number <= length(year, month):
            day = date(year, month, number)
            fits = not weekday or day.weekday() == weekday_number(weekday)
            if fits and (day == today or (day > today) == anchor.ahead):
                return one_day(day)
    raise ValueError(match.group())


def _day_of_unit(match: re.Match[str], anchor: Anchor) -> DateSpan:
    """Read `the 5th of next month`."""
    year, month = shift(anchor.today.year, anchor.today.month, steps(match["which"]))
    return one_day(date(year, month, ordinal(match["day"])))


# --- months and longer -----------------------------------------------------------------------------------------------


def _month(match: re.Match[str], anchor: Anchor) -> DateSpan:
    month = month_number(match["month"])
    return _yearly(match, anchor, lambda year: months_of("month", year, month))


def _season(match: re.Match[str], anchor: Anchor) -> DateSpan:
    month = SEASONS[match["season"].lower()]
    return _yearly(match, anchor, lambda year: months_of("season", year, month))


def _numeric_month(match: re.Match[str], _anchor: Anchor) -> DateSpan:
    return months_of("month", int(match["year"]), int(match["m"]))


def _years(match: re.Match[str], _anchor: Anchor) -> DateSpan:
    """Read `in 2019`, `in 2019–2021`, `in the 90s`."""
    groups = match.groupdict()
    if decade := groups.get("decade"):
        return months_of("decade", _full_year(decade))
    last = _full_year(match["year"])
    first = int(groups.get("one") or last)
    if first == last and not groups.get("one"):
        return months_of("year", last)
    if first >= last:
        raise ValueError(match.group())
    return DateSpan(date(first, 1, 1), date(last + 1, 1, 1), "range")


_LAST_CENTURY = 30
"""Two digits from here on are years of the twentieth century."""


def _full_year(digits: str) -> int:
    """Return the year of four digits, or of two with or without an apostrophe."""
    number = int(digits.strip("'’"))
    if number >= 100:  # noqa: PLR2004 - with its century
        return number
    return number + (1900 if number >= _LAST_CENTURY else 2000)


# --- holidays --------------------------------------------------------------------------------------------------------

_THURSDAY, _MONDAY, _SUNDAY = 3, 0, 6


def easter(year: int) -> date:
    """Return Easter Sunday of the western churches (the anonymous Gregorian computus)."""
    golden, century, rest = year % 19, year // 100, year % 100
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    return nth_weekday(months_of("month", year, month), weekday, nth).first


_DAY_LONG = timedelta(days=1)
_NAMED_DAYS: tuple[tuple[str, str, Callable[[int], date]], ...] = (
    ("christmas_eve", r"(?:christmas|xmas)\s+eve", lambda year: date(year, 12, 24)),
    ("boxing_day", r"boxing\s+day", lambda year: date(year, 12, 26)),
    ("christmas", r"(?:christmas|xmas)(?:\s+day)?", lambda year: date(year, 12, 25)),
    ("new_years_eve", r"new\s+year['’]?s?['’]?\s+eve", lambda year: date(year, 12, 31)),
    ("new_years_day", r"new\s+year['’]?s?['’]?\s+day|new\s+year['’]s", lambda year: date(year, 1, 1)),
    ("halloween", r"hallowe['’]?en", lambda year: date(year, 10, 31)),
    ("valentines_day", r"(?:saint\s+|st\.?\s+)?valentine['’]?s?['’]?\s+day", lambda year: date(year, 2, 14)),
    ("st_patricks_day", r"(?:saint|st\.?)\s+patrick['’]?s?['’]?\s+day", lambda year: date(year, 3, 17)),
    ("good_friday", r"good\s+friday", lambda year: easter(year) - 2 * _DAY_LONG),
    ("easter_monday", r"easter\s+monday", lambda year: easter(year) + _DAY_LONG),
    ("easter", r"easter(?:\s+sunday)?", easter),
    ("black_friday", r"black\s+friday", lambda year: _nth(year, 11, _THURSDAY, 4) + _DAY_LONG),
    ("thanksgiving", r"thanksgiving(?:\s+day)?", lambda year: _nth(year, 11, _THURSDAY, 4)),
    ("independence_day", r"independence\s+day|(?:the\s+)?fourth\s+of\s+july", lambda year: date(year, 7, 4)),
    ("labor_day", r"labou?r\s+day", lambda year: _nth(year, 9, _MONDAY, 1)),
    ("memorial_day", r"memorial\s+day", lambda year: _nth(year, 5, _MONDAY, -1)),
    ("mothers_day", r"mother['’]?s['’]?\s+day", lambda year: _nth(year, 5, _SUNDAY, 2)),
    ("fathers_day", r"father['’]?s['’]?\s+day", lambda year: _nth(year, 6, _SUNDAY, 3)),
)
"""Key, pattern, and the day in a year; longer names come first. Where English-speaking countries differ, the day is that of
the United States."""

HOLIDAY_NAMES = "|".join(f"(?P<{key}>{pattern})" for key, pattern, _ in _NAMED_DAYS)
_HOLIDAY_DATES = {key: day for key, _, day in _NAMED_DAYS}


def _holiday(match: re.Match[str], anchor: Anchor) -> DateSpan:
    # By `lastgroup` it could be the year that matched last.
    day = next(
        _HOLIDAY_DATES[key] for key, words in match.groupdict().items() if words and key in _HOLIDAY_DATES
    )
    return _yearly(match, anchor, lambda year: one_day(day(year)))


# --- the rows --------------------------------------------------------------------------------------------------------

_ALONE = r"(?<![\w.,/:-])"
_ENDS = r"(?![\w]|[.,/:-]\w)"
_TIME = r"(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?![+-]))"
"""Of a timestamp, which is read as its day; one with an offset may be another day here, and is left alone."""

_OF_YEAR = r"(?:,?\s+(?:of\s+)?(?P<year>(?:19|20|21)\d\d|['’]\d\d(?!\d)))"
_ONE = r"(?P<one>\d{1,2})(?:st|nd|rd|th)?"
_TO = r"(?:\s*[-–—]\s*|\s+(?:to|until|till|through)\s+(?:the\s+)?)"
_FROM = r"(?:(?:from|between)\s+(?:the\s+)?)?"
_BETWEEN = r"between\s+(?:the\s+)?"
_AND = r"\s+and\s+(?:the\s+)?"
_ORDINAL_WORD = "|".join(
    sorted((word for word, number in ORDINALS.items() if number > 0), key=len, reverse=True)
)
_ORDINALS = " ".join(ORDINALS)
_SEASONS = " ".join(SEASONS)
_ORDINAL = rf"(?P<day>{_ORDINAL_WORD})"
_CERTAIN = (
    r"(?:\b(?:in|during|throughout|since|until|till|early|late|mid|"
    r"(?:end|start|beginning|middle|half|day|week|weekend|month|quarter|rest)\s+of)[\s-]\s*(?:the\s+)?)"
)
"""Words after which four digits are a year, whatever follows."""

_NO_STREET = r"(?!\s+(?:street|st|avenue|ave|road|rd|lane|drive|square)\b)"
_COUNTED = (
    r"(?!\s+(?:people|men|women|children|steps|dollars|euros|pounds|points|calories|kcal|km|miles|meters|metres|kg|"
    r"percent|times|pages|words|rupees|yen|votes|copies|users|items|seats|employees|square|grams|ml)\b|\s*[%€$£])"
)
"""What follows a number that counts something: `over 2000 people`."""

_NO_HOLIDAY = (
    r"(?!['’]s|\s+(?:trees?|cards?|presents?|gifts?|decorations?|lights|cookies?|songs?|carols?|movies?|films?|markets?|"
    r"eggs?|bunny|island|islands|baskets?|hunt|costumes?|candy|party|parties|parade|break|holidays?|season|vacation|"
    r"sweaters?|story|stories|spirit|music|stockings?|play)\b)"
)

DAYS = (
    (DIGIT, rf"{_ALONE}(?P<core>{YEAR}(?P<sep>[-/])(?P<m>\d{{1,2}})(?P=sep)(?P<d>\d{{1,2}}){_TIME}?){_ENDS}", _iso_day),
    (DIGIT, rf"{_ALONE}(?P<core>(?P<d>\d{{1,2}})\.(?P<m>\d{{1,2}})\.{YEAR}){_ENDS}", _iso_day),
    (DIGIT, rf"{_ALONE}(?P<core>(?P<a>\d{{1,2}})(?P<sep>[-/])(?P<b>\d{{1,2}})(?P=sep){YEAR}){_ENDS}", _numeric_day),
    (DIGIT, rf"{_ALONE}(?P<core>{YEAR}-(?P<m>\d\d)){_ENDS}", _numeric_month),
    (DIGIT, rf"{_ALONE}(?P<core>(?P<m>0?[1-9]|1[0-2])/{YEAR}){_ENDS}", _numeric_month),
    (DIGIT, r"\bon\s+(?P<core>the\s+(?P<day>\d{1,2})(?:st|nd|rd|th))(?=\s*(?:[?.,!;]|$)|\s+(?:and|or|after|before|with|for|at|to|when|because|so|i|we|he|she|they)\b)", _day_only),
    (DIGIT, rf"{WEEKDAY},?\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)(?!\s+of\b)", _day_only),
    ("month", rf"the\s+(?P<day>\d{{1,2}}(?:st|nd|rd|th)|{_ORDINAL_WORD})\s+of\s+(?P<which>last|this|next|the)\s+month", _day_of_unit),
)  # fmt: skip
"""Days and months in digits, and days of a month that is not named."""

MONTHS = (
    (DIGIT, rf"{ON_WEEKDAY}{DAY}\s+(?:of\s+)?{MONTH}{_OF_YEAR}?{_NO_STREET}", _day_of_month),
    (DIGIT, rf"{ON_WEEKDAY}{MONTH}\s+(?:the\s+)?{DAY}(?!\d)(?:,?\s+{YEAR})?", _day_of_month),
    (_ORDINALS, rf"{ON_WEEKDAY}(?:the\s+)?{_ORDINAL}\s+(?:day\s+)?of\s+{MONTH}{_OF_YEAR}?", _day_of_month),
    (DIGIT, rf"{_FROM}{_ONE}{_TO}{DAY}\s+(?:of\s+)?{MONTH}{_OF_YEAR}?", _days_of_month),
    (DIGIT, rf"{_BETWEEN}{_ONE}{_AND}{DAY}\s+(?:of\s+)?{MONTH}{_OF_YEAR}?", _days_of_month),
    (DIGIT, rf"{_FROM}{MONTH}\s+(?:the\s+)?{_ONE}{_TO}{DAY}(?!\d)(?:,?\s+{YEAR})?", _days_of_month),
    (DIGIT, rf"{_BETWEEN}{MONTH}\s+(?:the\s+)?{_ONE}{_AND}{DAY}(?!\d)(?:,?\s+{YEAR})?", _days_of_month),
    (DIGIT, rf"(?P<which>){MONTH}{_OF_YEAR}", _month),
    (WHICH_WORDS, rf"{WHICH}\s+{MONTH}(?P<year>)", _month),
    ("", rf"{CUE}(?P<core>(?P<which>){MONTH}(?P<year>))(?!\w|['’]s)", _month),
    ("", rf"(?P<which>){MONTH}(?P<year>)(?=\s*[-–—]\s*{MONTH_NAME}(?!\w))", _month),
)
YEARS = (
    (_SEASONS, rf"(?P<which>){SEASON}{_OF_YEAR}", _season),
    ("", r"the\s+(?:early\s+|late\s+|mid-?\s*)?['’]?(?P<decade>(?:19|20)?\d0)['’]?s", _years),
    ("", rf"{CUE}(?P<core>(?P<one>(?:19|20|21)\d\d)\s?[-–—]\s?{YEAR})(?![\w-])", _years),
    ("", rf"(?:{_CERTAIN}|\byear\s+)(?P<core>{YEAR})(?![\w-])(?!/\d)", _years),
    ("", rf"{CUE}(?P<core>{YEAR})(?![\w-])(?![/.,:]\d){_COUNTED}", _years),
    ("", rf"{_CERTAIN}(?P<core>['’](?P<year>\d\d))(?!\w)", _years),
)
SEASONS_BY_WORD = (
    (WHICH_WORDS, rf"{WHICH}\s+{SEASON}(?P<year>)", _season),
    ("", rf"{CUE}(?P<core>(?P<which>){SEASON}(?P<year>))(?!\w|['’]s|\s+of\b)", _season),
)
HOLIDAYS = (
    (DIGIT, rf"(?P<which>)(?:{HOLIDAY_NAMES}),?\s+(?:of\s+|in\s+)?{YEAR}", _holiday),
    (WHICH_WORDS, rf"\b(?P<core>{WHICH}\s+(?:{HOLIDAY_NAMES})(?P<year>))(?!\w){_NO_HOLIDAY}", _holiday),
)
BARE_HOLIDAYS = (
    ("christmas xmas boxing new halloween hallowe valentine valentines patrick patricks good easter black thanksgiving independence fourth labor labour memorial mother mothers father fathers", rf"(?:{CUE}|\b(?:at|for)\s+)(?P<core>(?P<which>)(?:{HOLIDAY_NAMES})(?P<year>))(?!\w){_NO_HOLIDAY}", _holiday),
)  # fmt: skip
