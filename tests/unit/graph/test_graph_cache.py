"""A cached view is the view of the facts as they are now."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from _graph_facts import fact

from lukasa.adapters.stores.reference import ReferenceStore
from lukasa.domain.change import PutFact
from lukasa.domain.fact import Fact
from lukasa.domain.query import FactQuery
from lukasa.domain.scope import Partition
from lukasa.graph.cache import GraphCache
from lukasa.graph.view import GraphView
from lukasa.indexing.documents import document_of
from lukasa.policy import GraphPolicy
from lukasa.testing.conformance.samples import ALICE, BOB, add, fill

pytestmark = pytest.mark.anyio


class CountingStore(ReferenceStore):
    """Counts how often facts are listed, which is how often a view is built."""

    def __init__(self) -> None:
        super().__init__()
        self.builds = 0

    async def facts(self, partition: Partition, query: FactQuery) -> list[Fact]:
        self.builds += 1
        await asyncio.sleep(0)  # lets others in
        return await super().facts(partition, query)


def put(subject: str, value: str, **fields: object) -> PutFact:
    stored = replace(fact(subject, "owns", value, **fields), sources=())
    return PutFact(fact=stored, op="add", document=document_of(stored))


def names(view: GraphView) -> set[str]:
    return {entity.name for entity in view.entities()}


@pytest.fixture
async def store() -> CountingStore:
    store = CountingStore()
    await fill(store, put("Ana", "kite"))
    return store


@pytest.fixture
def cache(store: CountingStore) -> GraphCache:
    return GraphCache(store, GraphPolicy(cached_views=2))


async def test_a_view_is_built_again_when_facts_changed(store: CountingStore, cache: GraphCache):
    first = await cache.view(ALICE)
    assert await cache.view(ALICE) is first

    await fill(store, put("Bo", "boat"))
    assert names(await cache.view(ALICE)) == {"Ana", "kite", "Bo", "boat"}

    await fill(store, put("Bo", "boat", revision=2, status="rejected"))
    assert names(await cache.view(ALICE)) == {"Ana", "kite"}
    assert store.builds == 3


async def test_turns_that_leave_all_facts_as_they_are_leave_the_view_too(
    store: CountingStore, cache: GraphCache
):
    first = await cache.view(ALICE)

    await fill(store, add("t1"))

    assert await cache.view(ALICE) is first


async def test_questions_at_once_build_a_view_once(store: CountingStore, cache: GraphCache):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(cache.view(ALICE)) for _ in range(10)]

    assert {id(task.result()) for task in tasks} == {id(tasks[0].result())}
    assert store.builds == 1


async def test_the_view_that_was_used_longest_ago_makes_room(store: CountingStore, cache: GraphCache):
    for partition in (ALICE, BOB, ALICE, Partition("acme", "carol"), ALICE):
        await cache.view(partition)
    assert store.builds == 3

    await cache.view(BOB)
    assert store.builds == 4
