"""Words beside an expression: they change it (`early May`, `Tuesday night`), bound it (`since`), or join two (`from … to`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta, tzinfo
from typing import NamedTuple, TypeAlias

from lukasa.dates.atoms import Atom
from lukasa.dates.relative import counted
from lukasa.dates.spans import (
    PARTS,
    DateSpan,
    Third,
    instants,
    moved,
    nth_weekday,
    one_day,
    part_of,
    third_of,
    unit,
)
from lukasa.dates.vocabulary import (
    COUNT,
    NTH,
    PART,
    UNIT,
    WEEKDAY,
    WEEKDAY_NAME,
    count,
    ordinal,
    unit_name,
    weekday_number,
)
from lukasa.domain.interval import Interval
from lukasa.text.patterns import LazyPattern

_REACH = 48
"""How many characters beside an atom are searched for words that change it; long texts stay linear."""

_Change: TypeAlias = Callable[[re.Match[str], DateSpan], DateSpan]
_Row: TypeAlias = tuple[LazyPattern, frozenset[str], _Change]
"""What stands before an atom, the granularities that it may change, and how."""


def modified(text: str, atoms: list[Atom]) -> list[Atom]:
    """Apply what stands beside each atom; one that grows to the left swallows what it covers."""
    grown: list[Atom] = []
    for index, atom in enumerate(atoms, 1):
        until = atoms[index].start if index < len(atoms) else len(text)
        whole = _grown_right(text, _grown_left(text, atom), until)
        while grown and grown[-1].end > whole.start:
            grown.pop()
        grown.append(whole)
    return grown


_LEADS = frozenset("of in the early mid late before after following preceding".split())  # noqa: SIM905 - reads better
"""The last word of all that changes what follows it."""


def _grown_left(text: str, atom: Atom) -> Atom:
    for _ in range(3):  # `two days before the end of early May` is as deep as people go.
        before = text[max(0, atom.start - _REACH) : atom.start].lower().replace("-", " ").split()
        if not before or before[-1] not in _LEADS:
            break
        changes = (_changed(text, atom, *row) for row in _BEFORE if atom.span.granularity in row[1])
        changed = next(filter(None, changes), None)
        if changed is None:
            break
        atom = changed
    return atom


def _changed(text: str, atom: Atom, pattern: LazyPattern, _kinds: object, change: _Change) -> Atom | None:
    match = pattern.search(text, max(0, atom.start - _REACH), atom.start)
    with suppress(ValueError, OverflowError):
        return match and Atom(match.start("core"), atom.end, change(match, atom.span))
    return None


def _grown_right(text: str, atom: Atom, until: int) -> Atom:
    """Read the `night` of `Tuesday night`."""
    match = _PART_AFTER.match(text, atom.end, min(until, atom.end + _REACH))
    if match is None or atom.span.granularity != "day":
        return atom
    return Atom(atom.start, match.end(), part_of(atom.span.first, match["part"]))


# --- the changes -----------------------------------------------------------------------------------------------------


def _third(match: re.Match[str], span: DateSpan) -> DateSpan:
    which: Third = "first" if match["first"] else "middle" if match["middle"] else "last"
    return third_of(span, which)


def _nth(match: re.Match[str], span: DateSpan) -> DateSpan:
    """Read `the second weekend of`, `the last Friday in`, `the first week of`."""
    number = ordinal(match["nth"])
    if match["unit"] and match["unit"].lower() == "week":
        first = span.first + timedelta(weeks=number - 1) if number > 0 else span.after - timedelta(weeks=1)
        found = span._replace(first=first, after=first + timedelta(weeks=1), granularity="range")
    else:
        found = nth_weekday(span, weekday_number(match["weekday"] or "saturday"), number)
        if match["unit"]:
            found = found._replace(after=found.after + timedelta(days=1), granularity="weekend")
    if found.after > span.after:
        raise ValueError(match.group())
    return found


def _beside_another(match: re.Match[str], span: DateSpan) -> DateSpan:
    """Read `the Friday before`, `two days after`, `the weekend after`, `the week before`."""
    after = match["side"].lower() in {"after", "following"}
    step, day = (1, span.after) if after else (-1, span.first - timedelta(days=1))
    name = unit_name(match["unit"] or "")
    if match["weekday"] or name == "weekend":
        wanted = weekday_number(match["weekday"] or ("saturday" if after else "sunday"))
        found = one_day(day + timedelta(days=step * (step * (wanted - day.weekday()) % 7)))
        if match["weekday"]:
            return found
        first = found.first if after else found.first - timedelta(days=1)
        return DateSpan(first, first + timedelta(days=2), "weekend")
    if name == "week" and not match["count"] and span.granularity == "day":
        # The seven days that lead up to it or follow it, whatever weekday it is.
        first = span.after if after else span.first - timedelta(weeks=1)
        return DateSpan(first, first + timedelta(weeks=1), "range")
    return counted(day - timedelta(days=step), name, count(match["count"] or "one"), step)


def _unit_of(match: re.Match[str], span: DateSpan) -> DateSpan:
    return unit(span.first, unit_name(match["unit"]), 0)


def _part_of(match: re.Match[str], span: DateSpan) -> DateSpan:
    return part_of(span.first, match["part"])


_LONG = "month year season week decade range"
_THE = r"(?:the\s+)?"
_THIRD = rf"(?:(?P<first>early|(?:start|beginning)\s+of)|(?P<middle>mid|middle\s+of)|(?P<last>late|end\s+of))[\s-]\s*(?:in\s+)?{_THE}"
_NTH = rf"{_THE}(?:very\s+)?{NTH}\s+(?:{WEEKDAY}|(?P<unit>weekend|week))\s+(?:of|in)\s+{_THE}"
_BESIDE = (
    rf"(?:{_THE}(?P<weekday>{WEEKDAY_NAME})|(?:the\s+(?!\w+s\s)|{COUNT}\s+){UNIT}s?)"
    rf"\s+(?P<side>before|after|following|preceding)\s+{_THE}"
)
_BEFORE: tuple[_Row, ...] = tuple(
    (LazyPattern(rf"(?i)\b(?P<core>{words})$"), frozenset(kinds.split()), change)
    for words, kinds, change in (
        (_THIRD, "month year season week", _third),
        (_NTH, _LONG, _nth),
        (_BESIDE, f"{_LONG} day weekend part", _beside_another),
        (rf"{_THE}(?P<unit>weekend|week)\s+of\s+{_THE}", "day", _unit_of),
        (rf"{_THE}{PART}\s+of\s+{_THE}", "day", _part_of),
    )
)
_PART_AFTER = LazyPattern(rf"(?i),?\s+(?:in\s+the\s+|at\s+)?(?P<part>{'|'.join(PARTS)})(?!\w)")

# --- bounds ----------------------------------------------------------------------------------------------------------


class Expression(NamedTuple):
    """A time and where its words stand."""

    start: int
    end: int
    interval: Interval
    recurring: bool = False
    """It comes back, and is no time at which something is so."""


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
    if second.start - first.end > _REACH:
        return None
    joint = text[first.end : second.start]
    opening = _OPENS.search(text, max(0, first.start - _REACH), first.start)
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
    bound = _BOUNDS.search(text, max(0, atom.start - _REACH), atom.start)
    after = atom.end
    if bound and not asked and bound["start"] and bound["start"].lower() == "from":
        onwards = _ONWARDS.match(text, atom.end, atom.end + _REACH)
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
