"""Calls that are cancelled wherever they wait: made again, they leave what one call leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from pathlib import Path
from typing import Any

import pytest
from _settings import SETTINGS

from lukasa import AsyncHandle, AsyncMemory

pytestmark = pytest.mark.anyio

AT = "2026-03-01T10:00:00Z"
MANY = [*(f"Note {n}: the kettle boils." for n in range(101)), "I live in Lisbon.", "I moved to Faro."]

Call = Callable[[AsyncHandle], Coroutine[Any, Any, object]]


class Interrupted:
    """A call that its task's cancellation meets at the n-th time that it waits."""

    def __init__(self, call: Awaitable[object], at: int) -> None:
        self._call, self._left = call, at

    def __await__(self) -> Generator[Any, Any, object]:
        steps = self._call.__await__()
        sent: BaseException | None = None
        while True:
            try:
                waits_for = steps.send(None) if sent is None else steps.throw(sent)
            except StopIteration as end:
                return end.value
            self._left -= 1
            if not self._left and (task := asyncio.current_task()):
                task.cancel()
            try:
                sent = None
                yield waits_for
            except BaseException as error:  # noqa: BLE001 - the call gets it
                sent = error


async def _run(call: Awaitable[object]) -> object:
    return await call


async def _left(memory: AsyncMemory) -> tuple[object, ...]:
    ana = memory.of("ana")
    facts = await ana.facts(status=["current", "superseded", "retracted"])
    assert not (await memory.verify()).findings
    return {turn.id for turn in await ana.turns()}, {(fact.text, fact.status) for fact in facts}


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda ana: ana.remember("I live in Porto.", at=AT), id="one message"),
        pytest.param(lambda ana: ana.remember(MANY, at=AT), id="many messages"),
        pytest.param(lambda ana: ana.erase(text="Oslo"), id="erase"),
    ],
)
async def test_a_call_that_is_cancelled_anywhere_and_made_again_leaves_what_one_call_leaves(
    tmp_path: Path, call: Call
):
    expected, at, again = None, 0, True
    while again:
        async with await AsyncMemory.open(tmp_path / f"{at}.lukasa", settings=SETTINGS) as memory:
            ana = memory.of("ana")
            await ana.remember("I live in Oslo.", at="2026-02-01T10:00:00Z")
            task = asyncio.create_task(_run(Interrupted(call(ana), at)))
            await asyncio.wait([task])
            again = not at or task.cancelled()
            await (call(ana) if again else task)
            left = await _left(memory)
        expected = expected or left

        assert left == expected, f"cancelled when it waited for the {at}th time"
        at += 1
    assert at > 3, "it waits several times"
