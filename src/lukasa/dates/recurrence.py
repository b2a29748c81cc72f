"""What comes back: `every other Tuesday`, `twice a week`, `on Mondays`. Nothing is so at one such time."""

from __future__ import annotations

from collections.abc import Iterable

from lukasa.dates.absolute import HOLIDAY_NAMES
from lukasa.dates.atoms import Atom
from lukasa.dates.vocabulary import MONTH_NAME, WEEKDAY_NAME
from lukasa.text.patterns import LazyPattern


def outside(dates: Iterable[Atom], spans: list[tuple[int, int]]) -> list[Atom]:
    """Return what is no part of a recurrence: `every Tuesday` is not the latest one. Both are in order."""
    kept, index = [], 0
    for date in dates:
        while index < len(spans) and spans[index][1] <= date.start:
            index += 1
        if index == len(spans) or date.end <= spans[index][0]:
            kept.append(date)
    return kept


def recurrences(text: str) -> list[tuple[int, int]]:
    """Return where something is said to recur, left to right."""
    lower = text.lower()
    return (
        [match.span() for match in _RECURRING.finditer(text)] if any(map(lower.__contains__, _HINTS)) else []
    )


_ADVERBS = "hourly daily nightly weekly fortnightly biweekly monthly quarterly yearly annually"
_HINTS = f"every each once twice thrice times days weekends ings noons nights month {_ADVERBS}".split()

_EVERY = r"(?:every|each)(?:\s+(?:single|other|second|third|fourth|few|two|three|four|five|six|ten|\d{1,3}(?:nd|rd|th)?))?"
_UNIT = r"(?:minute|hour|day|night|week|fortnight|month|quarter|year|decade)"
_PART = r"(?:morning|afternoon|evening|night)"
_PLURAL = rf"{WEEKDAY_NAME}s"
_AND = r"(?:\s*,\s*|\s*,?\s+and\s+)"
_END = r"(?!\w|['’]s)"
_OUT = r"(?=\s*(?:[.,;:!?)]|$)|\s+(?:and|but|or|to|with|at|in|on|for|before|after|since|until|because|so|now|when|if|as)\b)"

_ROWS = (
    rf"{_EVERY}\s+{WEEKDAY_NAME}(?:{_AND}{WEEKDAY_NAME}){{0,4}}(?:\s+{_PART})?{_END}",
    rf"(?:on\s+)?(?:the\s+|every\s+)(?:first|second|third|fourth|last)\s+{WEEKDAY_NAME}\s+of\s+(?:the|each|every)\s+month{_END}",
    rf"{_EVERY}\s+(?:{_UNIT}s?(?!\s+of\b)|{_PART}|weekend|spring|summer|autumn|fall|winter|{MONTH_NAME}|{HOLIDAY_NAMES}){_END}",
    rf"every\s+(?:weekday|workday|working\s+day){_END}|(?:on|at|during)\s+(?:the\s+)?(?:weekdays|weekends){_END}",
    rf"on\s+(?:{_PLURAL}(?:{_AND}{_PLURAL}){{0,4}}|{WEEKDAY_NAME}(?=\s+{_PART}s\b))(?:\s+{_PART}s?)?(?!\w)",
    rf"{_PLURAL}(?:{_AND}{_PLURAL}){{1,4}}(?!\w)",
    rf"(?:once|twice|thrice|(?:two|three|four|five|six|seven|ten|a\s+couple\s+of|a\s+few|several|\d{{1,3}})\s+times)\s+(?:a|an|per|each|every)\s+{_UNIT}(?!\w)",
    rf"(?:{_ADVERBS.replace(' ', '|')})(?!\w){_OUT}",
)
_RECURRING = LazyPattern(lambda: r"(?i)\b(?:" + "|".join(f"(?:{row})" for row in _ROWS) + ")")
