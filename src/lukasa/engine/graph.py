"""Verbs about the graph: who and what is known, and how they are connected."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from lukasa.domain.fact import Fact, Status
from lukasa.domain.graph import Entity, Graph, Relation
from lukasa.domain.query import FactQuery, TurnQuery, listed
from lukasa.domain.report import Receipt
from lukasa.engine.arguments import check_count, check_limit
from lukasa.engine.facts import FactVerbs
from lukasa.engine.parts import Graphs
from lukasa.errors import InputError, NotFoundError
from lukasa.indexing.encoder import Encoder
from lukasa.retrieval.warm import WarmPartitions

if TYPE_CHECKING:
    from lukasa.graph import Walk

_SHOWN = 5
"""Places that say so, shown of each relation."""

_SEEN: list[Status] = ["current", "superseded", "conflicting"]
"""What was withdrawn or waits for review is no part of the graph."""


class GraphVerbs(FactVerbs):
    """What can be asked of the graph of one partition. It is its facts, seen as entities and relations."""

    _encoder: Encoder
    _warm: WarmPartitions
    _graphs: Graphs

    async def entities(self, query: str = "", *, limit: int | None = None) -> list[Entity]:
        """Return the entities that a text names (all, for an empty one), best first; else the most mentioned first.

        A whole name or alias goes before a part of one.
        """
        check_limit(limit)
        walk = await self._walk()
        if query.strip():
            return walk.find(query)[:limit]
        everything = sorted(walk.view.entities(), key=lambda entity: (-entity.mentions, entity.name))
        return everything[:limit]

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
        """Return relations: those of an *entity* (by name or id), with a *label*, true at a moment.

        Without *valid_at*, those that are believed now; with *past* also those that were. With a *query*, those that bear on it,
        best first: by meaning, or by shared words where there are no vectors.

        Raises `NotFoundError` when nobody and nothing of that name is known.
        """
        check_limit(limit)
        walk, at = await self._walk(), self._instant(valid_at)
        found = [
            relation
            for relation in walk.relations(None if entity is None else self._entity(walk, entity).id)
            if (label is None or relation.label == label)
            and (relation.valid.holds(at) if at is not None else past or relation.status == "current")
        ]
        return (await self._bearing_on(query, found) if query.strip() else found)[:limit]

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
        from lukasa.graph import FORMATS, exported, page  # noqa: PLC0415 - not what `import lukasa` waits for

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

    async def alias(self, name: str, other: str) -> Receipt:
        """State that somebody or something known also goes by another name; `undo(call=receipt.change)` takes it back.

        Raises `NotFoundError` when nobody and nothing is called that: `merge` joins two names, known or not.
        """
        await self._check_called(name)
        return await self.merge(name, other)

    async def rename(self, old: str, new: str) -> Receipt:
        """State that what was called *old* is called *new* and shown so; `undo(call=receipt.change)` takes it back.

        It is still found by its old name. The last new name goes before earlier ones. Raises `NotFoundError` when nobody and
        nothing is called *old*.
        """
        await self._check_called(old)
        return await self.believe(f"{old} goes by {new}.", subject=old, attribute="goes_by", value=new)

    async def _quotes(self, graph: Graph) -> dict[str, list[str]]:
        """Return the words that each relation rests on, with when they were said, by fact."""
        ids = sorted({source.turn for relation in graph.relations for source in relation.sources})
        query = TurnQuery(ids=ids, include_retired=True)
        turns = {turn.id: turn for turn in await self._store.turns(self.partition, query)}
        return {
            relation.fact: [
                f"{turns[source.turn].text[source.start : source.end]} ({source.at:%Y-%m-%d})"
                for source in relation.sources[:_SHOWN]
                if source.turn in turns
            ]
            for relation in graph.relations
        }

    async def _walk(self) -> Walk:
        """Return the graph as it is now, brought up to date by what changed since it was asked for last."""
        while True:
            held = self._graphs.get(self.partition)
            if held is None:
                return await self._made()
            since, walk = held
            delta = await self._store.delta(self.partition, fingerprint=None, since=since)
            if delta.version == since and delta.epoch == walk.view.epoch:
                return walk
            changed = [head.id for head in delta.heads if head.kind == "fact"]
            if delta.epoch != walk.view.epoch or len(changed) > walk.view.policy.rebuilt:
                return await self._made()
            facts = await self._current(changed)
            # Another question may have brought it up to date while this one waited for the store.
            if self._graphs.get(self.partition) == held:
                walk.view.update(facts, {*changed, *delta.gone} - {fact.id for fact in facts})
                self._graphs.keep(self.partition, (delta.version, walk))
                await self._join_alike(walk)
                return walk

    async def _current(self, ids: Sequence[str]) -> list[Fact]:
        """Return those of the facts that are part of the graph as they are now.

        Their histories are read, because listing facts, even by id, goes through all of the partition.
        """
        known = await self._store.history(self.partition, ids) if ids else {}
        return [
            versions[-1] for versions in known.values() if listed(versions[-1], FactQuery(statuses=_SEEN))
        ]

    async def _made(self) -> Walk:
        """Return the graph made anew, from all facts."""
        from lukasa.graph import View, Walk, policy  # noqa: PLC0415 - not what `import lukasa` waits for

        store = self._store
        version = await store.version(self.partition)
        # Nothing lies after its own version: this tells the epoch alone.
        delta = await store.delta(self.partition, fingerprint=None, since=version)
        facts = await store.facts(self.partition, FactQuery(statuses=_SEEN))
        view = await asyncio.to_thread(View.of, facts, self.partition, policy.DEFAULT)
        view.epoch = delta.epoch
        self._graphs.keep(self.partition, (version, walk := Walk(view)))
        await self._join_alike(walk)
        return walk

    async def _bearing_on(self, query: str, relations: Sequence[Relation]) -> list[Relation]:
        """Return the relations that bear on a text, best first."""
        from lukasa.graph import policy, search  # noqa: PLC0415 - not what `import lukasa` waits for

        spec, encoded = await self._encoder.spec(), await self._encoder.query(query)
        if spec is None or not encoded.embeddings:
            return search.by_words(query, relations)
        warm = await self._warm.get(self.partition, spec)
        vector = np.frombuffer(encoded.embeddings[0].dense, np.float32)
        least = policy.DEFAULT.relevant.get(spec.model, policy.DEFAULT.relevant_otherwise)
        near = search.by_meaning(vector, warm.facts, relations, least=least)
        bare = [relation for relation in relations if not search.has_vector(warm.facts, relation)]
        return [*near, *search.by_words(query, bare)]

    async def _join_alike(self, walk: Walk) -> None:
        """Join names of things and concepts that mean the same, if the policy says from when on they do."""
        from lukasa.graph.alike import Alike  # noqa: PLC0415 - not what `import lukasa` waits for

        if (least := walk.view.policy.alike) is None:
            return
        pairs: dict[frozenset[tuple[str, ...]], float] = {}
        for type_, named in walk.view.alikes().items():
            alike = walk.alike.setdefault(type_, Alike(least))
            names = dict(named)
            new = alike.unknown(list(names))
            encoded = await self._encoder.documents([names[key] for key in new])
            vectors = [np.frombuffer(each.dense, np.float32) for each in encoded.embeddings]
            alike.add(dict(zip(new, vectors, strict=False)))
            pairs |= alike.pairs
        walk.view.set_similar(pairs)

    async def _check_called(self, name: str) -> None:
        """Raise `NotFoundError` unless this is the whole name of somebody or something."""
        if not (await self._walk()).is_called(name):
            raise NotFoundError(
                f"nobody and nothing is called {name!r}; `entities()` lists who and what is known"
            )

    @staticmethod
    def _entity(walk: Walk, name: str) -> Entity:
        if (known := walk.entity(name)) is not None:
            return known
        found: Sequence[Entity] = walk.find(name)
        if not found:
            raise NotFoundError(f"nobody and nothing called {name!r} is known")
        return found[0]
