"""Facts → the graph, kept and brought up to date by the facts that changed. Pure.

Only what cannot be worked out from a name and its facts is kept: entities and relations are made when they are asked for.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from heapq import merge
from operator import attrgetter

from lukasa.domain.fact import Fact
from lukasa.domain.graph import Entity, Graph, Relation
from lukasa.domain.ids import content_id
from lukasa.domain.scope import Partition
from lukasa.graph.entities import Names, portrait
from lukasa.graph.names import plain, words_of
from lukasa.graph.triples import Key, Told, told
from lukasa.policy import GraphPolicy


def graph_of(facts: Sequence[Fact], partition: Partition) -> Graph:
    """Return entities and relations of facts: whatever versions and statuses are handed in, nothing is left out."""
    return View.of(facts, partition).graph()


class View:
    """The facts of one partition as a graph."""

    def __init__(self, partition: Partition, policy: GraphPolicy | None = None) -> None:
        self.partition = partition
        self.policy = policy or GraphPolicy()
        self.epoch = 0
        """Of the partition, when it was made."""

        self._told: dict[str, Told] = {}
        self._of: dict[Key, list[Told]] = {}
        """What is told of each name, the most said first."""

        self._names = Names(self.policy)
        self._by_word: dict[str, set[Key]] = {}
        self._by_id: dict[str, Key] = {}
        self._ids: dict[Key, str] = {}
        self._drawn: dict[Key, Entity] = {}
        """Entities that were asked for, until they change."""

    @classmethod
    def of(cls, facts: Iterable[Fact], partition: Partition, policy: GraphPolicy | None = None) -> View:
        """Return the view of these facts."""
        view = cls(partition, policy)
        view.update(facts)
        return view

    def update(self, changed: Iterable[Fact], gone: Iterable[str] = ()) -> None:
        """Take in facts that are new or changed, and leave out those that are no part of the graph any more (by id)."""
        key_of = cache(words_of)  # for this call: what is erased must not stay in it
        after = {fact.id: told(fact, key_of) for fact in changed}
        before = {id_: self._told[id_] for id_ in {*after, *gone} if id_ in self._told}
        removed = [each for id_, each in before.items() if after.get(id_) != each]
        added = [each for id_, each in after.items() if before.get(id_) != each]
        for each in removed:
            self._take_out(each)
        for each in added:
            self._take_in(each)
        touched = self._names.update(removed, added)
        for key in {key for each in (*removed, *added) for key in each.keys}:
            touched.add(self._names.entity(key))
            self._index(key)
        self._redraw(touched)

    def __len__(self) -> int:
        """Return how many facts it is made of."""
        return len(self._told)

    def knows(self, key: Key) -> bool:
        """Tell whether this is the key of a name in use."""
        return key in self._names

    def key(self, id: str) -> Key | None:
        """Return the fullest name of an entity, as a key; `None` for an unknown id."""
        return self._by_id.get(id)

    def entity(self, key: Key) -> Entity:
        """Return the entity of a name that is known."""
        entity = self._names.entity(key)
        if (drawn := self._drawn.get(entity)) is None:
            keys = self._names.keys(entity)
            drawn = self._drawn[entity] = portrait(
                self._ids[entity],
                self._names.type(entity),
                self._names.written(entity),
                told=list(_each([self._of.get(key, []) for key in keys])),
                keys=set(keys),
            )
        return drawn

    def entities(self) -> Iterator[Entity]:
        """Return all entities."""
        return map(self.entity, self._by_id.values())

    def named(self, words: Iterable[str]) -> list[Entity]:
        """Return the entities that have one of these words in a name."""
        keys = {key for word in words for key in self._by_word.get(word, ())}
        return [self.entity(entity) for entity in {self._names.entity(key) for key in keys}]

    def edges(self, entity: Key) -> Iterator[tuple[Told, Key]]:
        """Return what relates an entity to others, the most said first, with the other."""
        for each in _each([self._of.get(key, []) for key in self._names.keys(entity)]):
            if each.relates and each.value_key is not None:
                source, target = self._names.entity(each.subject_key), self._names.entity(each.value_key)
                yield each, target if source == entity else source

    def relation(self, told: Told) -> Relation:
        """Return a fact that relates two entities as a relation."""
        source, target = (self._ids[self._names.entity(key)] for key in told.keys)
        return Relation(
            source=source,
            label=told.attribute or "",
            target=target,
            fact=told.id,
            text=told.text,
            valid=told.valid,
            status=told.status,
            negated=told.negated,
            confidence=told.confidence,
            evidence=told.evidence,
            sources=told.sources,
        )

    def triplets(self) -> list[Told]:
        """Return the facts that relate two entities, in the order in which they were learned."""
        return sorted((each for each in self._told.values() if each.relates), key=attrgetter("place"))

    def graph(self) -> Graph:
        """Return all of it."""
        entities = {each.id: each for each in self.entities()}
        return Graph(entities=entities, relations=list(map(self.relation, self.triplets())))

    def _take_in(self, told: Told) -> None:
        self._told[told.id] = told
        for key in _about(told):
            insort(self._of.setdefault(key, []), told, key=attrgetter("rank"))

    def _take_out(self, told: Told) -> None:
        del self._told[told.id]
        for key in _about(told):
            held = self._of[key]
            del held[bisect_left(held, told.rank, key=attrgetter("rank"))]
            if not held:
                del self._of[key]

    def _index(self, key: Key) -> None:
        """Let a name be found by its words, or no more."""
        for word in {*key, *plain(key)}:
            found = self._by_word.setdefault(word, set())
            if key in self._names:
                found.add(key)
            else:
                found.discard(key)
            if not found:
                del self._by_word[word]

    def _redraw(self, touched: Iterable[Key]) -> None:
        """Forget what entities looked like, and which ids are theirs if they are gone."""
        for entity in touched:
            self._drawn.pop(entity, None)
            if self._names.entity(entity) != entity or not self._names.keys(entity):
                self._by_id.pop(self._ids.pop(entity, ""), None)
            elif entity not in self._ids:
                id_ = self._ids[entity] = content_id("e", self.partition, list(entity))
                self._by_id[id_] = entity


def _about(told: Told) -> set[Key]:
    """Return the names that a fact tells of."""
    return set(told.keys) if told.relates else {told.subject_key}


def _each(lists: Sequence[Sequence[Told]]) -> Iterator[Told]:
    """Return the facts of all lists, each once, the most said first."""
    if len(lists) == 1:
        yield from lists[0]
        return
    last = None
    for each in merge(*lists, key=attrgetter("rank")):
        if each.id != last:
            yield each
        last = each.id
