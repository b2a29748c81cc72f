"""What comes back: `every other Tuesday`, `twice a week`, `on Mondays` → one label for each way to say it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from lukasa.dates import holidays
from lukasa.dates.vocabulary import MONTH_NAME, WEEKDAY_NAME, count, month_number, ordinal, weekday_number
from lukasa.text.language_data import WEEKDAYS
from lukasa.text.patterns import compiled


class Recurrence(NamedTuple):
    """A recurrence and where its words stand."""

    start: int
    end: int
    label: str


def recurrences(text: str) -> list[Recurrence]:
    """Return what recurs, left to right, longest first."""
    lower = text.lower()
    if not any(hint in lower for hint in _HINTS):
        return []
    matches = [(match, label) for pattern, label in _rows() for match in pattern.finditer(text)]
    matches.sort(key=lambda pair: (pair[0].start(), -pair[0].end()))
    found: list[Recurrence] = []
    for match, label in matches:
        if not found or match.start() >= found[-1].end:
            found.append(Recurrence(match.start(), match.end(), label(match)))
    return found


# --- labels ----------------------------------------------------------------------------------------------------------


def _every_unit(match: re.Match[str]) -> str:
    return _each(_interval(match), match["unit"].lower())


def _every_weekday(match: re.Match[str]) -> str:
    days = [WEEKDAYS[weekday_number(day)].title() for day in compiled(_WEEKDAY_NAMES).findall(match["days"])]
    part = f" {match['part'].lower().rstrip('s')}" if match["part"] else ""
    return f"{_each(_interval(match), 'week')} on {' and '.join(days)}{part}"


def _every_part(match: re.Match[str]) -> str:
    part = match["part"].lower()
    return f"{_each(_interval(match), 'day')} {'at night' if part == 'night' else f'in the {part}'}"


def _every_named(match: re.Match[str]) -> str:
    """Label seasons, months and holidays, which come once a year."""
    words = " ".join(match["name"].split())
    each = _each(_interval(match), "year")
    if match["season"]:
        return f"{each} in {'autumn' if words.lower() == 'fall' else words.lower()}"
    if match["month"]:
        return f"{each} in {_month_title(words)}"
    return f"{each} at {words}"


def _every_weekend(match: re.Match[str]) -> str:
    return f"{_each(_interval(match), 'week')} on the weekend"


def _times(match: re.Match[str]) -> str:
    said = match["times"].lower()
    number = {"once": 1, "twice": 2}.get(said.split()[0]) or count(said.split()[0])[1]
    if number == 1:
        return f"every {match['unit'].lower()}"
    return f"{number} times a {match['unit'].lower()}"


_ADVERBS = {"hourly": "hour", "daily": "day", "nightly": "night", "weekly": "week", "fortnightly": "2 weeks"}
_ADVERBS |= {
    "biweekly": "2 weeks",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
    "annually": "year",
}


def _adverb(match: re.Match[str]) -> str:
    return f"every {_ADVERBS[match['adverb'].lower()]}"


def _weekdays(_match: re.Match[str]) -> str:
    return "every weekday"


def _nth_of_month(match: re.Match[str]) -> str:
    number = ordinal(match["nth"])
    nth = "last" if number < 0 else ("first", "second", "third", "fourth", "fifth")[number - 1]
    return f"every month on the {nth} {WEEKDAYS[weekday_number(match['weekday'])].title()}"


def _month_title(word: str) -> str:
    names = "January February March April May June July August September October November December"
    return names.split()[month_number(word) - 1]


def _interval(match: re.Match[str]) -> int:
    said = match.groupdict().get("every") or ""
    words = said.lower().split()
    if not words:
        return 1
    if words[-1] == "other":
        return 2
    number = re.match(r"\d+", words[-1])
    if number:
        return int(number.group())
    return {"second": 2, "third": 3, "fourth": 4, "few": 3}.get(words[-1]) or _spelled(words[-1])


def _spelled(word: str) -> int:
    return 1 if word in {"every", "each", "single"} else count(word)[1]


def _each(interval: int, unit: str) -> str:
    return f"every {unit}" if interval == 1 else f"every {interval} {unit}s"


# --- patterns --------------------------------------------------------------------------------------------------------

_EVERY = (
    r"(?P<every>(?:every|each)(?:\s+(?:single|other|second|third|fourth|few|two|three|four|five|six|ten|"
    r"\d{1,3}(?:nd|rd|th)?))?)"
)
_UNIT = r"(?P<unit>minute|hour|day|night|week|fortnight|month|quarter|year|decade)"
_PART = r"(?P<part>morning|afternoon|evening|night)"
_PLURAL = rf"{WEEKDAY_NAME}s"
_AND = r"(?:\s*,\s*|\s*,?\s+and\s+)"
_OUT = r"(?=\s*(?:[.,;:!?)]|$)|\s+(?:and|but|or|to|with|at|in|on|for|before|after|since|until|because|so|now|when|if|as)\b)"

_HINTS = (
    "every",
    "each",
    "once",
    "twice",
    "thrice",
    "times",
    "days",
    "weekends",
    "ings",
    "noons",
    "nights",
    "month",
    *_ADVERBS,
)

_ROWS = (
    (rf"{_EVERY}\s+{_UNIT}s?(?!\w|['’]s)(?!\s+of\b)", _every_unit),
    (
        rf"{_EVERY}\s+(?P<days>{WEEKDAY_NAME}(?:{_AND}{WEEKDAY_NAME}){{0,4}})(?:\s+{_PART})?(?!\w|['’]s)",
        _every_weekday,
    ),
    (rf"(?P<days>{_PLURAL}(?:{_AND}{_PLURAL}){{1,4}})(?P<part>)(?!\w)", _every_weekday),
    (rf"{_EVERY}\s+{_PART}(?!\w|['’]s)", _every_part),
    (rf"{_EVERY}\s+weekend(?!\w)", _every_weekend),
    (r"every\s+(?:weekday|workday|working\s+day)(?!\w)|(?:on|during)\s+(?:the\s+)?weekdays(?!\w)", _weekdays),
    (r"(?:on|at|during)\s+(?:the\s+)?weekends(?!\w)", _every_weekend),
    (
        (
            rf"{_EVERY}\s+(?P<name>(?P<season>spring|summer|autumn|fall|winter)|(?P<month>{MONTH_NAME})|"
            rf"(?:{holidays.NAMES}))(?!\w|['’]s)"
        ),
        _every_named,
    ),
    (
        (
            rf"on\s+(?P<days>{_PLURAL}(?:{_AND}{_PLURAL}){{0,4}}|{WEEKDAY_NAME}(?=\s+(?:morning|afternoon|evening|night)s\b))"
            rf"(?:\s+(?P<part>(?:morning|afternoon|evening|night)s?))?(?!\w)"
        ),
        _every_weekday,
    ),
    (
        (
            rf"(?P<times>once|twice|thrice|(?:two|three|four|five|six|seven|ten|a\s+couple\s+of|a\s+few|several|\d{{1,3}})\s+times)"
            rf"\s+(?:a|an|per|each|every)\s+{_UNIT}(?!\w)"
        ),
        _times,
    ),
    (rf"(?P<adverb>{'|'.join(_ADVERBS)})(?!\w){_OUT}", _adverb),
    (
        (
            rf"(?:on\s+)?(?:the\s+|every\s+)(?P<nth>first|second|third|fourth|last)\s+(?P<weekday>{WEEKDAY_NAME})\s+of\s+"
            r"(?:the|each|every)\s+month(?!\w)"
        ),
        _nth_of_month,
    ),
)


@cache
def _rows() -> tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]:
    return tuple((re.compile(rf"\b(?:{pattern})", re.IGNORECASE), label) for pattern, label in _ROWS)


_WEEKDAY_NAMES = "(?i)" + WEEKDAY_NAME
