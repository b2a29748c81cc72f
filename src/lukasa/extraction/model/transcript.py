"""How a stretch of conversation is shown to a model, and how what it quotes is found again. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache

from lukasa.domain.turn import Turn
from lukasa.text.rendering import day, speaker, weekday

Span = tuple[int, int]

_NO_MARKS = str.maketrans("[]:", "();")


def numbered(turns: Sequence[Turn], longest: int) -> str:
    """Return the turns a line each, numbered from 1, under the day and hour on which they were said."""
    return "\n".join(_lines(turns, longest, numbers=True))


def plain(turns: Sequence[Turn], longest: int) -> str:
    """Return the turns without numbers: they are there for understanding only, and cannot be cited."""
    return "\n".join(_lines(turns, longest, numbers=False))


def _lines(turns: Sequence[Turn], longest: int, *, numbers: bool) -> Iterator[str]:
    heading = ""
    for number, turn in enumerate(turns, start=1):
        if (when := moment(turn.at)) != heading:
            heading = when
            yield f"({when})"
        mark = f"[{number}] " if numbers else ""
        yield f"{mark}{_name(turn)}: {one_line(turn.text[:longest])}"


def _name(turn: Turn) -> str:
    """Return who spoke, without anything that looks like a number or another line."""
    return one_line(speaker(turn)).translate(_NO_MARKS)


def moment(at: datetime) -> str:
    """Return a day and hour as a model reads them: `Monday 8 May 2023, 14:30`."""
    return f"{weekday(at)} {day(at)}, {at.hour:02}:{at.minute:02}"


def one_line(text: str) -> str:
    """Return a text on one line, in which nothing looks like the tags that enclose it."""
    return _tag().sub(lambda found: f"‹{found.group(1)}›", " ".join(text.split()))


def find_quote(quote: str, text: str) -> Span | None:
    """Return where a quotation stands in a text, whatever a model did to spaces, quotation marks and case.

    A quotation with `…` in it is looked for by its parts, in order; the span reaches from the first to the last.
    """
    start = end = -1
    for part in re.split(r"…|\.\.\.", quote):
        words = _words(part)
        if not words:
            continue
        found = _pattern(words).search(text, max(end, 0))
        if found is None:
            return None
        start = found.start() if start < 0 else start
        end = found.end()
    return None if start < 0 else (start, end)


def _words(text: str) -> tuple[str, ...]:
    return tuple(_word().findall(text))


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Return what finds these words in a row, with whatever stands between words between them.

    It begins and ends at the edge of a word, where the script has spaces that show it.
    """
    begin = "" if _unspaced().match(words[0][0]) else r"(?<!\w)"
    end = "" if _unspaced().match(words[-1][-1]) else r"(?!\w)"
    return re.compile(begin + r"[\W_]+".join(map(re.escape, words)) + end, re.IGNORECASE)


@cache
def _word() -> re.Pattern[str]:
    return re.compile(r"[^\W_]+")


@cache
def _unspaced() -> re.Pattern[str]:
    """Return what finds letters of Thai, Lao, Khmer, Chinese and Japanese."""
    return re.compile("[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


@cache
def _tag() -> re.Pattern[str]:
    return re.compile(r"<(/?\s*[A-Za-z_]+\s*)>")
