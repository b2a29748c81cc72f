"""Verbs about the graph: who and what is known, and how they are connected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from lukasa.domain.fact import Status
from lukasa.domain.graph import Entity, Graph, Relation
from lukasa.domain.query import FactQuery, TurnQuery
from lukasa.domain.report import Receipt
from lukasa.engine.facts import FactVerbs
from lukasa.engine.reading import check_count, check_limit
from lukasa.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from lukasa.pipeline.graph import Walk

_SHOWN = 5
"""Places that say so, shown of each relation."""

_SEEN: list[Status] = ["current", "superseded", "conflicting"]
"""What was withdrawn or waits for review is no part of the graph."""


class GraphVerbs(FactVerbs):
    """What can be asked of the graph of one partition. It is its facts, seen as entities and relations."""

    async def entities(self, query: str = "", *, limit: int | None = None) -> list[Entity]:
        """Return the entities that a text names (all, for an empty one), best first; else the most mentioned first.

        A whole name or alias goes before a part of one.
        """
        check_limit(limit)
        walk = await self._walk()
        if query.strip():
            return walk.find(query)[:limit]
        everything = sorted(walk.graph.entities.values(), key=lambda entity: (-entity.mentions, entity.name))
        return everything[:limit]

    async def relations(
        self,
        entity: str | None = None,
        *,
        label: str | None = None,
        valid_at: datetime | str | None = None,
        past: bool = False,
    ) -> list[Relation]:
        """Return relations: those of an *entity* (by name or id), with a *label*, true at a moment.

        Without *valid_at*, those that are believed now; with *past* also those that were.
        """
        walk, at = await self._walk(), self._instant(valid_at)
        wanted = None if entity is None else self._entity(walk, entity).id
        return [
            relation
            for relation in walk.graph.relations
            if (wanted is None or wanted in {relation.source, relation.target})
            and (label is None or relation.label == label)
            and (relation.valid.holds(at) if at is not None else past or relation.status == "current")
        ]

    async def related(self, entity: str, *, hops: int = 2, valid_at: datetime | str | None = None) -> Graph:
        """Return the part of the graph around an entity (by name or id), up to so many *hops* away.

        Past relations are part of it, unless *valid_at* asks for those that were true then.

        Raises `NotFoundError` when nobody and nothing of that name is known.
        """
        check_count("hops", hops, least=1)
        walk = await self._walk()
        return walk.related(self._entity(walk, entity).id, hops=hops, valid_at=self._instant(valid_at))

    async def path(
        self, start: str, end: str, *, valid_at: datetime | str | None = None
    ) -> list[Relation] | None:
        """Return the shortest chain of relations between two entities (by name or id); `None` when there is none.

        Raises `NotFoundError` when one of them is not known.
        """
        walk = await self._walk()
        first, last = self._entity(walk, start), self._entity(walk, end)
        return walk.path(first.id, last.id, valid_at=self._instant(valid_at))

    async def graph(self, format: str = "graphml", *, entity: str | None = None, hops: int = 2) -> str:
        """Return the graph (around an entity, if one is named) as `graphml`, `jsonld`, `cypher`, `dot` or `html`.

        `html` is one page that needs no network: names and lines can be clicked for the words that they rest on, and a slider
        shows what was true when.
        """
        from lukasa.pipeline.graph import FORMATS, exported, page  # noqa: PLC0415 - not what `import lukasa` waits for

        if format not in {*FORMATS, "html"}:
            raise InputError(f"unknown format {format!r}; known: {', '.join([*FORMATS, 'html'])}")
        shown = await self.related(entity, hops=hops) if entity is not None else (await self._walk()).graph
        if format == "html":
            return page(shown, title=f"Memory of {self.partition.user}", quotes=await self._quotes(shown))
        return exported(shown, format)

    async def merge(self, one: str, other: str) -> Receipt:
        """State that two names are one entity's; `undo(call=receipt.change)` takes it back."""
        return await self.believe(
            f"{one} is also known as {other}.", subject=one, attribute="also_known_as", value=other
        )

    async def split(self, one: str, other: str) -> Receipt:
        """State that two names are not one entity's, whatever they look like; `undo(call=receipt.change)` takes it back."""
        return await self.believe(f"{one} is not {other}.", subject=one, attribute="is_not", value=other)

    async def _quotes(self, graph: Graph) -> dict[str, list[str]]:
        """Return the words that each relation rests on, with when they were said, by fact."""
        ids = sorted({source.turn for relation in graph.relations for source in relation.sources})
        query = TurnQuery(ids=ids, include_retired=True)
        turns = {turn.id: turn for turn in await self._running.parts.store.turns(self.partition, query)}
        return {
            relation.fact: [
                f"{turns[source.turn].text[source.start : source.end]} ({source.at:%Y-%m-%d})"
                for source in relation.sources[:_SHOWN]
                if source.turn in turns
            ]
            for relation in graph.relations
        }

    async def _walk(self) -> Walk:
        """Return the graph as it is now; made anew when the partition changed."""
        from lukasa.pipeline.graph import Walk, graph_of  # noqa: PLC0415 - not what `import lukasa` waits for

        running = self._running
        version = await running.parts.store.version(self.partition)
        held = running.walks.get(self.partition)
        if held is None or held[0] != version:
            facts = await running.parts.store.facts(self.partition, FactQuery(statuses=_SEEN))
            held = (version, Walk(graph_of(facts, self.partition)))
            running.keep_walk(self.partition, held)
        return held[1]

    @staticmethod
    def _entity(walk: Walk, name: str) -> Entity:
        if (known := walk.graph.entities.get(name)) is not None:
            return known
        found: Sequence[Entity] = walk.find(name)
        if not found:
            raise NotFoundError(f"nobody and nothing called {name!r} is known")
        return found[0]
