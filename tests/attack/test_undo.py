"""Undoing and erasing while others write: whoever calls sees no error, and what is left is what was not taken back."""

from __future__ import annotations

import asyncio
import gc
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from lukasa import AsyncHandle, AsyncMemory, Receipt, Settings

SETTINGS = Settings(embedder="hashing")
CALLS = 4
"""Calls that are taken back, while as many of each sort go on."""


@pytest.fixture(params=["memory", "sqlite"])
async def memory(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncMemory]:
    path = "memory:" if request.param == "memory" else tmp_path / "memory.lukasa"
    async with await AsyncMemory.open(path, settings=SETTINGS) as opened:
        yield opened
        assert (await opened.verify()).findings == ()


async def said(ana: AsyncHandle, text: str, key: str, session: str = "s") -> Receipt:
    return await ana.remember({"role": "user", "name": "Ana", "content": text}, session=session, key=key)


async def undo_changes(ana: AsyncHandle, receipt: Receipt) -> None:
    entries = [entry for entry in await ana.changes() if entry.call == receipt.change]
    await both(*(ana.undo(entry.version) for entry in entries))


TAKEN_BACK: dict[str, Callable[[AsyncHandle, Receipt], Awaitable[Any]]] = {
    "undo a call": lambda ana, receipt: ana.undo(call=receipt.change),
    "undo its changes one by one": undo_changes,
    "undo twice": lambda ana, receipt: both(ana.undo(call=receipt.change), ana.undo(call=receipt.change)),
    "erase": lambda ana, receipt: ana.erase(receipt.turns),
    "undo and erase": lambda ana, receipt: both(ana.undo(call=receipt.change), ana.erase(receipt.turns)),
    "forget and undo": lambda ana, receipt: both(ana.forget(receipt.turns), ana.undo(call=receipt.change)),
}
BESIDE: dict[str, Callable[[AsyncHandle, int], Awaitable[Any]]] = {
    "others remember": lambda ana, number: said(ana, f"I read book {number}.", f"b{number}", "t"),
    "the same is said": lambda ana, number: said(ana, "I am allergic to walnuts.", f"b{number}", "t"),
    "the session goes on": lambda ana, number: said(ana, f"I read book {number}.", f"b{number}"),
    "others are erased": lambda ana, number: said_and_erased(ana, number),  # noqa: PLW0108 - it stands below
}


async def both(*calls: Awaitable[Any]) -> None:
    async with asyncio.TaskGroup() as group:
        for call in calls:
            group.create_task(awaited(call))


async def awaited(call: Awaitable[Any]) -> Any:
    return await call


async def said_and_erased(ana: AsyncHandle, number: int) -> None:
    receipt = await said(ana, f"I lost book {number}. I am allergic to walnuts.", f"b{number}", "t")
    await ana.erase(receipt.turns)


@pytest.mark.anyio
@pytest.mark.parametrize(("taken", "beside"), list(product(TAKEN_BACK, BESIDE)))
async def test_what_is_taken_back_while_others_write_is_gone_and_the_rest_stays(
    memory: AsyncMemory, taken: str, beside: str
) -> None:
    ana = memory.of("ana")
    receipts = [
        await said(ana, f"I keep lamp{number}x. I am allergic to walnuts.", f"k{number}")
        for number in range(2 * CALLS)
    ]

    async with asyncio.TaskGroup() as group:
        for number, receipt in enumerate(receipts[:CALLS]):
            group.create_task(awaited(TAKEN_BACK[taken](ana, receipt)))
            group.create_task(awaited(BESIDE[beside](ana, number)))

    gone = {f"lamp{number}x" for number in range(CALLS)}
    left = {f"lamp{number}x" for number in range(CALLS, 2 * CALLS)}
    turns, facts = await ana.turns(), await ana.facts()
    assert set(re.findall(r"lamp\d+x", repr(turns))) == left
    assert not set(re.findall(r"lamp\d+x", repr(facts))) & gone
    (walnuts,) = [fact for fact in facts if fact.attribute == "allergic_to"]
    assert {source.turn for source in walnuts.sources} <= {turn.id for turn in turns}
    assert walnuts.evidence >= CALLS


@pytest.mark.anyio
async def test_a_call_that_is_cancelled_before_its_turn_leaves_nothing_that_never_ran():
    async with await AsyncMemory.open("memory:", settings=SETTINGS) as memory:
        ana = memory.of("ana")
        await said(ana, "I keep a lamp.", "k")
        for _ in range(20):
            read = asyncio.create_task(ana.jobs())
            await asyncio.sleep(0)
            read.cancel()
            with suppress(asyncio.CancelledError):
                await read
        gc.collect()
        assert len(await ana.turns()) == 1
