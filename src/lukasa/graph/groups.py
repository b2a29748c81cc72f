"""Links → groups of names: what was stated, and what is spelled alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lukasa.graph.links import NameLink
from lukasa.graph.names import fullest
from lukasa.graph.triples import Key


class NameGroups:
    """Which names are one entity's by their links. The fullest name of a group stands for it."""

    def __init__(self, links: Iterable[NameLink], apart: Mapping[Key, set[Key]]) -> None:
        self._group_of: dict[Key, Key] = {}
        self._members: dict[Key, tuple[Key, ...]] = {}
        for names in _joined(links, apart):
            group = min(names, key=fullest)
            self._members[group] = tuple(sorted(names))
            self._group_of.update(dict.fromkeys(names, group))

    def of(self, key: Key) -> Key:
        """Return the group of a name."""
        return self._group_of.get(key, key)

    def members(self, group: Key) -> tuple[Key, ...]:
        """Return the names of a group."""
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
