"""What a statement says about time, anchored where and when it was said, and the time that a question is about."""

from __future__ import annotations

from datetime import datetime, tzinfo
from operator import itemgetter

from lukasa.dates.atoms import atoms
from lukasa.dates.modifiers import Expression, bounded, modified
from lukasa.dates.recurrence import outside, recurrences
from lukasa.dates.spans import Anchor, Tense, midnight
from lukasa.domain.interval import Interval
from lukasa.text.patterns import LazyPattern


def expressions(
    text: str, *, at: datetime, zone: tzinfo | None = None, tense: Tense | None = None
) -> tuple[Expression, ...]:
    """Return the time expressions of a statement made at *at* (aware), left to right, without overlaps.

    Days begin at midnight in *zone*, by default in the offset of *at*. *tense* is that of the clause; without it, words
    such as `will` and `went` decide whether `on Friday` is the next one or the latest.
    """
    zone = zone or at.tzinfo
    anchor = Anchor(at.astimezone(zone))

    def anchor_at(start: int, end: int) -> Anchor:
        return anchor._replace(tense=_tense_at(text, start, end, tense))

    spans = recurrences(text)
    dates = outside(modified(text, atoms(text, anchor_at)), spans)
    today = midnight(anchor.today, anchor.at.tzinfo)
    recurring = [
        Expression(*span, Interval(start=today, phrase=text[slice(*span)]), recurring=True) for span in spans
    ]
    return tuple(sorted([*recurring, *bounded(text, dates, zone, asked=False)], key=itemgetter(0)))


def windows(question: str, *, now: datetime, zone: tzinfo | None = None) -> tuple[Interval, ...]:
    """Return the stretches of time that *question* names, in order; relative ones are anchored at *now* (aware).

    Questions look back, so a date without a year is the latest that has begun. Days begin at midnight in *zone*, by default
    in the offset of *now*.
    """
    zone = zone or now.tzinfo
    anchor = Anchor(now.astimezone(zone))
    dates = modified(question, atoms(question, lambda *_: anchor, stated=False))
    singles = bounded(question, outside(dates, recurrences(question)), zone, asked=True)
    return tuple(expression.interval for expression in singles)


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


def _tense_at(text: str, start: int, end: int, tense: Tense | None) -> Tense:
    """Return the tense of the expression at an offset: what the caller knows, or what the nearest words say.

    Without a sign it is `present`, which looks back like the past, but allows what can only lie ahead.
    """
    bound = _BOUND_BEFORE.search(text, max(0, start - 16), start)
    if bound and bound["since"]:
        return "past"
    if tense in {"past", "future"}:
        return tense
    return _tense_of_cue(text, start, end) or ("future" if tense == "present" or bound else "present")


def _tense_of_cue(text: str, start: int, end: int) -> Tense | None:
    """Return what the nearest cue before says, or else the first one after; both in the same sentence."""
    before = _ENDS.split(text[max(0, start - _REACH) : start].lower())[-1]
    cue = None
    for cue in _CUES.finditer(before):  # noqa: B007 - the last one is the nearest
        pass
    cue = cue or _CUES.search(_ENDS.compiled.split(text[end : end + _REACH].lower(), maxsplit=1)[0])
    if cue is None:
        return None
    return "future" if cue["ahead"] else "past"


_CUES = LazyPattern(rf"(?P<ahead>{_AHEAD})|(?P<looked>{_LOOKED})")
_ENDS = LazyPattern(r"[.!?;\n]")
_BOUND_BEFORE = LazyPattern(r"(?i)\b(?:(?P<since>since)|until|till|by)\s+(?:the\s+)?$")


# --- validity --------------------------------------------------------------------------------------------------------


def validity(when: Interval | None, said_at: datetime, *, state: bool, ended: bool) -> Interval | None:
    """Return when a statement is true; *when* is the time that its words name, if they do.

    A state is true from its beginning, or from now, and no date of its own ends it; an event at its time, or `None` when no
    time is named.
    """
    if not state and not ended:
        return when
    if when is not None and when.start is not None and when.start > said_at:
        # It is to begin, or to end, only then.
        return Interval(
            start=None if ended else when.start,
            end=when.start if ended else None,
            granularity=when.granularity,
            phrase=when.phrase,
        )
    if when is None or when.start is None:
        start, end = (None, said_at) if ended else (said_at, None)
        return Interval(start=start, end=end, granularity="instant")
    if not ended:
        return Interval(start=when.start, granularity=when.granularity, phrase=when.phrase)
    if when.end is None:
        return Interval(end=when.start, granularity=when.granularity, phrase=when.phrase)
    return when
