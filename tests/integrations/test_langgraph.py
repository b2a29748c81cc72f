"""LangGraph's store: what `InMemoryStore` does, the tests of LangGraph's own SQLite store, and langmem's tools on it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("langgraph.store.memory")

import _pages
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from langgraph.store.base import GetOp, ListNamespacesOp, MatchCondition, PutOp, SearchOp
from langgraph.store.memory import InMemoryStore

from lukasa import AsyncMemory, Memory
from lukasa.errors import InputError
from lukasa.integrations.documents import AsyncDocuments
from lukasa.integrations.langgraph import LukasaStore
from lukasa.integrations.langgraph.expiry import Expiry
from lukasa.testing.fakes import FrozenClock


@pytest.fixture(scope="module")
def shared() -> Iterator[Memory]:
    with Memory.open("memory:", embedder="hashing") as opened:
        yield opened


NAMESPACES = st.lists(st.sampled_from(["a", "b", "users"]), min_size=1, max_size=3).map(tuple)
KEYS = st.sampled_from(["x", "y"])
SCALARS = st.sampled_from([None, True, False, 0, 1, 1.0, 2, -3.5, "1", "red", ""])
MEMBERS = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.sampled_from(["n"]), SCALARS)
VALUES = st.dictionaries(st.sampled_from(["p", "q"]), MEMBERS, max_size=2)
OPERATORS = st.sampled_from(["$eq", "$ne"])
FILTERS = st.dictionaries(
    st.sampled_from(["p", "q"]), MEMBERS | st.dictionaries(OPERATORS, SCALARS, min_size=1), max_size=2
)
PATHS = st.lists(st.sampled_from(["a", "b", "*"]), min_size=1, max_size=2).map(tuple)
CONDITIONS = st.builds(MatchCondition, st.sampled_from(["prefix", "suffix"]), PATHS)
OPS = (
    st.builds(GetOp, NAMESPACES, KEYS, st.just(True))
    | st.builds(PutOp, NAMESPACES, KEYS, VALUES, st.none(), st.none())
    | st.builds(PutOp, NAMESPACES, KEYS, st.none(), st.none(), st.none())
    | st.builds(SearchOp, NAMESPACES, FILTERS, st.just(100), st.just(0), st.none(), st.booleans())
    | st.builds(
        ListNamespacesOp,
        st.lists(CONDITIONS, max_size=2).map(tuple),
        st.none() | st.integers(1, 3),
        st.just(100),
        st.just(0),
    )
)


def plain(op: Any, result: Any) -> Any:
    """Return a result without times; the order of a search without a query is each store's own."""
    if result is None or isinstance(op, ListNamespacesOp):
        return result
    items = result if isinstance(result, list) else [result]
    named = {(item.namespace, item.key): item.value for item in items}
    assert len(named) == len(items)
    return named


@settings(max_examples=int(os.environ.get("LUKASA_EXAMPLES", "20")), deadline=None, phases=[Phase.generate])  # noqa: TID251
@given(batches=st.lists(st.lists(OPS, min_size=1, max_size=4), max_size=4))
def test_it_returns_what_langgraphs_own_store_in_memory_does(shared: Memory, batches: list[list[Any]]):
    handle = shared.of(user="langgraph")
    handle.erase(everything=True)
    ours, theirs = LukasaStore(handle), InMemoryStore()

    for ops in batches:
        expected = [plain(op, result) for op, result in zip(ops, theirs.batch(ops), strict=True)]
        known = {namespace for namespace in theirs._data if theirs._data[namespace]}
        for op, ours_result, theirs_result in zip(ops, ours.batch(ops), expected, strict=True):
            if isinstance(op, ListNamespacesOp):
                assert set(ours_result) <= set(theirs_result)
            else:
                assert plain(op, ours_result) == theirs_result
        everything = SearchOp((), None, 1_000)
        (left,) = ours.batch([everything])
        assert {item.namespace for item in left} == known


def test_a_query_ranks_items_and_fields_say_what_is_searched(shared: Memory):
    store = LukasaStore(shared.of(user="query"), fields=["text"])
    store.put(("m",), "1", {"text": "Ada is allergic to walnuts", "note": "zebra"})
    store.put(("m",), "2", {"text": "The train to Faro leaves at nine"})
    store.put(("m",), "3", {"text": "walnuts and zebras"}, index=False)
    store.put(("m",), "4", {"note": "a zebra"}, index=["note"])

    found = store.search(("m",), query="who is allergic to walnuts?")
    assert found[0].key == "1"
    assert {item.key for item in found} == {"1", "2", "4"}
    assert found[0].score is not None
    assert store.search(("m",), query="zebra", limit=1)[0].key == "4"
    assert [item.key for item in store.search(("m",), filter={"note": "zebra"})] == ["1"]


def test_items_expire_and_a_read_gives_them_their_time_again(shared: Memory, clock: FrozenClock):
    store = LukasaStore(shared.of(user="ttl"), ttl={"default_ttl": 10}, clock=clock)
    store.put(("t",), "short", {"v": 1})
    store.put(("t",), "long", {"v": 2}, ttl=None)

    for _ in range(3):
        clock.advance(timedelta(minutes=8))
        short = store.get(("t",), "short")
        assert short is not None
        assert short.updated_at == short.created_at
    clock.advance(timedelta(minutes=8))
    assert store.get(("t",), "short", refresh_ttl=False) is not None
    clock.advance(timedelta(minutes=8))
    assert store.get(("t",), "short") is None
    assert [item.key for item in store.search(("t",))] == ["long"]
    assert store.sweep_ttl() == 1
    assert store.sweep_ttl() == 0


@pytest.mark.anyio
async def test_a_read_refreshes_its_items_also_when_one_of_them_was_put_meanwhile(clock: FrozenClock):
    async with await AsyncMemory.open("memory:", embedder="hashing") as memory:
        documents = AsyncDocuments(memory.of("ada"))
        expiry = Expiry(documents, clock)
        read = [await documents.put("n", key, {}, labels=expiry.labels(10)) for key in "ab"]
        await documents.put("n", "a", {"new": True})
        clock.advance(timedelta(minutes=9))

        await expiry.refresh(read)

        refreshed = await documents.get("n", "b")
    assert refreshed is not None
    assert refreshed.labels["expires"] == expiry.labels(10)["expires"]


@pytest.mark.anyio
async def test_an_async_memory_serves_the_async_verbs(tmp_path: Path):
    async with await AsyncMemory.open(tmp_path / "memory.lukasa", embedder="hashing") as memory:
        store = LukasaStore(memory.of(user="ada"))
        await store.aput(("n",), "k", {"text": "tea"})
        item = await store.aget(("n",), "k")
        assert item is not None
        assert item.value == {"text": "tea"}
        assert [found.key for found in await store.asearch(("n",), query="tea")] == ["k"]
        with pytest.raises(InputError, match="abatch"):
            store.get(("n",), "k")


def test_langmems_tools_run_unchanged(shared: Memory):
    langmem = pytest.importorskip("langmem")
    store = LukasaStore(shared.of(user="langmem"))
    manage = langmem.create_manage_memory_tool(namespace=("memories",), store=store)
    search = langmem.create_search_memory_tool(namespace=("memories",), store=store)

    assert "created memory" in manage.invoke({"content": "Ada drinks green tea"})
    (item,) = store.search(("memories",))
    manage.invoke({"action": "update", "id": item.key, "content": "Ada drinks black tea"})
    assert "black tea" in str(search.invoke({"query": "what tea does Ada drink?"}))
    assert "green tea" not in str(search.invoke({"query": "what tea does Ada drink?"}))
    manage.invoke({"action": "delete", "id": item.key})
    assert store.search(("memories",)) == []


def test_the_program_of_the_page_remembers_in_a_second_process(tmp_path: Path):
    _pages.run("langgraph", tmp_path, "first")

    assert "walnuts" in _pages.run("langgraph", tmp_path, "second")
