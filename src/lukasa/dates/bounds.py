"""Atoms → intervals: words before an atom bound it (`since`, `until`), words between two make a range of them."""

from __future__ import annotations

from datetime import tzinfo
from typing import NamedTuple

from lukasa.dates.atoms import Atom
from lukasa.dates.modifiers import REACH
from lukasa.dates.spans import Span, instants, moved
from lukasa.domain.interval import Interval
from lukasa.text.patterns import compiled


class Bounded(NamedTuple):
    """An interval and where its words stand."""

    start: int
    end: int
    interval: Interval


def bounded(text: str, found: list[Atom], zone: tzinfo | None, *, asked: bool) -> list[Bounded]:
    """Return the intervals that the atoms make. In a question, `from May` looks at all since; told, it is that May."""
    intervals: list[Bounded] = []
    place = 0
    while place < len(found):
        pair = found[place : place + 2]
        joined = _range(text, *pair, zone=zone) if len(pair) == 2 else None  # noqa: PLR2004 - a pair
        place += 1 if joined is None else 2
        intervals.append(joined or _one(text, pair[0], zone, asked=asked))
    return intervals


_OPENS = r"(?i)\b(?:between|from)\s+(?:the\s+)?$"

_JOINS = r"(?i)\s*(?:and|to|until|till|through|[-–—])\s+(?:the\s+)?|\s*[-–—]\s*"

_BOUNDS = (
    r"(?i)\b(?:(?P<end>before|prior\s+to|until|till|by|(?<!been )(?<!getting )up\s+to|earlier\s+than)|(?P<start>since|from)|(?P<past>after|later\s+than))"
    r"\s+(?:the\s+)?$"
)

_ONWARDS = r"(?i)\s+(?:on|onwards?|forward)(?=\s*(?:[.,;!?]|$))"


def _range(text: str, first: Atom, second: Atom, *, zone: tzinfo | None) -> Bounded | None:
    """Return the interval from the first atom to the second when the words join them."""
    if second.start - first.end > REACH:
        return None
    joint = text[first.end : second.start]
    opened = compiled(_OPENS).search(text, max(0, first.start - REACH), first.start)
    said = opened or joint.strip() in {"-", "–", "—"} or _days_to_days(first.span, second.span, joint)
    if not said or not compiled(_JOINS).fullmatch(joint):
        return None
    start, end = _aligned(first.span, second.span)
    if end.after <= start.first:
        return None
    begins, _ = instants(start, zone)
    _, ends = instants(end, zone)
    at = opened.start() if opened else first.start
    interval = Interval(start=begins, end=ends, granularity="range", phrase=text[at : second.end])
    return Bounded(at, second.end, interval)


def _days_to_days(first: Span, second: Span, joint: str) -> bool:
    return first.granularity == second.granularity == "day" and joint.split()[:1] in (
        ["to"],
        ["until"],
        ["till"],
        ["through"],
    )


def _aligned(first: Span, second: Span) -> tuple[Span, Span]:
    """Give the end of a range that lacks a year the one that makes the range shortest."""
    if first.yearless and first.first > second.first:
        years = second.first.year - first.first.year
        first = moved(first, years)
        return (moved(first, -1) if first.first > second.first else first), second
    if second.yearless and not first.yearless:
        second = moved(second, first.first.year - second.first.year)
        return first, (moved(second, 1) if second.first < first.first else second)
    if first.yearless and not second.yearless:
        later = moved(first, second.first.year - first.first.year)
        return (moved(later, -1) if later.first > second.first else later), second
    return first, second


def _one(text: str, atom: Atom, zone: tzinfo | None, *, asked: bool) -> Bounded:
    """Return the interval of one atom, with what the words beside it make of it."""
    start, end = instants(atom.span, zone)
    if atom.span.ongoing:
        return Bounded(atom.start, atom.end, Interval(start=start, phrase=text[atom.start : atom.end]))
    bound = compiled(_BOUNDS).search(text, max(0, atom.start - REACH), atom.start)
    till = atom.end
    if bound and not asked and bound["start"] and bound["start"].lower() == "from":
        onwards = compiled(_ONWARDS).match(text, atom.end, atom.end + REACH)
        till = onwards.end() if onwards else atom.end
        bound = bound if onwards else None
    if bound is None:
        phrase = text[atom.start : atom.end]
        interval = Interval(start=start, end=end, granularity=atom.span.granularity, phrase=phrase)
        return Bounded(atom.start, atom.end, interval)
    phrase = text[bound.start() : till]
    if bound["end"]:
        # `by May` and `until May` include it, `before May` does not.
        includes = bound["end"].split()[0].lower() in {"by", "until", "till", "up"}
        interval = Interval(end=end if includes else start, phrase=phrase)
    else:
        interval = Interval(start=start if bound["start"] else end, phrase=phrase)
    return Bounded(bound.start(), till, interval)
