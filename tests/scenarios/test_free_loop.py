"""Every verb leaves the event loop to others: no call that blocks, and little computing, however much is stored."""

from __future__ import annotations

import sys
from asyncio import Handle
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import contextmanager
from inspect import isasyncgenfunction, iscoroutinefunction
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from _settings import SURE
from blockbuster import BlockingError, blockbuster_ctx
from test_paper_graph import script_of

import lukasa
from lukasa import AsyncHandle, AsyncMemory, Settings
from lukasa.errors import InputError
from lukasa.extraction.guidance import Guidance
from lukasa.ports.llm import LLMReply, LLMRequest
from lukasa.testing.llm import ScriptedLLM

pytestmark = pytest.mark.anyio

AT = "2026-03-01T10:00:00Z"
LATER = "2026-04-01T10:00:00Z"
SETTINGS = Settings(embedder="hashing", tokens="words", extractor="rules", recall=SURE)

ELSEWHERE = {"aclose", "of", "open"}
"""Verbs that are called to have a memory at all."""


class Called:
    """Notes which verbs of an object are called, and calls them."""

    def __init__(self, target: AsyncHandle | AsyncMemory) -> None:
        self._target = target
        self.names: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.names.add(name)
        return getattr(self._target, name)

    @property
    def missing(self) -> set[str]:
        """Verbs that were not called."""
        kind = type(self._target)
        verbs = {
            name
            for name in dir(kind)
            if not name.startswith("_")
            and (iscoroutinefunction(verb := getattr(kind, name)) or isasyncgenfunction(verb))
        }
        return verbs - self.names - ELSEWHERE


def reply(request: LLMRequest) -> Any:
    if request.purpose in {"answer", "chat"}:
        return LLMReply(text="You live in Faro [1].")
    return script_of({"Faro": [("Ana", "lives_in", "Faro")]})(request)


async def every_verb(memory: Any, ana: Any, elsewhere: Path) -> None:  # noqa: PLR0915 - as many as there are verbs
    """Call each verb once at least, over what rules and a model found."""
    first = await ana.remember(
        [f"I live in Faro. My sister Olu works in Porto, {n} days a week." for n in range(120)],
        session="s",
        at=AT,
    )
    moved = await ana.remember("I moved to Lisbon.", session="t", at=LATER, wait=True)
    await ana.believe("Ana keeps bees.", subject="Ana")
    await ana.guide(Guidance(instructions="Bees matter."))

    assert (await ana.recall("Where does Olu work?", filter={"session": "s"})).hits
    assert (await ana.context("Where does Olu work?")).text
    assert (await ana.ask("Where do I live?")).text
    assert [piece async for piece in ana.ask_stream("Where do I live?")]
    await ana.chat("Where do I live?", session="u")

    facts = await ana.facts(status="current")
    bees = next(fact for fact in facts if "bees" in fact.text)
    assert (await ana.why(bees.id)).testimony
    for listed in ("turns", "stats", "audit", "conflicts", "timeline", "changes", "review", "summaries"):
        await getattr(ana, listed)()
    await ana.history(bees.id)
    await ana.diff(0)
    await ana.entities()
    await ana.relations()
    await ana.related("Ana")
    await ana.path("Ana", "Faro")
    assert await ana.graph()
    await ana.amend(bees.id, pinned=True)
    await ana.alias("Ana", "Anita")
    await ana.merge("Olu", "Olga")
    await ana.split("Olu", "Olga")
    await ana.rename("Anita", "Annie")
    for decide in (ana.settle, ana.approve, ana.reject):
        with pytest.raises(InputError, match=bees.id):  # it is in no doubt
            await decide(bees.id)

    said = [message async for message in ana.export()]
    await memory.of("copy").remember(said)
    await ana.forget(first.turns[:3])
    await ana.restore(first.turns[:1])
    await ana.reextract("t", dry_run=True)
    await ana.undo(call=moved.change)
    await ana.maintain()
    await ana.sweep()
    await ana.flush(10)
    await ana.jobs()
    await ana.retry()
    await ana.usage()
    await ana.erase(session="s")
    await ana.readmit(first.turns[:1])

    for listed in ("extract", "flush", "jobs", "partitions", "reembed", "reindex", "retry", "stats", "usage"):
        await getattr(memory, listed)()
    await memory.work(until_idle=True)
    assert (await memory.doctor()).ok
    assert (await memory.verify()).ok
    await memory.backup(elsewhere)
    await memory.compact()


@pytest.fixture
async def memory(tmp_path: Path) -> AsyncIterator[AsyncMemory]:
    settings = SETTINGS.with_(extractor="paper+graph")
    async with await AsyncMemory.open(
        tmp_path / "m.lukasa", settings=settings, llm=ScriptedLLM(reply)
    ) as opened:
        yield opened


async def test_no_verb_makes_a_call_that_blocks(memory: AsyncMemory, tmp_path: Path):
    # Modules load once, and that reads files.
    await every_verb(memory, memory.of("warm up"), tmp_path / "warm.lukasa")
    ana, every = Called(memory.of("ana")), Called(memory)
    with blockbuster_ctx() as buster:
        assert buster
        await every_verb(every, ana, tmp_path / "copy.lukasa")
        with pytest.raises(BlockingError):
            (tmp_path / "copy.lukasa").read_bytes()

    assert (ana.missing, every.missing) == (set(), set())


# --- how much is computed in the loop ---------------------------------------------------------------------------------

HOME = str(Path(lukasa.__file__).parent)


@contextmanager
def lines_in_the_loop() -> Iterator[dict[str, int]]:
    """Count the lines of Lukasa that this thread runs in one step of its loop: the most of all steps, by where it began.

    A line counts as often as it runs, a comprehension's for each item. Other threads are not counted.
    """
    most: dict[str, int] = {}
    count = 0
    began = ""
    step, before = Handle._run, sys.gettrace()

    def line(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return line

    def call(frame: FrameType, _event: str, _argument: object) -> Any:
        nonlocal began
        if not frame.f_code.co_filename.startswith(HOME):
            return None
        began = began or frame.f_code.co_qualname
        return line

    def counted(self: Handle) -> None:
        nonlocal count, began
        count, began = 0, ""
        sys.settrace(call)
        try:
            step(self)
        finally:
            sys.settrace(before)
            most[began] = max(count, most.get(began, 0))

    Handle._run = counted  # type: ignore[method-assign]
    try:
        yield most
    finally:
        sys.settrace(before)
        most[began] = max(count, most.get(began, 0))
        Handle._run = step  # type: ignore[method-assign]


MANY = 600
"""More than a page of an export."""

TOWNS = ("Faro", "Porto", "Oslo")


async def exported(handle: AsyncHandle) -> list[dict[str, Any]]:
    return [message async for message in handle.export()]


async def test_what_is_computed_in_the_loop_for_each_item_is_next_to_nothing(tmp_path: Path):
    """A step of the loop may go through what there is, a few lines an item, and nothing more: 20 ms are some 300,000 lines."""
    said = [
        {
            "role": "user",
            "name": "Ana",
            "content": f"I moved to {TOWNS[n % 3]}. My sister Olu works in {TOWNS[n % 2]}.",
            "session": f"s{n // 100}",
            "at": AT,
        }
        for n in range(MANY)
    ]
    worst: dict[str, tuple[int, str]] = {}

    async def counted(name: str, verb: Awaitable[Any]) -> Any:
        with lines_in_the_loop() as most:
            result = await verb
        worst[name] = max((count, began) for began, count in most.items())
        return result

    async with await AsyncMemory.open(tmp_path / "m.lukasa", settings=SETTINGS) as memory:
        ana = memory.of("ana")
        receipt = await counted("remember", ana.remember(said))
        await counted("again", ana.remember(said))
        for name in ("recall", "context", "ask"):
            await counted(name, getattr(ana, name)("Where did I move?"))
        for name in (
            "facts",
            "turns",
            "audit",
            "changes",
            "timeline",
            "entities",
            "relations",
            "graph",
            "sweep",
        ):
            await counted(name, getattr(ana, name)())
        await counted("export", exported(ana))
        await counted("why", ana.why(receipt.facts[0]))
        await counted("diff", ana.diff(0))
        await counted("forget", ana.forget(receipt.turns))
        await counted("restore", ana.restore(receipt.turns))
        await counted("reextract", ana.reextract(dry_run=True))
        await counted("undo", ana.undo(call=receipt.change))
        await counted("verify", memory.verify())
        await counted("erase a word", ana.erase(text="Faro"))
        await counted("erase", ana.erase(everything=True))

    assert {name: found for name, found in worst.items() if found[0] > 8 * MANY} == {}
