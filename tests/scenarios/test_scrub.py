"""One scrub serves all erasures that wait for it, and one that died is done by another. Real files."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import apsw
import pytest
from _settings import SETTINGS

from lukasa import Memory
from lukasa.adapters.stores.sqlite import scrub
from lukasa.adapters.stores.sqlite.store import SqliteStore
from lukasa.domain.erasure import Erasure
from lukasa.errors import StoreReadOnlyError
from lukasa.testing.conformance.samples import ALICE, CAUSE, add, fill

CANARIES = ("zebrafinch7731", "zebrafinch7732", "zebrafinch7733")
NEVER = 1_000_000_000


class Scrubs:
    """Counts the steps of scrubs, and holds the first one up before it rewrites the file."""

    def __init__(self) -> None:
        self.vacuums = 0
        self.stopped, self.go_on = threading.Event(), threading.Event()
        self._sql = scrub.sql

    def sql(self, name: str, **slots: str) -> str:
        if name == "vacuum":
            self.vacuums += 1
            if self.vacuums == 1:
                self.stopped.set()
                assert self.go_on.wait(60)
        return self._sql(name, **slots)


@pytest.fixture
def scrubs(monkeypatch: pytest.MonkeyPatch) -> Scrubs:
    counted = Scrubs()
    monkeypatch.setattr(scrub, "sql", counted.sql)
    return counted


def traces(folder: Path) -> set[str]:
    files = b"".join(file.read_bytes() for file in folder.iterdir())
    return {canary for canary in CANARIES if canary.encode() in files}


def owed(path: Path) -> str | None:
    connection = apsw.Connection(str(path))
    try:
        return connection.execute("SELECT value FROM meta WHERE name = 'scrub_owed'").get
    finally:
        connection.close()


async def opened(path: Path, count: int) -> list[SqliteStore]:
    """Return stores on one file, each with a writer of its own, as several processes have."""
    stores = [SqliteStore(path) for _ in range(count)]
    for store in stores:
        await store.open()
    await fill(
        stores[0], *(add(f"t{number}", text=f"A {canary} sings.") for number, canary in enumerate(CANARIES))
    )
    return stores


async def until(path: Path, erasures: int) -> None:
    """Wait until so many erasures are committed."""
    while int((owed(path) or "0").split()[0]) < erasures:  # noqa: ASYNC110 - it is another connection's event
        await asyncio.sleep(0.01)


@pytest.mark.anyio
async def test_erasures_that_wait_for_a_scrub_share_the_next_one(
    tmp_path: Path, scrubs: Scrubs, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(scrub, "_LOOKS", NEVER)
    path = tmp_path / "memory.lukasa"
    stores = await opened(path, 3)
    first = asyncio.create_task(stores[0].erase(ALICE, Erasure(turns=["t0"]), cause=CAUSE))
    await asyncio.to_thread(scrubs.stopped.wait)
    others = [
        asyncio.create_task(store.erase(ALICE, Erasure(turns=[f"t{number}"]), cause=CAUSE))
        for number, store in enumerate(stores[1:], start=1)
    ]
    await until(path, 3)
    assert not any(task.done() for task in others)

    scrubs.go_on.set()
    erased = [await task for task in (first, *others)]

    assert [each.complete for each in erased] == [True] * 3
    assert scrubs.vacuums == 2
    assert (traces(tmp_path), owed(path)) == (set(), None)
    for store in stores:
        await store.aclose()


@pytest.mark.anyio
async def test_a_scrub_that_another_leaves_undone_is_taken_over(tmp_path: Path):
    path = tmp_path / "memory.lukasa"
    (store,) = await opened(path, 1)
    connection = apsw.Connection(str(path))
    connection.execute("INSERT INTO meta(name, value) VALUES('scrub_owed', '4 2 one-that-died')")
    connection.close()

    erased = await store.erase(ALICE, Erasure(turns=["t0"]), cause=CAUSE)

    assert (erased.complete, owed(path), traces(tmp_path)) == (True, None, set(CANARIES[1:]))
    await store.aclose()


@pytest.mark.anyio
async def test_whoever_was_taken_for_dead_strikes_out_nothing(
    tmp_path: Path, scrubs: Scrubs, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(scrub, "_LOOKS", 2)
    path = tmp_path / "memory.lukasa"
    stores = await opened(path, 2)
    first = asyncio.create_task(stores[0].erase(ALICE, Erasure(turns=["t0"]), cause=CAUSE))
    await asyncio.to_thread(scrubs.stopped.wait)
    assert (await stores[1].erase(ALICE, Erasure(turns=["t1"]), cause=CAUSE)).complete
    # A new count begins; nobody has scrubbed what it counts.
    connection = apsw.Connection(str(path))
    connection.execute("INSERT INTO meta(name, value) VALUES('scrub_owed', '1 0 ')")
    connection.close()

    scrubs.go_on.set()

    assert (await first).complete
    assert (owed(path) or "").split() == ["1", "0"]
    for store in stores:
        await store.aclose()


@pytest.mark.anyio
async def test_a_full_disk_leaves_the_turn_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scrub, "_LOOKS", NEVER)
    path = tmp_path / "memory.lukasa"
    (store,) = await opened(path, 1)
    with monkeypatch.context() as patch:
        plain = scrub.sql
        patch.setattr(
            scrub, "sql", lambda name: "SELECT no_such_function()" if name == "vacuum" else plain(name)
        )
        held = await store.erase(ALICE, Erasure(turns=["t0"]), cause=CAUSE)
    freed = await store.erase(ALICE, Erasure(turns=["t1"]), cause=CAUSE)

    assert (held.complete, freed.complete) == (False, True)
    assert (owed(path), traces(tmp_path)) == (None, {CANARIES[2]})
    await store.aclose()


@pytest.mark.parametrize("value", ["1", "7", "3 0 ", "12 11 somebody"])
def test_what_any_version_noted_as_owed_is_done_at_the_next_opening(tmp_path: Path, value: str):
    path = tmp_path / "memory.lukasa"
    with Memory.open(path, settings=SETTINGS) as memory:
        memory.of("alice").remember("The harbour was quiet.")
    connection = apsw.Connection(str(path))
    connection.execute("INSERT INTO meta(name, value) VALUES('scrub_owed', ?)", (value,))
    connection.close()

    with Memory.open(path, settings=SETTINGS) as memory:
        assert memory.verify().findings == ()
    assert owed(path) is None


def test_a_backup_made_while_a_scrub_is_owed_has_no_byte_of_what_was_erased(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    copies = tmp_path / "copies"
    copies.mkdir()
    with Memory.open(tmp_path / "memory.lukasa", settings=SETTINGS) as memory:
        alice = memory.of("alice")
        turns = alice.remember(f"A {CANARIES[0]} sings.").turns
        alice.remember("The harbour was quiet.")
        with monkeypatch.context() as patch:
            plain = scrub.sql
            patch.setattr(
                scrub, "sql", lambda name: "SELECT no_such_function()" if name == "vacuum" else plain(name)
            )
            assert not alice.erase(turns).complete

        assert memory.backup(copies / "copy.lukasa").findings == ()

    assert traces(copies) == set()


@pytest.mark.anyio
async def test_compacting_gives_the_space_of_log_and_segments_back(tmp_path: Path):
    path = tmp_path / "memory.lukasa"
    store = SqliteStore(path)
    await store.open()
    for place in range(30):
        await fill(store, add(f"t{place}", text="The harbour is full of boats."))

    compacted = await store.compact()
    assert compacted.after == sum(file.stat().st_size for file in path.parent.iterdir())
    assert compacted.freed > 0
    await store.aclose()


@pytest.mark.anyio
async def test_a_store_that_may_only_be_read_is_not_compacted(tmp_path: Path):
    path = tmp_path / "memory.lukasa"
    (store,) = await opened(path, 1)
    await store.aclose()
    reader = SqliteStore(path, read_only=True)
    await reader.open()

    with pytest.raises(StoreReadOnlyError):
        await reader.compact()
    await reader.aclose()
