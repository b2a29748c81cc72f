"""What speaks for two names being one entity's, and what speaks against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from lukasa.graph.contexts import Contexts
from lukasa.graph.names import spellings
from lukasa.graph.registry import Register
from lukasa.graph.triples import DISTINCT, Key, Told

Spelling: TypeAlias = tuple[str, Key]


class Link(NamedTuple):
    """Why two names should be joined; lower ones go first."""

    rank: int
    """0: stated; 1: spelled alike; 2: a slip of the pen."""

    order: int
    one: Key
    other: Key


@dataclass(slots=True)
class Links:
    """Links between names, found from either end."""

    register: Register
    contexts: Contexts
    _stated: dict[Key, dict[str, tuple[int, Key]]] = field(default_factory=dict)
    """Names that a name is stated to be, by the fact that says so, with its place."""

    _apart: dict[Key, Counter[Key]] = field(default_factory=dict)
    _spelled: dict[Spelling, set[Key]] = field(default_factory=dict)
    _spellings: dict[Key, tuple[Spelling, ...]] = field(default_factory=dict)

    def add(self, told: Told) -> set[Key]:
        """Take in a fact; return the names whose links changed."""
        changed = self.contexts.add(told)
        for one, other in _both_ways(told):
            if told.names:
                self._stated.setdefault(one, {})[told.id] = (told.seq, other)
            else:
                self._apart.setdefault(one, Counter())[other] += 1
            changed.add(one)
        return changed

    def remove(self, told: Told) -> set[Key]:
        """Take out a fact; return the names whose links changed."""
        changed = self.contexts.remove(told)
        for one, other in _both_ways(told):
            if told.names:
                del self._stated[one][told.id]
            else:
                self._apart[one][other] -= 1
                self._apart[one] = +self._apart[one]
            for held in (self._stated, self._apart):
                if one in held and not held[one]:
                    del held[one]
            changed.add(one)
        return changed

    def respell(self, key: Key) -> set[Key]:
        """Sort a name anew by how it is spelled, after its type changed; return the names that are concerned."""
        before = self._spellings.pop(key, ())
        kind = self.register.kind(key)
        after = tuple(spellings(key, kind.type if kind else "")) if key in self.register else ()
        for each in before:
            self._spelled[each].discard(key)
        for each in after:
            self._spelled.setdefault(each, set()).add(key)
        if after:
            self._spellings[key] = after
        concerned = {key}.union(*(self._spelled.get(each, ()) for each in {*before, *after}))
        for each in before:
            if not self._spelled.get(each, True):
                del self._spelled[each]
        return concerned

    def near(self, key: Key) -> set[Key]:
        """Return the names that one may be joined with directly."""
        return {other for link in self._of(key) for other in (link.one, link.other)} - {key}

    def among(self, keys: Iterable[Key]) -> list[Link]:
        """Return the links of these names, the surest first."""
        return sorted({link for key in keys for link in self._of(key)})

    def kept_apart(self, key: Key) -> Iterable[Key]:
        """Return the names that one is stated not to be."""
        return self._apart.get(key, ())

    def _of(self, key: Key) -> Iterator[Link]:
        for seq, other in self._stated.get(key, {}).values():
            yield _link(0, seq, key, other)
        for spelling in self._spellings.get(key, ()):
            for other in self._spelled[spelling]:
                if other != key and self._compatible(key, other):
                    yield _link(1, 0, key, other)
        if self.register.is_person(key):
            for other in self.contexts.slips(key):
                if self.register.is_person(other):
                    yield _link(2, 0, key, other)

    def _compatible(self, one: Key, other: Key) -> bool:
        first, second = self.register.kind(one), self.register.kind(other)
        if first is None or second is None or not (first.sure and second.sure):
            return True
        return first.type == second.type or "concept" in {first.type, second.type}


def _link(rank: int, order: int, one: Key, other: Key) -> Link:
    return Link(rank, order, *sorted((one, other)))


def _both_ways(told: Told) -> Iterator[tuple[Key, Key]]:
    """Return the two names of a fact about names, from either end; none for one that is about one name."""
    one, other = told.subject_key, told.value_key
    if other is None or one == other:
        return
    if told.names or (told.attribute == DISTINCT and not told.negated):
        yield one, other
        yield other, one
