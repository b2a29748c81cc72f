"""Questions to a view: which entity a text names, what is around it, how two are connected. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from operator import attrgetter

from lukasa.domain.graph import Entity, Graph, Relation
from lukasa.errors import NotFoundError
from lukasa.graph.names import plain, words_of
from lukasa.graph.triples import Key, Triple
from lukasa.graph.view import GraphView

HUB = 1_000
"""Edges of one entity that are followed, the best attested first: everything is within two hops of a hub."""


def find(view: GraphView, text: str) -> list[Entity]:
    """Return the entities that a text names: by a whole name first, then by a part of one, then by a word.

    For an empty text, all entities, the most mentioned first.
    """
    if not text.strip():
        return sorted(view.entities(), key=lambda entity: (-entity.mentions, entity.name))
    words = words_of(text)
    entities = view.named({*words, *plain(words)})
    return sorted(entities, key=lambda entity: (_distance(words, entity), -entity.mentions, entity.name))


def resolve(view: GraphView, name: str) -> Key:
    """Return the entity of an id or a name; raises `NotFoundError` when there is none."""
    if (key := view.key(name)) is not None:
        return key
    entities = find(view, name) if name.strip() else []
    if not entities or (key := view.key(entities[0].id)) is None:
        raise NotFoundError(f"no entity is called {name!r}; `entities()` lists those that are known")
    return key


def check_called(view: GraphView, name: str) -> None:
    """Raise `NotFoundError` unless this is the whole name of an entity."""
    if not view.knows(words_of(name)):
        raise NotFoundError(f"no entity is called {name!r}; `entities()` lists those that are known")


def relations(
    view: GraphView,
    entity: str | None = None,
    *,
    label: str | None = None,
    valid_at: datetime | None = None,
    past: bool = False,
) -> list[Relation]:
    """Return relations as they were learned: of an entity (by name or id), with a label, true at a moment.

    Without *valid_at*, those that are believed now; with *past* also earlier ones.
    """
    if entity is None:
        triples = view.triples()
    else:
        edges = view.edges(resolve(view, entity))
        triples = sorted((triple for triple, _ in edges), key=attrgetter("order"))
    return [
        view.relation(triple)
        for triple in triples
        if (label is None or triple.attribute == label)
        and (triple.valid.holds(valid_at) if valid_at is not None else past or triple.status == "current")
    ]


def related(view: GraphView, entity: str, *, hops: int, valid_at: datetime | None = None) -> Graph:
    """Return the part of the graph around an entity (by name or id): edges in both directions, up to so many hops.

    With *valid_at*, only relations that were true then.
    """
    start = resolve(view, entity)
    depth = {start: 0}
    triples: dict[str, Triple] = {}
    queue = deque(depth)
    while queue:
        here = queue.popleft()
        if depth[here] == hops:
            continue
        for triple, there in _edges(view, here, valid_at):
            triples[triple.id] = triple
            if there not in depth:
                depth[there] = depth[here] + 1
                queue.append(there)
    entities = [view.entity(key) for key in depth]
    return Graph(
        entities={entity.id: entity for entity in entities},
        relations=[view.relation(triple) for triple in triples.values()],
    )


def path(view: GraphView, start: str, end: str, *, valid_at: datetime | None = None) -> list[Relation] | None:
    """Return the shortest chain of relations between two entities (by name or id), whatever their directions.

    `None`: there is none.
    """
    # From both ends, always from the one with fewer entities to go on from: one hub would reach everything.
    first, second = _Frontier(resolve(view, start)), _Frontier(resolve(view, end))
    while not (common := first.depth.keys() & second.depth.keys()):
        smaller = min(first, second, key=lambda frontier: len(frontier.keys))
        if not smaller.keys:
            return None
        smaller.advance(view, valid_at)
    middle = min(common, key=lambda key: (first.depth[key] + second.depth[key], key))
    return list(map(view.relation, [*reversed(first.way_back(middle)), *second.way_back(middle)]))


def _edges(view: GraphView, here: Key, valid_at: datetime | None) -> Iterator[tuple[Triple, Key]]:
    valid = (edge for edge in view.edges(here) if valid_at is None or edge[0].valid.holds(valid_at))
    return islice(valid, HUB)


class _Frontier:
    """What has been reached from one end of a path, and how."""

    def __init__(self, start: Key) -> None:
        self.depth = {start: 0}
        self.keys = [start]
        """Reached by the last step."""

        self._edge_to: dict[Key, tuple[Key, Triple]] = {}

    def advance(self, view: GraphView, valid_at: datetime | None) -> None:
        last, self.keys = self.keys, []
        for here in last:
            for triple, there in _edges(view, here, valid_at):
                if there not in self.depth:
                    self.depth[there] = self.depth[here] + 1
                    self._edge_to[there] = (here, triple)
                    self.keys.append(there)

    def way_back(self, key: Key) -> list[Triple]:
        """Return the triples from here back to the start."""
        triples = []
        while (edge := self._edge_to.get(key)) is not None:
            key, triple = edge
            triples.append(triple)
        return triples


def _distance(words: Key, entity: Entity) -> int:
    """Return 0 for a whole name, 1 for a part of one, 2 for less."""
    names = [words_of(name) for name in (entity.name, *entity.aliases)]
    if words in names or plain(words) in map(plain, names):
        return 0
    return 1 if any(set(words) <= {*name, *plain(name)} for name in names) else 2
