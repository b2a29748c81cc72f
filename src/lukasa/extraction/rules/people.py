"""Relatives, partners, friends and pets by name: "my sister Ana", "I have a dog called Rex"."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from lukasa.domain.attribute import ATTRIBUTES
from lukasa.extraction.rules.grammar import LISTS, alternatives
from lukasa.text.patterns import LazyPattern

ATTRIBUTE_OF = {word: row.name for row in ATTRIBUTES.values() for word in row.kinship_words}
ATTRIBUTES_OF_KIN = frozenset(row.name for row in ATTRIBUTES.values() if row.kin)


class Kin(NamedTuple):
    """A person or an animal that belongs to the speaker."""

    attribute: str
    relation: str
    """`sister`, `dog`, as it was said."""

    name: str
    start: int
    end: int


def kin(text: str, start: int, end: int) -> Iterator[Kin]:
    """Yield the people and animals that `text[start:end]` calls the speaker's own and names, each once."""
    seen: set[str] = set()
    lower = text[start:end].lower()
    ours = ("my" in lower or "our" in lower) and _OURS.search(text, start, end)
    for pattern in _NAMED if ours else _HAD:
        for match in pattern.finditer(text, start, end):
            relation = singular(match["kin"].lower())
            names = [
                name for name in _AND.split(match["names"]) if name and name not in LISTS.words("no_names")
            ]
            for name in names:
                if name not in seen:
                    seen.add(name)
                    yield Kin(attribute_of(relation), relation, name, match.start(), match.end())


def attribute_of(relation: str) -> str:
    """Return the attribute of a relation; animals are pets."""
    return ATTRIBUTE_OF.get(relation.lower()) or ATTRIBUTE_OF.get(singular(relation.lower())) or "pet"


def singular(relation: str) -> str:
    """Return `sister` for `sisters`."""
    special = {"children": "child", "wives": "wife", "puppies": "puppy", "babies": "baby", "twins": "child"}
    return special.get(relation) or relation.removesuffix("s")


def relations() -> str:
    """Return the words for relatives and animals, as alternatives of a pattern."""
    return "|".join(sorted(ATTRIBUTE_OF, key=len, reverse=True)) + "|" + alternatives("animals")


@cache
def _plurals() -> str:
    return rf"(?P<kin>(?:{relations()})(?:s|es)?|children|puppies|wives)"


NAME = r"(?-i:[A-Z][a-zà-ÿ][\w’'-]{0,30}?(?<!['’]s))(?![\w-])"
"""A given name."""

_NAMES = rf"(?P<names>{NAME}(?:(?:, and |, | and | & ){NAME}){{0,5}})"
_BARE = rf"(?P<names>{NAME}(?: (?:and|&) {NAME})?)"
_ALONE = r"(?!['’]s? (?:mother|father|mom|mum|dad|friend|sister|brother|husband|wife|school|class|teacher|house|\w+ (?:name|is called))\b|,? (?:has |had |just |sadly |was |recently )*(?:passed|died|put down|put to sleep)\b)"
_OWN = r"(?<![\w-])(?:[Mm]y|[Oo]ur) (?!ex\b|late\b|old\b|former\b|dead\b)(?:[a-z][\w-]{1,16} ){0,2}?"
_END = r"(?=\s*(?:$|[.,;:!?()\n—–-])|['’]s\b|\s(?:[a-z(&]|I\b))"

_NAMED = (
    LazyPattern(lambda: rf"{_OWN}{_plurals()} {_BARE}{_ALONE}{_END}"),
    LazyPattern(
        lambda: (
            rf"{_OWN}{_plurals()}(?:['’]s? names? (?:is|are)| names are|,? (?:is|are|who is|who are|whose names? (?:is|are)) (?:called|named)|,? (?:called|named)|, whose names? (?:is|are)) {_NAMES}{_END}"
        ),
    ),
    LazyPattern(
        lambda: (
            rf"{_OWN}(?P<kin>{relations()}), (?P<names>{NAME}),(?! (?:and|or|who|my|our)\b)(?! [A-Z][a-z]+(?:,| and))"
        )
    ),
    LazyPattern(
        lambda: (
            rf"(?<![\w'’])(?:I|[Ww]e)(?: have|['’]ve got|['’]ve| got| have got| adopted| also have| just adopted| just got)(?: a| an| another| one| two| three| four| five| \d| my)? (?:[a-z][\w-]{{1,20}} ){{0,4}}?{_plurals()}(?:,? (?:named|called)|,? whose names? (?:is|are)|:|,(?= {NAME}(?:,| and))) {_NAMES}{_END}"
        ),
    ),
    LazyPattern(lambda: rf"{_OWN}(?P<kin>{relations()}) is {_BARE}(?=\s*(?:[.,!)\n]|$))"),
    LazyPattern(
        lambda: (
            rf"(?:^|(?<=[.!?,;:] ))(?P<names>{NAME}),? is (?:my|our) (?!ex\b|late\b|former\b)(?:[a-z][\w-]{{1,16}} ){{0,2}}?(?P<kin>{relations()})(?![\w-])(?! (?:of|in\b|to)\b)(?!['’])"
        ),
    ),
)
_OURS = LazyPattern(r"\b(?:[Mm]y|[Oo]ur)\b")
_HAD = _NAMED[3:4]
"""The only one that needs neither "my" nor "our"."""

_AND = LazyPattern(r"\s*,\s*(?:and\s+)?|\s+(?:and|&)\s+")
