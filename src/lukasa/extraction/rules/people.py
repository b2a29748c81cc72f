"""Family, friends and pets by name: "my sister Ana" makes Ana a sibling, whatever else the sentence says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from lukasa.domain.attribute import ATTRIBUTES
from lukasa.extraction.rules import frames_data as grammar_data
from lukasa.extraction.rules.lexicon import table

ATTRIBUTE_OF = {word: row.name for row in ATTRIBUTES.values() for word in row.kinship_words}
ATTRIBUTES_OF_KIN = frozenset(row.name for row in ATTRIBUTES.values() if row.kin)


class Kin(NamedTuple):
    """Somebody who belongs to the speaker."""

    attribute: str
    relation: str
    """`sister`, `dog`, as it was said."""

    name: str


def kin(text: str, start: int, end: int) -> list[Kin]:
    """Return the people and animals that `text[start:end]` calls the speaker's own and names, each once."""
    if not _own().search(text, start, end):
        return []
    found: dict[str, Kin] = {}
    for each in _mentions(text, start, end):
        found.setdefault(each.name, each)
    return list(found.values())


def named_after(text: str, start: int, end: int) -> tuple[Kin, int] | None:
    """Return whom "Her name is Coco" names, and where he is spoken of: one person or animal of the speaker's, before."""
    found = _her_name().match(text, start, end)
    if found is None or found["name"] in table("NO_NAMES"):
        return None
    before = list(_somebody().finditer(text, max(0, start - _NEAR), start))
    relations = {_singular(each["kin"].lower()) for each in before}
    if len(relations) != 1:
        return None
    relation = relations.pop()
    return Kin(attribute_of(relation), relation, found["name"]), before[0].start()


def attribute_of(relation: str) -> str:
    """Return the attribute of a relation; animals are pets."""
    low = relation.lower()
    return ATTRIBUTE_OF.get(low) or ATTRIBUTE_OF.get(_singular(low)) or "pet"


def _mentions(text: str, start: int, end: int) -> Iterator[Kin]:
    for pattern in _patterns():
        for found in pattern.finditer(text, start, end):
            relation = _singular(found["kin"].lower())
            for name in _and().split(found["names"]):
                if name and name not in table("NO_NAMES"):
                    yield Kin(attribute_of(relation), relation, name)


def _singular(relation: str) -> str:
    irregular = {
        "children": "child",
        "kids": "kid",
        "wives": "wife",
        "puppies": "puppy",
        "babies": "baby",
        "mice": "mouse",
    }
    if relation in irregular:
        return irregular[relation]
    return relation[:-1] if relation.endswith("s") and not relation.endswith("ss") else relation


@cache
def _own() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:my|our|i have|i've got|we have|we've got|i got|we got|i adopted|we adopted)\b", re.IGNORECASE
    )


@cache
def _her_name() -> re.Pattern[str]:
    return re.compile(
        r"(?:\W|and |so )*(?:his|her|its|their) name(?: is|['’]s) (?P<name>(?-i:[A-Z])[\w'-]+)", re.IGNORECASE
    )


@cache
def _somebody() -> re.Pattern[str]:
    return re.compile(
        rf"\b(?:my|our|a|an|another) (?:[\w-]+ ){{0,2}}?(?P<kin>{_relations()})\b", re.IGNORECASE
    )


def _relations() -> str:
    return "|".join(sorted(ATTRIBUTE_OF, key=len, reverse=True)) + "|" + grammar_data.ANIMALS


@cache
def _and() -> re.Pattern[str]:
    return re.compile(r"\s*,\s*(?:and\s+)?|\s+(?:and|&)\s+")


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    each = rf"(?P<kin>(?:{_relations()})(?:s|es)?|children|puppies|wives|mice)"
    name = r"(?-i:[A-Z][a-zà-ÿ][\w'-]*(?<!'s))"
    names = rf"(?P<names>{name}(?:(?:,? and |, | & ){name})*)(?!['’]s?\s+(?:mother|friend|\w+'s))\b"
    adjectives = r"(?:(?:[\w-]+|three-year-old) ){0,3}?"
    called = r"(?:,? (?:whose name is|who is called|named|called)|,| is| are|['’]s name is|['’]s names are| names are| is (?:named|called)| are (?:named|called)|:)?"
    return tuple(
        re.compile(pattern, re.IGNORECASE)
        for pattern in (
            rf"\b(?:my|our) {adjectives}{each}{called} {names}",
            rf"\b(?:i|we)(?: have|['’]ve got| got| adopted| have got) (?:a|an|another|one|two|three|four|five|\d) {adjectives}{each}(?:,? (?:named|called)|,|:) {names}",
            rf"\badopted (?:a|an) {adjectives}(?P<kin>[a-z-]+) (?:named|called) {names}",
            rf"(?P<names>{name}),? (?:is|was) (?:my|our) {adjectives}{each}(?! of\b)\b",
            rf"(?P<names>{name}), (?:my|our) {adjectives}{each}\b",
        )
    )


_NEAR = 200
"""Characters before in which somebody must have been spoken of."""
