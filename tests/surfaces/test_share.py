"""How requests of several owners share one server. Nothing is timed."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

import pytest
from starlette.exceptions import HTTPException

from lukasa.surfaces.http import share
from lukasa.surfaces.http.share import _MOST_WAITING, FairShare

pytestmark = pytest.mark.anyio


class Door:
    """Requests that run until told to end, under a clock that is moved by hand."""

    def __init__(self, at_once: int, clock: Callable[[], float] | None = None) -> None:
        self.now = 0.0
        self.share = FairShare(at_once, clock or (lambda: self.now))
        self.running: list[str] = []
        self._begins: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._ends: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def ask(self, *names: str) -> None:
        """Begin requests; the owner of one is the first letter of its name."""
        for name in names:
            self._tasks[name] = asyncio.create_task(self._request(name))
        await self._settle()

    async def end(self, *names: str) -> None:
        for name in names:
            self._ends[name].set()
        await self._settle()

    async def leave(self, name: str) -> None:
        self._tasks[name].cancel()
        with suppress(asyncio.CancelledError):
            await self._tasks[name]

    async def _request(self, name: str) -> None:
        async with self.share.slot(name[0]):
            self.running.append(name)
            self._begins[name].set()
            try:
                await self._ends[name].wait()
            finally:
                self.running.remove(name)

    async def begun(self, *names: str) -> None:
        for name in names:
            await self._begins[name].wait()

    async def _settle(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)


async def test_whoever_is_alone_waits_for_nothing() -> None:
    door = Door(2)
    await door.ask("a1", "a2", "a3", "a4")
    assert door.running == ["a1", "a2", "a3", "a4"]


async def test_beside_others_requests_of_one_owner_run_in_order_a_few_at_once() -> None:
    door = Door(2)
    await door.ask("b1", "a1", "a2", "a3", "a4", "a5", "b2", "c1")
    assert door.running == ["b1", "a1", "a2", "b2", "c1"]

    await door.end("a2")
    assert door.running == ["b1", "a1", "b2", "c1", "a3"]
    await door.end("a1", "a3")
    assert door.running == ["b1", "b2", "c1", "a4", "a5"]


async def test_what_ran_before_others_came_is_not_stopped_but_nothing_is_added() -> None:
    door = Door(1)
    await door.ask("a1", "a2", "b1", "a3")
    assert door.running == ["a1", "a2", "b1"]

    await door.end("a1")
    assert door.running == ["a2", "b1"]
    await door.end("a2")
    assert door.running == ["b1", "a3"]


async def test_whoever_had_more_waits_while_others_run_and_loses_no_turn_to_equals() -> None:
    door = Door(1)
    await door.ask("b1", "a1", "a2", "a3", "a4", "a5", "a6")
    await door.end("b1", "a1", "a2")
    await door.ask("c1")
    assert door.running == ["a3", "c1"]

    await door.end("a3")
    assert door.running == ["c1"]
    await door.ask("d1", "c2")
    await door.end("c1")
    assert door.running == ["d1", "c2"]
    await door.end("d1")
    assert door.running == ["c2", "a4"]


async def test_what_was_had_is_forgotten() -> None:
    door = Door(1)
    await door.ask("b1", "a1", "a2", "a3", "a4")
    await door.end("a1", "a2")
    await door.ask("c1")
    await door.end("a3")
    assert door.running == ["b1", "c1"]

    door.now = 30  # nobody else asks any more, so all of c's run
    await door.ask("c2")
    assert door.running == ["b1", "c1", "c2"]
    await door.end("b1")
    assert door.running == ["c1", "c2", "a4"]


async def test_an_owner_between_two_requests_still_counts_for_ten_seconds() -> None:
    door = Door(1)
    await door.ask("b1", "a1", "a2", "a3", "a4")
    await door.end("b1")
    door.now = 9
    await door.end("a1")
    assert door.running == ["a2"]

    door.now = 11
    await door.end("a2")
    assert door.running == ["a3", "a4"]


async def test_a_request_that_takes_long_holds_nobody_back() -> None:
    door = Door(1)
    await door.ask("b1", "a1", "a2", "a3")
    await door.end("a1", "a2", "a3")
    await door.ask("a4", "b2")
    assert door.running == ["b1"]

    door.now = 3
    await door.ask("c1")
    await door.end("c1")
    assert sorted(door.running) == ["a4", "b1", "b2"]


async def test_those_that_wait_go_on_when_the_one_that_they_wait_for_takes_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(share, "_LONG", 0.01)
    door = Door(1, clock=monotonic)
    await door.ask("b1", "a1", "a2", "a3")
    await door.end("a1", "a2", "a3")
    await door.ask("a4", "b2")

    await door.begun("a4", "b2")
    assert sorted(door.running) == ["a4", "b1", "b2"]


async def test_whoever_had_most_rests_after_a_request_as_long_as_it_took() -> None:
    door = Door(1)
    await door.ask("b1", "a1", "a2", "a3", "a4", "a5")
    await door.end("b1", "a1", "a2")
    assert door.running == ["a3"]

    door.now = 0.5
    await door.end("a3")
    assert door.running == []
    door.now = 0.9
    await door.ask("c1")
    await door.end("c1")
    assert door.running == []
    door.now = 1.0
    await door.ask("c2")
    await door.end("c2")
    assert door.running == ["a4"]

    door.now = 2.2  # nobody asked for a second
    await door.end("a4")
    assert door.running == ["a5"]


async def test_a_rest_ends_by_itself() -> None:
    door = Door(1, clock=monotonic)
    await door.ask("b1", "a1", "a2", "a3", "a4")
    await door.end("b1", "a1", "a2")
    await asyncio.sleep(0.02)
    await door.end("a3")
    assert door.running == []

    await door.begun("a4")


async def test_whoever_gives_up_leaves_the_queue() -> None:
    door = Door(1)
    await door.ask("b1", "a1", "a2", "a3")
    await door.leave("a2")
    await door.end("a1")
    assert door.running == ["b1", "a3"]

    await door.ask("a4")
    await door.leave("a3")
    await door.end()
    assert door.running == ["b1", "a4"]


async def test_whoever_gave_up_takes_no_place_in_a_queue() -> None:
    door = Door(1)
    await door.ask("b1", "a", *(f"a{number}" for number in range(_MOST_WAITING)))
    await door.leave("a7")
    await door.ask("a last")
    for number in range(_MOST_WAITING):
        if number != 7:
            await door.leave(f"a{number}")

    await door.end("a")
    assert door.running == ["b1", "a last"]


async def test_a_queue_that_is_too_long_is_refused() -> None:
    door = Door(1)
    await door.ask("b1", "a", *(f"a{number}" for number in range(_MOST_WAITING)))
    with pytest.raises(HTTPException) as refused:
        async with door.share.slot("a"):
            pass
    assert refused.value.status_code == 429

    await door.end("a")
    assert door.running == ["b1", "a0"]


async def test_without_a_bound_nobody_waits() -> None:
    door = Door(0)
    await door.ask("b1", "a1", "a2", "a3")
    assert door.running == ["b1", "a1", "a2", "a3"]
