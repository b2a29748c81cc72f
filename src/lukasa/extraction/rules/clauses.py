"""A sentence → the pieces that each state something: greetings, fillers and frames cut off, joined clauses apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from lukasa.extraction.rules import lexicon_data as data
from lukasa.extraction.rules.parse import finite
from lukasa.extraction.rules.relevance import telling
from lukasa.extraction.rules.tokens import words

Span = tuple[int, int]

_MOST_OPENINGS = 8
"""Fillers in a row that are cut: more are no sentence."""


def pieces(text: str, start: int, end: int, *, names: Sequence[str] = ()) -> list[Span]:
    """Return the spans of the pieces of a sentence that lies at `text[start:end]`; *names*: who may be called in it."""
    found: list[Span] = []
    begin = start
    for cut in _separator().finditer(text, start, end):
        if (
            cut.start() - begin >= _SHORTEST
            and _independent(text, cut.end(), end)
            and not _shares_verb(text, begin, cut)
        ):
            found.append((begin, cut.start()))
            begin = cut.end()
    found.append((begin, end))
    return [span for each in found if (span := _bare(text, each, names)) is not None]


def _independent(text: str, start: int, end: int) -> bool:
    """Tell whether what follows a separator can stand alone, or is a mere "it was great": it has a subject of its own.

    "It" and "they" mean something before the separator: what is told of them stays with it.
    """
    subject = _own_subject().match(text, start, end)
    if subject is None:
        return False
    if subject["unclear"] is None:
        return True
    return telling(words(text, start, min(end, start + _TAIL))) < _TELLING_TAIL


def _shares_verb(text: str, start: int, cut: re.Match[str]) -> bool:
    """Tell whether "and" joins two subjects of one verb: "My sister and I went"."""
    if cut.group().strip().lower() != "and":
        return False
    before = words(text, start, cut.start())
    return not any(finite(before, place) or before[place].low in {"i", "we"} for place in range(len(before)))


def _bare(text: str, span: Span, names: Sequence[str]) -> Span | None:
    """Return the span without what opens and closes the piece."""
    start, end = span
    for _ in range(_MOST_OPENINGS):
        opening = _opening().match(text, start, end)
        if opening is None or opening.end() == start:
            break
        start = opening.end()
    frame = _frame().match(text, start, end)
    if frame is not None:
        start = frame.end()
    end = _closing(text, start, end, names)
    return (start, end) if start < end else None


def _closing(text: str, start: int, end: int, names: Sequence[str]) -> int:
    """Return where the piece ends without marks, smileys, a name that is called, "you know" and the like."""
    for _ in range(_MOST_OPENINGS):
        tail = _tail().search(text, max(start, end - _LONGEST_TAIL), end)
        if tail is None or tail.start() == end or (tail["called"] and not _is_called(text, tail, names)):
            break
        end = tail.start()
    return end


def _is_called(text: str, tail: re.Match[str], names: Sequence[str]) -> bool:
    """Tell whether a name at the end is somebody called: not the country in "Nairobi, Kenya"."""
    before = text[max(0, tail.start() - _LONGEST_TAIL) : tail.start()].split()
    return tail["called"] in names or not (before and before[-1][:1].isupper())


_SHORTEST = 8
_TAIL = 200
_TELLING_TAIL = 2
_LONGEST_TAIL = 60


def _alternatives(table: str) -> str:
    return "|".join(
        sorted(
            (each.replace("\n", "").strip() for each in table.split("|") if each.strip()),
            key=len,
            reverse=True,
        )
    )


@cache
def _separator() -> re.Pattern[str]:
    return re.compile(
        r"\s+[-–—]+\s+|(?<=\w)[-–—]\s+|\s*(?:--+|—|…|\.\.\.+)\s*|\s*[;:]\s*|,?\s+(?:and then|and now|and so|and also|and|but|so(?! (?:i|we) (?:can|could)\b)|plus|also|yet)\s+|"
        r",\s+(?=(?:it|that|this|they|he|she|maybe|there)(?:['’]\w+)?\s)",
        re.IGNORECASE,
    )


@cache
def _own_subject() -> re.Pattern[str]:
    return re.compile(
        r"(?:(?:now|then|also|recently|yesterday|today|last \w+|sometimes|usually|actually|luckily|just|even|always)\s+)?"
        r"(?:(?:i|we|you)(?:['’]\w+)?|(?:my|our)\s+\w+(?:\s+and\s+i)?|(?P<unclear>(?:it|that|this|he|she|there|they|maybe|can|so|such|what|how|really|super|pretty|very)(?:['’]\w+)?))\s+(?!and\b|or\b)\S",
        re.IGNORECASE,
    )


@cache
def _opening() -> re.Pattern[str]:
    fillers = _alternatives(data.FILLERS)
    called = r"(?:[ ,]+(?-i:[A-Z][\w'’]+))?"
    return re.compile(
        rf"[\s\W]+(?<![\"“'‘(\[])(?=\w)|(?:{fillers}){called}\s*(?:[,!.…:;–—-]+\s*)+|(?:{fillers})(?-i:[ ,]+(?=(?:I|I'm|I've|I’m|I’ve|My|my|we|We|our|We're)\b))|"
        r"(?:and|but|so(?! (?:much|many|far)\b)|or|also|plus|because|'cause|cuz|cause|then|though|yeah|yes|no|well|oh|wow|anyway|actually|honestly|hopefully|as for me,)\s+(?=\w)|(?-i:[A-Z][\w'’]+)(?:,|!)\s+(?=(?:I|I'm|I've|I’m|I’ve|we|my)\b)",
        re.IGNORECASE,
    )


@cache
def _frame() -> re.Pattern[str]:
    frames = "".join(
        line.strip(" ") if line.startswith(" ") is False else line
        for line in data.WRAPPERS.strip().splitlines()
    )
    return re.compile(rf"(?:{frames})(?:,|:|;)?\s+(?=\w)", re.IGNORECASE)


@cache
def _tail() -> re.Pattern[str]:
    return re.compile(
        r"(?:[\s.!?…,;:~*)\]}<>=|/\\-]+|[:;=]['-]?[)(DPp3/\\|]+|[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u200d\ufe0f]+|<3|"
        r",\s*(?P<called>(?-i:[A-Z][\w'’]+))|,\s*too|[, ]\s*(?:lol|haha+|hehe|lmao|xd|tbh|imo|btw|you know|ya know|huh|right|though|tho|actually|honestly|of course|for sure|by the way|"
        r"i (?:guess|think|suppose|believe)|if you know what i mean|believe it or not|thank you|thanks|at all|after all|in fact|and stuff|or something|and all that|and so on|man|dude))$",
        re.IGNORECASE,
    )
