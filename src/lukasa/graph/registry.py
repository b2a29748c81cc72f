"""Every name in use: how it is written, and of what type it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from lukasa.domain.attribute import IS_A
from lukasa.graph.names import is_firm
from lukasa.graph.triples import NAMING, Key, Triple, type_of_value

_SURE = 100
"""Weight of a value's type, which its attribute states. That subjects are people is only a guess: its weight is 1."""


_STATED = 100 * _SURE
"""Weight of a type that a model found: it read what is meant."""


class NameKind(NamedTuple):
    type: str
    sure: bool
    """An attribute says so."""


@dataclass(slots=True)
class NameUse:
    written: Counter[str] = field(default_factory=Counter)
    """Spellings, with how often each occurs."""

    types: Counter[str] = field(default_factory=Counter)
    kind: NameKind | None = None
    """`None`: no fact says."""

    @property
    def is_person(self) -> bool:
        return self.kind is not None and self.kind.type == "person"


def name_registry(triples: Iterable[Triple]) -> dict[Key, NameUse]:
    """Return the names in these triples, by key."""
    registry: dict[Key, NameUse] = {}
    for triple in triples:
        for key, name, times, type_, weight in _mentions(triple):
            if (use := registry.get(key)) is None:
                use = registry[key] = NameUse()
            use.written[name] += times
            if type_ is not None:
                use.types[type_] += weight
    for key, use in registry.items():
        use.kind = kind_of(use.types, [key]) if use.types else None
    return registry


def kind_of(types: Mapping[str, int], keys: Iterable[Key]) -> NameKind:
    """Return the type of an entity with these names by the weights of its types; `person` when there are none."""
    type_, weight = min(types.items(), key=lambda item: (-item[1], item[0]), default=("person", 0))
    if weight < _SURE and any(map(is_firm, keys)):
        return NameKind("organisation", sure=True)
    return NameKind(type_, sure=weight >= _SURE)


def _mentions(triple: Triple) -> Iterator[tuple[Key, str, int, str | None, int]]:
    """Return the names in a triple: key, spelling, how often it occurs, a type, and the weight of the type."""
    if triple.attribute == IS_A and not triple.negated and triple.value:
        yield triple.subject_key, triple.subject, triple.evidence, triple.value, _STATED
        return
    yield triple.subject_key, triple.subject, triple.evidence, "person", 1
    if triple.value is None or triple.value_key is None or triple.attribute is None:
        return
    if triple.relates:
        yield triple.value_key, triple.value, triple.evidence, type_of_value(triple.attribute), _SURE
    elif triple.attribute in NAMING:
        yield triple.value_key, triple.value, 1, "person" if triple.attribute == "name" else None, 1
