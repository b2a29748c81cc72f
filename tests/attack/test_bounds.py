"""Whatever size or depth comes in: a typed error that names the argument and the limit, or it works; and the loop goes on."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from threading import current_thread
from typing import Any

import pytest

from lukasa import AsyncMemory, Handle, Memory, Settings
from lukasa import off_loop as module
from lukasa.bounds import LIMITS
from lukasa.domain.filter import Compare, Not
from lukasa.domain.turn import Span
from lukasa.errors import ConfigError, InputError, LukasaError
from lukasa.extraction.guidance import Guidance
from lukasa.off_loop import collected, off_loop
from lukasa.retrieval import channels
from lukasa.text.passages import passages

SETTINGS = Settings(embedder="hashing", tokens="words")
LONG = "E" * 10_000_000
LABEL = "E" * (LIMITS.label_bytes + 1)


@pytest.fixture
def ana() -> Iterator[Handle]:
    with Memory.open("memory:", settings=SETTINGS) as memory:
        yield memory.of("ana")


def deep(levels: int, *, of: Callable[[object], object] = lambda inner: {"a": inner}) -> object:
    value: object = 1
    for _ in range(levels):
        value = of(value)
    return value


def nested(levels: int) -> Not | Compare:
    filter_: Not | Compare = Compare("session", "eq", "s")
    for _ in range(levels):
        filter_ = Not(filter_)
    return filter_


def fact(ana: Handle) -> str:
    return ana.believe("Ana likes tea.", subject="Ana").facts[0]


REFUSED: dict[str, tuple[Callable[[Handle], object], str]] = {
    "question": (lambda ana: ana.recall(LONG), "the question"),
    "question in bytes": (lambda ana: ana.recall("é" * (LIMITS.question_bytes - 9)), "the question"),
    "context": (lambda ana: ana.context(LONG), "the question"),
    "ask": (lambda ana: ana.ask(LONG), "the question"),
    "ask_stream": (lambda ana: list(ana.ask_stream(LONG)), "the question"),
    "question that is none": (lambda ana: ana.recall(deep(100_000)), "the question"),  # type: ignore[arg-type]
    "kinds": (lambda ana: ana.recall("tea?", kinds=deep(100_000)), "kinds"),  # type: ignore[arg-type]
    "kinds in a list": (lambda ana: ana.recall("tea?", kinds=[["turn"]]), "kinds"),  # type: ignore[list-item]
    "now": (lambda ana: ana.recall("tea?", now=LONG), "now"),
    "as_of": (lambda ana: ana.recall("tea?", as_of=LONG), "as_of"),
    "valid_at": (lambda ana: ana.facts(valid_at=LONG), "valid_at"),
    "limit": (lambda ana: ana.recall("tea?", limit=10**1000), "limit"),
    "budget": (lambda ana: ana.context("tea?", budget=10**1000), "budget"),
    "filter: text": (lambda ana: ana.recall("tea?", filter={"text": LONG}), "filter on 'text'"),
    "filter: field": (lambda ana: ana.turns(filter={f"metadata.{LONG}": 1}), "filter on"),
    "filter: values": (lambda ana: ana.turns(filter={"session": {"in": ["s"] * 50_000}}), "conditions"),
    "filter: conditions": (lambda ana: ana.facts(filter={"or": [{"session": "s"}] * 50_000}), "conditions"),
    "filter: depth": (lambda ana: ana.turns(filter=deep(5_000, of=lambda part: {"not": part})), "nested"),  # type: ignore[arg-type]
    "filter: depth, built by hand": (lambda ana: ana.turns(filter=nested(100_000)), "nested"),
    "filter: value": (lambda ana: ana.turns(filter={"text": deep(100_000, of=lambda part: [part])}), "text"),
    "speaker": (lambda ana: ana.remember({"role": "user", "name": LONG, "content": "hi"}), "'name'"),
    "session": (lambda ana: ana.remember("hi", session=LABEL), "session"),
    "own session": (lambda ana: ana.remember({"content": "hi", "session": LABEL}), "'session'"),
    "agent": (lambda ana: ana.remember("hi", agent=LABEL), "agent"),
    "key": (lambda ana: ana.remember("hi", key=LABEL), "key"),
    "own key": (lambda ana: ana.remember({"content": "hi", "key": LONG}), "'key'"),
    "origin": (lambda ana: ana.remember("hi", origin=LONG), "origin"),
    "role": (lambda ana: ana.remember({"role": deep(100_000), "content": "hi"}), "role"),
    "zone": (lambda ana: ana.remember("hi", zone=LONG), "zone"),
    "at": (lambda ana: ana.remember("hi", at=LONG), "at"),
    "own at": (lambda ana: ana.remember({"content": "hi", "at": deep(100_000)}), "'at'"),
    "text": (lambda ana: ana.remember(LONG), "the message has 10,000,000 characters"),
    "content that is none": (lambda ana: ana.remember({"content": deep(100_000)}), "'content'"),
    "parts": (lambda ana: ana.remember({"content": [{"type": "text", "text": "x" * 9}] * 200_000}), "message"),
    "metadata: text": (lambda ana: ana.remember("hi", metadata={"x": LONG}), "metadata"),
    "metadata: texts together": (lambda ana: ana.remember("hi", metadata={f"{k}": "x" * 999 for k in range(101)}), "metadata"),
    "metadata: key": (lambda ana: ana.remember("hi", metadata={LABEL: 1}), "metadata: the key"),
    "metadata: keys": (lambda ana: ana.remember("hi", metadata={str(k): k for k in range(1_001)}), "1,000 values"),
    "metadata: list": (lambda ana: ana.remember("hi", metadata={"x": [1] * 1_001}), "1,000 values"),
    "metadata: depth": (lambda ana: ana.remember("hi", metadata={"x": deep(100_000)}), "nested more than 8"),  # type: ignore[dict-item]
    "metadata: depth of lists": (lambda ana: ana.remember("hi", metadata={"x": deep(100_000, of=lambda part: [part])}), "nested"),  # type: ignore[dict-item]
    "metadata of a message": (lambda ana: ana.remember({"content": "hi", "metadata": {"x": deep(100_000)}}), "message: metadata"),
    "metadata that is none": (lambda ana: ana.remember({"content": "hi", "metadata": [deep(100_000)]}), "message: metadata"),
    "metadata: number": (lambda ana: ana.remember("hi", metadata={"x": 10**1000}), "metadata 'x'"),
    "messages": (lambda ana: ana.remember(["hi"] * (LIMITS.messages + 1)), "100,001 messages"),
    "messages that are none": (lambda ana: ana.remember([deep(100_000)] * 2), "message 0"),  # type: ignore[list-item]
    "fact": (lambda ana: ana.believe(LONG, subject="Ana"), "text"),
    "subject": (lambda ana: ana.believe("Ana is old.", subject=LABEL), "subject"),
    "attribute": (lambda ana: ana.believe("Ana is old.", subject="Ana", attribute=LABEL, value="x"), "attribute"),
    "value": (lambda ana: ana.believe("Ana is old.", subject="Ana", attribute="likes", value=LONG), "value"),
    "metadata of a fact": (lambda ana: ana.believe("Ana is old.", subject="Ana", metadata={"x": deep(100_000)}), "metadata"),  # type: ignore[dict-item]
    "amended text": (lambda ana: ana.amend(fact(ana), text=LONG), "text"),
    "amended metadata": (lambda ana: ana.amend(fact(ana), metadata={"x": deep(100_000)}), "metadata"),  # type: ignore[dict-item]
    "reason to amend": (lambda ana: ana.amend(fact(ana), pinned=True, reason=LONG), "reason"),
    "reason to forget": (lambda ana: ana.forget([], reason=LONG), "reason"),
    "reason to restore": (lambda ana: ana.restore([], reason=LONG), "reason"),
    "reason to undo": (lambda ana: ana.undo(1, reason=LONG), "reason"),
    "reason to settle": (lambda ana: ana.settle("f", reason=LONG), "reason"),
    "reason to approve": (lambda ana: ana.approve([], reason=LONG), "reason"),
    "reason to reject": (lambda ana: ana.reject([], reason=LONG), "reason"),
    "text to erase": (lambda ana: ana.erase(text=LONG), "the text to erase"),
    "session to erase": (lambda ana: ana.erase(session=LABEL), "session"),
    "session to undo": (lambda ana: ana.undo(session=LABEL), "session"),
    "session to forget": (lambda ana: ana.forget(session=LABEL), "session"),
    "session to read again": (lambda ana: ana.reextract(LABEL), "session"),
    "session to list": (lambda ana: ana.turns(session=LABEL), "session"),
    "subject to list": (lambda ana: ana.facts(subject=LABEL), "subject"),
    "kind to list": (lambda ana: ana.facts(kind=deep(100_000)), "kind"),  # type: ignore[arg-type]
    "status to list": (lambda ana: ana.facts(status=LONG), "status"),  # type: ignore[arg-type]
    "ids": (lambda ana: ana.forget(["t_1"] * 100_001), "100,001 ids"),
    "id": (lambda ana: ana.erase([LONG]), "an id in turns"),
    "id that is none": (lambda ana: ana.restore([deep(100_000)]), "ids"),  # type: ignore[list-item]
    "fact's id": (lambda ana: ana.history(LONG), "fact"),
    "speaker to readmit": (lambda ana: ana.readmit(texts=["x"], speaker=LABEL), "speaker"),
    "entities": (lambda ana: ana.entities(LONG), "query"),
    "relations": (lambda ana: ana.relations(query=LONG), "query"),
    "entity": (lambda ana: ana.related(LABEL), "entity"),
    "path": (lambda ana: ana.path("Ana", LABEL), "end"),
    "graph": (lambda ana: ana.graph(LONG), "format"),
    "merge": (lambda ana: ana.merge("Ana", LABEL), "other"),
    "split": (lambda ana: ana.split(LABEL, "Ana"), "one"),
    "guidance": (lambda _: Guidance(instructions=LONG), "guidance"),
    "user": (lambda _: Memory.open("memory:", settings=SETTINGS).of(LONG), "user"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_too_large_or_too_deep_is_refused_by_its_name(ana: Handle, name: str):
    call, named = REFUSED[name]

    with pytest.raises(InputError, match=re.escape(named)) as caught:
        call(ana)

    assert len(str(caught.value)) < 1_000
    assert ana.stats().turns <= 1


TAKEN: dict[str, Callable[[Handle], object]] = {
    "question": lambda ana: ana.recall("tea " * (LIMITS.question_bytes // 4)),
    "labels": lambda ana: ana.remember(
        {"role": "user", "name": LABEL[1:], "content": "I like mead."},
        session=LABEL[1:],
        agent=LABEL[1:],
        key=LABEL[1:],
    ),
    "metadata": lambda ana: ana.remember("hi", metadata={str(k): "x" * 90 for k in range(1_000)}),
    "depth": lambda ana: ana.remember("hi", metadata={"x": deep(8)}),  # type: ignore[dict-item]
    "text": lambda ana: ana.remember("I like tea. " * 83_000),
    "fact": lambda ana: ana.believe("x" * LIMITS.fact_bytes, subject=LABEL[1:]),
    "reason": lambda ana: ana.amend(fact(ana), pinned=True, reason="x" * LIMITS.reason_bytes),
    "filter": lambda ana: ana.turns(filter={"session": {"in": [str(k) for k in range(19_999)]}}),
    "filter's depth": lambda ana: ana.turns(filter=nested(LIMITS.filter_depth - 1)),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_within_the_limits_is_taken(tmp_path: Path, name: str):
    with Memory.open(tmp_path / "memory.lukasa", settings=SETTINGS) as memory:
        TAKEN[name](memory.of("ana"))

        assert memory.verify().ok


def test_a_call_has_a_limit_as_a_whole(ana: Handle, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("lukasa.writing.messages.LIMITS", replace(LIMITS, call_bytes=2_500))

    with pytest.raises(InputError, match="message 2: the call has more than 2,500 bytes"):
        ana.remember(["x" * 1_000] * 3)

    assert ana.stats().turns == 0


def test_what_was_stored_with_the_longest_key_is_taken_back(tmp_path: Path):
    with Memory.open(tmp_path / "memory.lukasa", settings=SETTINGS) as memory:
        memory.of("ana").remember(["One.", "Two."], key=LABEL[1:])
        exported = list(memory.of("ana").export())

        assert len(memory.of("bob").remember(exported).turns) == 2


@pytest.mark.parametrize("path", ["n" * 300, "d" * 300 + "/m", "/".join(["d" * 200] * 40), "é" * 130])
def test_a_path_that_no_file_system_has_is_refused_by_a_typed_error(tmp_path: Path, path: str):
    with pytest.raises(LukasaError, match=r"shorter|4000"):
        Memory.open(tmp_path / path, settings=SETTINGS)


def test_a_link_to_nothing_is_called_so(tmp_path: Path):
    (tmp_path / "link").symlink_to(tmp_path / "gone")

    with pytest.raises(ConfigError, match="link"):
        Memory.open(tmp_path / "link", settings=SETTINGS)


def test_a_setting_has_a_limit():
    with pytest.raises(ConfigError, match="4000"):
        Settings(embedder="x" * 5_000)


# --- the loop --------------------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_long_work_lets_others_take_their_turn(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "PIECE", 0.0)
    order: list[str] = []

    async def write(name: str) -> list[None]:
        return await collected(order.append(name) for _ in range(50))

    async with asyncio.TaskGroup() as group:
        for name in ("one", "other"):
            group.create_task(write(name))
    await module.release()

    changes = sum(before != after for before, after in pairwise(order))
    assert len(order) == 100
    assert changes >= 50, "one waited until the other was done"


@pytest.mark.anyio
async def test_two_computations_never_run_at_once_even_if_one_is_cancelled():
    running: list[int] = []
    together: list[int] = []

    def work(number: int) -> None:
        running.append(number)
        sum(range(20_000))
        together.append(len(running))
        running.remove(number)

    tasks = [asyncio.create_task(off_loop(work, number)) for number in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.wait(tasks)
    await module.release()

    assert set(together) == {1}


@pytest.mark.anyio
@pytest.mark.parametrize("store", ["memory:", "memory.lukasa"])
async def test_the_loop_turns_many_times_during_one_large_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: str
):
    """Each piece of work is one turn of the loop at least: with pieces of one item, none is done in the loop itself."""
    monkeypatch.setattr(module, "PIECE", 0.0)
    turns = 0

    async def beat() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    where = store if store == "memory:" else tmp_path / store
    async with await AsyncMemory.open(where, settings=SETTINGS) as memory:
        ana = memory.of("ana")
        beating = asyncio.create_task(beat())
        messages = [{"role": "user", "name": "Ana", "content": f"I moved to town{k}."} for k in range(200)]
        receipt = await ana.remember(messages, session="s", at="2026-03-01T10:00:00Z")
        after_remember = turns
        hits = await ana.recall("Where did I move?", limit=5)
        beating.cancel()

    assert len(receipt.turns) == 200
    assert hits.hits
    # Read, identified, marked, extracted, judged, resolved, rendered, encoded, analysed: nine steps for each message.
    assert after_remember >= 9 * 200
    assert turns - after_remember >= 10


@pytest.mark.anyio
async def test_a_long_turn_is_cut_into_its_passages_beside_the_loop(monkeypatch: pytest.MonkeyPatch):
    threads: set[str] = set()

    def cut(text: str) -> list[Span]:
        threads.add(current_thread().name)
        return passages(text)

    monkeypatch.setattr(channels, "passages", cut)
    async with await AsyncMemory.open("memory:", settings=SETTINGS) as memory:
        ana = memory.of("ana")
        await ana.remember("I moved to Faro. " + "The harbour was quiet. " * 200)
        assert (await ana.recall("Where did I move?")).hits
        assert (await ana.context("Where did I move?", budget=200)).excerpts

    assert threads == {"lukasa-computing_0"}


@pytest.mark.anyio
@pytest.mark.parametrize(("messages", "most"), [(1, 0), (200, 7)])
async def test_few_items_are_gone_through_at_once_and_many_beside_the_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, messages: int, most: int
):
    visits: list[str] = []

    def counted(pool: ThreadPoolExecutor, function: Callable[..., Any]) -> Any:
        visits.append(function.func.__name__ if isinstance(function, partial) else "")
        return begun(pool, function)

    begun = module.begun
    monkeypatch.setattr(module, "begun", counted)
    monkeypatch.setattr(module, "PIECE", 60.0)
    settings = Settings(embedder="none", extractor="none")
    async with await AsyncMemory.open(tmp_path / "memory.lukasa", settings=settings) as memory:
        await memory.of(user="ana").remember([f"Message {place}." for place in range(messages)])

    # A single one is read in the loop. Many: reading, turns, index entries, changes, the report, and twice what is freed.
    assert len(visits) <= most
    assert ("report" in visits) == (messages > module.FEW)
