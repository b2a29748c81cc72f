"""Killed writers, full disks, foreign and broken files: nothing acknowledged is lost, and the error says what is wrong."""

# ruff: noqa: ASYNC220, ASYNC221, ASYNC240 - a test has its loop for itself
from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest

from lukasa.adapters.stores.sqlite.store import SqliteStore
from lukasa.domain.query import TurnQuery
from lukasa.errors import (
    ConfigError,
    NewerSchemaError,
    NotFoundError,
    StoreBusyError,
    StoreCorruptError,
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
)
from lukasa.testing.conformance.samples import ALICE, add, fill, ids, search

pytestmark = pytest.mark.anyio

KILLS = int(os.environ.get("LUKASA_TEST_WRITER_KILLS", "30"))  # noqa: TID251 - a size of this test
OPERATIONS = int(os.environ.get("LUKASA_TEST_MIXED", "120"))  # noqa: TID251 - a size of this test
NAMED = r"memory\.lukasa"
WRITER = Path(__file__).with_name("_writer.py")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memory.lukasa"


@contextmanager
def opened_by_hand(path: Path) -> Iterator[apsw.Connection]:
    connection = apsw.Connection(str(path))
    try:
        yield connection
    finally:
        connection.close()


async def opened(path: Path, **settings: object) -> SqliteStore:
    store = SqliteStore(path, **settings)
    await store.open()
    return store


async def filled(path: Path, count: int = 3) -> None:
    store = await opened(path)
    await fill(
        store, *(add(f"t{place}", ["word", f"w{place}"], metadata={"n": place}) for place in range(count))
    )
    await store.aclose()


async def check_sound(path: Path, acknowledged: set[str]) -> None:
    store = await opened(path)
    try:
        kept = ids(await store.turns(ALICE, TurnQuery(include_retired=True)))
        assert acknowledged - set(kept) == set()
        assert len(kept) == len(set(kept))
        assert (await store.verify()).findings == ()
    finally:
        await store.aclose()


# ── Killed ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
async def test_a_writer_killed_at_any_instant_loses_nothing_that_was_acknowledged(path: Path) -> None:
    instants = random.Random(7)
    acknowledged: set[str] = set()
    server = subprocess.Popen(
        [sys.executable, str(WRITER), "serve", str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        for kill in range(KILLS):
            server.stdin.write("spawn\n")
            server.stdin.flush()
            # One in four dies at any instant from its start, when it may be opening the file or recovering from the
            # death of the one before; the others while they write.
            seconds = instants.uniform(0.0, 0.03)
            _kill_after(seconds, server, acknowledged, writing=kill % 4 > 0)
            # Not after the first: a writer that dies while it makes the file leaves one that `verify` reports.
            if kill % 20 == 19:
                await check_sound(path, acknowledged)
    finally:
        server.stdin.close()
        server.wait(timeout=10)
        server.stdout.close()

    assert len(acknowledged) > KILLS
    await check_sound(path, acknowledged)


def _kill_after(
    seconds: float, server: subprocess.Popen[str], acknowledged: set[str], *, writing: bool
) -> None:
    """Let the writer start (and write), kill it, and take down all that it said until then."""
    assert server.stdout is not None
    lines = iter(server.stdout.readline, "")
    word, number = _until(lines, {"started"}, acknowledged)
    assert word == "started"
    if writing:
        acknowledged.add(next(lines).split()[1])
    time.sleep(seconds)
    os.kill(int(number), signal.SIGKILL)
    assert _until(lines, {"ended"}, acknowledged)[0] == "ended"


def _until(lines: Iterator[str], words: set[str], acknowledged: set[str]) -> tuple[str, str]:
    for line in lines:
        word, value = line.split()
        if word in words:
            return word, value
        acknowledged.add(value)
    raise AssertionError("the process that starts the writers has ended")


@pytest.mark.slow
async def test_two_processes_share_a_file_without_errors(path: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, str(WRITER), "mixed", str(path), name, str(OPERATIONS)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    outputs = [writer.communicate(timeout=120) for writer in writers]

    assert [(writer.returncode, errors) for writer, (_, errors) in zip(writers, outputs, strict=True)] == [
        (0, "")
    ] * 2
    acknowledged = {line.split()[1] for output, _ in outputs for line in output.splitlines()}
    assert len(acknowledged) == 2 * OPERATIONS * 3 // 5
    await check_sound(path, acknowledged)


# ── Full ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_full_database_refuses_and_keeps_what_it_has(path: Path) -> None:
    await filled(path)
    store = await opened(path)
    pages = await store._threads.write(lambda connection: connection.execute("PRAGMA page_count").get)
    await store._threads.write(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").get)

    with pytest.raises(StoreFullError, match=NAMED):
        await fill(store, *(add(f"more{place}", text="x" * 5_000) for place in range(50)))
    assert ids(await store.turns(ALICE, TurnQuery())) == ["t0", "t1", "t2"]

    await store._threads.write(lambda connection: connection.execute("PRAGMA max_page_count = 100000").get)
    await fill(store, add("t3"))
    await store.aclose()
    await check_sound(path, {"t0", "t1", "t2", "t3"})


FULL = """
import asyncio, resource, signal, sys
from lukasa.adapters.stores.sqlite.store import SqliteStore
from lukasa.errors import StoreFullError
from lukasa.testing.conformance.samples import add, fill

async def main():
    store = SqliteStore(sys.argv[1])
    await store.open()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_200_000, resource.RLIM_INFINITY))
    for place in range(1_000):
        try:
            await fill(store, add(f"n{place}", text="x" * 20_000))
        except StoreFullError as error:
            print("full", error, flush=True)
            break
        print("kept", f"n{place}", flush=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    await fill(store, add("after"))
    await store.aclose()

asyncio.run(main())
"""


async def test_a_disk_that_fills_up_refuses_and_works_again_when_there_is_space(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    *kept, last = done.stdout.splitlines()
    assert kept
    assert last.startswith("full")
    assert str(path) in last
    await check_sound(path, {line.split()[1] for line in kept} | {"after"})


# ── Not to be written ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_store_opened_for_reading_reads_and_refuses_to_write(path: Path) -> None:
    await filled(path)
    store = await opened(path, read_only=True)
    try:
        assert len(await search(store, "word")) == 3
        with pytest.raises(StoreReadOnlyError, match=NAMED):
            await fill(store, add("t9"))
    finally:
        await store.aclose()


async def test_a_store_opened_for_reading_is_not_created(path: Path) -> None:
    with pytest.raises(NotFoundError, match=NAMED):
        await opened(path, read_only=True)
    assert not path.exists()


AS_NOBODY = """
import asyncio, os, sys, tempfile
from pathlib import Path
from lukasa.adapters.stores.sqlite.store import SqliteStore
from lukasa.errors import LukasaError
from lukasa.testing.conformance.samples import add, fill, search

async def use(path):
    store = SqliteStore(path)
    try:
        await store.open()
        print("found", len(await search(store, "word")), flush=True)
        await fill(store, add("t9"))
        print("written", len(await search(store, "word")), flush=True)
    except LukasaError as error:
        print(type(error).__name__, error)
    finally:
        await store.aclose()

# Everything is loaded before root becomes nobody, who may not be allowed to read the interpreter's files.
with tempfile.TemporaryDirectory() as folder:
    asyncio.run(use(Path(folder) / "first"))
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
asyncio.run(use(sys.argv[1]))
"""


@pytest.fixture
def shared_path() -> Iterator[Path]:
    """A path that every user can reach, which those under `tmp_path` are not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "memory.lukasa"


def as_nobody(path: Path) -> list[str]:
    """Use the store as somebody whom permissions stop, as they do not stop root; return what came of it."""
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    first, second, *rest = done.stdout.splitlines()
    assert (first, second) == ("found 0", "written 1")
    return rest


@pytest.mark.parametrize("folder_mode", [0o555, 0o777], ids=["folder too", "file only"])
async def test_a_file_without_write_permission_is_read_and_not_written(
    shared_path: Path, folder_mode: int
) -> None:
    await filled(shared_path)
    shared_path.chmod(0o444)
    shared_path.parent.chmod(folder_mode)

    assert as_nobody(shared_path) == ["found 3", f"StoreReadOnlyError '{shared_path}' may not be written"]


async def test_a_folder_without_write_permission_gets_no_store(shared_path: Path) -> None:
    shared_path.parent.chmod(0o555)

    (error,) = as_nobody(shared_path)
    assert error.startswith("StoreReadOnlyError")
    assert str(shared_path) in error


async def test_a_file_without_read_permission_is_named(shared_path: Path) -> None:
    await filled(shared_path)
    shared_path.chmod(0o600 if os.geteuid() == 0 else 0o000)

    (error,) = as_nobody(shared_path)
    assert error.startswith("Store")
    assert str(shared_path) in error


async def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"there is no folder .*nowhere"):
        await opened(tmp_path / "nowhere" / "memory.lukasa")


@pytest.mark.parametrize("name", ["", ":memory:", "file:memory?mode=memory", "a\0b"])
def test_what_is_no_file_name_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="path of a file"):
        SqliteStore(name)


async def test_the_files_are_for_their_owner_alone(path: Path) -> None:
    store = await opened(path)
    await fill(store, add("t1"))
    modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    await store.aclose()

    assert modes == dict.fromkeys(["memory.lukasa", "memory.lukasa-wal", "memory.lukasa-shm"], 0o600)
    assert [file.name for file in path.parent.iterdir()] == ["memory.lukasa"]


# ── Busy ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_writer_that_does_not_let_go_is_waited_for_and_then_named(path: Path) -> None:
    await filled(path)
    store = await opened(path, timeout=0.05)
    with opened_by_hand(path) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError, match=NAMED) as caught:
            await fill(store, add("t9"))
        assert caught.value.retryable
        assert len(await search(store, "word")) == 3  # readers do not wait
        other.execute("ROLLBACK")

    await fill(store, add("t9"))
    await store.aclose()


# ── Not ours, or broken ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "content", [b"Dear diary,\n" * 500, b"\0" * 4096, b"x"], ids=["text", "zeros", "a letter"]
)
async def test_another_kind_of_file_is_refused_and_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    with pytest.raises(StoreCorruptError, match=NAMED):
        await opened(path)
    assert path.read_bytes() == content


async def test_somebody_elses_database_is_refused_and_left_alone(path: Path) -> None:
    with opened_by_hand(path) as connection:
        connection.execute("CREATE TABLE recipes(name)")
    content = path.read_bytes()

    with pytest.raises(StoreCorruptError, match=r"memory\.lukasa.*not a Lukasa store"):
        await opened(path)
    assert path.read_bytes() == content


async def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreCorruptError, match="is a folder"):
        await opened(tmp_path)


async def test_an_empty_file_becomes_a_store(path: Path) -> None:
    path.touch()
    await filled(path)

    await check_sound(path, {"t0", "t1", "t2"})


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
async def test_a_truncated_file_is_refused(path: Path, share: float) -> None:
    await filled(path, 500)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])

    with pytest.raises(StoreCorruptError, match=NAMED):
        await opened(path)


async def test_a_newer_schema_is_refused_and_left_alone(path: Path) -> None:
    await filled(path)
    with opened_by_hand(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    content = path.read_bytes()

    with pytest.raises(NewerSchemaError, match=r"schema 99.*upgrade"):
        await opened(path)
    assert path.read_bytes() == content
    assert [file.name for file in path.parent.iterdir()] == [path.name]


async def test_a_newer_schema_that_is_still_in_the_log_is_left_alone_too(path: Path) -> None:
    await filled(path)
    with opened_by_hand(path) as connection:
        connection.execute("PRAGMA user_version = 99")
        content, log = path.read_bytes(), path.with_name(path.name + "-wal").read_bytes()
        with pytest.raises(NewerSchemaError):
            await opened(path)

        assert path.read_bytes() == content
        assert path.with_name(path.name + "-wal").read_bytes() == log


async def test_an_edited_migration_is_refused(path: Path) -> None:
    await filled(path)
    with opened_by_hand(path) as connection:
        connection.execute("UPDATE migrations SET checksum = 'other'")

    with pytest.raises(StoreCorruptError, match="0001_turns"):
        await opened(path)


# ── Indexes ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "damage",
    [
        "DROP INDEX documents_version",
        "DROP INDEX documents_session; DROP INDEX documents_at",
        "DROP TABLE documents_fts",
        "DROP TABLE documents_postings; DROP TABLE documents_instances; DROP TABLE documents_fts",
        "DROP TABLE documents_instances",
        "INSERT INTO documents_fts(documents_fts) VALUES('delete-all')",
        "DELETE FROM documents_fts_data",
        "DELETE FROM documents_fts_data WHERE id > 10",
        "DELETE FROM meta WHERE name = 'documents_fts'",
    ],
)
async def test_an_index_lost_by_hand_is_made_again_on_opening(path: Path, damage: str) -> None:
    await filled(path, 200)
    with opened_by_hand(path) as connection:
        connection.execute(damage)

    store = await opened(path)
    assert ids(await search(store, "w7", "word", limit=1)) == ["t7"]
    await store.aclose()
    await check_sound(path, {f"t{place}" for place in range(200)})


async def test_a_lost_index_cannot_be_made_again_in_a_store_opened_for_reading(path: Path) -> None:
    await filled(path)
    with opened_by_hand(path) as connection:
        connection.execute("DROP TABLE documents_fts")

    with pytest.raises(StoreReadOnlyError, match="index"):
        await opened(path, read_only=True)


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        ("UPDATE changes SET reason = 'never' WHERE version = 2", "journal"),
        ("UPDATE changes SET at = at + 1 WHERE version = 1", "journal"),
        ("DELETE FROM changes WHERE version = 2", "journal"),
        ("DELETE FROM changes WHERE version = 3", "journal"),
        ("UPDATE partitions SET version = 9", "journal"),
        ("UPDATE partitions SET user = 'mallory'", "journal"),
        ("UPDATE documents SET version = 9 WHERE name = 't1'", "journal"),
        ("UPDATE partitions SET terms = 5", "index"),
        ("UPDATE documents SET terms = CAST('[\"word\",\"w9\"]' AS BLOB) WHERE name = 't1'", "index"),
        ("UPDATE attributes SET value = 7", "index"),
        ("DELETE FROM attributes", "index"),
        ("DELETE FROM turns WHERE document = 2", "orphan"),
        ("DELETE FROM documents WHERE name = 't2'", "orphan"),
        ("INSERT INTO vectors VALUES(1, 5, 1, x'00000000', 1)", "orphan"),
        (
            "INSERT INTO embedders VALUES(5, 'f'); INSERT INTO vectors VALUES(1, 5, 1, x'000000', 2)",
            "vectors",
        ),
        ("UPDATE documents SET passages = 2", "index"),
        ("CREATE TABLE recipes(name)", "schema"),
        ("ALTER TABLE documents ADD COLUMN mood TEXT", "schema"),
        ("CREATE TRIGGER t AFTER INSERT ON turns BEGIN SELECT 1; END", "schema"),
    ],
)
async def test_verify_finds_what_was_tampered_with(path: Path, damage: str, what: str) -> None:
    await filled(path)
    with opened_by_hand(path) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(damage)

    store = await opened(path)
    found = (await store.verify()).findings
    await store.aclose()
    assert what in {finding.what for finding in found}


async def test_verify_finds_a_damaged_page(path: Path) -> None:
    await filled(path, 2_000)
    with opened_by_hand(path) as connection:
        root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'changes'").get
        size = connection.execute("PRAGMA page_size").get
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * 64)

    store = await opened(path)
    found = (await store.verify()).findings
    await store.aclose()
    assert "file" in {finding.what for finding in found}
