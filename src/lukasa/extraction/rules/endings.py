"""What ends what is so: quitting, moving out, divorce, death, selling. The rows are in `endings.txt`. Pure.

A claim of such an event names what it ends (`Claim.ends`), by attribute and, where it says so, by value; what is known decides
whether there is something to end. The same rows serve claims of a model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from lukasa.domain.claim import Ending
from lukasa.extraction.rules.grammar import END, LISTS, alternatives, any_capitals
from lukasa.extraction.rules.people import NAME, attribute_of, relations
from lukasa.text.patterns import LazyPattern, WordLists

_LISTS = WordLists("lukasa.extraction.rules", "endings")
_LONGEST = 160


class EndingEvent(NamedTuple):
    """Words that say that something is over."""

    fact: str
    """How a fact says it, the subject as `{S}` and the value as `{V}`; empty: as the words do."""

    value: str
    ends: tuple[Ending, ...]
    start: int
    end: int
    conditional: bool
    """Whether it says something only if what it ends is known: "Rex died" may be about anybody."""


def endings(text: str, start: int, end: int) -> Iterator[EndingEvent]:
    """Yield what the clause that begins at `text[start]` ends; at most one."""
    for row in _rows():
        match = row.pattern.match(text, start, min(end, start + _LONGEST))
        if match is not None:
            groups = {"all": match.group()} | {
                name: value for name, value in match.groupdict().items() if value
            }
            if groups.get("n") in LISTS.words("no_names"):
                continue
            yield _event(row, groups, match.start(), match.end())
            return


def ends_in(text: str) -> tuple[Ending, ...]:
    """Return what a text in the first person says is over, wherever in it."""
    starts = (match.start() for match in _SUBJECTS.finditer(text[:_LONGEST_TEXT]))
    found = (event for start in starts for event in endings(text, start, len(text)))
    return tuple(dict.fromkeys(ending for event in found for ending in event.ends))


class _EndingRow(NamedTuple):
    ends: str
    conditional: bool
    fact: str
    pattern: re.Pattern[str]


def _event(row: _EndingRow, groups: dict[str, str], start: int, end: int) -> EndingEvent:
    value, relation = groups.get("n") or groups.get("v"), groups.get("kin", "").lower()
    ends = []
    for name in row.ends.split():
        attribute, _, whose = name.partition("=")
        if name.startswith(_OF_KIN):
            ends.append(Ending(attribute_of(relation), value, relation))
        else:
            ends.append(Ending(attribute, None if whose == "any" else value or None, ""))
    what = value or relation or groups["all"].removeprefix("I ").removeprefix("i ")
    return EndingEvent(row.fact.removeprefix("-"), what, tuple(ends), start, end, row.conditional)


@cache
def _rows() -> tuple[_EndingRow, ...]:
    return tuple(_row(line) for line in _LISTS.rows("rows"))


def _row(line: str) -> _EndingRow:
    ends, sure, fact, pattern = (part.strip() for part in line.split("|", 3))
    phrases = {
        "N": rf"(?P<n>{NAME})", "KIN": rf"(?P<kin>{relations()})", "END": END, "DRUGS": alternatives("drugs"),
        "ORG": rf"(?P<v>(?:the )?(?-i:[A-Z])[\w&'’-]+(?: (?-i:[A-Z])[\w&'’-]+){{0,3}}|the [\w'’-]+){END}",
        "PLACE": rf"(?P<v>(?-i:[A-Z])[\w'’-]+(?:,? (?-i:[A-Z])[\w'’-]+){{0,2}}){END}",
        "THING": rf"(?P<v>(?:[\w'’-]+ ){{0,3}}?(?:{alternatives('owned')}|{alternatives('animals')}|(?-i:[A-Z])[\w-]+(?: (?-i:[A-Z\d])[\w-]*)?))(?![\w-])",
        "NOW": r"(?:(?:just|finally|recently|actually|have|officially|sadly) )*",
        "I": r"i(?:['’]?ve| have)? ",
    }  # fmt: skip
    for name, phrase in phrases.items():
        pattern = pattern.replace(f"{{{name}}}", phrase)
    return _EndingRow(ends, sure == "if", fact, re.compile(any_capitals(pattern), re.IGNORECASE))


_LONGEST_TEXT = 2000
_SUBJECTS = LazyPattern(rf"(?<![\w'’-])(?:[Ii]|[Mm]y|[Ww]e|[Ss]ome(?:one|body)|{NAME})(?=['’\s])")
_OF_KIN = "kin"
"""In a row: the attribute of the relative or animal that was named."""
