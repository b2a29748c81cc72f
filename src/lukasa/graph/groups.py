"""Names → groups: what was stated, and what is spelled alike. Only groups that a change touches are made anew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from lukasa.graph.links import Links
from lukasa.graph.names import fullest
from lukasa.graph.registry import Register
from lukasa.graph.triples import Key


class Regrouped(NamedTuple):
    """What was looked at anew."""

    before: set[Key]
    """The groups in which these names were."""

    names: set[Key]


@dataclass(slots=True)
class Groups:
    """Which names are one entity's, as far as names are concerned. A group is called by its fullest name."""

    register: Register
    links: Links
    _of: dict[Key, Key] = field(default_factory=dict)
    """The group of each name that is not alone."""

    _members: dict[Key, tuple[Key, ...]] = field(default_factory=dict)

    def of(self, key: Key) -> Key:
        """Return the group of a name."""
        return self._of.get(key, key)

    def members(self, group: Key) -> tuple[Key, ...]:
        """Return the names of a group; none for one that is gone."""
        if (members := self._members.get(group)) is not None:
            return members
        return (group,) if group in self.register and group not in self._of else ()

    def refresh(self, changed: Iterable[Key]) -> Regrouped:
        """Make the groups anew that these names are in, were in, or may be in."""
        touched: set[Key] = set()
        for key in changed:
            touched.update((key, *self.members(self.of(key))))
        reached = self._reached(touched)
        before = {self.of(key) for key in reached}
        for former in before:
            self._members.pop(former, None)
        for key in reached:
            self._of.pop(key, None)
        for group in self._joined(reached):
            if len(group) > 1:
                name = min(group, key=fullest)
                self._members[name] = tuple(sorted(group))
                self._of.update(dict.fromkeys(group, name))
        return Regrouped(before, reached)

    def _reached(self, keys: set[Key]) -> set[Key]:
        """Return the names that links lead to from these, with the groups that those are in."""
        reached, waiting = set(keys), list(keys)
        while waiting:
            key = waiting.pop()
            near = {*self.links.near(key), *self.members(self.of(key))}
            waiting += near - reached
            reached |= near
        return reached

    def _joined(self, keys: set[Key]) -> Iterable[set[Key]]:
        """Join names by their links, the surest first, unless that joined names that are kept apart."""
        groups = {key: {key} for key in keys if key in self.register}
        for link in self.links.among(groups):
            one, other = groups.get(link.one), groups.get(link.other)
            if one is None or other is None or one is other or self._parted(one, other):
                continue
            one |= other
            groups.update(dict.fromkeys(other, one))
        return {id(group): group for group in groups.values()}.values()

    def _parted(self, one: set[Key], other: set[Key]) -> bool:
        return any(not other.isdisjoint(self.links.kept_apart(key)) for key in one)
