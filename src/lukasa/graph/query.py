"""What is around an entity, and how two are connected. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from operator import attrgetter

from lukasa.domain.graph import Entity, Graph, Relation
from lukasa.graph.names import plain, words_of
from lukasa.graph.triples import Key, Told
from lukasa.graph.view import View

HUB = 1_000
"""Edges of one entity that are followed, the most said first: everything is within two hops of a hub."""


class Walk:
    """A view, ready to be asked; it always tells what the view tells now."""

    def __init__(self, view: View) -> None:
        self.view = view

    @property
    def graph(self) -> Graph:
        """All of it."""
        return self.view.graph()

    def entity(self, id: str) -> Entity | None:
        """Return an entity by its id; `None` for an unknown one."""
        key = self.view.key(id)
        return None if key is None else self.view.entity(key)

    def is_called(self, name: str) -> bool:
        """Tell whether this is the whole name of an entity."""
        return self.view.knows(words_of(name))

    def find(self, query: str) -> list[Entity]:
        """Return the entities that a text names: by a whole name first, then by a part of one, then by a word."""
        wanted = words_of(query)
        near = self.view.named({*wanted, *plain(wanted)})
        ranked = [(_likeness(wanted, entity), entity) for entity in near]
        ranked.sort(key=lambda each: (each[0], -each[1].mentions, each[1].name))
        return [entity for _, entity in ranked]

    def relations(self, entity: str | None = None) -> list[Relation]:
        """Return all relations (of an entity, by id), in the order in which they were learned."""
        key = None if entity is None else self.view.key(entity)
        told = (
            self.view.triplets()
            if key is None
            else sorted((each for each, _ in self.view.edges(key)), key=attrgetter("place"))
        )
        return list(map(self.view.relation, told))

    def related(self, start: str, *, hops: int, valid_at: datetime | None = None) -> Graph:
        """Return the part of the graph around an entity (by id): edges in both directions, up to so many hops.

        With *valid_at*, only relations that were true then.
        """
        first = self.view.key(start)
        depth = {} if first is None else {first: 0}
        taken: dict[str, Told] = {}
        queue = deque(depth)
        while queue:
            here = queue.popleft()
            if depth[here] == hops:
                continue
            for told, there in self._from(here, valid_at):
                taken[told.id] = told
                if there not in depth:
                    depth[there] = depth[here] + 1
                    queue.append(there)
        entities = [self.view.entity(key) for key in depth]
        return Graph(
            entities={entity.id: entity for entity in entities},
            relations=[self.view.relation(told) for told in taken.values()],
        )

    def path(self, start: str, end: str, *, valid_at: datetime | None = None) -> list[Relation] | None:
        """Return the shortest chain of relations between two entities (by id), whatever their directions.

        `None`: there is none.
        """
        first, last = self.view.key(start), self.view.key(end)
        if first is None or last is None:
            return None
        ends = _End(first), _End(last)
        while not (met := ends[0].depth.keys() & ends[1].depth.keys()):
            near = min(ends, key=lambda end: len(end.edge))
            if not near.edge:
                return None
            near.edge = [there for here in near.edge for there in near.step(here, self._from(here, valid_at))]
        middle = min(met, key=lambda key: (ends[0].depth[key] + ends[1].depth[key], key))
        return list(map(self.view.relation, [*reversed(ends[0].traced(middle)), *ends[1].traced(middle)]))

    def _from(self, here: Key, valid_at: datetime | None) -> Iterator[tuple[Told, Key]]:
        followed = 0
        for told, there in self.view.edges(here):
            if valid_at is None or told.valid.holds(valid_at):
                yield told, there
                followed += 1
                if followed == HUB:
                    return


class _End:
    """One end of a path that is looked for from both: what was reached from it, and how."""

    def __init__(self, start: Key) -> None:
        self.depth = {start: 0}
        self.edge = [start]
        self._came: dict[Key, tuple[Key, Told]] = {}

    def step(self, here: Key, steps: Iterable[tuple[Told, Key]]) -> Iterator[Key]:
        """Go one step on; return what was reached for the first time."""
        for told, there in steps:
            if there not in self.depth:
                self.depth[there] = self.depth[here] + 1
                self._came[there] = (here, told)
                yield there

    def traced(self, key: Key) -> list[Told]:
        """Return the way back from what was reached."""
        found = []
        while (step := self._came.get(key)) is not None:
            key = step[0]
            found.append(step[1])
        return found


def _likeness(wanted: Key, entity: Entity) -> int:
    """Return 0 for a whole name, 1 for a part of one, 2 for less."""
    names = [words_of(name) for name in (entity.name, *entity.aliases)]
    if wanted in names or plain(wanted) in map(plain, names):
        return 0
    return 1 if any(set(wanted) <= {*name, *plain(name)} for name in names) else 2
