"""When something is said to have happened: relative expressions of time become absolute ones, and the claim's validity."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Literal, NamedTuple

from lukasa.dates.formatting import written
from lukasa.dates.modifiers import Expression
from lukasa.dates.statements import expressions
from lukasa.domain.interval import Interval
from lukasa.extraction.rules.lexicon import table
from lukasa.extraction.rules.tokens import ClauseWord
from lukasa.text.patterns import LazyPattern
from lukasa.text.rendering import day


class TimePhrase(NamedTuple):
    """One expression of time among the words of a clause."""

    first: int
    after: int
    """Words `first` up to, and without, `after`; a preposition that the new wording brings along included."""

    interval: Interval
    wording: str = ""
    """What stands in its place; empty: it stays as it is."""

    recurring: bool = False
    """It comes again and again: no time at which something is so."""


def time_phrases(
    text: str,
    words: Sequence[ClauseWord],
    *,
    at: datetime,
    zone: tzinfo | None,
    tense: Literal["past", "present", "future"] | None,
) -> list[TimePhrase]:
    if not words:
        return []
    start, end = words[0].start, words[-1].end
    if not _HINT.search(text, start, end):
        return []
    context = _TimeContext(text, words, at, zone or at.tzinfo, tense)
    spoken = expressions(text[start:end], at=at, zone=zone, tense=tense)
    return [phrase for expression in spoken if (phrase := _phrase(expression, context, start)) is not None]


class _TimeContext(NamedTuple):
    """What expressions are read with."""

    text: str
    words: Sequence[ClauseWord]
    at: datetime
    zone: tzinfo | None
    tense: Literal["past", "present", "future"] | None


def _phrase(expression: Expression, context: _TimeContext, offset: int) -> TimePhrase | None:
    words = context.words
    start, end = offset + expression.start, offset + expression.end
    inside = [index for index, word in enumerate(words) if word.start < end and word.end > start]
    if not inside:
        return None
    phrase = TimePhrase(inside[0], inside[-1] + 1, expression.interval, recurring=bool(expression.recurring))
    if _CLOCK.fullmatch(expression.interval.phrase) and context.tense == "present":
        return phrase._replace(recurring=True)  # "I get up at 5:30": every day
    # "Recently" says no more in dates than in its own word, and reads better.
    if expression.recurring or all(
        word.low in table("vague_times") for word in words[phrase.first : phrase.after]
    ):
        return phrase
    phrase = phrase._replace(wording=_wording(expression, context, words[phrase.first], end))
    before = words[phrase.first - 1].low if phrase.first else ""
    if words[phrase.first].start < start or words[phrase.after - 1].end > end:
        return _attributive(phrase, words, before)
    return _with_preposition(phrase, before)


def _wording(expression: Expression, context: _TimeContext, first: ClauseWord, end: int) -> str:
    """Return how it is said absolutely; "by Friday" and "before July" are no "until"."""
    if (
        expression.interval.granularity == "range"
        and (ago := _AGO.fullmatch(expression.interval.phrase)) is not None
    ):
        # The bounds of "a few weeks ago" would read as if it had lasted from one to the other.
        return f"{ago['time'] or 'a few days'} before {day(context.at.astimezone(context.zone))}"
    if first.low not in {"by", "before", "after"}:
        return written(expression.interval, zone=context.zone)
    bound = expressions(context.text[first.end : end], at=context.at, zone=context.zone, tense=context.tense)
    return f"{first.low} {_bare(written(bound[0].interval, zone=context.zone))}" if bound else ""


def _with_preposition(phrase: TimePhrase, before: str) -> TimePhrase:
    """Take in the preposition before, which the wording has too; keep one that says something else ("by Friday")."""
    if before in table("doing_to_time"):
        return phrase._replace(first=phrase.first - 1)
    if before in table("bounding_time"):
        return phrase._replace(wording=_bare(phrase.wording))
    return phrase


def _attributive(phrase: TimePhrase, words: Sequence[ClauseWord], before: str) -> TimePhrase | None:
    """Word `yesterday's` before its noun: "the 7 May 2023 game"."""
    if not words[phrase.after - 1].low.endswith("'s"):
        return None
    article = "" if before in table("determiners") else "the "
    return phrase._replace(wording=article + _bare(phrase.wording))


def _bare(wording: str) -> str:
    head, _, tail = wording.partition(" ")
    return tail if head in {"on", "in", "at", "since", "until", "from", "around"} and tail else wording


_AGO = LazyPattern(r"(?:(?P<time>.+?)\s+(?:ago|back)|the other day)", re.IGNORECASE)
_CLOCK = LazyPattern(
    r"(?:at |around |by )?(?:\d{1,2}(?:[:.]\d\d)?\s*(?:[ap]\.?m\.?)?|noon|midnight)(?: o'clock)?",
    re.IGNORECASE,
)
_HINT = LazyPattern(
    r"\d|\b(?:yesterday|today|tonight|tomorrow|last|this|next|past|coming|ago|now|since|until|till|every|each|daily|weekly|monthly|yearly|"
    r"mornings?|evenings?|afternoons?|nights?|weekends?|days?|weeks?|months?|years?|decades?|quarters?|spring|summer|autumn|fall|winter|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|christmas|easter|halloween|thanksgiving|valentine'?s?|new year'?s?|"
    r"once|twice|times|recently|earlier|mid|other)\b",
    re.IGNORECASE,
)
"""Every expression of time has some of this: most clauses have none, and need no closer look."""
