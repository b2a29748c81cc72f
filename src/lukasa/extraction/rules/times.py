"""When something is said to have happened: relative expressions of time become absolute ones, and the claim's validity."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, tzinfo
from functools import cache
from typing import Literal, NamedTuple

from lukasa.dates import Expression, expressions, written
from lukasa.domain.interval import Interval
from lukasa.extraction.rules.lexicon import table
from lukasa.extraction.rules.tokens import Word
from lukasa.text.rendering import day


class Moment(NamedTuple):
    """One expression of time among the words of a clause."""

    first: int
    after: int
    """Words `first` up to, and without, `after`; a preposition that the new wording brings along included."""

    interval: Interval
    wording: str = ""
    """What stands in its place; empty: it stays as it is."""

    recurring: bool = False
    """It comes again and again: no time at which something is so."""


def moments(
    text: str,
    words: Sequence[Word],
    *,
    at: datetime,
    zone: tzinfo | None,
    tense: Literal["past", "present", "future"] | None,
) -> list[Moment]:
    """Find the expressions of time in a clause of *text*."""
    if not words:
        return []
    start, end = words[0].start, words[-1].end
    if not _hint().search(text, start, end):
        return []
    read = _Reader(text, words, at, zone or at.tzinfo, tense)
    found = expressions(text[start:end], at=at, zone=zone, tense=tense)
    return [moment for each in found if (moment := _moment(each, read, start)) is not None]


class _Reader(NamedTuple):
    """What expressions are read with."""

    text: str
    words: Sequence[Word]
    at: datetime
    zone: tzinfo | None
    tense: Literal["past", "present", "future"] | None


def _moment(found: Expression, read: _Reader, offset: int) -> Moment | None:
    words = read.words
    start, end = offset + found.start, offset + found.end
    inside = [place for place, word in enumerate(words) if word.start < end and word.end > start]
    if not inside:
        return None
    moment = Moment(inside[0], inside[-1] + 1, found.interval, recurring=bool(found.recurring))
    if _clock().fullmatch(found.interval.phrase) and read.tense == "present":
        return moment._replace(recurring=True)  # "I get up at 5:30": every day
    # "Recently" says no more in dates than in its own word, and reads better.
    if found.recurring or all(
        word.low in table("VAGUE_TIMES") for word in words[moment.first : moment.after]
    ):
        return moment
    moment = moment._replace(wording=_wording(found, read, words[moment.first], end))
    before = words[moment.first - 1].low if moment.first else ""
    if words[moment.first].start < start or words[moment.after - 1].end > end:
        return _attributive(moment, words, before)
    return _with_preposition(moment, before)


def _wording(found: Expression, read: _Reader, first: Word, end: int) -> str:
    """Return how it is said absolutely; "by Friday" and "before July" are no "until"."""
    if found.interval.granularity == "range" and (ago := _ago().fullmatch(found.interval.phrase)) is not None:
        # The bounds of "a few weeks ago" would read as if it had lasted from one to the other.
        return f"{ago['time'] or 'a few days'} before {day(read.at.astimezone(read.zone))}"
    if first.low not in {"by", "before", "after"}:
        return written(found.interval, zone=read.zone)
    bound = expressions(read.text[first.end : end], at=read.at, zone=read.zone, tense=read.tense)
    return f"{first.low} {_bare(written(bound[0].interval, zone=read.zone))}" if bound else ""


def _with_preposition(moment: Moment, before: str) -> Moment:
    """Take in the preposition before, which the wording has too; keep one that says something else ("by Friday")."""
    if before in table("DOING_TO_TIME"):
        return moment._replace(first=moment.first - 1)
    if before in table("BOUNDING_TIME"):
        return moment._replace(wording=_bare(moment.wording))
    return moment


def _attributive(moment: Moment, words: Sequence[Word], before: str) -> Moment | None:
    """Word `yesterday's` before its noun: "the 7 May 2023 game"."""
    if not words[moment.after - 1].low.endswith("'s"):
        return None
    article = "" if before in table("DETERMINERS") else "the "
    return moment._replace(wording=article + _bare(moment.wording))


def _bare(wording: str) -> str:
    """Return the wording without its preposition."""
    head, _, tail = wording.partition(" ")
    return tail if head in {"on", "in", "at", "since", "until", "from", "around"} and tail else wording


@cache
def _ago() -> re.Pattern[str]:
    return re.compile(r"(?:(?P<time>.+?)\s+(?:ago|back)|the other day)", re.IGNORECASE)


@cache
def _clock() -> re.Pattern[str]:
    return re.compile(
        r"(?:at |around |by )?(?:\d{1,2}(?:[:.]\d\d)?\s*(?:[ap]\.?m\.?)?|noon|midnight)(?: o'clock)?",
        re.IGNORECASE,
    )


@cache
def _hint() -> re.Pattern[str]:
    """Return what every expression of time has something of: most clauses have none, and need not be read closely."""
    return re.compile(
        r"\d|\b(?:yesterday|today|tonight|tomorrow|last|this|next|past|coming|ago|now|since|until|till|every|each|daily|weekly|monthly|yearly|"
        r"mornings?|evenings?|afternoons?|nights?|weekends?|days?|weeks?|months?|years?|decades?|quarters?|spring|summer|autumn|fall|winter|"
        r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
        r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|christmas|easter|halloween|thanksgiving|valentine'?s?|new year'?s?|"
        r"once|twice|times|recently|earlier|mid|other)\b",
        re.IGNORECASE,
    )
