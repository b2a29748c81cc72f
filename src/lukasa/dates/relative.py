"""Expressions that count from when something was said: days, weekdays, units of the calendar."""

from __future__ import annotations

import re
from datetime import date, timedelta

from lukasa.dates.spans import PARTS, Anchor, DateSpan, back, one_day, part_of, unit
from lukasa.dates.vocabulary import (
    COUNT,
    CUE,
    PART,
    UNIT,
    WEEKDAY,
    WEEKDAY_NAME,
    WHICH,
    WHICH_WORDS,
    count,
    direction,
    steps,
    unit_name,
    weekday_number,
)

_RECENT_DAYS = 30
"""How far `recently` and `lately` look back."""

_OTHER_DAYS = 7
"""How far `the other day` looks back."""

# --- days ------------------------------------------------------------------------------------------------------------


def _near_day(match: re.Match[str], anchor: Anchor) -> DateSpan:
    words, today = " ".join(match["core"].lower().split()), anchor.today
    if words in {"tonight", "last night"}:
        return part_of(today - timedelta(days=words == "last night"), "night")
    away = {"the day before yesterday": -2, "yesterday": -1, "tomorrow": 1, "the day after tomorrow": 2}
    name = words.removesuffix((match["part"] or "").lower()).strip()
    day = today + timedelta(days=away.get(name.removeprefix("early ").removeprefix("late "), 0))
    return part_of(day, match["part"]) if match["part"] else one_day(day)


def _weekday(match: re.Match[str], anchor: Anchor) -> DateSpan:
    day, today = weekday_number(match["weekday"]), anchor.today
    behind = (today.weekday() - day) % 7
    match direction(match["which"]) or ("next" if anchor.ahead else ""):
        case "last":
            away = -behind or -7
        case "next":
            away = 7 - behind
        case "this":
            away = day - today.weekday()
            away += 7 if anchor.ahead and away < 0 else 0
        case _:
            away = -behind
    return one_day(today + timedelta(days=away))


def _weeks_from(match: re.Match[str], anchor: Anchor) -> DateSpan:
    """Read `Monday week`, `a week on Friday`, `two weeks from tomorrow`."""
    groups, today = match.groupdict(), anchor.today
    if groups.get("weekday"):
        day = today + timedelta(days=7 - (today.weekday() - weekday_number(match["weekday"])) % 7)
    else:
        day = today + timedelta(days=match["day"].lower() == "tomorrow")
    weeks, _ = count(groups.get("count") or "one")
    return one_day(day + timedelta(weeks=weeks))


# --- units of the calendar -------------------------------------------------------------------------------------------


def _calendar_unit(match: re.Match[str], anchor: Anchor) -> DateSpan:
    """Read `last week`, `this month`, `the year after next`, and `the week` of `the rest of the week`."""
    groups = match.groupdict()
    twice = {"before": -2, "after": 2}.get((groups.get("side") or "").lower())
    return unit(anchor.today, unit_name(match["unit"]), twice or steps(groups.get("which")))


def _the_weekend(_match: re.Match[str], anchor: Anchor) -> DateSpan:
    begun = anchor.today.weekday() >= 5  # noqa: PLR2004 - Saturday
    return unit(anchor.today, "weekend", 0 if begun or anchor.ahead else -1)


def _earlier(match: re.Match[str], anchor: Anchor) -> DateSpan:
    running = unit(anchor.today, unit_name(match["unit"]), 0)
    if match["side"].lower() == "later":
        return running._replace(first=anchor.today, granularity="range")
    return running._replace(after=anchor.today + timedelta(days=1), granularity="range")


# --- counted units ---------------------------------------------------------------------------------------------------


def counted(day: date, name: str, numbers: tuple[int, int], sign: int) -> DateSpan:
    """Return the calendar unit that many units away; a vague number is a range."""
    near, far = (unit(day, name, sign * number, around=True) for number in numbers)
    if near == far:
        return near
    return DateSpan(min(near.first, far.first), max(near.after, far.after), "range")


def _away(match: re.Match[str], anchor: Anchor) -> DateSpan:
    """Read `two weeks ago`, `a year from now`, and `in three days`, which in the past is how long something took."""
    words = match["core"].lower()
    lies_ahead = words.startswith("in")
    if lies_ahead and anchor.tense == "past":
        raise ValueError(match.group())
    sign = 1 if lies_ahead or "from" in words else -1
    return counted(anchor.today, unit_name(match["unit"]), count(match["count"]), sign)


def _rolling(match: re.Match[str], anchor: Anchor) -> DateSpan:
    """Read `the last two weeks`, `in the past month`: up to now, counted in days rather than by the calendar."""
    several = "few" if match["core"].lower().endswith("s") else "one"
    name, (_, most) = unit_name(match["unit"]), count(match["count"] or several)
    today = anchor.today
    if direction(match["which"]) == "next":
        return DateSpan(today, back(today, name, -most) + timedelta(days=1), "range")
    return DateSpan(back(today, name, most), today + timedelta(days=1), "range")


def _for_so_long(match: re.Match[str], anchor: Anchor) -> DateSpan:
    """Read `for two years now`: since then. What is counted in months is not meant to the day."""
    name, (_, most) = unit_name(match["unit"]), count(match["count"] or "1")
    first = back(anchor.today, name, most)
    if name in {"month", "year", "decade"}:
        first = first.replace(day=1)
    return DateSpan(first, anchor.today + timedelta(days=1), "range", ongoing=True)


def _of_late(match: re.Match[str], anchor: Anchor) -> DateSpan:
    """Read `recently`, and `the other day`, which is not today."""
    if "other" in match["core"].lower():
        return DateSpan(anchor.today - timedelta(days=_OTHER_DAYS), anchor.today, "range")
    return DateSpan(anchor.today - timedelta(days=_RECENT_DAYS), anchor.today + timedelta(days=1), "range")


# --- the rows --------------------------------------------------------------------------------------------------------

_ABOUT = r"(?:just\s+|(?:just\s+|well\s+)?(?:under|over)\s+|only\s+|about\s+|around\s+|over\s+|almost\s+|nearly\s+|more\s+than\s+|at\s+least\s+)?"
_UNITS = rf"{UNIT}s?"
_TO_THE_DAY = r"(?:\s+(?:today|yesterday|tomorrow))?"
"""Says how exact "a year ago" is, and not that it is today."""

_NOT_TO = r"(?<![-–—/])(?<!to )(?<!through )"
"""`Monday to Friday` without `from` is what is usual."""

_PRONOUN = r"(?:i|we|he|she|they|you|it)"

NEAR = (
    ("yesterday tomorrow", r"the\s+day\s+(?:before\s+yesterday|after\s+tomorrow)(?P<part>)", _near_day),
    ("tonight night", r"(?:tonight|last\s+night)(?P<part>)", _near_day),
    ("today yesterday tomorrow", rf"(?:today|yesterday|tomorrow)(?:\s+{PART})?", _near_day),
    ("morning afternoon evening", r"(?:early\s+|late\s+)?this\s+(?P<part>morning|afternoon|evening)", _near_day),
)  # fmt: skip
WEEKDAYS = (
    (WHICH_WORDS, rf"{WHICH}\s+{WEEKDAY}", _weekday),
    ("", rf"(?:{CUE})(?P<core>(?P<which>){WEEKDAY})(?!\w|['’]s)", _weekday),
    ("", rf"{_NOT_TO}(?P<which>){WEEKDAY}(?=\s*(?:[?.!,]|$))", _weekday),
    ("", rf"(?P<which>){WEEKDAY}(?=,?\s+(?:at\s+\d|(?:{'|'.join(PARTS)})\b))", _weekday),
    ("", rf"(?P<which>)(?P<weekday>{WEEKDAY_NAME})(?=\s+{_PRONOUN}\b)", _weekday),
    ("week", rf"{WEEKDAY}\s+week", _weeks_from),
    ("week weeks", rf"{COUNT}\s+weeks?\s+(?:on|from)\s+(?:{WEEKDAY}|(?P<day>today|tomorrow))", _weeks_from),
)
UNITS = (
    ("last", rf"the\s+{UNIT}\s+(?P<side>before)\s+last", _calendar_unit),
    ("next", rf"the\s+{UNIT}\s+(?P<side>after)\s+next", _calendar_unit),
    ("earlier later", rf"(?P<side>earlier|later)\s+this\s+{UNIT}", _earlier),
    (WHICH_WORDS, rf"{WHICH}\s+{UNIT}", _calendar_unit),
    ("start beginning middle end rest half early late later earlier", r"\b(?:start|beginning|middle|end|rest|half|early|late|later|earlier)\s+(?:of|in)\s+(?P<core>the\s+(?P<unit>week|weekend|month|year|decade))(?!\w)(?!\s+of\b)", _calendar_unit),
    ("weekend", r"\b(?:over|at|on|during|for|by|before|after|since|until|till|all|whole)\s+(?P<core>(?:the\s+)?weekend)(?!\w)(?!\s+(?:of|before|after)\b)", _the_weekend),
    ("last past next coming", rf"the\s+(?P<which>last|past|next|coming)\s+(?:{COUNT}\s+)?{_UNITS}", _rolling),
    ("last past next", rf"(?P<which>last|past|next)\s+{COUNT}\s+{_UNITS}", _rolling),
    ("ago earlier back now", rf"(?<!half )(?<!and )(?<!/){COUNT}\s+{_UNITS}\s+(?:ago|earlier|back|from\s+now){_TO_THE_DAY}", _away),
    ("in", rf"(?<!time )(?<!times )(?<!once )(?<!twice )\bin\s+{_ABOUT}{COUNT}\s+{_UNITS}(?:['’]s?\s+time|\s+time)?", _away),
    ("now", rf"for\s+{_ABOUT}{COUNT}\s+{_UNITS}\s+now", _for_so_long),
    ("past last", rf"for\s+{_ABOUT}the\s+(?:past|last)\s+(?:{COUNT}\s+)?{_UNITS}", _for_so_long),
    ("for", rf"(?:\bhave|\bhas|['’]ve|\b(?:he|she|it)['’]s)\s+(?:[\w'’-]{{1,30}}\s+){{1,8}}?(?P<core>for\s+{_ABOUT}{COUNT}\s+{_UNITS})(?!\w)", _for_so_long),
)  # fmt: skip
VAGUE = (
    ("recently lately these late", r"recently|lately|these\s+days|of\s+late(?=\s*(?:[.,;:!?]|$))", _of_late),
    ("other", r"the\s+other\s+(?:day|night|evening|week)", _of_late),
)
