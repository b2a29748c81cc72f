"""How many requests of one owner run at once while others ask too: whoever asks without pause must not slow them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

from starlette.exceptions import HTTPException

_PRESENT_SECONDS = 10.0
"""So long after a request of its own an owner counts as asking too, or a pause between two would let all that waits in."""

_MOST_WAITING = 128
"""Of one owner. Each holds a connection, of which the server has 512."""


@dataclass(slots=True)
class _Load:
    """What one owner has under way."""

    at: float
    running: int = 0
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)


class FairShare:
    """Lets requests run: all of an owner who is alone; of each of several, *at_once*, the others in the order they came."""

    def __init__(self, at_once: int, clock: Callable[[], float] = monotonic) -> None:
        self._at_once, self._clock = at_once, clock
        self._loads: OrderedDict[Hashable, _Load] = OrderedDict()  # whoever asked last is last

    @asynccontextmanager
    async def slot(self, owner: Hashable) -> AsyncIterator[None]:
        """Run one request of *owner* inside. Raises `HTTPException` (429) when too many of them wait."""
        load = self._touch(owner)
        gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        load.waiting.append(gate)
        self._admit(owner, load)
        if len(load.waiting) > _MOST_WAITING:
            load.waiting.pop()
            raise HTTPException(429, "too many requests of this key wait; try again", {"Retry-After": "1"})
        try:
            await gate
            yield
        finally:
            if not gate.cancelled():  # those that are, nobody lets in
                load.running -= 1
                self._admit(owner, self._touch(owner))

    def _admit(self, owner: Hashable, load: _Load) -> None:
        while load.waiting and (load.running < self._at_once or self._is_alone(owner)):
            gate = load.waiting.popleft()
            if not gate.cancelled():
                gate.set_result(None)
                load.running += 1

    def _is_alone(self, owner: Hashable) -> bool:
        if not self._at_once:
            return True
        other = next((load for name, load in reversed(self._loads.items()) if name != owner), None)
        return other is None or other.at < self._clock() - _PRESENT_SECONDS

    def _touch(self, owner: Hashable) -> _Load:
        now = self._clock()
        load = self._loads.setdefault(owner, _Load(now))
        load.at = now
        self._loads.move_to_end(owner)
        oldest = next(iter(self._loads.values()))
        if oldest.at < now - _PRESENT_SECONDS and not (oldest.running or oldest.waiting):
            self._loads.popitem(last=False)
        return load
