"""What a statement says about time: every expression in it, anchored where and when it was said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import NamedTuple

from lukasa.dates.atoms import atoms
from lukasa.dates.bounds import Bounded, bounded
from lukasa.dates.modifiers import modified
from lukasa.dates.recurrence import Recurrence, recurrences
from lukasa.dates.spans import Anchor, Tense, midnight
from lukasa.domain.interval import Interval
from lukasa.text.patterns import compiled


class Expression(NamedTuple):
    """A time and where its words stand."""

    start: int
    end: int
    interval: Interval
    recurring: str = ""
    """How often it comes back (`every 2 weeks on Tuesday`); the interval then tells since when, and until when."""


def expressions(
    text: str, *, at: datetime, zone: tzinfo | None = None, tense: Tense | None = None
) -> tuple[Expression, ...]:
    """Return the time expressions of a statement that was made at an (aware) instant, left to right, none overlapping.

    Days begin at midnight in *zone*, by default in the offset of *at*. *tense* is that of the clause; without it, words
    such as `will` and `went` decide whether `on Friday` is the next one or the latest.
    """
    zone = zone or at.tzinfo
    anchor = Anchor(at.astimezone(zone))

    def look(start: int, end: int) -> Anchor:
        return anchor._replace(tense=tense_at(text, start, end, tense))

    found = bounded(text, modified(text, atoms(text, look)), zone, asked=False)
    again = recurrences(text)
    return tuple(_merged(text, found, again, anchor))


def _merged(text: str, found: list[Bounded], again: list[Recurrence], anchor: Anchor) -> Iterator[Expression]:
    """Put single times and recurrences in order; a recurrence takes the bound that follows it."""
    place = 0
    for each in again:
        while place < len(found) and found[place].end <= each.start:
            yield Expression(*found[place])
            place += 1
        while place < len(found) and found[place].start < each.end:
            place += 1
        bound = found[place] if place < len(found) and _bounds(text, each, found[place]) else None
        place += bound is not None
        yield _recurring(text, each, bound, anchor)
    for single in found[place:]:
        yield Expression(*single)


def _bounds(text: str, each: Recurrence, single: Bounded) -> bool:
    """Tell whether a `since …` or `until …` stands right behind a recurrence."""
    half_open = (single.interval.start is None) != (single.interval.end is None)
    near = single.start - each.end <= _NEAR
    return half_open and near and compiled(_JOINT).fullmatch(text, each.end, single.start) is not None


def _recurring(text: str, each: Recurrence, bound: Bounded | None, anchor: Anchor) -> Expression:
    """Return a recurrence from the day it was told on, unless it is told since when, or that it is over."""
    start = midnight(anchor.today, anchor.at.tzinfo)
    if bound is None:
        return Expression(
            each.start, each.end, Interval(start=start, phrase=text[each.start : each.end]), each.label
        )
    till = bound.interval.end
    since = bound.interval.start or (start if till and till > start else None)
    interval = Interval(start=since, end=till, phrase=text[each.start : bound.end])
    return Expression(each.start, bound.end, interval, each.label)


_NEAR = 8
"""Characters between a recurrence and its bound."""

_JOINT = r"\s*,?\s*"


# --- tense -----------------------------------------------------------------------------------------------------------

_REACH = 90
"""Characters on either side that are looked at; long texts stay linear."""

_AHEAD = (
    r"\b(?:will|won['’]t|shall|gonna|going\s+to|plan(?:s|ning)?|planned\s+for|hop(?:e|es|ing)|intends?|upcoming|"
    r"look(?:ing)?\s+forward|can['’]?t\s+wait|scheduled|due|deadline|book(?:ed)?\s+for|wants?\s+to|needs?\s+to|ha(?:ve|s)\s+to|"
    r"must|let['’]s|would\s+like|excited|see\s+you|remind|appointment|next|tomorrow|soon)\b|['’](?:ll|d\s+like|d\s+love)\b|"
    r"(?:\b(?:am|are|is)|['’](?:m|re|s))\s+(?:\w{1,12}\s+)?\w{2,20}ing\b"
)
_LOOKED = (
    r"\b(?:was|were|did|didn['’]t|had|has|have|haven['’]t|hasn['’]t|went|came|got|took|made|saw|said|met|ran|won|bought|"
    r"told|found|gave|ate|drank|wrote|sold|lost|built|spent|felt|kept|began|heard|held|led|drove|flew|left|sent|slept|"
    r"spoke|swam|taught|thought|threw|woke|wore|broke|chose|fell|forgot|grew|hurt|knew|paid|rode|sang|sat|stood|stole|"
    r"became|caught|brought|fought|quit|read|seen|been|gone|done|ago|last|yesterday|already|back\s+in|used\s+to)\b|"
    r"['’]ve\b|\b(?!(?:need|indeed|hundred|excited|interested|tired|married|speed|weed|breed)\b)\w{2,20}ed\b"
)


def tense_at(text: str, start: int, end: int, given: Tense | None) -> Tense:
    """Return the tense for the expression at a place: what the caller knows, or what the nearest words say.

    Where nothing tells, it is `present`, which looks back like the past, but allows what can only lie ahead.
    """
    bound = compiled(_BOUND_BEFORE).search(text, max(0, start - 16), start)
    if bound and bound["since"]:
        return "past"
    if given in {"past", "future"}:
        return given
    said = _said(text, start, end)
    if said:
        return said
    return "future" if given == "present" or bound else "present"


def _said(text: str, start: int, end: int) -> Tense | None:
    """Return what the nearest cue before says, or else the first one after; both in the same sentence."""
    before = compiled(_ENDS).split(text[max(0, start - _REACH) : start])[-1]
    cue = None
    for cue in compiled(_CUES).finditer(before):  # noqa: B007 - the last one is the nearest
        pass
    cue = cue or compiled(_CUES).search(compiled(_ENDS).split(text[end : end + _REACH], maxsplit=1)[0])
    if cue is None:
        return None
    return "future" if cue["ahead"] else "past"


_CUES = rf"(?i)(?P<ahead>{_AHEAD})|(?P<looked>{_LOOKED})"

_ENDS = r"[.!?;\n]"

_BOUND_BEFORE = r"(?i)\b(?:(?P<since>since)|until|till|by)\s+(?:the\s+)?$"


# --- validity --------------------------------------------------------------------------------------------------------


def validity(when: Interval | None, said_at: datetime, *, state: bool, ended: bool) -> Interval | None:
    """Return when a statement is true; *when* is the time that its words name, if they do.

    `None`: an event of which nobody said when.
    """
    if ended:
        return _until(when, said_at)
    if not state:
        return when
    if when is None or when.start is None or when.start > said_at:
        return Interval(start=said_at, granularity="instant")
    return Interval(start=when.start, granularity=when.granularity, phrase=when.phrase)


def _until(when: Interval | None, said_at: datetime) -> Interval:
    """Return when something that has ended was so."""
    if when is None or when.start is None or when.start > said_at:
        return Interval(end=said_at, granularity="instant")
    if when.end is None:
        return Interval(end=when.start, granularity=when.granularity, phrase=when.phrase)
    return when
