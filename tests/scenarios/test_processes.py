"""Several processes, threads and tasks on one file: nobody gets an error, nothing is lost, each sees the others."""

# ruff: noqa: ASYNC240 - a test has its loop for itself
from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from _settings import SETTINGS
from blockbuster import BlockingError, blockbuster_ctx

from lukasa import AsyncMemory, Handle, Memory

WORKER = Path(__file__).with_name("_mixed.py")
AT = "2026-03-01T10:00:00Z"
OPERATIONS = int(os.environ.get("LUKASA_TEST_MIXED", "120"))  # noqa: TID251 - a size of this test


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memory.lukasa"


@pytest.fixture
def two(path: Path) -> Iterator[tuple[Handle, Handle]]:
    """Two memories of one file, as two processes would have them."""
    with Memory.open(path, settings=SETTINGS) as one, Memory.open(path, settings=SETTINGS) as other:
        yield one.of("alice"), other.of("alice")


def test_two_processes_do_mixed_operations(path: Path):
    workers = [
        subprocess.Popen(
            [sys.executable, str(WORKER), str(path), name, str(OPERATIONS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("Ada", "Bea")
    ]
    for worker in workers:
        assert worker.stdout
        worker.stdout.readline()  # it has opened the store, or failed to
    for worker in workers:
        assert worker.stdin
        with suppress(BrokenPipeError):
            worker.stdin.write("go\n")
            worker.stdin.flush()
    outputs = [worker.communicate(timeout=120) for worker in workers]
    assert [(worker.returncode, errors) for worker, (_, errors) in zip(workers, outputs, strict=True)] == [
        (0, "")
    ] * 2

    reports = [json.loads(output) for output, _ in outputs]
    stored = [id_ for report in reports for id_ in report["stored"]]
    hidden = {id_ for report in reports for id_ in report["hidden"]}
    with Memory.open(path, settings=SETTINGS) as memory:
        turns = memory.of("alice").turns(include_retired=True)
        assert sorted(turn.id for turn in turns) == sorted(stored)
        assert {turn.id for turn in turns if turn.retired_at} == hidden
        assert [turn.seq for turn in turns] == list(range(1, len(stored) + 1))
        assert memory.verify().ok
    assert len(stored) > OPERATIONS * 0.6
    assert all(report["met"] > OPERATIONS // 50 for report in reports), "each found turns of the other"


def test_a_write_of_one_is_recalled_by_the_other_at_once(two: tuple[Handle, Handle]):
    one, other = two
    for place in range(20):
        assert other.recall("Anything about the harbour?").searched == place
        (written,) = one.remember(f"The harbour closed {place} times.", at=AT).turns
        assert written in {hit.id for hit in other.recall("harbour", limit=50)}
        assert written in {turn.id for turn in other.context("harbour", budget=5000).turns}
        one, other = other, one


def test_what_one_forgets_the_other_no_longer_recalls(two: tuple[Handle, Handle]):
    one, other = two
    (secret, kept) = one.remember(["The code is 4471.", "The code is changed weekly."], at=AT).turns
    assert {hit.id for hit in other.recall("code")} == {secret, kept}

    one.forget(secret)
    assert {hit.id for hit in other.recall("code")} == {kept}

    other.restore(secret)
    assert {hit.id for hit in one.recall("code")} == {secret, kept}


def test_a_retry_that_reaches_another_process_is_known(two: tuple[Handle, Handle]):
    one, other = two
    stored = one.remember(["ok", "ok"], session="s").turns

    assert list(other.remember(["ok", "ok"], session="s").duplicates) == list(stored)


@pytest.mark.parametrize("at", [AT, None], ids=["with a time", "without a time"])
def test_sixteen_threads_share_one_memory(path: Path, at: str | None):
    with Memory.open(path, settings=SETTINGS) as memory, ThreadPoolExecutor(16) as pool:
        alice = memory.of("alice")

        def work(thread: int) -> list[str]:
            stored: list[str] = []
            for place in range(12):
                receipt = alice.remember(f"Thread {thread} says {place}.", session="s", at=at)
                stored += receipt.turns
                if place % 4 == 0:
                    found = {hit.id for hit in alice.recall(f"Thread {thread} says {place}.", limit=400)}
                    assert set(stored) <= found
            return stored

        stored = [id_ for ids in pool.map(work, range(16)) for id_ in ids]

        assert len(set(stored)) == 16 * 12
        assert sorted(turn.id for turn in alice.turns()) == sorted(stored)
        assert memory.verify().ok


@pytest.mark.anyio
async def test_a_question_in_the_middle_of_an_import_sees_whole_calls_only(path: Path):
    async with await AsyncMemory.open(path, settings=SETTINGS) as memory:
        alice = memory.of("alice")

        async def write() -> None:
            for call in range(20):
                await alice.remember([f"Call {call}, line {line}, tea." for line in range(10)], at=AT)

        writing = asyncio.create_task(write())
        seen = []
        while not writing.done():
            seen.append((await alice.recall("tea")).searched)
        await writing

    assert {count % 10 for count in seen} == {0}
    assert seen == sorted(seen)
    assert len(set(seen)) > 3


@pytest.mark.anyio
async def test_nothing_blocks_the_event_loop(path: Path):
    async with await AsyncMemory.open(path, settings=SETTINGS) as memory:
        # Modules load once, and that reads files.
        await memory.of("warm up").remember("Last Tuesday we drank tea, wasn't it nice?", at=AT)
        await memory.of("warm up").context("When did we drink tea?")
        with blockbuster_ctx() as buster:
            assert buster
            alice = memory.of("alice")
            await alice.remember([f"Line {n} about tea." for n in range(50)], session="s")
            await alice.remember("And coffee.", at=AT)
            assert (await alice.recall("Who drank tea yesterday?", filter={"session": "s"})).hits
            assert (await alice.context("When did we drink tea?")).turns
            assert [each async for each in alice.export()]
            await alice.forget((await alice.turns(limit=1))[0].id)
            await memory.reembed()
            assert (await memory.doctor()).ok
            with pytest.raises(BlockingError):
                path.read_bytes()
