"""Facts → the graph. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from heapq import merge
from operator import attrgetter

from lukasa.domain.attribute import IS_A
from lukasa.domain.fact import Fact
from lukasa.domain.graph import Entity, Graph, Relation
from lukasa.domain.scope import Partition, content_id
from lukasa.graph.entities import EntityNames, entity_of
from lukasa.graph.links import Pair
from lukasa.graph.names import plain, words_of
from lukasa.graph.triples import Key, Triple, triple_of
from lukasa.policy import GraphPolicy

_DEFAULT = GraphPolicy()


class GraphView:
    """The facts of one partition as a graph. Entities and relations are made when they are asked for."""

    def __init__(
        self,
        facts: Iterable[Fact],
        partition: Partition,
        policy: GraphPolicy = _DEFAULT,
        near: Iterable[Pair] = (),
    ) -> None:
        key_of = cache(words_of)  # for this call: erased names must not stay in memory
        triples = {fact.id: triple_of(fact, key_of) for fact in facts}
        self._triples = sorted(triples.values(), key=attrgetter("rank"))
        self._triples_of: defaultdict[Key, list[Triple]] = defaultdict(list)
        for triple in self._triples:
            for key in set(triple.keys) if triple.relates else {triple.subject_key}:
                self._triples_of[key].append(triple)
        self._names = EntityNames(self._triples, policy, near)
        self._by_word: defaultdict[str, set[Key]] = defaultdict(set)
        for key in self._names.entity_of:
            for word in {*key, *plain(key)}:
                self._by_word[word].add(key)
        self._ids = {entity: content_id("e", partition, list(entity)) for entity in self._names.names_of}
        self._by_id = {id_: entity for entity, id_ in self._ids.items()}
        self._entities: dict[Key, Entity] = {}

    def nodes(self) -> list[tuple[str, Key]]:
        """Return the facts that state of what type a name is, by id, each with the name's key."""
        return [
            (triple.id, triple.subject_key)
            for triple in self._triples
            if triple.attribute == IS_A and triple.status == "current"
        ]

    def knows(self, key: Key) -> bool:
        """Return True if this is the key of a name in use."""
        return key in self._names.entity_of

    def key(self, id: str) -> Key | None:
        """Return the fullest name of an entity, as a key; `None` for an unknown id."""
        return self._by_id.get(id)

    def entity(self, key: Key) -> Entity:
        fullest = self._names.entity_of[key]
        if (entity := self._entities.get(fullest)) is None:
            keys = self._names.names_of[fullest]
            entity = self._entities[fullest] = entity_of(
                self._ids[fullest],
                self._names.type(fullest),
                self._names.written(fullest),
                triples=list(self._about(keys)),
                keys=set(keys),
            )
        return entity

    def entities(self) -> Iterator[Entity]:
        return map(self.entity, self._ids)

    def named(self, words: Iterable[str]) -> list[Entity]:
        """Return the entities that have one of these words in a name."""
        keys = {key for word in words for key in self._by_word.get(word, ())}
        return [self.entity(key) for key in {self._names.entity_of[key] for key in keys}]

    def edges(self, entity: Key) -> Iterator[tuple[Triple, Key]]:
        """Return the triples that relate an entity to others, the best attested first, each with the other entity."""
        entities = self._names.entity_of
        for triple in self._about(self._names.names_of[entity]):
            if triple.relates and triple.value_key is not None:
                source, target = entities[triple.subject_key], entities[triple.value_key]
                yield triple, target if source == entity else source

    def triples(self) -> list[Triple]:
        """Return the triples that relate two entities, as they were learned."""
        return sorted((triple for triple in self._triples if triple.relates), key=attrgetter("order"))

    def relation(self, triple: Triple) -> Relation:
        source, target = (self._ids[self._names.entity_of[key]] for key in triple.keys)
        return Relation(
            source=source,
            label=triple.attribute or "",
            target=target,
            fact=triple.id,
            text=triple.text,
            valid=triple.valid,
            status=triple.status,
            negated=triple.negated,
            confidence=triple.confidence,
            evidence=triple.evidence,
            sources=triple.sources,
        )

    def graph(self) -> Graph:
        entities = {entity.id: entity for entity in self.entities()}
        return Graph(entities=entities, relations=list(map(self.relation, self.triples())))

    def _about(self, keys: Sequence[Key]) -> Iterator[Triple]:
        """Return the triples about these names, each once, the best attested first."""
        last = None
        for triple in merge(*(self._triples_of.get(key, ()) for key in keys), key=attrgetter("rank")):
            if triple is not last:
                yield triple
            last = triple
