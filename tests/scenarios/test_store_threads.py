"""The store beside an event loop: it does not block it, leaves nothing behind, and knows its process."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

import anyio
import anyio.lowlevel
import apsw
import pytest

from lukasa.adapters.stores.sqlite.store import SqliteStore
from lukasa.domain.query import TurnQuery
from lukasa.domain.scope import Partition
from lukasa.errors import ClosedError, StoreCorruptError
from lukasa.testing.conformance.samples import ALICE, add, fill, ids, search

pytestmark = pytest.mark.anyio


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memory.lukasa"


def own_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("lukasa")]


async def test_the_loop_goes_on_while_a_write_waits(path: Path):
    store = SqliteStore(path)
    await store.open()
    other = apsw.Connection(str(path))
    other.execute("BEGIN IMMEDIATE")
    async with anyio.create_task_group() as group:
        group.start_soon(fill, store, add("t1"))
        for _ in range(20):
            await anyio.sleep(0.001)
            assert await store.turns(ALICE, TurnQuery()) == []  # readers are served meanwhile
        other.execute("ROLLBACK")
    other.close()

    assert ids(await store.turns(ALICE, TurnQuery())) == ["t1"]
    await store.aclose()


async def test_a_write_that_is_cancelled_before_its_turn_is_not_done(path: Path):
    store = SqliteStore(path)
    await store.open()
    other = apsw.Connection(str(path))
    other.execute("BEGIN IMMEDIATE")
    async with anyio.create_task_group() as group:
        group.start_soon(fill, store, add("t1"))
        await anyio.lowlevel.checkpoint()
        with anyio.move_on_after(0.01):
            await fill(store, add("t2"))
        other.execute("ROLLBACK")
    other.close()

    await fill(store, add("t3"))
    assert ids(await store.turns(ALICE, TurnQuery())) == ["t1", "t3"]
    await store.aclose()


async def test_closing_waits_for_what_runs_and_leaves_no_thread(path: Path):
    others = own_threads()
    store = SqliteStore(path)
    await store.open()
    async with anyio.create_task_group() as group:
        for place in range(10):
            group.start_soon(fill, store, add(f"t{place}"))
        await anyio.lowlevel.checkpoint()
        await store.aclose()

    assert own_threads() == others
    again = SqliteStore(path)
    await again.open()
    assert len(await again.turns(ALICE, TurnQuery())) == 10
    await again.aclose()


async def test_a_store_that_could_not_be_opened_leaves_no_thread(path: Path):
    others = own_threads()
    path.write_text("Dear diary")  # noqa: ASYNC240
    with pytest.raises(StoreCorruptError, match="not a Lukasa store"):
        await SqliteStore(path).open()

    assert own_threads() == others


async def test_a_store_that_was_not_opened_says_so(path: Path):
    with pytest.raises(ClosedError, match="call open"):
        await SqliteStore(path).turns(ALICE, TurnQuery())


async def test_a_cancelled_write_is_done_completely_or_not_at_all(path: Path):
    store = SqliteStore(path)
    await store.open()
    for place in range(20):
        task = asyncio.create_task(fill(store, add(f"a{place}"), add(f"b{place}")))
        await asyncio.sleep(place * 0.0001)
        task.cancel()
        await asyncio.wait([task])

    kept = ids(await store.turns(ALICE, TurnQuery()))
    assert {name[1:] for name in kept if name[0] == "a"} == {name[1:] for name in kept if name[0] == "b"}
    assert (await store.verify()).findings == ()
    await store.aclose()


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
async def test_after_a_fork_the_store_refuses_instead_of_waiting_for_ever(path: Path):
    store = SqliteStore(path)
    await store.open()
    child = os.fork()
    if child == 0:
        try:
            search(store, "word").send(None)
        except ClosedError:
            os._exit(7)
        os._exit(1)
    _, status = os.waitpid(child, 0)  # noqa: ASYNC222
    await store.aclose()

    assert os.waitstatus_to_exitcode(status) == 7


async def test_stores_that_are_created_at_once_become_one(path: Path):
    stores = [SqliteStore(path) for _ in range(8)]
    async with anyio.create_task_group() as group:
        for store in stores:
            group.start_soon(store.open)
    async with anyio.create_task_group() as group:
        for place, store in enumerate(stores):
            group.start_soon(fill, store, add(f"t{place}"))

    assert len(await stores[0].turns(ALICE, TurnQuery())) == 8
    assert (await stores[0].verify()).findings == ()
    for store in stores:
        await store.aclose()


async def test_a_reader_sees_one_state_while_others_write(path: Path):
    store = SqliteStore(path)
    await store.open()
    await fill(store, add("t0"))
    async with anyio.create_task_group() as group:
        for place in range(1, 30):
            group.start_soon(fill, store, add(f"t{place}"))
            delta = await store.delta(ALICE, fingerprint=None, since=0)
            assert len(delta.heads) == delta.version  # one entry a document, in every snapshot
    await store.aclose()


async def test_partitions_written_at_once_are_all_kept(path: Path):
    store = SqliteStore(path)
    await store.open()
    owners = [Partition("acme", f"user{place}") for place in range(12)]
    async with anyio.create_task_group() as group:
        for owner in owners:
            group.start_soon(lambda of: fill(store, add("t1"), partition=of), owner)

    assert set(await store.partitions()) == set(owners)
    await store.aclose()
