"""A store whose file was deleted, replaced or copied while it was open does not pretend that all is well."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from lukasa import Memory, Settings
from lukasa.adapters.stores.sqlite.store import SqliteStore
from lukasa.errors import ConfigError, NotFoundError, StoreError
from lukasa.testing.conformance.samples import add
from lukasa.testing.conformance.samples import fill as fill_store

SETTINGS = Settings(embedder="hashing")


def fill(path: Path, count: int = 3) -> Memory:
    memory = Memory.open(path, settings=SETTINGS)
    memory.of("ana").remember([f"I bought lamp {k}." for k in range(count)], session="s")
    return memory


def deleted(path: Path) -> None:
    for file in path.parent.glob(path.name + "*"):
        file.unlink()


def only_the_file_deleted(path: Path) -> None:
    path.unlink()


def replaced(path: Path) -> None:
    other = path.with_name("other.lukasa")
    fill(other).close()
    other.replace(path)


def moved(path: Path) -> None:
    path.rename(path.with_name("moved.lukasa"))


def folder_moved(path: Path) -> None:
    path.parent.rename(path.parent.with_name("elsewhere"))


GONE = [deleted, only_the_file_deleted, replaced, moved, folder_moved]

CALLS: dict[str, Callable[[Memory], object]] = {
    "remember": lambda memory: memory.of("ana").remember("I like tea.", session="s"),
    "believe": lambda memory: memory.of("ana").believe("Ana likes tea.", subject="Ana"),
    "erase": lambda memory: memory.of("ana").erase(everything=True),
    "turns": lambda memory: memory.of("ana").turns(),
    "verify": lambda memory: memory.verify(),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("go", GONE)
def test_a_file_that_is_gone_is_noticed_before_anything_is_acknowledged(
    tmp_path: Path, go: Callable[[Path], None], call: str
):
    path = tmp_path / "folder" / "memory.lukasa"
    path.parent.mkdir()
    memory = fill(path)
    go(path)
    # A reader that is opened only now finds nothing to open.
    with pytest.raises((StoreError, NotFoundError), match=r"deleted or replaced|there is no store"):
        CALLS[call](memory)
    memory.close()


@pytest.mark.anyio
async def test_a_file_that_was_replaced_before_it_was_first_read_is_not_read(tmp_path: Path):
    path = tmp_path / "memory.lukasa"
    store = SqliteStore(path)
    await store.open()
    replaced(path)

    with pytest.raises(StoreError, match="deleted or replaced"):
        await store.partitions()
    await store.aclose()


def test_a_backup_put_back_under_a_running_process_stays_whole(tmp_path: Path):
    path, backup = tmp_path / "memory.lukasa", tmp_path / "backup.lukasa"
    fill(path).close()
    shutil.copy(path, backup)
    memory = fill(path, 200)
    backup.replace(path)
    with pytest.raises(StoreError):
        memory.of("ana").remember("I like tea.", session="s")
    memory.close()
    for log in ("-wal", "-shm"):
        path.with_name(path.name + log).unlink(missing_ok=True)
    with Memory.open(path, settings=SETTINGS) as again:
        assert len(again.of("ana").turns()) == 3
        assert again.verify().findings == ()


@pytest.mark.anyio
async def test_a_backup_put_back_gets_nothing_of_the_log_from_a_thread_that_reads_it_first(tmp_path: Path):
    path, backup = tmp_path / "memory.lukasa", tmp_path / "backup.lukasa"
    fill(path).close()
    shutil.copy(path, backup)
    before = backup.read_bytes()
    store = SqliteStore(path)
    await store.open()
    await fill_store(store, *(add(f"t{number}") for number in range(200)))
    backup.replace(path)
    with pytest.raises(StoreError, match="deleted or replaced"):
        await store.partitions()
    await store.aclose()

    assert path.read_bytes() == before


def test_a_backup_made_while_others_write_is_whole_private_and_restores(tmp_path: Path):
    path, copy = tmp_path / "memory.lukasa", tmp_path / "copy.lukasa"
    memory = fill(path, 20)
    stop = threading.Event()

    def write() -> None:
        count = 0
        while not stop.is_set():
            memory.of("bob").remember(f"I bought pan {count}.", session="s")
            count += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(5):
            assert memory.backup(copy, force=True).ok
    finally:
        stop.set()
        writer.join()
    memory.close()
    assert copy.stat().st_mode & 0o777 == 0o600
    assert sorted(file.name for file in tmp_path.iterdir()) == ["copy.lukasa", "memory.lukasa"]
    with Memory.open(copy, settings=SETTINGS) as again:
        assert len(again.of("ana").turns()) == 20
        assert again.verify().findings == ()


@pytest.mark.parametrize("name", ["there.lukasa", "memory.lukasa", "."])
def test_a_backup_replaces_nothing_unless_forced(tmp_path: Path, name: str):
    (tmp_path / "there.lukasa").write_text("precious")
    with fill(tmp_path / "memory.lukasa") as memory, pytest.raises(ConfigError):
        memory.backup(tmp_path / name)
    assert (tmp_path / "there.lukasa").read_text() == "precious"


def test_a_memory_without_a_file_has_no_backup(tmp_path: Path):
    with Memory.open("memory:", settings=SETTINGS) as memory, pytest.raises(ConfigError, match="export"):
        memory.backup(tmp_path / "copy.lukasa")


def test_a_folder_that_is_missing_is_named(tmp_path: Path):
    with fill(tmp_path / "memory.lukasa") as memory, pytest.raises(StoreError, match="no folder"):
        memory.backup(tmp_path / "missing" / "copy.lukasa")


def test_a_new_store_that_was_copied_without_its_log_is_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    path, copy = tmp_path / "memory.lukasa", tmp_path / "copy.lukasa"
    memory = fill(path)
    shutil.copy(path, copy)
    with Memory.open(copy, settings=SETTINGS) as lost:
        assert "without its log" in lost.verify().findings[0].detail
    assert "without its log" in caplog.text
    memory.close()


CREATED = """
import os, pathlib, sys
from lukasa.adapters.stores.sqlite import connection, migrations
path = pathlib.Path(sys.argv[1])
connection.create_file(path)
db = connection.connect(path, timeout=1, read_only=False)
if sys.argv[2] != "created":
    connection.use_write_ahead_log(db, path, timeout=1)
    migrations.migrate(db, path, version=0)
os._exit(9)
"""


@pytest.mark.parametrize("died", ["created", "migrated"])
def test_a_process_that_dies_while_it_makes_a_store_is_no_lost_log(
    tmp_path: Path, died: str, caplog: pytest.LogCaptureFixture
):
    path = tmp_path / "memory.lukasa"
    assert subprocess.run([sys.executable, "-c", CREATED, str(path), died], check=False).returncode == 9
    for _ in range(2):
        with fill(path) as memory:
            assert memory.verify().findings == ()
    assert "log" not in caplog.text


def opened(path: Path, memories: list[Memory]) -> None:
    memories.append(Memory.open(path, settings=SETTINGS))


def test_threads_that_begin_a_store_together_are_no_lost_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    for round_ in range(10):
        path = tmp_path / f"{round_}.lukasa"
        memories: list[Memory] = []
        starts = [threading.Thread(target=opened, args=(path, memories)) for _ in range(4)]
        for start in starts:
            start.start()
        for start in starts:
            start.join()
        with contextlib.ExitStack() as stack:
            for memory in memories:
                stack.enter_context(memory)
                assert memory.verify().findings == ()
    assert "log" not in caplog.text


@pytest.mark.parametrize("count", [0, 30, 300])
@pytest.mark.parametrize("size", [3, 300])
def test_a_backup_put_back_on_an_old_log_is_never_read_as_whole_without_being_so(
    tmp_path: Path, size: int, count: int
):
    path, backup = tmp_path / "memory.lukasa", tmp_path / "backup.lukasa"
    fill(backup, size).close()
    fill(path, max(count, 1)).close()
    memory = fill(path, count or 1)
    for number in range(20):
        memory.of("ana").remember(f"I bought pan {number}.")
    backup.replace(path)
    with pytest.raises(StoreError):
        memory.of("ana").remember("I like tea.", session="s")
    for _ in range(2):  # beside the old process, and after it
        try:
            with Memory.open(path, settings=SETTINGS) as again:
                sound = again.verify().ok
                user = again.of("ana")
                for read in (user.turns, user.facts, user.summaries):
                    try:
                        read()
                    except StoreError:
                        assert not sound
        except StoreError:
            pass
        memory.close()
