"""The graph in contexts: relations around what a question names, and those that are like it (paper §1.4), within a share of the budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lukasa.domain.fact import Fact
from lukasa.domain.graph import Relation
from lukasa.domain.query import FactQuery
from lukasa.domain.recalled import Context
from lukasa.domain.scope import Partition
from lukasa.graph.cache import GraphCache
from lukasa.graph.nodes import NodeVectors
from lukasa.graph.query import find, related, relations
from lukasa.graph.search import bearing_on
from lukasa.graph.view import GraphView
from lukasa.off_loop import off_loop
from lukasa.policy import GraphPolicy
from lukasa.ports.memories import Memories
from lukasa.ports.tokens import TokenCounter
from lukasa.retrieval.context import render
from lukasa.retrieval.question import Question
from lukasa.retrieval.recall import Recall

_NAMED = 3
"""Entities of a question that are looked around, by name and by meaning each."""

_LIKE = 30
"""Relations that are like a question."""


@dataclass(frozen=True, slots=True)
class GraphContext:
    """Makes contexts that have what the graph knows beside what recall finds."""

    store: Memories
    graphs: GraphCache
    nodes: NodeVectors
    counter: TokenCounter
    policy: GraphPolicy

    async def __call__(
        self, partition: Partition, question: Question, *, budget: int, recall: Recall
    ) -> Context | None:
        """Return a context with the relations that bear on the question, the best first, as far as their share goes.

        `None`: there is none whose words the rest does not show, or an earlier state or a filter is asked for.
        """
        view = question.view
        if not view.facts or view.as_of is not None or question.filter is not None:
            return None
        ids = await self._bearing(question, partition)
        if not ids:
            return None
        context = await recall.context(partition, question, budget=budget - int(budget * self.policy.share))
        shown = {turn.id for turn in context.turns}
        known = {fact.id for fact in (*context.facts, *context.known)}
        found = await self.store.facts(partition, FactQuery(ids=[each for each in ids if each not in known]))
        new = {
            fact.id: fact for fact in found if not shown.issuperset(source.turn for source in fact.sources)
        }
        if not new or context.abstained:
            return None
        return await off_loop(self._fitted, context, [new[id_] for id_ in ids if id_ in new], budget)

    async def _bearing(self, question: Question, partition: Partition) -> list[str]:
        view, valid_at = await self.graphs.view(partition), question.view.valid_at
        every = relations(view, valid_at=valid_at, past=question.view.include_retired)
        like = await bearing_on(
            question.text,
            every,
            partition,
            encoder=self.nodes.encoder,
            warm=self.nodes.warm,
            policy=self.policy,
            calibration=self.nodes.calibration,
        )
        around = await self._around(question.text, view, partition)
        allowed = {each.fact for each in every}
        found = [each.fact for each in (*like[:_LIKE], *around) if each.fact in allowed]
        return list(dict.fromkeys(found))

    async def _around(self, text: str, view: GraphView, partition: Partition) -> list[Relation]:
        named = (await off_loop(find, view, text))[:_NAMED]
        near = (await self.nodes.near(text, view, partition))[:_NAMED]
        entities = {entity.id: entity for entity in (*near, *named)}
        graphs = [await off_loop(related, view, id_, hops=1) for id_ in entities]
        return [relation for graph in graphs for relation in graph.relations]

    def _fitted(self, context: Context, facts: Sequence[Fact], budget: int) -> Context | None:
        for count in range(len(facts), 0, -1):
            every = (*context.facts, *facts[:count])
            block = render(context.turns, every, excerpts=context.excerpts)
            text = "\n\n".join(part for part in (context.profile, block) if part)
            if (tokens := self.counter.count(text)) <= budget:
                return replace(context, text=text, tokens=tokens, facts=every)
        return None
