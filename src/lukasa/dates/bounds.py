"""Atoms → intervals: words before an atom bound it (`since`, `until`), words between two make a range of them."""

from __future__ import annotations

from datetime import tzinfo
from typing import NamedTuple

from lukasa.dates.atoms import Atom
from lukasa.dates.modifiers import REACH
from lukasa.dates.spans import DateSpan, instants, moved
from lukasa.domain.interval import Interval
from lukasa.text.patterns import LazyPattern


class Expression(NamedTuple):
    """A time and where its words stand."""

    start: int
    end: int
    interval: Interval
    recurring: str = ""
    """How often it comes back (`every 2 weeks on Tuesday`); the interval is then the time over which it does."""


def bounded(text: str, atoms: list[Atom], zone: tzinfo | None, *, asked: bool) -> list[Expression]:
    """Return the intervals that the atoms make.

    In a question (*asked*), `from May` means all the time since; in a statement, that May.
    """
    expressions: list[Expression] = []
    index = 0
    while index < len(atoms):
        pair = atoms[index : index + 2]
        joined = _range(text, *pair, zone=zone) if len(pair) == 2 else None  # noqa: PLR2004 - a pair
        index += 1 if joined is None else 2
        expressions.append(joined or _single(text, pair[0], zone, asked=asked))
    return expressions


_OPENS = LazyPattern(r"(?i)\b(?:between|from)\s+(?:the\s+)?$")
_JOINS = LazyPattern(r"(?i)\s*(?:and|to|until|till|through|[-–—])\s+(?:the\s+)?|\s*[-–—]\s*")
_BOUNDS = LazyPattern(
    r"(?i)\b(?:(?P<end>before|prior\s+to|until|till|by|(?<!been )(?<!getting )up\s+to|earlier\s+than)|"
    r"(?P<start>since|from)|(?P<past>after|later\s+than))\s+(?:the\s+)?$"
)
_ONWARDS = LazyPattern(r"(?i)\s+(?:on|onwards?|forward)(?=\s*(?:[.,;!?]|$))")


def _range(text: str, first: Atom, second: Atom, *, zone: tzinfo | None) -> Expression | None:
    """Return the interval from the first atom to the second if the words between join them."""
    if second.start - first.end > REACH:
        return None
    joint = text[first.end : second.start]
    opening = _OPENS.search(text, max(0, first.start - REACH), first.start)
    joins = opening or joint.strip() in {"-", "–", "—"} or _days_to_days(first.span, second.span, joint)
    if not joins or not _JOINS.fullmatch(joint):
        return None
    start, end = _aligned(first.span, second.span)
    if end.after <= start.first:
        return None
    at = opening.start() if opening else first.start
    interval = Interval(
        start=instants(start, zone)[0],
        end=instants(end, zone)[1],
        granularity="range",
        phrase=text[at : second.end],
    )
    return Expression(at, second.end, interval)


def _days_to_days(first: DateSpan, second: DateSpan, joint: str) -> bool:
    days = first.granularity == second.granularity == "day"
    return days and joint.split()[:1] in (["to"], ["until"], ["till"], ["through"])


def _aligned(first: DateSpan, second: DateSpan) -> tuple[DateSpan, DateSpan]:
    """Give the end of a range that lacks a year the one that makes the range shortest."""
    if first.yearless and (first.first > second.first or not second.yearless):
        first = moved(first, second.first.year - first.first.year)
        return (moved(first, -1) if first.first > second.first else first), second
    if second.yearless and not first.yearless:
        second = moved(second, first.first.year - second.first.year)
        return first, (moved(second, 1) if second.first < first.first else second)
    return first, second


def _single(text: str, atom: Atom, zone: tzinfo | None, *, asked: bool) -> Expression:
    """Return the interval of one atom, bounded by the word before it if there is one."""
    start, end = instants(atom.span, zone)
    phrase = text[atom.start : atom.end]
    if atom.span.ongoing:
        return Expression(atom.start, atom.end, Interval(start=start, phrase=phrase))
    bound = _BOUNDS.search(text, max(0, atom.start - REACH), atom.start)
    after = atom.end
    if bound and not asked and bound["start"] and bound["start"].lower() == "from":
        onwards = _ONWARDS.match(text, atom.end, atom.end + REACH)
        after = onwards.end() if onwards else atom.end
        bound = bound if onwards else None
    if bound is None:
        interval = Interval(start=start, end=end, granularity=atom.span.granularity, phrase=phrase)
        return Expression(atom.start, atom.end, interval)
    phrase = text[bound.start() : after]
    if bound["end"]:
        # `by May` and `until May` include it, `before May` does not.
        includes = bound["end"].split()[0].lower() in {"by", "until", "till", "up"}
        interval = Interval(end=end if includes else start, phrase=phrase)
    else:
        interval = Interval(start=start if bound["start"] else end, phrase=phrase)
    return Expression(bound.start(), after, interval)
