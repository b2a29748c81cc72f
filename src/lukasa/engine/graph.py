"""Verbs about the graph: which entities are known, and how they are connected."""

from __future__ import annotations

from datetime import datetime

from lukasa.bounds import LIMITS, check_size, read_label
from lukasa.domain.attribute import ALIAS, DISTINCT, RENAMED
from lukasa.domain.graph import Entity, Graph, Relation
from lukasa.domain.report import Receipt
from lukasa.engine.arguments import check_count, check_limit
from lukasa.engine.facts import FactVerbs
from lukasa.errors import InputError, shown
from lukasa.graph import query as queries
from lukasa.graph.cache import GraphCache
from lukasa.graph.nodes import NodeVectors
from lukasa.graph.search import bearing_on
from lukasa.graph.view import GraphView
from lukasa.indexing.encoder import Encoder
from lukasa.off_loop import off_loop
from lukasa.policy import GraphPolicy
from lukasa.retrieval.warm import WarmPartitions


class GraphVerbs(FactVerbs):
    """The facts of one partition as a graph of entities and relations."""

    _encoder: Encoder
    _warm: WarmPartitions
    _graphs: GraphCache
    _nodes: NodeVectors
    _graph_policy: GraphPolicy

    async def entities(self, query: str = "", *, limit: int | None = None) -> list[Entity]:
        """Return the entities that a text names, best first; for an empty text all of them, the most mentioned first.

        A whole name or alias goes before a part of one. In a graph that a model found, nodes that the text is near by meaning
        follow.
        """
        check_limit(limit)
        check_size("query", query, LIMITS.question_bytes)
        graph = await self._graph()
        entities = await off_loop(queries.find, graph, query)
        if query.strip():
            known = {entity.id for entity in entities}
            near = await self._nodes.near(query, graph, self.partition)
            entities += [entity for entity in near if entity.id not in known]
        return entities[:limit]

    async def relations(
        self,
        entity: str | None = None,
        *,
        query: str = "",
        label: str | None = None,
        valid_at: datetime | str | None = None,
        past: bool = False,
        limit: int | None = None,
    ) -> list[Relation]:
        """Return relations: of an *entity* (by name or id), with a *label*, true at a moment.

        Without *valid_at*, those that are believed now; with *past* also earlier ones. With a *query*, those that bear on it,
        best first: by meaning, or by shared words where there are no vectors.

        Raises `NotFoundError` if no entity has that name.
        """
        check_limit(limit)
        check_size("query", query, LIMITS.question_bytes)
        read_label("entity", entity)
        read_label("label", label)
        at = self._instant(valid_at)
        relations = queries.relations(await self._graph(), entity, label=label, valid_at=at, past=past)
        if query.strip():
            relations = await bearing_on(
                query,
                relations,
                self.partition,
                encoder=self._encoder,
                warm=self._warm,
                policy=self._graph_policy,
                calibration=self._nodes.calibration,
            )
        return relations[:limit]

    async def related(self, entity: str, *, hops: int = 2, valid_at: datetime | str | None = None) -> Graph:
        """Return the part of the graph around an entity (by name or id), up to so many *hops* away.

        Past relations are included; with *valid_at*, only those that were true then.

        Raises `NotFoundError` if no entity has that name.
        """
        check_count("hops", hops, least=1)
        read_label("entity", entity)
        graph = await self._graph()
        return await off_loop(queries.related, graph, entity, hops=hops, valid_at=self._instant(valid_at))

    async def path(
        self, start: str, end: str, *, valid_at: datetime | str | None = None
    ) -> list[Relation] | None:
        """Return the shortest chain of relations between two entities (by name or id); `None` when there is none.

        Raises `NotFoundError` if there is no entity of one of these names.
        """
        read_label("start", start)
        read_label("end", end)
        return await off_loop(queries.path, await self._graph(), start, end, valid_at=self._instant(valid_at))

    async def graph(self, format: str = "graphml", *, entity: str | None = None, hops: int = 2) -> str:
        """Return the graph (around an entity, if one is named) as `graphml`, `jsonld`, `cypher`, `dot` or `html`.

        `html` is one page that needs no network: a click on a name or a line shows the words it rests on, and a slider shows
        what was true when.
        """
        from lukasa.graph.export import FORMATS, page, quotes  # noqa: PLC0415 - not what `import lukasa` waits for

        if format not in [*FORMATS, "html"]:
            raise InputError(f"unknown format {shown(format)}; known: {', '.join([*FORMATS, 'html'])}")
        graph = (
            await off_loop((await self._graph()).graph)
            if entity is None
            else await self.related(entity, hops=hops)
        )
        if format == "html":
            words = await quotes(self._store, self.partition, graph)
            return await off_loop(page, graph, title=f"Memory of {self.partition.user}", quotes=words)
        return await off_loop(FORMATS[format], graph)

    async def merge(self, one: str, other: str) -> Receipt:
        """State that two names are one entity's; `undo(call=receipt.change)` takes it back."""
        read_label("one", one)
        read_label("other", other)
        return await self.believe(
            f"{one} is also known as {other}.", subject=one, attribute=ALIAS, value=other
        )

    async def split(self, one: str, other: str) -> Receipt:
        """State that two names are not one entity's, whatever they look like; `undo(call=receipt.change)` takes it back."""
        read_label("one", one)
        read_label("other", other)
        return await self.believe(f"{one} is not {other}.", subject=one, attribute=DISTINCT, value=other)

    async def alias(self, name: str, other: str) -> Receipt:
        """State that a known entity has another name; `undo(call=receipt.change)` takes it back.

        Raises `NotFoundError` if no entity is called *name*; `merge` joins two names, known or not.
        """
        queries.check_called(await self._graph(), name)
        return await self.merge(name, other)

    async def rename(self, old: str, new: str) -> Receipt:
        """State that an entity called *old* is now called *new*; `undo(call=receipt.change)` takes it back.

        It is still found by its old name; of several new names the last one is shown.

        Raises `NotFoundError` if no entity is called *old*.
        """
        queries.check_called(await self._graph(), old)
        return await self.believe(f"{old} goes by {new}.", subject=old, attribute=RENAMED, value=new)

    async def _graph(self) -> GraphView:
        return await self._graphs.view(self.partition)
