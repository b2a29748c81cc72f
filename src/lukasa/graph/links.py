"""Evidence that two names are one entity's, or that they are not → groups of names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import NamedTuple, TypeAlias

from lukasa.domain.attribute import ATTRIBUTES, DISTINCT
from lukasa.extraction.rules.people import ATTRIBUTE_OF, ATTRIBUTES_OF_KIN
from lukasa.graph.names import fullest, is_misspelling, plain, spellings, words_of
from lukasa.graph.registry import NameKind, NameUse
from lukasa.graph.triples import Key, Triple
from lukasa.text.patterns import LazyPattern

_STATED, _SPELLED_ALIKE, _MISSPELLED, _NEAR = range(4)

Pair: TypeAlias = tuple[Key, Key]

_SURE = 0.7
"""Confidence from which a name is taken for another's. That others called somebody so once has 0.5: they may have meant another
one, or slipped; twice is 0.75."""

_IDENTIFYING = frozenset(row.name for row in ATTRIBUTES.values() if row.identifies)
"""Single-valued attributes of which few people share a value; in one town, very many people live."""

Context: TypeAlias = tuple[str, Key]
"""A relation, and with whom or what."""


class NameLink(NamedTuple):
    """A reason to join two names; lower ones go first."""

    rank: int
    order: int
    one: Key
    other: Key


def name_links(
    triples: Iterable[Triple], registry: Mapping[Key, NameUse], *, crowd: int, near: Iterable[Pair] = ()
) -> list[NameLink]:
    """Return the links between names, the surest first; *near* are those whose vectors are alike."""
    by_meaning = (_link(_NEAR, 0, *pair) for pair in near if pair[0] != pair[1])
    return sorted(
        {
            *stated_links(triples),
            *_spelled_alike(registry),
            *_misspelled(triples, registry, crowd),
            *by_meaning,
        }
    )


def kept_apart(triples: Iterable[Triple]) -> dict[Key, set[Key]]:
    """Return for each name those that it is stated not to be. Nobody is their own sister or friend."""
    apart: defaultdict[Key, set[Key]] = defaultdict(set)
    for triple in triples:
        one, other = triple.subject_key, triple.value_key
        two = triple.attribute == DISTINCT or triple.attribute in ATTRIBUTES_OF_KIN
        if two and not triple.negated and other is not None and one != other:
            apart[one].add(other)
            apart[other].add(one)
    return dict(apart)


class NameGroups:
    """Which names are one entity's by their links. The fullest name of a group stands for it."""

    def __init__(self, links: Iterable[NameLink], apart: Mapping[Key, set[Key]]) -> None:
        self._group_of: dict[Key, Key] = {}
        self._members: dict[Key, tuple[Key, ...]] = {}
        for names in _joined(links, apart):
            group = min(names, key=fullest)
            self._members[group] = tuple(sorted(names))
            self._group_of.update(dict.fromkeys(names, group))

    @property
    def joined(self) -> bool:
        """Whether any two names are one's."""
        return bool(self._group_of)

    def of(self, key: Key) -> Key:
        return self._group_of.get(key, key)

    def members(self, group: Key) -> tuple[Key, ...]:
        return self._members.get(group, (group,))


def _joined(links: Iterable[NameLink], apart: Mapping[Key, set[Key]]) -> Iterable[set[Key]]:
    """Join names by their links in order, except where that would join names that are kept apart."""
    groups: dict[Key, set[Key]] = {}
    for link in links:
        one, other = (groups.setdefault(key, {key}) for key in (link.one, link.other))
        if one is other or any(not other.isdisjoint(apart.get(key, ())) for key in one):
            continue
        one |= other
        groups.update(dict.fromkeys(other, one))
    return {id(group): group for group in groups.values()}.values()


def stated_links(triples: Iterable[Triple]) -> Iterator[NameLink]:
    """Yield the links of names that are stated to be one's: "I'm Priya", or what others call somebody again and again."""
    # What is stated goes before what names look like: "Liz" is Elizabeth Brown though there is a Liz Taylor.
    for triple in triples:
        if (
            triple.names
            and triple.confidence >= _SURE
            and triple.value_key is not None
            and triple.subject_key != triple.value_key
        ):
            yield _link(_STATED, triple.seq, triple.subject_key, triple.value_key)


def _spelled_alike(registry: Mapping[Key, NameUse]) -> Iterator[NameLink]:
    # Accents, "&", a plural and the like make no other name. Sure types must agree: "Orange" is a place, "oranges" are things.
    by_spelling: defaultdict[tuple[str, Key], list[Key]] = defaultdict(list)
    for key, use in registry.items():
        for spelling in spellings(key, use.kind.type if use.kind else ""):
            by_spelling[spelling].append(key)
    for keys in by_spelling.values():
        for one, other in combinations(keys, 2):
            if _compatible(registry[one].kind, registry[other].kind):
                yield _link(_SPELLED_ALIKE, 0, one, other)


def _misspelled(triples: Iterable[Triple], registry: Mapping[Key, NameUse], crowd: int) -> Iterator[NameLink]:
    # One letter is never enough: Maria and Mario are two people. Both names must also stand in the same context, such as a firm
    # or "Ana's sister"; in a context of many names, two similar ones are likely. Names of one turn are two people: whoever
    # spoke told them apart.
    contexts: defaultdict[Context, defaultdict[Key, set[str]]] = defaultdict(lambda: defaultdict(set))
    for triple in triples:
        for key, context in _contexts(triple):
            contexts[context][key].update(source.turn for source in triple.sources)
    for turns in contexts.values():
        if not 1 < len(turns) <= crowd:
            continue
        for one, other in combinations([key for key in turns if registry[key].is_person], 2):
            if is_misspelling(one, other) and turns[one].isdisjoint(turns[other]):
                yield _link(_MISSPELLED, 0, one, other)


def _contexts(triple: Triple) -> Iterator[tuple[Key, Context]]:
    """Return the names to which a fact gives a context, each with it."""
    if triple.value is None or triple.negated:
        return
    if triple.attribute in _IDENTIFYING:
        yield triple.subject_key, (triple.attribute, plain(words_of(triple.value)))
    kin = _kinship_words(triple)
    # "Her brother and her sister" does not tell which of them is meant.
    if triple.value_key is not None and len(kin) == 1:
        yield triple.value_key, (kin.pop(), plain(triple.subject_key))


def _compatible(one: NameKind | None, other: NameKind | None) -> bool:
    if one is None or other is None or not (one.sure and other.sure):
        return True
    return one.type == other.type or "concept" in {one.type, other.type}


def _link(rank: int, order: int, one: Key, other: Key) -> NameLink:
    return NameLink(rank, order, *sorted((one, other)))


def _kinship_words(triple: Triple) -> set[str]:
    """Return the words by which a fact about a relative says what kind of relative it is: `brother`."""
    if triple.attribute not in ATTRIBUTES_OF_KIN:
        return set()
    words = {word.casefold() for word in _KINSHIP_WORD.compiled.findall(triple.text)}
    return {word for word in words if ATTRIBUTE_OF[word] == triple.attribute}


_KINSHIP_WORD = LazyPattern(
    rf"\b(?:{'|'.join(sorted(ATTRIBUTE_OF, key=len, reverse=True))})\b", re.IGNORECASE
)
