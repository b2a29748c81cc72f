"""The tools of the reference memory server, over the facts of one user: whoever used it finds its names, arguments and results here."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp_types import CallToolResult, TextContent, ToolAnnotations
from pydantic import BaseModel, Field

from lukasa import AsyncHandle, Fact
from lukasa.bounds import check_statement
from lukasa.errors import NotFoundError
from lukasa.surfaces.mcp.access import CHANGING, HIDING, LOOKING, HandleOf
from lukasa.surfaces.mcp.fact_graph import (
    TYPE,
    EntityBody,
    FactGraph,
    KnowledgeGraph,
    Node,
    RelationBody,
    matching,
    named,
    said,
    stated,
)

_SEARCH = 20
"""Facts that a search looks at when no text matches."""

_CONFIDENCE = 0.1


class NewObservations(BaseModel):
    """What is to be added to an entity."""

    entityName: str = Field(description="The name of the entity to add the observations to")  # noqa: N815
    contents: list[str] = Field(description="An array of observation contents to add")


class AddedObservations(BaseModel):
    """What was added to an entity."""

    entityName: str  # noqa: N815 - the server's name for it
    addedObservations: list[str]  # noqa: N815


class GoneObservations(BaseModel):
    """What is to be deleted from an entity."""

    entityName: str = Field(description="The name of the entity containing the observations")  # noqa: N815
    observations: list[str] = Field(description="An array of observations to delete")


class Entities(BaseModel):
    """Entities that are new."""

    entities: list[EntityBody]


class Relations(BaseModel):
    """Relations that are new."""

    relations: list[RelationBody]


class Observations(BaseModel):
    """Observations that are new."""

    results: list[AddedObservations]


class Done(BaseModel):
    """What became of a deletion."""

    success: bool
    message: str


class GraphTools:
    """The tools. What they delete is hidden, as by `forget`: the user can bring it back."""

    def __init__(self, handle_of: HandleOf) -> None:
        self._handle_of = handle_of

    def tools(self) -> Iterable[tuple[Callable[..., Awaitable[CallToolResult]], ToolAnnotations]]:
        """Return each tool with what clients are told of it."""
        yield from (
            (each, CHANGING) for each in (self.create_entities, self.create_relations, self.add_observations)
        )
        yield from (
            (each, HIDING) for each in (self.delete_entities, self.delete_observations, self.delete_relations)
        )
        yield from ((each, LOOKING) for each in (self.read_graph, self.search_nodes, self.open_nodes))

    async def create_entities(
        self, ctx: Context[Any, Any], entities: list[EntityBody]
    ) -> Annotated[CallToolResult, Entities]:
        """Create multiple new entities in the knowledge graph."""
        handle, view = await self._opened(ctx, "write")
        new: dict[str, EntityBody] = {}
        for entity in entities:
            if view.node(entity.name) is None:
                new.setdefault(entity.name.casefold(), entity)
        _check(said(entity.name, each) for entity in new.values() for each in entity.observations)
        _check(f"{entity.name} {entity.entityType}" for entity in new.values())
        for entity in new.values():
            kind = entity.entityType.strip() or "entity"
            words = f"{entity.name} is of the type {kind}"
            await _believed(handle, text=words, subject=entity.name, attribute=TYPE, value=kind)
            for each in entity.observations:
                await _believed(handle, text=said(entity.name, each), subject=entity.name)
        return _listed("entities", list(new.values()))

    async def create_relations(
        self, ctx: Context[Any, Any], relations: list[RelationBody]
    ) -> Annotated[CallToolResult, Relations]:
        """Create multiple new relations between entities in the knowledge graph. Relations should be in active voice."""
        handle, view = await self._opened(ctx, "write")
        for relation in relations:
            _found(view, relation.source)
            _found(view, relation.target)
        new: list[RelationBody] = []
        for relation in relations:
            if view.edge(relation) is None and relation not in new:
                await _believed(handle, **stated(relation))
                new.append(relation)
        return _listed("relations", new)

    async def add_observations(
        self, ctx: Context[Any, Any], observations: list[NewObservations]
    ) -> Annotated[CallToolResult, Observations]:
        """Add new observations to existing entities in the knowledge graph."""
        handle, view = await self._opened(ctx, "write")
        nodes = [_found(view, each.entityName) for each in observations]
        _check(
            said(node.name, text)
            for each, node in zip(observations, nodes, strict=True)
            for text in each.contents
        )
        known = {fact.id for node in view.nodes.values() for fact in node.facts}
        results: list[AddedObservations] = []
        for each, node in zip(observations, nodes, strict=True):
            added: list[str] = []
            for text in each.contents:
                if text in node.observations:
                    continue
                # The same fact in other words of the same meaning is none that is new.
                ids = await _believed(handle, text=said(node.name, text), subject=node.name)
                if not known.issuperset(ids):
                    added.append(text)
                    known.update(ids)
            results.append(AddedObservations(entityName=each.entityName, addedObservations=added))
        return _listed("results", results)

    async def delete_entities(
        self,
        ctx: Context[Any, Any],
        entityNames: Annotated[list[str], Field(description="An array of entity names to delete")],  # noqa: N803
    ) -> Annotated[CallToolResult, Done]:
        """Delete multiple entities and their associated relations from the knowledge graph."""
        handle, view = await self._opened(ctx, "write")
        missing = [name for name in entityNames if view.node(name) is None]
        await _hide(handle, [fact for name in entityNames for fact in view.facts_of(name)])
        deleted = len(entityNames) - len(missing)
        return _done(
            f"Deleted {deleted} of {len(entityNames)} entities. Not found: {', '.join(missing)}"
            if missing
            else "Entities deleted successfully"
        )

    async def delete_observations(
        self, ctx: Context[Any, Any], deletions: list[GoneObservations]
    ) -> Annotated[CallToolResult, Done]:
        """Delete specific observations from entities in the knowledge graph."""
        handle, view = await self._opened(ctx, "write")
        missing = [each.entityName for each in deletions if view.node(each.entityName) is None]
        gone = {
            fact.id: fact
            for each in deletions
            if (node := view.node(each.entityName)) is not None
            for text in each.observations
            if (fact := node.observations.get(text)) is not None
        }
        await _hide(handle, list(gone.values()))
        asked = sum(len(each.observations) for each in deletions)
        if len(gone) == asked:
            return _done("Observations deleted successfully")
        where = f" Entities not found: {', '.join(missing)}" if missing else ""
        return _done(f"Deleted {len(gone)} of {asked} observations.{where}")

    async def delete_relations(
        self,
        ctx: Context[Any, Any],
        relations: Annotated[list[RelationBody], Field(description="An array of relations to delete")],
    ) -> Annotated[CallToolResult, Done]:
        """Delete multiple relations from the knowledge graph."""
        handle, view = await self._opened(ctx, "write")
        gone = {fact.id: fact for each in relations if (fact := view.edge(each)) is not None}
        await _hide(handle, list(gone.values()))
        if len(gone) == len(relations):
            return _done("Relations deleted successfully")
        return _done(f"Deleted {len(gone)} of {len(relations)} relations. The rest matched nothing.")

    async def read_graph(self, ctx: Context[Any, Any]) -> Annotated[CallToolResult, KnowledgeGraph]:
        """Read the entire knowledge graph."""
        _, view = await self._opened(ctx, "read")
        return _graph(view.shown())

    async def search_nodes(
        self,
        ctx: Context[Any, Any],
        query: Annotated[
            str,
            Field(
                max_length=2048,
                description="The search query to match against entity names, types, and observation content",
            ),
        ],
    ) -> Annotated[CallToolResult, KnowledgeGraph]:
        """Search for nodes in the knowledge graph based on a query: a text that they have, or else a question in plain words."""
        handle, view = await self._opened(ctx, "read")
        found = view.shown(matching(query))
        if not found.entities and query.strip():
            recalled = await handle.recall(query, kinds=["fact"], limit=_SEARCH, min_confidence=_CONFIDENCE)
            found = view.shown(named(hit.fact.subject for hit in recalled.hits if hit.fact is not None))
        return _graph(found)

    async def open_nodes(
        self,
        ctx: Context[Any, Any],
        names: Annotated[list[str], Field(description="An array of entity names to retrieve")],
    ) -> Annotated[CallToolResult, KnowledgeGraph]:
        """Open specific nodes in the knowledge graph by their names."""
        _, view = await self._opened(ctx, "read")
        return _graph(view.shown(named(names)))

    async def _opened(self, ctx: Context[Any, Any], role: Any) -> tuple[AsyncHandle, FactGraph]:
        handle = self._handle_of(ctx, role)
        return handle, FactGraph.of(await handle.facts())


def _found(view: FactGraph, name: str) -> Node:
    node = view.node(name)
    if node is None:
        raise NotFoundError(f"Entity with name {name} not found")
    return node


def _check(texts: Iterable[str]) -> None:
    """Raise `InputError` before anything is stored: an entity with half of its observations is not created again."""
    for text in texts:
        check_statement("an observation", text)


async def _believed(handle: AsyncHandle, **statement: Any) -> Sequence[str]:
    receipt = await handle.believe(**statement)
    if not receipt.facts and receipt.turns:
        await handle.forget(receipt.turns)  # What was erased is not believed again.
    return receipt.facts


async def _hide(handle: AsyncHandle, facts: Sequence[Fact]) -> None:
    """Hide facts, and the turns that only state them: recall would go on to find what they say."""
    texts = {fact.text for fact in facts}
    sources = sorted({source.turn for fact in facts for source in fact.sources})
    turns = await handle.turns(filter={"id": {"in": sources}}) if sources else []
    ids = dict.fromkeys([*(fact.id for fact in facts), *(turn.id for turn in turns if turn.text in texts)])
    if ids:
        await handle.forget(list(ids))


def _listed(name: str, items: Sequence[BaseModel]) -> CallToolResult:
    plain = [item.model_dump(by_alias=True) for item in items]
    return _result(json.dumps(plain, indent=2, ensure_ascii=False), {name: plain})


def _graph(graph: KnowledgeGraph) -> CallToolResult:
    plain = graph.model_dump(by_alias=True)
    return _result(json.dumps(plain, indent=2, ensure_ascii=False), plain)


def _done(message: str) -> CallToolResult:
    return _result(message, {"success": True, "message": message})


def _result(text: str, structured: dict[str, Any]) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=structured)
