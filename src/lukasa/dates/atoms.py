"""Text → atoms: the expressions in it, each read on its own; what stands around them comes later."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple, TypeAlias

from lukasa.dates import absolute, relative
from lukasa.dates.spans import SEASONS, Anchor, DateSpan
from lukasa.text.language_data import MONTHS, WEEKDAYS
from lukasa.text.patterns import compiled

Read: TypeAlias = Callable[[re.Match[str], Anchor], DateSpan]
Looking: TypeAlias = Callable[[int, int], Anchor]
"""The anchor of an expression, by its place: clauses of one text may look different ways."""


class Atom(NamedTuple):
    """One expression: `last week`, `7 May 2023`."""

    start: int
    end: int
    span: DateSpan


_Rows: TypeAlias = tuple[tuple[str, Read], ...]
_Hints: TypeAlias = frozenset[str]
"""Words (digits count as one, `0`) of which a text must have one for rows to be worth trying."""


def _hints(words: str) -> _Hints:
    return frozenset(words.split())


_DIGIT = "0"
_SHORT = tuple(month[:3] for month in MONTHS)
_HOLIDAY_WORDS = _hints(
    "christmas xmas easter eve halloween hallowe thanksgiving friday fourth day year years"
)
_WEEKDAY_WORDS = _hints(" ".join(WEEKDAYS) + " mon tue tues wed thu thur thurs fri sat today tomorrow")
_UNIT_WORDS = _hints("day week weekend wk fortnight month quarter year yr decade")

_FAMILIES: tuple[tuple[_Hints, _Rows], ...] = (
    (_hints(f"{_DIGIT} month"), absolute.DAYS),
    (frozenset((*MONTHS, *_SHORT, "sept")), absolute.MONTHS),
    (_hints(_DIGIT), absolute.YEARS),
    (_hints(" ".join((*SEASONS, *absolute.DECADE_WORDS))), absolute.SEASONS_AND_DECADES),
    (_HOLIDAY_WORDS, absolute.HOLIDAYS),
    (_hints("today yesterday tomorrow tonight night this day"), relative.NEAR),
    (_WEEKDAY_WORDS | {f"{word}s" for word in WEEKDAYS}, relative.WEEKDAYS),
    (_UNIT_WORDS | {f"{word}s" for word in _UNIT_WORDS}, relative.UNITS),
    (_hints("recently lately these late other"), relative.VAGUE),
)
_TOLD: tuple[tuple[_Hints, _Rows], ...] = (
    (_hints(f"{_DIGIT} noon midnight"), absolute.CLOCKS),
    (_HOLIDAY_WORDS, absolute.BARE_HOLIDAYS),
)
"""Only for statements: a question with a bare `at 7` or `at Christmas` asks what is usual."""

_Family: TypeAlias = tuple[_Hints, tuple[tuple[re.Pattern[str], Read], ...]]


@cache
def _families() -> tuple[_Family, ...]:
    """Compile the expressions on the first text that may hold a date, not at import."""
    return tuple((hints, _compiled(rows)) for hints, rows in (*_FAMILIES, *_TOLD))


def _compiled(rows: _Rows) -> tuple[tuple[re.Pattern[str], Read], ...]:
    return tuple(
        (re.compile(pattern if "<core>" in pattern else rf"\b(?P<core>{pattern})(?!\w)", re.IGNORECASE), read)
        for pattern, read in rows
    )


def _words(text: str) -> set[str]:
    """Return the words of a text; digits, wherever they stand, are one."""
    words = set(compiled(_LETTERS).findall(text.lower()))
    return words | {_DIGIT} if compiled(_DIGITS).search(text) else words


_LETTERS = r"[^\W\d_]+"

_DIGITS = r"\d"


def atoms(text: str, look: Looking, *, told: bool = True) -> list[Atom]:
    """Find expressions, the leftmost and longest first; what names no real day (`31 February`) is passed over."""
    families = _families() if told else _families()[: len(_FAMILIES)]
    words = _words(text)
    matches = [
        (match, read)
        for hints, rows in families
        if not words.isdisjoint(hints)
        for pattern, read in rows
        for match in pattern.finditer(text)
    ]
    matches.sort(key=lambda pair: (pair[0].start("core"), -pair[0].end()))
    found: list[Atom] = []
    done = 0
    for match, read in matches:
        start = match.start("core")
        if start < done:
            continue
        link = match.groupdict().get("link")
        if link and not (found and found[-1].end == match.start() - 1):
            continue  # `Anna and June` are two people, unless a date stands before the `and`.
        done = match.end("core")
        try:
            found.append(Atom(start, done, read(match, look(start, done))))
        except (ValueError, OverflowError):
            continue
    return found
