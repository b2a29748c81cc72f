"""Groups → entities: a part of a name belongs to the only fuller one, "Ana's sister" to her only sister.

With two candidates it is not known which is meant, and the group stays an entity of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lukasa.extraction.rules.people import ATTRIBUTE_OF, ATTRIBUTES_OF_KIN
from lukasa.graph.links import NameGroups
from lukasa.graph.names import NameParts, is_phrase, owner_and_kin, phrase_depth, plain
from lukasa.graph.triples import Key, Triple


@dataclass(slots=True)
class Aliases:
    """The entity of each group of names: a group, with those that are other names of it."""

    groups: NameGroups
    parts: NameParts
    kinship: Kinship
    apart: Mapping[Key, set[Key]]
    _entity_of: dict[Key, Key] = field(default_factory=dict)
    _aliases: defaultdict[Key, list[Key]] = field(default_factory=lambda: defaultdict(list))

    def settle(self, keys: Collection[Key]) -> dict[Key, Key]:
        """Return the entity of each of these names, by its fullest name."""
        # Fuller names go first, phrases last, nearer relatives before farther ones: all that a decision depends on has been
        # decided before it.
        for group in sorted({self.groups.of(key) for key in keys}, key=self._order):
            entity = self._target(group)
            if entity != group:
                self._entity_of[group] = entity
                self._aliases[entity].append(group)
        return {key: self._of(key) for key in keys}

    def _target(self, group: Key) -> Key:
        """Return the entity of a group; the group itself unless there is exactly one candidate."""
        members = self.groups.members(group)
        candidates: set[Key] = set()
        for entity in self._relatives(group) if is_phrase(group) else self._fuller(members):
            candidates.add(entity)
            if len(candidates) > 1:
                return group
        return group if not candidates or self._is_apart(group, *candidates) else candidates.pop()

    def _fuller(self, members: Iterable[Key]) -> Iterator[Key]:
        """Return the entities of which the fullest names of a group are a part: a shorter name belongs to its own group."""
        people = [key for key in members if key in self.parts]
        longest = max((len(plain(key)) for key in people), default=0)
        for key in people:
            if len(plain(key)) == longest:
                yield from map(self._of, self.parts.fuller(key))

    def _relatives(self, group: Key) -> Iterator[Key]:
        """Return the entities that the phrases of a group may mean."""
        order = self._order(group)
        for phrase in self.groups.members(group):
            owner, kin = owner_and_kin(phrase)
            owner_group = self.groups.of(owner)
            if self._order(owner_group) >= order:
                continue  # "Ana's sister" was stated to be a relative of her own
            entity = self._entity(owner_group)
            for relative in self.kinship.relatives(self._known_as(entity, owner_group), kin):
                if not is_phrase(self.groups.of(relative)) and self._of(relative) != entity:
                    yield self._of(relative)

    def _known_as(self, entity: Key, owner_group: Key) -> Iterator[Key]:
        # Of phrases only those of one group: otherwise each phrase would wait for the others.
        for group in self._together(entity):
            if group == owner_group or not is_phrase(group):
                yield from self.groups.members(group)

    def _is_apart(self, group: Key, entity: Key) -> bool:
        """Return True if a group is kept apart from an entity, or from an alias that the entity already has."""
        others = {
            self.groups.of(other) for key in self.groups.members(group) for other in self.apart.get(key, ())
        }
        return not others.isdisjoint(self._together(entity))

    def _order(self, group: Key) -> tuple[bool, int, Key]:
        if is_phrase(group):
            return True, phrase_depth(group), group
        lengths = [len(plain(key)) for key in self.groups.members(group) if key in self.parts]
        return False, -max(lengths, default=0), group

    def _of(self, key: Key) -> Key:
        return self._entity(self.groups.of(key))

    def _entity(self, group: Key) -> Key:
        return self._entity_of.get(group, group)

    def _together(self, entity: Key) -> tuple[Key, ...]:
        return (entity, *self._aliases.get(entity, ()))


class Kinship:
    """Facts about relatives, by whose relatives they are."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._triples: defaultdict[Key, list[Triple]] = defaultdict(list)
        for triple in triples:
            if triple.attribute in ATTRIBUTES_OF_KIN and not triple.negated:
                self._triples[triple.subject_key].append(triple)

    def relatives(self, names: Iterable[Key], kin: str) -> Iterator[Key]:
        """Return who is called the `sister` (*kin*) of a person with these names."""
        for name in names:
            for triple in self._triples.get(name, ()):
                if (
                    triple.value_key is not None
                    and triple.attribute == ATTRIBUTE_OF[kin]
                    and kin in triple.text.casefold()
                ):
                    yield triple.value_key
