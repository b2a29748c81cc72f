"""What names have in common: who is called somebody's brother, who has a birthday or a firm. It lets a slip of the pen be seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TypeAlias

from lukasa.extraction.rules.people import ATTRIBUTE_OF, ATTRIBUTES_OF_KIN
from lukasa.graph.names import plain, slipped, words_of
from lukasa.graph.triples import Key, Told

_IDENTIFYING = frozenset({"birthday", "partner", "works_at", "studies_at"})
"""Single-valued attributes of which few people share a value; where somebody lives, very many do."""

Context: TypeAlias = tuple[str, Key]
"""A relation, and with whom or what."""


@dataclass(slots=True)
class Contexts:
    """Names by context, and contexts by name."""

    crowd: int
    """In a context of more names than this, nobody is taken for another."""

    _names: dict[Context, dict[Key, dict[str, frozenset[str]]]] = field(default_factory=dict)
    """For each name of a context, by fact: the turns that it rests on."""

    _of: dict[Key, set[Context]] = field(default_factory=dict)

    def add(self, told: Told) -> set[Key]:
        """Take in a fact; return the names that may be taken for others now, or no more."""
        changed: set[Key] = set()
        turns = frozenset(source.turn for source in told.sources)
        for key, where in _contexts(told):
            among = self._names.setdefault(where, {})
            among.setdefault(key, {})[told.id] = turns
            self._of.setdefault(key, set()).add(where)
            changed |= self._concerned(key, among)
        return changed

    def remove(self, told: Told) -> set[Key]:
        """Take out a fact; return the names that may be taken for others now, or no more."""
        changed: set[Key] = set()
        for key, where in _contexts(told):
            among = self._names[where]
            changed |= self._concerned(key, among)
            del among[key][told.id]
            if not among[key]:
                del among[key]
                self._of[key].discard(where)
            if not self._of[key]:
                del self._of[key]
            if not among:
                del self._names[where]
        return changed

    def slips(self, key: Key) -> Iterator[Key]:
        """Return the names that one may be a slip of the pen for: of one context, and never told of in one turn."""
        for where in self._of.get(key, ()):
            among = self._names[where]
            if len(among) > self.crowd:
                continue
            ours = frozenset[str]().union(*among[key].values())
            for other, turns in among.items():
                if slipped(key, other) and ours.isdisjoint(frozenset[str]().union(*turns.values())):
                    yield other

    def _concerned(self, key: Key, among: dict[Key, dict[str, frozenset[str]]]) -> set[Key]:
        # At the edge of a crowd, one name more or less matters to all of them.
        return {key, *among} if abs(len(among) - self.crowd) <= 1 else {key}


def called(told: Told) -> set[str]:
    """Return what a fact about a relative calls him: `brother`."""
    if told.attribute not in ATTRIBUTES_OF_KIN:
        return set()
    said = {word.casefold() for word in _kin_words().findall(told.text)}
    return {word for word in said if ATTRIBUTE_OF[word] == told.attribute}


def _contexts(told: Told) -> Iterator[tuple[Key, Context]]:
    """Return the names to which a fact gives a context, each with it."""
    if told.value is None or told.negated:
        return
    if told.attribute in _IDENTIFYING:
        yield told.subject_key, (told.attribute, plain(words_of(told.value)))
    kin = called(told)
    if (
        told.value_key is not None and len(kin) == 1
    ):  # of "her brother and her sister" nobody knows which is meant
        yield told.value_key, (kin.pop(), plain(told.subject_key))


@cache
def _kin_words() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(sorted(ATTRIBUTE_OF, key=len, reverse=True))})\b", re.IGNORECASE)
