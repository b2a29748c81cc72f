"""`Memory` lives as long as it is open: closing, forks, threads, running loops, and the end of the interpreter."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lukasa import Memory, Settings
from lukasa.errors import ClosedError, LukasaError, StoreError

SETTINGS = Settings(embedder="hashing", tokens="words")
AT = "2026-03-01T10:00:00Z"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memory.lukasa"


def opened(path: Path) -> Memory:
    return Memory.open(path, settings=SETTINGS)


def loops() -> int:
    return sum(thread.name == "lukasa" for thread in threading.enumerate())


def test_closing_twice_is_harmless_and_leaves_no_thread(path: Path):
    before = threading.active_count()
    memory = opened(path)
    memory.of("alice").remember("One.")
    assert loops() == 1

    memory.close()
    memory.close()
    with memory:
        pass

    assert threading.active_count() <= before  # those of other tests may end meanwhile


def test_after_closing_every_verb_says_so(path: Path):
    memory = opened(path)
    alice = memory.of("alice")
    memory.close()

    calls = [
        memory.stats,
        memory.verify,
        memory.doctor,
        memory.partitions,
        memory.reembed,
        lambda: memory.of("bob"),
        lambda: alice.remember("Two."),
        lambda: alice.recall("Two?"),
        lambda: alice.context("Two?"),
        alice.turns,
        lambda: alice.forget([]),
        lambda: alice.restore([]),
        lambda: list(alice.export()),
        alice.changes,
        alice.stats,
    ]
    for call in calls:
        with pytest.raises(ClosedError, match="closed"):
            call()


def test_when_opening_fails_no_thread_stays(tmp_path: Path):
    with pytest.raises(StoreError):
        opened(tmp_path / "nowhere" / "memory.lukasa")

    assert loops() == 0


def test_an_error_inside_with_closes_and_is_not_hidden(path: Path):
    with pytest.raises(ZeroDivisionError), opened(path):
        raise ZeroDivisionError

    assert loops() == 0


def test_closing_while_others_call_ends_in_results_or_closed_errors(path: Path):
    memory = opened(path)
    alice = memory.of("alice")
    started = threading.Barrier(9)

    def work(thread: int) -> tuple[int, Exception | None]:
        started.wait()
        for place in range(1_000_000):
            try:
                alice.remember(f"Turn {thread}-{place}.", at=AT)
            except Exception as error:  # noqa: BLE001 - its class is what is asked
                return place, error
        raise AssertionError("the memory was never closed")

    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(work, thread) for thread in range(8)]
        started.wait()
        for _ in range(3):
            alice.stats()
        memory.close()
        outcomes = [future.result(timeout=30) for future in futures]

    assert {type(error) for _, error in outcomes} == {ClosedError}
    with opened(path) as again:
        assert again.of("alice").stats().turns >= sum(stored for stored, _ in outcomes)
        assert again.verify().ok


def test_two_threads_may_close_at_once(path: Path):
    for _ in range(10):
        memory = opened(path)
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(lambda _: memory.close(), range(4))) == [None] * 4  # noqa: B023 - used at once


def test_thirty_two_threads_share_one_memory(path: Path):
    with opened(path) as memory, ThreadPoolExecutor(32) as pool:

        def work(thread: int) -> list[str]:
            handle = memory.of(f"user {thread % 4}")
            ids = [handle.remember(f"Thread {thread} says {n}.", at=AT).turns[0] for n in range(5)]
            assert handle.recall(f"Thread {thread} says?", limit=200).searched >= 5
            return ids

        stored = [id_ for ids in pool.map(work, range(32)) for id_ in ids]

        assert len(set(stored)) == 160
        assert memory.stats().turns == 160


def test_it_works_inside_a_running_loop(path: Path):
    async def notebook() -> int:
        with opened(path) as memory:
            memory.of("alice").remember("I moved to Lisbon.")
            return len(memory.of("alice").recall("Where did I move?", kinds=["turn"]))

    assert asyncio.run(notebook()) == 1


def test_an_export_may_be_abandoned_half_way(path: Path):
    with opened(path) as memory:
        alice = memory.of("alice")
        alice.remember([{"role": "user", "content": f"Turn {n}."} for n in range(600)], at=AT)

        export = alice.export()
        assert [next(export)["text"] for _ in range(3)] == ["Turn 0.", "Turn 1.", "Turn 2."]
        del export
        gc.collect()

        assert len(list(alice.export())) == 600
        half = alice.export()
        next(half)
    with pytest.raises(ClosedError):
        list(half)


FORK = """
import os, signal, sys
from lukasa import Memory, Settings
from lukasa.errors import ClosedError

def child_works(memory, alice, export):
    for call in (lambda: alice.remember("No."), lambda: alice.recall("No?"), memory.stats, lambda: next(export)):
        try:
            call()
        except ClosedError as error:
            assert "fork" in str(error), error
        else:
            raise AssertionError("it worked")
    memory.close()
    with memory:
        pass
    with Memory.open(sys.argv[1], settings=settings) as own:
        own.of("alice").remember("The child's own.")
    print("child done", flush=True)

settings = Settings(embedder="hashing", tokens="words")
memory = Memory.open(sys.argv[1], settings=settings)
alice = memory.of("alice")
alice.remember(["Before.", "And before that."])
export = alice.export()
next(export)
child = os.fork()
if child == 0:
    signal.alarm(20)  # instead of a hang
    child_works(memory, alice, export)
    sys.exit(0)
_, status = os.waitpid(child, 0)
assert status == 0, status
alice.remember("After.")
print([turn.text for turn in alice.turns()], memory.verify().ok)
memory.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_after_a_fork_the_child_gets_an_error_and_both_go_on(path: Path):
    assert run(FORK, path).splitlines() == [
        "child done",
        "['Before.', 'And before that.', \"The child's own.\", 'After.'] True",
    ]


FORGOTTEN = """
import sys
from lukasa import Memory, Settings

memory = Memory.open(sys.argv[1], settings=Settings(embedder="hashing"))
alice = memory.of("alice")
print(len(alice.remember("Never closed.").turns), flush=True)
if sys.argv[2] == "garbage":
    del memory, alice
elif sys.argv[2] == "half an export":
    export = alice.export()
    next(export)
"""


@pytest.mark.parametrize("how", ["alive", "garbage", "half an export"])
def test_a_memory_that_nobody_closed_does_not_keep_the_interpreter(path: Path, how: str):
    assert run(FORGOTTEN, path, how) == "1"

    with opened(path) as memory:
        assert memory.stats().turns == 1


@pytest.mark.model
def test_nor_does_one_with_the_real_model(path: Path):
    assert run(FORGOTTEN.replace('"hashing"', '"onnx"'), path, "alive") == "1"


def run(code: str, *arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_an_error_comes_out_as_it_is_with_the_callers_line(path: Path):
    with opened(path) as memory, pytest.raises(LukasaError) as caught:
        memory.of("alice").remember("")

    assert any("test_an_error_comes_out" in entry.name for entry in caught.traceback)
