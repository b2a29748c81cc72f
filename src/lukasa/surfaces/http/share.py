"""Whose request runs next while several ask at once: one that asks without pause must not slow the others."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

from starlette.exceptions import HTTPException

_SECONDS = 10.0
"""So long after a request an owner counts as asking too, and after so long it has had half as much: a pause between two requests
must not let all in that wait."""

_MOST_WAITING = 128
"""Of one owner. Each holds a connection, of which the server has 512."""


@dataclass(slots=True)
class _Load:
    """What one owner has under way, and has had."""

    at: float
    had: float = 0.0
    """Requests that ran, at that time."""

    running: int = 0
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)

    def had_by(self, now: float) -> float:
        return float(self.had * 0.5 ** ((now - self.at) / _SECONDS))


class FairShare:
    """Lets requests run: all of an owner who is alone; beside others *at_once* of each, in the order they came.

    And none while *at_once* run of others who had less than half as much lately.
    """

    def __init__(self, at_once: int, clock: Callable[[], float] = monotonic) -> None:
        self._at_once, self._clock = at_once, clock
        self._loads: OrderedDict[Hashable, _Load] = OrderedDict()  # whoever asked last is last
        self._busy: dict[Hashable, _Load] = {}
        """Those of whom a request runs or waits."""

    @asynccontextmanager
    async def slot(self, owner: Hashable) -> AsyncIterator[None]:
        """Run one request of *owner* inside. Raises `HTTPException` (429) when too many of them wait."""
        load = self._touch(owner)
        if len(load.waiting) >= _MOST_WAITING:
            raise HTTPException(429, "too many requests of this key wait; try again", {"Retry-After": "1"})
        self._busy[owner] = load
        gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        load.waiting.append(gate)
        self._admit(owner, load)
        try:
            await gate
            yield
        finally:
            if not gate.cancelled():  # those that are, nobody lets in
                load.running -= 1
            self._touch(owner)
            for name, each in list(self._busy.items()):
                self._admit(name, each)

    def _admit(self, owner: Hashable, load: _Load) -> None:
        while load.waiting and self._may_run(owner, load):
            gate = load.waiting.popleft()
            if not gate.cancelled():
                gate.set_result(None)
                load.running += 1
                load.had += 1
        if not (load.running or load.waiting):
            self._busy.pop(owner, None)

    def _may_run(self, owner: Hashable, load: _Load) -> bool:
        if not self._at_once or self._is_alone(owner):
            return True
        if load.running >= self._at_once:
            return False
        now = self._clock()
        most = load.had_by(now) / 2
        lighter = sum(each.running for each in self._busy.values() if each.had_by(now) < most)
        return lighter < self._at_once

    def _is_alone(self, owner: Hashable) -> bool:
        other = next((load for name, load in reversed(self._loads.items()) if name != owner), None)
        return other is None or other.at < self._clock() - _SECONDS

    def _touch(self, owner: Hashable) -> _Load:
        now = self._clock()
        load = self._loads.setdefault(owner, _Load(now))
        load.had, load.at = load.had_by(now), now
        self._loads.move_to_end(owner)
        oldest, last = next(iter(self._loads.items()))
        if last.at < now - _SECONDS and oldest not in self._busy:
            del self._loads[oldest]
        return load
