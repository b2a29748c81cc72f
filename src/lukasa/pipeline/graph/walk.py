"""What is around an entity, and how two are connected. Pure; indexed once for many questions."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime

from lukasa.domain.graph import Entity, Graph, Relation
from lukasa.pipeline.graph.naming import words_of

HUB = 1_000
"""Edges of one entity that are followed, the most said first: everything is within two hops of a hub."""


class Walk:
    """A graph, ready to be asked."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._edges: dict[str, list[Relation]] = {}
        for relation in graph.relations:
            for end in {relation.source, relation.target}:
                self._edges.setdefault(end, []).append(relation)
        for each in self._edges.values():
            each.sort(key=lambda relation: -relation.evidence)
        self._by_word: dict[str, list[str]] = {}
        for entity in graph.entities.values():
            for word in {word for name in (entity.name, *entity.aliases) for word in words_of(name)}:
                self._by_word.setdefault(word, []).append(entity.id)

    def find(self, query: str) -> list[Entity]:
        """Return the entities that a text names: by a whole name first, then by a part of one, then by a word."""
        wanted = words_of(query)
        near = {id_ for word in wanted for id_ in self._by_word.get(word, ())}
        ranked = [(_likeness(wanted, self.graph.entities[id_]), self.graph.entities[id_]) for id_ in near]
        ranked.sort(key=lambda each: (each[0], -each[1].mentions, each[1].name))
        return [entity for _, entity in ranked]

    def related(self, start: str, *, hops: int, valid_at: datetime | None = None) -> Graph:
        """Return the part of the graph around an entity (by id): edges in both directions, up to so many hops.

        With *valid_at*, only relations that were true then.
        """
        depth = {start: 0}
        taken: dict[str, Relation] = {}
        queue = deque([start])
        while queue:
            here = queue.popleft()
            if depth[here] == hops:
                continue
            for relation, there in self._from(here, valid_at):
                taken[relation.fact] = relation
                if there not in depth:
                    depth[there] = depth[here] + 1
                    queue.append(there)
        entities = {id_: self.graph.entities[id_] for id_ in depth if id_ in self.graph.entities}
        return Graph(entities=entities, relations=list(taken.values()))

    def path(self, start: str, end: str, *, valid_at: datetime | None = None) -> list[Relation] | None:
        """Return the shortest chain of relations between two entities (by id), whatever their directions.

        `None`: there is none.
        """
        came: dict[str, tuple[str, Relation] | None] = {start: None}
        queue = deque([start])
        while queue:
            here = queue.popleft()
            if here == end:
                return _traced(came, end)
            for relation, there in self._from(here, valid_at):
                if there not in came:
                    came[there] = (here, relation)
                    queue.append(there)
        return None

    def _from(self, here: str, valid_at: datetime | None) -> Iterator[tuple[Relation, str]]:
        followed = 0
        for relation in self._edges.get(here, ()):
            if valid_at is None or relation.valid.holds(valid_at):
                yield relation, relation.target if relation.source == here else relation.source
                followed += 1
                if followed == HUB:
                    return


def _traced(came: Mapping[str, tuple[str, Relation] | None], end: str) -> list[Relation]:
    found: list[Relation] = []
    step = came[end]
    while step is not None:
        found.append(step[1])
        step = came[step[0]]
    return found[::-1]


def _likeness(wanted: tuple[str, ...], entity: Entity) -> int:
    """Return 0 for a whole name, 1 for a part of one, 2 for less."""
    names = [words_of(name) for name in (entity.name, *entity.aliases)]
    if wanted in names:
        return 0
    return 1 if any(set(wanted) <= set(name) for name in names) else 2
