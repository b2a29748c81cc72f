"""What comes back: `every other Tuesday`, `twice a week`, `on Mondays` → one label for each way to say it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from lukasa.dates.absolute import HOLIDAY_NAMES
from lukasa.dates.vocabulary import MONTH_NAME, WEEKDAY_NAME, count, month_number, weekday_number
from lukasa.text.language_data import MONTHS, WEEKDAYS
from lukasa.text.patterns import LazyPattern


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
    matches = [(match, label) for pattern, label in _PATTERNS for match in pattern.finditer(text)]
    matches.sort(key=lambda pair: (pair[0].start(), -pair[0].end()))
    kept: list[Recurrence] = []
    for match, label in matches:
        if not kept or match.start() >= kept[-1].end:
            kept.append(Recurrence(match.start(), match.end(), label(match)))
    return kept


# --- labels ----------------------------------------------------------------------------------------------------------


def _every_unit(match: re.Match[str]) -> str:
    return _every(match, match["unit"].lower())


def _every_weekday(match: re.Match[str]) -> str:
    days = [_weekday(day) for day in _WEEKDAY_NAMES.compiled.findall(match["days"])]
    part = f" {match['part'].lower().rstrip('s')}" if match["part"] else ""
    return f"{_every(match, 'week')} on {' and '.join(days)}{part}"


def _every_weekend(match: re.Match[str]) -> str:
    return f"{_every(match, 'week')} on the weekend"


def _every_part(match: re.Match[str]) -> str:
    part = match["part"].lower()
    return f"{_every(match, 'day')} {'at night' if part == 'night' else f'in the {part}'}"


def _every_named(match: re.Match[str]) -> str:
    """Label seasons, months and holidays, which come once a year."""
    name = " ".join(match["name"].split())
    if match["season"]:
        name = "in " + name.lower().replace("fall", "autumn")
    elif match["month"]:
        name = f"in {MONTHS[month_number(name) - 1].title()}"
    else:
        name = f"at {name}"
    return f"{_every(match, 'year')} {name}"


def _times(match: re.Match[str]) -> str:
    word, unit = match["times"].lower().split()[0], match["unit"].lower()
    number = {"once": 1, "twice": 2}.get(word) or count(word)[1]
    return f"every {unit}" if number == 1 else f"{number} times a {unit}"


_ADVERBS = {
    "hourly": "hour",
    "daily": "day",
    "nightly": "night",
    "weekly": "week",
    "fortnightly": "2 weeks",
    "biweekly": "2 weeks",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
    "annually": "year",
}


def _nth_of_month(match: re.Match[str]) -> str:
    return f"every month on the {match['nth'].lower()} {_weekday(match['weekday'])}"


def _weekday(name: str) -> str:
    return WEEKDAYS[weekday_number(name)].title()


def _every(match: re.Match[str], unit: str) -> str:
    """Return `every 2 weeks` for `every other` week."""
    words = (match.groupdict().get("every") or "every").lower().split()
    interval = _INTERVALS.get(words[-1])
    if interval is None:
        digits = re.match(r"\d+", words[-1])
        interval = int(digits.group()) if digits else count(words[-1])[1]
    return f"every {unit}" if interval == 1 else f"every {interval} {unit}s"


_INTERVALS = {"every": 1, "each": 1, "single": 1, "other": 2, "second": 2, "third": 3, "fourth": 4, "few": 3}


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
    *"every each once twice thrice times days weekends ings noons nights month".split(),  # noqa: SIM905
    *_ADVERBS,
)

_ROWS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (rf"{_EVERY}\s+{_UNIT}s?(?!\w|['’]s)(?!\s+of\b)", _every_unit),
    (
        rf"{_EVERY}\s+(?P<days>{WEEKDAY_NAME}(?:{_AND}{WEEKDAY_NAME}){{0,4}})(?:\s+{_PART})?(?!\w|['’]s)",
        _every_weekday,
    ),
    (rf"(?P<days>{_PLURAL}(?:{_AND}{_PLURAL}){{1,4}})(?P<part>)(?!\w)", _every_weekday),
    (rf"{_EVERY}\s+{_PART}(?!\w|['’]s)", _every_part),
    (rf"{_EVERY}\s+weekend(?!\w)", _every_weekend),
    (
        r"every\s+(?:weekday|workday|working\s+day)(?!\w)|(?:on|during)\s+(?:the\s+)?weekdays(?!\w)",
        lambda _: "every weekday",
    ),
    (r"(?:on|at|during)\s+(?:the\s+)?weekends(?!\w)", _every_weekend),
    (
        (
            rf"{_EVERY}\s+(?P<name>(?P<season>spring|summer|autumn|fall|winter)|(?P<month>{MONTH_NAME})|"
            rf"(?:{HOLIDAY_NAMES}))(?!\w|['’]s)"
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
    (
        rf"(?P<adverb>{'|'.join(_ADVERBS)})(?!\w){_OUT}",
        lambda match: f"every {_ADVERBS[match['adverb'].lower()]}",
    ),
    (
        (
            rf"(?:on\s+)?(?:the\s+|every\s+)(?P<nth>first|second|third|fourth|last)\s+(?P<weekday>{WEEKDAY_NAME})\s+of\s+"
            r"(?:the|each|every)\s+month(?!\w)"
        ),
        _nth_of_month,
    ),
)


_WEEKDAY_NAMES = LazyPattern("(?i)" + WEEKDAY_NAME)
_PATTERNS = tuple((LazyPattern(rf"(?i)\b(?:{pattern})"), label) for pattern, label in _ROWS)
