"""Groups → entities: a part of a name follows the only fuller one, "Ana's sister" follows her only sister.

Groups are settled in one order: fuller names first, phrases last, nearer relatives before farther ones. So each is decided once
all that it depends on is, and a change goes on to those alone that depend on it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from lukasa.graph.groups import Groups, Regrouped
from lukasa.graph.kinship import Kinfolk
from lukasa.graph.names import depth, is_phrase, plain, whose
from lukasa.graph.parts import Parts
from lukasa.graph.triples import Key

Order: TypeAlias = tuple[bool, int, Key]


@dataclass(slots=True)
class Followers:
    """Which group each group follows. An entity is a group that follows none, with those that follow it."""

    groups: Groups
    parts: Parts
    kinfolk: Kinfolk
    _followed: dict[Key, Key] = field(default_factory=dict)
    _following: dict[Key, set[Key]] = field(default_factory=dict)

    def of(self, key: Key) -> Key:
        """Return the entity of a name."""
        return self._entity(self.groups.of(key))

    def names(self, entity: Key) -> list[Key]:
        """Return all names of an entity."""
        return [key for group in self._together(entity) for key in self.groups.members(group)]

    def refresh(self, regrouped: Regrouped) -> set[Key]:
        """Settle what was looked at anew, and what depends on it; return the entities that changed, gone ones too."""
        # A name that is gone is in no group any more, and phrases may still mean a relative of its.
        waiting = self._kin_of(regrouped.names)
        touched: set[Key] = set()
        for group in regrouped.before:
            entity = self._entity(group)
            touched |= {group, entity}
            waiting |= self._following.get(group, set())
            waiting |= self._kin_of(self.names(entity))
        for group in regrouped.before:
            if not self.groups.members(group):
                self._follow(group, group)
        for key in regrouped.names:
            waiting.add(self.groups.of(key))
            waiting |= self._depending(key)
        for group in {self.groups.of(key) for key in regrouped.names}:
            waiting |= self._kin_of(self.names(self._entity(group)))
        return touched | self._settle(waiting)

    def _settle(self, waiting: set[Key]) -> set[Key]:
        """Decide what each group follows, in order, and go on to the groups that depend on one that changed."""
        touched: set[Key] = set()
        queue = [(self._order(group), group) for group in waiting]
        heapq.heapify(queue)
        while queue:
            _, group = heapq.heappop(queue)
            if group not in waiting:
                continue  # it was queued twice
            waiting.discard(group)
            before, after = self._entity(group), self._target(group)
            touched |= {group, before, after}
            if before == after:
                continue
            self._follow(group, after)
            touched |= self._following.get(group, set())
            more = self._moved(group, before, after) - waiting
            waiting |= more
            for each in more:
                heapq.heappush(queue, (self._order(each), each))
        return touched

    def _target(self, group: Key) -> Key:
        """Return what a group follows: itself when it is nobody's part, or nobody knows whose."""
        if not (members := self.groups.members(group)):
            return group
        candidates = self._relatives(group) if is_phrase(group) else self._fuller(members)
        found: set[Key] = set()
        for each in candidates:
            found.add(each)
            if len(found) > 1:
                return group
        return group if not found or self._parted(group, members, *found) else found.pop()

    def _fuller(self, members: Iterable[Key]) -> Iterator[Key]:
        """Return the entities of which the fullest names of a group are a part: a shorter one has its owner already."""
        people = [key for key in members if key in self.parts]
        most = max((len(plain(key)) for key in people), default=0)
        for key in people:
            if len(plain(key)) == most:
                yield from map(self.of, self.parts.fuller(key))

    def _relatives(self, group: Key) -> Iterator[Key]:
        """Return the entities that the phrases of a group may mean."""
        order = self._order(group)
        for phrase in self.groups.members(group):
            owner, kin = whose(phrase)
            if self._order(near := self.groups.of(owner)) >= order:
                continue  # "Ana's sister" was stated to be a relative of her own
            entity = self._entity(near)
            for relative in self.kinfolk.called(self._known_as(entity, near), kin):
                if not is_phrase(self.groups.of(relative)) and self.of(relative) != entity:
                    yield self.of(relative)

    def _known_as(self, entity: Key, near: Key) -> Iterator[Key]:
        """Return the names of an entity, of phrases only those of one group: each phrase would wait for the others."""
        for group in self._together(entity):
            if group == near or not is_phrase(group):
                yield from self.groups.members(group)

    def _parted(self, group: Key, members: Iterable[Key], entity: Key) -> bool:
        """Tell whether a group is kept apart from an entity, or from one that followed it first."""
        order = self._order(group)
        for key in members:
            for apart in self.groups.links.kept_apart(key):
                other = self.groups.of(apart)
                if other == entity or (self._entity(other) == entity and self._order(other) < order):
                    return True
        return False

    def _moved(self, group: Key, before: Key, after: Key) -> set[Key]:
        """Return the groups that depend on what a group follows."""
        members = self.groups.members(group)
        found = set[Key]().union(*map(self._depending, members))
        around = members if is_phrase(group) else [*members, *self.names(before), *self.names(after)]
        return (found | self._kin_of(around)) - {group}

    def _depending(self, key: Key) -> set[Key]:
        """Return the groups that depend on a name: parts of it, phrases that may mean it, what is kept apart from it."""
        found = {self.groups.of(each) for each in self.parts.shorter(key)}
        for owner in self.kinfolk.owners(key):
            found |= self._kin_of(self.names(self.of(owner)))
        # Whatever their order is now: it was another while a name was of another type.
        found.update(map(self.groups.of, self.groups.links.kept_apart(key)))
        return found

    def _kin_of(self, names: Iterable[Key]) -> set[Key]:
        return {self.groups.of(phrase) for phrase in self.kinfolk.phrases(names)}

    def _order(self, group: Key) -> Order:
        if is_phrase(group):
            return True, depth(group), group
        sizes = [len(plain(key)) for key in self.groups.members(group) if key in self.parts]
        return False, -max(sizes, default=0), group

    def _entity(self, group: Key) -> Key:
        return self._followed.get(group, group)

    def _together(self, entity: Key) -> tuple[Key, ...]:
        return (entity, *self._following.get(entity, ()))

    def _follow(self, group: Key, entity: Key) -> None:
        before = self._followed.pop(group, None)
        if before is not None:
            self._following[before].discard(group)
            if not self._following[before]:
                del self._following[before]
        if entity != group:
            self._followed[group] = entity
            self._following.setdefault(entity, set()).add(group)
