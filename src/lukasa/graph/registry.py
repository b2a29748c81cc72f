"""Every name that facts speak of: how it is written, and of what type it is said to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from lukasa.graph.names import is_firm
from lukasa.graph.triples import NAMING, Key, Told, type_of_value

_SURE = 100
"""What a value is, its attribute says; what a subject is, only its facts suggest: it counts this much less."""


class Kind(NamedTuple):
    """Of what type a name is."""

    type: str
    sure: bool
    """An attribute says so; otherwise it is a subject like people are."""


@dataclass(slots=True)
class Named:
    """One name."""

    written: Counter[str] = field(default_factory=Counter)
    """How it is written, with how often."""

    types: Counter[str] = field(default_factory=Counter)
    facts: int = 0


def kind_of(types: Mapping[str, int], keys: Iterable[Key]) -> Kind:
    """Return of what type something with these names is, by what is said of it: a person, when nothing is."""
    type_, count = min(types.items(), key=lambda each: (-each[1], each[0]), default=("person", 0))
    if count < _SURE and any(map(is_firm, keys)):
        return Kind("organisation", sure=True)
    return Kind(type_, sure=count >= _SURE)


def mentions(told: Told) -> Iterator[tuple[Key, str, int, str | None, int]]:
    """Return the names in a fact: key, how it is written, how often, a type, and how much that weighs."""
    yield told.subject_key, told.subject, told.evidence, "person", 1
    if told.value is None or told.value_key is None or told.attribute is None:
        return
    if told.relates:
        yield told.value_key, told.value, told.evidence, type_of_value(told.attribute), _SURE
    elif told.attribute in NAMING:
        yield told.value_key, told.value, 1, "person" if told.attribute == "name" else None, 1


class Register(dict[Key, Named]):
    """Names by key."""

    def add(self, told: Told) -> None:
        """Take in the names of a fact."""
        for key, name, times, type_, weight in mentions(told):
            named = self.setdefault(key, Named())
            named.facts += 1
            named.written[name] += times
            if type_ is not None:
                named.types[type_] += weight

    def remove(self, told: Told) -> None:
        """Take out the names of a fact."""
        for key, name, times, type_, weight in mentions(told):
            named = self[key]
            named.facts -= 1
            if not named.facts:
                del self[key]
                continue
            _less(named.written, name, times)
            if type_ is not None:
                _less(named.types, type_, weight)

    def kind(self, key: Key) -> Kind | None:
        """Return of what type a name is; `None`: nothing says, or it is not known."""
        named = self.get(key)
        return kind_of(named.types, [key]) if named is not None and named.types else None

    def is_person(self, key: Key) -> bool:
        """Tell whether a name is a person's."""
        kind = self.kind(key)
        return kind is not None and kind.type == "person"


def _less(counter: Counter[str], name: str, times: int) -> None:
    counter[name] -= times
    if counter[name] <= 0:
        del counter[name]
