"""Text → atoms: its expressions, each read on its own, without the words around it."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import NamedTuple, TypeAlias

from lukasa.dates import absolute, relative
from lukasa.dates.spans import SEASONS, Anchor, DateSpan
from lukasa.dates.vocabulary import DIGIT
from lukasa.text.language_data import MONTHS, WEEKDAYS
from lukasa.text.patterns import LazyPattern, word_set

Reader: TypeAlias = Callable[[re.Match[str], Anchor], DateSpan]
AnchorAt: TypeAlias = Callable[[int, int], Anchor]
"""The anchor of an expression, by its offsets: clauses of one text may look different ways."""


class Atom(NamedTuple):
    """One expression: `last week`, `7 May 2023`."""

    start: int
    end: int
    span: DateSpan


_Family: TypeAlias = tuple[frozenset[str], tuple[tuple[str, str, Reader], ...]]
"""Rows of patterns, and the words of which a text must have one for any of them to match; rows may need one of their own besides."""


def _hints(words: str) -> frozenset[str]:
    return frozenset(words.split())


_LETTERS = LazyPattern(r"[^\W\d_]+")
_DIGITS = LazyPattern(r"\d")
_SHORT = tuple(month[:3] for month in MONTHS)
_HOLIDAY_WORDS = _hints(
    "christmas xmas easter eve halloween hallowe thanksgiving friday fourth day year years"
)
_WEEKDAY_WORDS = _hints(" ".join(WEEKDAYS) + " mon tue tues wed thu thur thurs fri sat today tomorrow")
_UNIT_WORDS = _hints("day week weekend wk fortnight month year yr decade")

_FAMILIES: tuple[_Family, ...] = (
    (_hints(f"{DIGIT} month"), absolute.DAYS),
    (frozenset((*MONTHS, *_SHORT, "sept")), absolute.MONTHS),
    (_hints(DIGIT), absolute.YEARS),
    (frozenset(SEASONS), absolute.SEASONS_BY_WORD),
    (_HOLIDAY_WORDS, absolute.HOLIDAYS),
    (_hints("today yesterday tomorrow tonight night this day"), relative.NEAR),
    (_WEEKDAY_WORDS | {f"{word}s" for word in WEEKDAYS}, relative.WEEKDAYS),
    (_UNIT_WORDS | {f"{word}s" for word in _UNIT_WORDS}, relative.UNITS),
    (_hints("recently lately these late other"), relative.VAGUE),
)
_STATED: tuple[_Family, ...] = ((_HOLIDAY_WORDS, absolute.BARE_HOLIDAYS),)
"""Only for statements: a question with a bare `at Christmas` asks what is usual."""


@cache
def _with_core(pattern: str) -> re.Pattern[str]:
    """Compile a row on the first text that may hold it, not at import."""
    return re.compile(pattern if "<core>" in pattern else rf"\b(?P<core>{pattern})(?!\w)", re.IGNORECASE)


def atoms(text: str, anchor_at: AnchorAt, *, stated: bool = True) -> list[Atom]:
    """Return the expressions of a text, the leftmost and longest first, without overlaps.

    What names no real day (`31 February`) is passed over.
    """
    words = set(_LETTERS.compiled.findall(text.lower()))
    if _DIGITS.search(text):
        words.add(DIGIT)
    matches = [
        (match, reader)
        for hints, rows in (_FAMILIES + _STATED if stated else _FAMILIES)
        if not words.isdisjoint(hints)
        for needed, pattern, reader in rows
        if not (needed and words.isdisjoint(word_set(needed)))
        for match in _with_core(pattern).finditer(text)
    ]
    matches.sort(key=lambda pair: (pair[0].start("core"), -pair[0].end()))
    kept: list[Atom] = []
    done = 0
    for match, reader in matches:
        start = match.start("core")
        if start < done:
            continue
        link = match.groupdict().get("link")
        if link and not (kept and kept[-1].end == match.start() - 1):
            continue  # `Anna and June` are two people, unless a date stands before the `and`.
        done = match.end("core")
        with suppress(ValueError, OverflowError):
            kept.append(Atom(start, done, reader(match, anchor_at(start, done))))
    return kept
