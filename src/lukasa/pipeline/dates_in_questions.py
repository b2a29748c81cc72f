"""When a question is about: English date expressions → time windows.

Questions to a memory look back, so a date without a year is the latest one that has begun (`in June`, `on Saturday`);
`next` and `this` say otherwise. Windows are half-open, aware, and bounded by local midnights of the asker's zone, so
that a day may have 23 or 25 hours. What could be read in two ways (`05/07/2023`) is not read at all. Seasons are those
of the northern hemisphere; the winter of a year begins in its December.

An *atom* is one expression (`last week`, `7 May 2023`); words before it bound it (`before`, `since`, `early`), and two
atoms with `and` or `to` between them make a range.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cache
from typing import Literal, NamedTuple, TypeAlias

Granularity = Literal[
    "part", "day", "weekend", "week", "month", "season", "quarter", "year", "decade", "range"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of time that a question asks about."""

    start: datetime | None
    """The first instant inside; `None`: open, as in `before May`."""

    end: datetime | None
    """The first instant after it; `None`: open, as in `since May`."""

    granularity: Granularity
    """How finely it was said: `in 2022` is a `year`; what bounds or spans several units is a `range`."""

    phrase: str
    """The words it was read from."""


class Span(NamedTuple):
    """Days, or hours of one day, before a zone makes instants of them."""

    first: date
    after: date
    granularity: Granularity
    hours: tuple[int, int] | None = None
    """Of the first day; the second may be past 24."""

    yearless: bool = False
    """The year was not said, so a range may move it."""


Read: TypeAlias = Callable[[re.Match[str], date], Span]

MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
NUMBERS = {
    word: number
    for number, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1
    )
} | {"a": 1, "an": 1, "couple": 2}
VAGUE = {"few": (2, 6), "several": (3, 8)}
"""The least and the most that a vague number means."""

RECENT = 30
"""Days that `recently` and `lately` look back."""

_MONTH = r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20|21)\d\d)"
_WEEKDAY = r"(?P<weekday>(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
_SEASON = r"(?P<season>spring|summer|autumn|fall|winter)"
_UNIT = r"(?P<unit>day|week|weekend|fortnight|month|quarter|year|decade)"
_COUNT = rf"(?P<count>\d{{1,4}}|(?:a\s+)?(?:couple\s+of|couple|few)|several|{'|'.join(NUMBERS)})"
_ON_WEEKDAY = rf"(?:{_WEEKDAY.replace('?P<weekday>', '?:')},?\s+(?:the\s+)?)?"
_DAY_PART = r"(?P<part>morning|afternoon|evening|night)"
_PARTS = {"morning": (5, 12), "afternoon": (12, 18), "evening": (17, 24), "night": (18, 30)}


def windows(question: str, *, now: datetime, zone: tzinfo | None = None) -> tuple[Window, ...]:
    """Return the windows that *question* names, in order; relative ones are anchored at *now* (aware).

    Days begin at midnight in *zone*, by default in the offset of *now*.
    """
    if not _HINT.search(question):
        return ()
    zone = zone or now.tzinfo
    atoms = _atoms(question, now.astimezone(zone).date())
    found: list[Window] = []
    place = 0
    while place < len(atoms):
        pair = atoms[place : place + 2]
        window = _range(question, pair, zone) if len(pair) == 2 else None  # noqa: PLR2004 - a pair
        place += 1 if window is None else 2
        found.append(window or _bounded(question, pair[0], zone))
    return tuple(found)


# --- from atoms to windows -------------------------------------------------------------------------------------------


class _Atom(NamedTuple):
    start: int
    end: int
    span: Span


_REACH = 40
"""How many characters before an atom are searched for words that bound it; long questions stay linear."""

_OPENS = re.compile(r"\b(?:between|from)\s+(?:the\s+)?$", re.IGNORECASE)
_JOINS = re.compile(r"\s*(?:and|to|until|till|through|[-–—])\s+(?:the\s+)?|\s*[-–—]\s*", re.IGNORECASE)
_BOUNDS = re.compile(
    r"\b(?:(?P<end>before|prior\s+to|until|till|by|up\s+to|earlier\s+than)|(?P<start>since|from)|(?P<past>after|later\s+than))"
    r"\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_THIRD = re.compile(
    r"\b(?:(?P<first>early|(?:start|beginning)\s+of)|(?P<middle>mid|middle\s+of)|(?P<last>late|end\s+of))[\s-]\s*"
    r"(?:in\s+)?(?:the\s+)?$",
    re.IGNORECASE,
)


def _range(question: str, pair: list[_Atom], zone: tzinfo | None) -> Window | None:
    """Return the window from the first atom to the second when the words join them."""
    first, second = pair
    joint = question[first.end : second.start]
    opened = _OPENS.search(question, max(0, first.start - _REACH), first.start)
    if not _JOINS.fullmatch(joint) or not (opened or joint.strip() in {"-", "–", "—"}):
        return None
    start, end = _aligned(first.span, second.span)
    if end.after <= start.first:
        return None
    begins, _ = _instants(start, zone)
    _, ends = _instants(end, zone)
    phrase = question[opened.start() if opened else first.start : second.end]
    return Window(start=begins, end=ends, granularity="range", phrase=phrase)


def _aligned(first: Span, second: Span) -> tuple[Span, Span]:
    """Give the end of a range that lacks a year the one that makes the range shortest."""
    if first.yearless and first.first > second.first:
        years = second.first.year - first.first.year
        first = _moved(first, years)
        return (_moved(first, -1) if first.first > second.first else first), second
    if second.yearless and not first.yearless:
        second = _moved(second, first.first.year - second.first.year)
        return first, (_moved(second, 1) if second.first < first.first else second)
    if first.yearless and not second.yearless:
        later = _moved(first, second.first.year - first.first.year)
        return (_moved(later, -1) if later.first > second.first else later), second
    return first, second


def _bounded(question: str, atom: _Atom, zone: tzinfo | None) -> Window:
    """Return the window of one atom, with what the words before it make of it."""
    span, begin = atom.span, atom.start
    if (third := _THIRD.search(question, max(0, begin - _REACH), begin)) and span.granularity in {
        "month",
        "year",
        "season",
        "week",
    }:
        span, begin = _a_third(span, third.lastgroup or ""), third.start()
    start, end = _instants(span, zone)
    bound = _BOUNDS.search(question, max(0, begin - _REACH), begin)
    if bound is None:
        return Window(start=start, end=end, granularity=span.granularity, phrase=question[begin : atom.end])
    phrase = question[bound.start() : atom.end]
    match bound.lastgroup:
        case "end":
            # `by May` and `until May` include it, `before May` does not.
            includes = bound.group().split()[0].lower() in {"by", "until", "till", "up"}
            return Window(start=None, end=end if includes else start, granularity="range", phrase=phrase)
        case "start":
            return Window(start=start, end=None, granularity="range", phrase=phrase)
        case _:
            return Window(start=end, end=None, granularity="range", phrase=phrase)


def _a_third(span: Span, which: str) -> Span:
    days = (span.after - span.first).days
    early, late = (span.first + timedelta(days=round(days * part / 3)) for part in (1, 2))
    match which:
        case "first":
            return Span(span.first, early, "range")
        case "middle":
            return Span(early, late, "range")
        case _:
            return Span(late, span.after, "range")


def _instants(span: Span, zone: tzinfo | None) -> tuple[datetime, datetime]:
    """Return the bounds as instants; local midnights are counted in the zone, so clock changes are kept."""
    if span.hours is None:
        return _midnight(span.first, zone), _midnight(span.after, zone)
    first, last = (
        datetime.combine(span.first + timedelta(days=hour // 24), time(hour % 24), tzinfo=zone)
        for hour in span.hours
    )
    return first, last


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


# --- from words to atoms ---------------------------------------------------------------------------------------------


def _atoms(question: str, today: date) -> list[_Atom]:
    """Find expressions, the leftmost and longest first; what names no real day (`31 February`) is passed over."""
    matches = [(match, read) for pattern, read in _readers() for match in pattern.finditer(question)]
    matches.sort(key=lambda pair: (pair[0].start("core"), -pair[0].end()))
    atoms: list[_Atom] = []
    done = 0
    for match, read in matches:
        start = match.start("core")
        if start < done:
            continue
        link = match.groupdict().get("link")
        if link and not (atoms and atoms[-1].end == match.start() - 1):
            continue  # `Anna and June` are two people, unless a date stands before the `and`.
        done = match.end()
        try:
            atoms.append(_Atom(start, done, read(match, today)))
        except (ValueError, OverflowError):
            continue
    return atoms


def _iso_day(match: re.Match[str], _today: date) -> Span:
    return _days(date(int(match["year"]), int(match["m"]), int(match["d"])))


def _iso_month(match: re.Match[str], _today: date) -> Span:
    return _month_of(int(match["year"]), int(match["m"]))


def _day_of_month(match: re.Match[str], today: date) -> Span:
    month, day = _month_number(match["month"]), int(match["day"])
    if match["year"]:
        return _days(date(int(match["year"]), month, day))
    # 29 February is the one day that the current year may not have: go back to the year that had it.
    for year in range(today.year, today.year - 9, -1):
        if day <= _length(year, month) and date(year, month, day) <= today:
            return _days(date(year, month, day))._replace(yearless=True)
    raise ValueError(match.group())


def _day_only(match: re.Match[str], today: date) -> Span:
    day = int(match["day"])
    for back in range(12):
        year, month = _shift(today.year, today.month, -back)
        if day <= _length(year, month) and date(year, month, day) <= today:
            return _days(date(year, month, day))
    raise ValueError(match.group())


def _month(match: re.Match[str], today: date) -> Span:
    month = _month_number(match["month"])
    if match["year"]:
        return _month_of(int(match["year"]), month)
    return _month_of(_year_of(month, today, match["which"]), month)._replace(yearless=not match["which"])


def _season(match: re.Match[str], today: date) -> Span:
    month = SEASONS[match["season"].lower()]
    if match["year"]:
        return _season_of(int(match["year"]), month)
    year = today.year
    if _season_of(year - 1, month).after > today:  # In January, this winter began last year.
        year -= 1
    running = _season_of(year, month)
    match _lower(match["which"]):
        case "last" | "past":
            year -= running.after > today
        case "next":
            year += running.first <= today
        case "this":
            pass
        case _:
            year -= running.first > today
    return _season_of(year, month)._replace(yearless=not match["which"])


def _year(match: re.Match[str], _today: date) -> Span:
    return _year_span(int(match["year"]))


def _decade(match: re.Match[str], _today: date) -> Span:
    digits = match["decade"]
    first = int(digits) if len(digits) > 2 else int(("19" if int(digits) >= 30 else "20") + digits)  # noqa: PLR2004
    return Span(date(first, 1, 1), date(first + 10, 1, 1), "decade")


def _near_day(match: re.Match[str], today: date) -> Span:
    words = " ".join(match.group().lower().split())
    if words in {"tonight", "last night"}:
        day = today - timedelta(days=words == "last night")
        return _days(day)._replace(granularity="part", hours=_PARTS["night"])
    away = {"the day before yesterday": -2, "yesterday": -1, "tomorrow": 1, "the day after tomorrow": 2}
    name = words.removesuffix(match["part"] or "").strip()
    span = _days(today + timedelta(days=away.get(name, 0)))
    return span._replace(granularity="part", hours=_PARTS[match["part"].lower()]) if match["part"] else span


def _weekday(match: re.Match[str], today: date) -> Span:
    day = WEEKDAYS.index(match["weekday"].lower())
    back = (today.weekday() - day) % 7
    match _lower(match["which"]):
        case "last" | "past" | "previous":
            chosen = today - timedelta(days=back or 7)
        case "next":
            chosen = today + timedelta(days=7 - back)
        case "this":
            chosen = today + timedelta(days=day - today.weekday())
        case _:
            chosen = today - timedelta(days=back)
    return _days(chosen)


def _calendar_unit(match: re.Match[str], today: date) -> Span:
    """Read `last week`, `this month`, `the week before last`: units of the calendar; weeks start on Monday."""
    which = _lower(match["which"] or "before last")
    steps = {"last": -1, "previous": -1, "past": -1, "this": 0, "current": 0, "next": 1, "before last": -2}[
        which
    ]
    return _unit(today, match["unit"].lower(), steps)


def _earlier(match: re.Match[str], today: date) -> Span:
    unit = _unit(today, match["unit"].lower(), 0)
    if match["side"].lower() == "later":
        return unit._replace(first=today, granularity="range")
    return unit._replace(after=today + timedelta(days=1), granularity="range")


def _ago(match: re.Match[str], today: date) -> Span:
    """Read `two weeks ago` as the calendar unit that many units back; a vague number is a range."""
    unit, (least, most) = match["unit"].lower(), _count(match["count"])
    sign = 1 if "from" in match.group().lower() else -1
    near, far = _unit(today, unit, sign * least, around=True), _unit(today, unit, sign * most, around=True)
    if near == far:
        return near
    return Span(min(near.first, far.first), max(near.after, far.after), "range")


def _rolling(match: re.Match[str], today: date) -> Span:
    """Read `the last two weeks`, `in the past month`: up to now, counted in days rather than by the calendar."""
    unit, (_, most) = match["unit"].lower(), _count(match["count"] or "1")
    if _lower(match["which"]) == "next":
        return Span(today, _back(today, unit, -most) + timedelta(days=1), "range")
    return Span(_back(today, unit, most), today + timedelta(days=1), "range")


def _lately(_match: re.Match[str], today: date) -> Span:
    return Span(today - timedelta(days=RECENT), today + timedelta(days=1), "range")


# --- calendar --------------------------------------------------------------------------------------------------------


def _days(day: date) -> Span:
    return Span(day, day + timedelta(days=1), "day")


def _month_of(year: int, month: int) -> Span:
    return Span(date(year, month, 1), date(*_shift(year, month, 1), 1), "month")


def _season_of(year: int, month: int) -> Span:
    return Span(date(year, month, 1), date(*_shift(year, month, 3), 1), "season")


def _year_span(year: int) -> Span:
    return Span(date(year, 1, 1), date(year + 1, 1, 1), "year")


def _shift(year: int, month: int, months: int) -> tuple[int, int]:
    years, index = divmod(year * 12 + month - 1 + months, 12)
    return years, index + 1


def _length(year: int, month: int) -> int:
    return (date(*_shift(year, month, 1), 1) - date(year, month, 1)).days


def _moved(span: Span, years: int) -> Span:
    """Move a span to another year; 29 February becomes the 28th where there is none."""

    def move(day: date) -> date:
        return date(day.year + years, day.month, min(day.day, _length(day.year + years, day.month)))

    return span._replace(first=move(span.first), after=move(span.after))


def _month_number(name: str) -> int:
    return next(number for number, month in enumerate(MONTHS, 1) if month.startswith(name.lower()[:3]))


def _year_of(month: int, today: date, which: str | None) -> int:
    match _lower(which):
        case "last" | "past":
            return today.year - (month >= today.month)
        case "next":
            return today.year + (month <= today.month)
        case "this":
            return today.year
        case _:
            return today.year - (month > today.month)


def _unit(today: date, unit: str, steps: int, *, around: bool = False) -> Span:
    """Return the calendar unit *steps* units from today's; *around* makes `a fortnight ago` one week."""
    match unit:
        case "day":
            return _days(today + timedelta(days=steps))
        case "week" | "weekend" | "fortnight":
            return _week(today, unit, steps, around=around)
        case "month":
            return _month_of(*_shift(today.year, today.month, steps))
        case "quarter":
            year, month = _shift(today.year, (today.month - 1) // 3 * 3 + 1, 3 * steps)
            return _season_of(year, month)._replace(granularity="quarter")
        case "decade":
            first_year = today.year // 10 * 10 + 10 * steps
            return Span(date(first_year, 1, 1), date(first_year + 10, 1, 1), "decade")
        case _:
            return _year_span(today.year + steps)


def _week(today: date, unit: str, steps: int, *, around: bool) -> Span:
    monday = today - timedelta(days=today.weekday())
    if unit == "weekend":
        first = monday + timedelta(weeks=steps, days=5)
        return Span(first, first + timedelta(days=2), "weekend")
    weeks = 2 if unit == "fortnight" else 1
    first = monday + timedelta(weeks=weeks * steps)
    return Span(first, first + timedelta(weeks=1 if around else weeks), "week")


def _back(today: date, unit: str, count: int) -> date:
    """Return the day *count* units before today, the last of the month where that month is shorter."""
    days = {"day": 1, "week": 7, "weekend": 7, "fortnight": 14}.get(unit)
    if days:
        return today - timedelta(days=days * count)
    months = {"month": 1, "quarter": 3, "year": 12, "decade": 120}[unit] * count
    year, month = _shift(today.year, today.month, -months)
    return date(year, month, min(today.day, _length(year, month)))


def _count(words: str) -> tuple[int, int]:
    """Return the least and the most that a number may mean."""
    word = next((word for word in (*VAGUE, "couple") if word in words.lower()), words.lower().strip())
    if word in VAGUE:
        return VAGUE[word]
    if word == "couple":
        return 2, 3
    number = int(word) if word.isdecimal() else NUMBERS[word]
    return number, number


def _lower(word: str | None) -> str:
    return (word or "").lower()


# --- the expressions -------------------------------------------------------------------------------------------------

_CUE = (
    r"(?:\b(?:in|on|by|since|until|till|before|after|during|throughout|around|over|from|between|early|late|mid|"
    r"(?:end|start|beginning|middle)\s+of|prior\s+to|up\s+to|(?P<link>and|to|through|until|till))[\s-]\s*(?:the\s+)?)"
)
"""What must stand before a word that is often something else (`May`, `June`, `spring`, `2022`, `Sunday`)."""

_HINT = re.compile(
    r"\d|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|last|past|previous|this|current|next|ago|back|yesterday|"
    r"today|tomorrow|tonight|recently|lately|these|late|earlier|later|spring|summer|autumn|fall|winter|of\s+late|"
    r"from\s+now|\w+day\b)",
    re.IGNORECASE,
)
"""Without any of these there is no date; most questions have none."""

_EXPRESSIONS: tuple[tuple[str, Read], ...] = (
    (rf"{_YEAR}[-/](?P<m>\d{{1,2}})[-/](?P<d>\d{{1,2}})", _iso_day),
    (rf"(?P<d>\d{{1,2}})\.(?P<m>\d{{1,2}})\.{_YEAR}", _iso_day),
    (rf"{_YEAR}-(?P<m>\d\d)(?!-)", _iso_month),
    (rf"{_ON_WEEKDAY}{_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+(?:of\s+)?{_YEAR})?", _day_of_month),
    (rf"{_ON_WEEKDAY}{_MONTH}\s+(?:the\s+)?{_DAY}(?!\d)(?:,?\s+{_YEAR})?", _day_of_month),
    (r"\bon\s+(?P<core>the\s+(?P<day>\d{1,2})(?:st|nd|rd|th))(?=\s*(?:[?.,!;]|$|and\b|or\b))", _day_only),
    (rf"(?P<which>){_MONTH},?\s+(?:of\s+)?{_YEAR}", _month),
    (rf"(?P<which>last|past|this|next)\s+{_MONTH}(?P<year>)", _month),
    (rf"{_CUE}(?P<core>(?P<which>){_MONTH}(?P<year>))(?!\w)", _month),
    (rf"(?P<which>){_SEASON},?\s+(?:of\s+)?{_YEAR}", _season),
    (rf"(?P<which>last|past|this|next)\s+{_SEASON}(?P<year>)", _season),
    (rf"{_CUE}(?P<core>(?P<which>){_SEASON}(?P<year>))(?!\w)", _season),
    (r"the\s+(?:early\s+|late\s+|mid-?\s*)?(?P<decade>(?:19|20)?\d0)s", _decade),
    (rf"(?:{_CUE}|\byear\s+)(?P<core>{_YEAR})(?![\w-])(?!/\d)", _year),
    (r"the\s+day\s+(?:before\s+yesterday|after\s+tomorrow)(?P<part>)", _near_day),
    (r"(?:tonight|last\s+night)(?P<part>)", _near_day),
    (rf"(?:today|yesterday|tomorrow)(?:\s+{_DAY_PART})?", _near_day),
    (r"this\s+(?P<part>morning|afternoon|evening)", _near_day),
    (rf"(?P<which>last|past|previous|this|next)\s+{_WEEKDAY}", _weekday),
    (rf"(?:{_CUE})(?P<core>(?P<which>){_WEEKDAY})(?!\w)", _weekday),
    (rf"(?P<which>){_WEEKDAY}(?=\s*(?:[?.!,]|$))", _weekday),
    (rf"the\s+{_UNIT}\s+before\s+last(?P<which>)", _calendar_unit),
    (rf"(?P<side>earlier|later)\s+this\s+{_UNIT}", _earlier),
    (rf"the\s+(?P<which>last|past|next)\s+(?:{_COUNT}\s+)?{_UNIT}s?", _rolling),
    (rf"(?P<which>last|past|next)\s+{_COUNT}\s+{_UNIT}s?", _rolling),
    (rf"(?P<which>last|previous|past|this|current|next)\s+{_UNIT}", _calendar_unit),
    (rf"{_COUNT}\s+{_UNIT}s?\s+(?:ago|earlier|back|from\s+now)", _ago),
    (r"recently|lately|these\s+days|of\s+late", _lately),
)


@cache
def _readers() -> tuple[tuple[re.Pattern[str], Read], ...]:
    """Compile the expressions on the first question that may hold a date, not at import."""
    return tuple(
        (re.compile(pattern if "<core>" in pattern else rf"\b(?P<core>{pattern})(?!\w)", re.IGNORECASE), read)
        for pattern, read in _EXPRESSIONS
    )
