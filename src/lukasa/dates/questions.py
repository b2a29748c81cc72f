"""The time that a question is about. Questions look back, so a date without a year is the latest that has begun."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Literal, NamedTuple, TypeAlias

from lukasa.dates.atoms import atoms
from lukasa.dates.modifiers import bounded, modified
from lukasa.dates.recurrence import outside, recurrences
from lukasa.dates.spans import Anchor
from lukasa.domain.interval import Interval
from lukasa.text.patterns import LazyPattern

Side: TypeAlias = Literal["before", "after", "during", "since", "until"]


class EventBound(NamedTuple):
    """An event that bounds the time asked about."""

    side: Side
    phrase: str
    """The words of the event, without what relates to it."""


def windows(question: str, *, now: datetime, zone: tzinfo | None = None) -> tuple[Interval, ...]:
    """Return the stretches of time that *question* names, in order; relative ones are anchored at *now* (aware).

    Days begin at midnight in *zone*, by default in the offset of *now*.
    """
    zone = zone or now.tzinfo
    anchor = Anchor(now.astimezone(zone))
    dates = modified(question, atoms(question, lambda *_: anchor, stated=False))
    singles = list(outside(dates, recurrences(question)))
    return tuple(expression.interval for expression in bounded(question, singles, zone, asked=True))


def event_bound(question: str) -> EventBound | None:
    """Return the event that bounds a question, as in `What did she do before she moved?`. Dates are no events."""
    for match in _EVENTS.finditer(question[:_LONGEST]):
        phrase = _INVERTED.compiled.split(match["phrase"], maxsplit=1)[0].strip(" ,\"'“”")
        if _is_event(phrase):
            return EventBound(_SIDES["".join(match["side"].lower().split())], phrase)
    return None


def _is_event(phrase: str) -> bool:
    if len(phrase) < _SHORTEST or _NO_EVENT.match(phrase):
        return False
    # A date that begins it is what bounds; one inside may only tell more about the event.
    dates = atoms(f"on {phrase}", lambda *_: _ANY_TIME)
    return not any(_OPENING.compiled.fullmatch(f"on {phrase}", 0, date.start) for date in dates)


_OPENING = LazyPattern(r"(?i)on\s+(?:the\s+)?(?:\w+\s+(?:of\s+)?(?:the\s+)?)?")

_ANY_TIME = Anchor(datetime.fromisoformat("2024-01-15T12:00:00+00:00"))
"""Whether words are a date does not depend on when they are said."""

_LONGEST = 2000
_SHORTEST = 3
_SIDE_WORDS: dict[Side, str] = {
    "before": "before priorto",
    "after": "after assoonas once following",
    "during": "during while when",
    "since": "eversince since",
    "until": "until till",
}
_SIDES = {word: side for side, words in _SIDE_WORDS.items() for word in words.split()}
_SIDE = r"before|prior\s+to|after|as\s+soon\s+as|following|during|while|ever\s+since|since|until|till"
_SUBJECT = (
    r"(?:(?i:she|he|they|i|we|you|it|her|his|their|my|our|your|its|the|an?|\w{2,20}ing)\b|[A-Z][\w'’.-]*)"
)

# "When did she …" asks; "… when she was ill" tells.
_EVENTS = LazyPattern(
    rf"(?<![\w-])(?P<side>(?i:{_SIDE})|(?<=\s)(?:when|once))\s+(?P<phrase>{_SUBJECT}[^?.!;,\n]{{0,160}})"
)

_INVERTED = LazyPattern(
    r"\s+(?:did|does|do|was|were|is|are|has|have|had|will|would)\s+(?:she|he|they|i|we|you|it|[A-Z][\w'’-]*)\b"
)
"""Where the question goes on behind the event: `how long after the move did she …`."""

_NO_EVENT = LazyPattern(
    r"(?i)(?:me|him|us|them|you|it|her|that|this|then|now|all)\s*$|(?:the\s+)?(?:last|past|next)\s"
)


def beside(side: str, event: Interval) -> Interval:
    """Return the time before, during or after an event."""
    match side:
        case "before" | "until":
            return Interval(end=event.start)
        case "after":
            return Interval(start=event.end or event.start)
        case "since":
            return Interval(start=event.start)
        case _:
            return Interval(start=event.start, end=event.end)
