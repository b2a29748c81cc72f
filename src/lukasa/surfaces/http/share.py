"""Whose request runs next while several ask at once: one that asks without pause must not slow the others."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Hashable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from heapq import nsmallest
from itertools import takewhile
from math import inf
from time import monotonic

from starlette.exceptions import HTTPException

_SECONDS = 10.0
"""So long after a request an owner counts as asking too, and after so long it has had half as much: a pause between two requests
must not let all in that wait."""

_LONG = 2.0
"""Seconds after which a request holds nobody back any more: one may store many thousands of messages."""

_RECENT = 1.0
"""Seconds after a request in which others make way for the next one of its owner."""

_MOST_WAITING = 128
"""Of one owner. Each holds a connection, of which the server has 512."""


@dataclass(slots=True)
class _Load:
    """What one owner has under way, and has had."""

    at: float
    had: float = 0.0
    """Requests that ran, at that time."""

    running: dict[asyncio.Future[None], float] = field(default_factory=dict)
    """When each began."""

    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)

    rests_until: float = -inf

    def had_by(self, now: float) -> float:
        return float(self.had * 0.5 ** ((now - self.at) / _SECONDS))

    def holding(self, now: float) -> int:
        """Return how many of those that run hold others back."""
        return sum(now - began < _LONG for began in self.running.values())


class FairShare:
    """Lets requests run: all of an owner who is alone; beside others *at_once* of each, in the order they came.

    And none while *at_once* run of others who had less than half as much lately. One that takes long counts in neither.
    Who had more than twice as much as anybody else rests after a request for as long as it took: other processes share the
    cores, and know nothing of this one.
    """

    def __init__(self, at_once: int, clock: Callable[[], float] = monotonic) -> None:
        self._at_once, self._clock = at_once, clock
        self._loads: OrderedDict[Hashable, _Load] = OrderedDict()  # whoever asked last is last
        self._busy: dict[Hashable, _Load] = {}
        """Those of whom a request runs or waits."""

        self._later: asyncio.TimerHandle | None = None
        """Looks again while anybody waits: that a request takes long, or a rest ends, is no event."""

    @asynccontextmanager
    async def slot(self, owner: Hashable) -> AsyncIterator[None]:
        """Run one request of *owner* inside. Raises `HTTPException` (429) when too many of them wait."""
        load = self._touch(owner)
        if len(load.waiting) >= _MOST_WAITING:
            raise HTTPException(429, "too many requests of this key wait; try again", {"Retry-After": "1"})
        self._busy[owner] = load
        gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        load.waiting.append(gate)
        self._admit({owner: load})
        try:
            await gate
            yield
        finally:
            began = load.running.pop(gate, None)
            if began is None and gate in load.waiting:
                load.waiting.remove(gate)
            self._touch(owner)
            if began is not None and self._had_most(owner, load):
                load.rests_until = load.at + min(load.at - began, _LONG)
            self._admit(self._busy)

    def _admit(self, loads: Mapping[Hashable, _Load]) -> None:
        """Let in whoever may run."""
        now = self._clock()
        lightest = self._lightest(now)
        for owner, load in list(loads.items()):
            while load.waiting and self._may_run(owner, load, now, lightest):
                gate = load.waiting.popleft()
                if not gate.cancelled():
                    gate.set_result(None)
                    load.running[gate] = now
                    load.had += 1
                    lightest = self._lightest(now)
            if not (load.running or load.waiting):
                self._busy.pop(owner, None)
        if rests := [load.rests_until - now for load in loads.values() if load.waiting]:
            self._look_again_within(min([_LONG, *(rest for rest in rests if rest > 0)]))

    def _look_again_within(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        if self._later is not None:
            if self._later.when() <= loop.time() + seconds:
                return
            self._later.cancel()
        self._later = loop.call_later(seconds, self._look_again)

    def _look_again(self) -> None:
        self._later = None
        self._admit(self._busy)

    def _may_run(self, owner: Hashable, load: _Load, now: float, lightest: float) -> bool:
        if not self._at_once or self._is_alone(owner, now):
            return True
        makes_way = now < load.rests_until or load.had_by(now) / 2 > lightest
        return load.holding(now) < self._at_once and not makes_way

    def _lightest(self, now: float) -> float:
        """Return what an owner may have had twice of, to run beside the *at_once* requests of those who had least."""
        had = (each.had_by(now) for each in self._busy.values() for _ in range(each.holding(now)))
        return max(least) if len(least := nsmallest(self._at_once, had)) == self._at_once > 0 else inf

    def _is_alone(self, owner: Hashable, now: float) -> bool:
        return next(self._others(owner, since=now - _SECONDS), None) is None

    def _had_most(self, owner: Hashable, load: _Load) -> bool:
        """Whether others ask too, and the owner has had more than twice as much as each of them."""
        others = [each.had_by(load.at) for each in self._others(owner, since=load.at - _RECENT)]
        return bool(others) and load.had > 2 * max(others)

    def _others(self, owner: Hashable, *, since: float) -> Iterator[_Load]:
        """Yield who else has asked since then, the last one first."""
        others = (load for name, load in reversed(self._loads.items()) if name != owner)
        return takewhile(lambda load: load.at >= since, others)

    def _touch(self, owner: Hashable) -> _Load:
        now = self._clock()
        load = self._loads.setdefault(owner, _Load(now))
        load.had, load.at = load.had_by(now), now
        self._loads.move_to_end(owner)
        oldest, last = next(iter(self._loads.items()))
        if last.at < now - _SECONDS and oldest not in self._busy:
            del self._loads[oldest]
        return load
