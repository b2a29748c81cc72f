"""Facts as the reference memory server shows them: entities with observations, and relations between them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, Field

from lukasa import Fact

TYPE = "entity_type"
"""The attribute that says what an entity is; `lukasa import mcp-memory` states it, too."""

_NO_TYPE = "unknown"


class EntityBody(BaseModel):
    """A person, a place, a thing."""

    name: str = Field(description="The name of the entity")
    entityType: str = Field(description="The type of the entity")  # noqa: N815 - the server's name for it
    observations: list[str] = Field(description="An array of observation contents associated with the entity")


class RelationBody(BaseModel):
    """What one entity has to do with another."""

    source: str = Field(alias="from", description="The name of the entity where the relation starts")
    target: str = Field(alias="to", description="The name of the entity where the relation ends")
    relationType: str = Field(description="The type of the relation")  # noqa: N815 - the server's name for it


class KnowledgeGraph(BaseModel):
    """Entities and relations."""

    entities: list[EntityBody]
    relations: list[RelationBody]


Edge = tuple[str, str, str]
"""From, to, and the type of the relation."""


@dataclass(slots=True)
class Node:
    """An entity, and the facts that it is made of."""

    name: str
    type: str = _NO_TYPE
    facts: list[Fact] = field(default_factory=list)
    observations: dict[str, Fact] = field(default_factory=dict)


@dataclass(slots=True)
class FactGraph:
    """Facts by entity. A name is the same in any case."""

    nodes: dict[str, Node]
    edges: dict[Edge, Fact]

    @classmethod
    def of(cls, facts: Sequence[Fact]) -> FactGraph:
        view = cls({}, {})
        for fact in facts:
            view.nodes.setdefault(fact.subject.casefold(), Node(fact.subject))
        for fact in facts:
            view._add(fact)
        return view

    def node(self, name: str) -> Node | None:
        """Return the entity of a name."""
        return self.nodes.get(name.casefold())

    def edge(self, relation: RelationBody) -> Fact | None:
        """Return the fact that says a relation."""
        ends = [node.name if (node := self.node(end)) else end for end in (relation.source, relation.target)]
        return self.edges.get((ends[0], ends[1], relation.relationType))

    def facts_of(self, name: str) -> list[Fact]:
        """Return what is said of an entity, its relations from both sides included."""
        node = self.node(name)
        if node is None:
            return []
        return [*node.facts, *(fact for (_, target, _), fact in self.edges.items() if target == node.name)]

    def shown(self, wanted: Callable[[Node], bool] = lambda _: True) -> KnowledgeGraph:
        """Return the entities that are wanted, and the relations of which one end is."""
        names = {node.name for node in self.nodes.values() if wanted(node)}
        return KnowledgeGraph(
            entities=[entity_of(node) for node in self.nodes.values() if node.name in names],
            relations=[
                RelationBody.model_validate({"from": source, "to": target, "relationType": label})
                for source, target, label in self.edges
                if source in names or target in names
            ],
        )

    def _add(self, fact: Fact) -> None:
        node = self.nodes[fact.subject.casefold()]
        node.facts.append(fact)
        other = self.node(fact.value) if fact.attribute and fact.value else None
        if fact.attribute == TYPE and fact.value:
            node.type = fact.value
        elif other is not None and fact.attribute and not fact.negated:
            self.edges[node.name, other.name, fact.attribute] = fact
        else:
            node.observations[fact.text.removeprefix(f"{node.name}: ")] = fact


def entity_of(node: Node) -> EntityBody:
    """Return an entity as it is shown."""
    return EntityBody(name=node.name, entityType=node.type, observations=list(node.observations))


def matching(query: str) -> Callable[[Node], bool]:
    """Return which entities have a text in their name, type or observations, in any case."""
    words = query.casefold()

    def matches(node: Node) -> bool:
        return any(words in text.casefold() for text in (node.name, node.type, *node.observations))

    return matches


def named(names: Iterable[str]) -> Callable[[Node], bool]:
    """Return which entities have one of these names."""
    wanted = {name.casefold() for name in names}
    return lambda node: node.name.casefold() in wanted


def said(name: str, text: str) -> str:
    """Return an observation as a sentence that can be understood on its own; `FactGraph` shows it as it was."""
    alone = name.casefold() in text.casefold() and not text.startswith(f"{name}: ")
    return text if alone else f"{name}: {text}"


def stated(relation: RelationBody) -> dict[str, Any]:
    """Return the arguments of `believe` for a relation."""
    return {
        "text": f"{relation.source} {relation.relationType} {relation.target}",
        "subject": relation.source,
        "attribute": relation.relationType,
        "value": relation.target,
    }
