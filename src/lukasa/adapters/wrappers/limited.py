"""So many requests at once, and so many a minute."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from time import monotonic

from lukasa.ports.llm import LLM, LLMReply, LLMRequest

_MINUTE = 60.0


class LimitedLLM:
    """Lets requests wait for their turn, in the order in which they came."""

    def __init__(
        self,
        inner: LLM,
        *,
        concurrency: int = 4,
        per_minute: int = 0,
        now: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Wrap *inner*. *per_minute* counts requests begun within any 60 seconds; 0: no bound."""
        self._inner = inner
        self._room = asyncio.Semaphore(concurrency)
        self._per_minute = per_minute
        self._begun: deque[float] = deque()
        self._turn = asyncio.Lock()
        self._now = now
        self._sleep = sleep

    @property
    def name(self) -> str:
        """See the port."""
        return self._inner.name

    async def complete(self, request: LLMRequest) -> LLMReply:
        """See the port."""
        async with self._room:
            await self._wait()
            return await self._inner.complete(request)

    async def stream(self, request: LLMRequest) -> AsyncIterator[str | LLMReply]:
        """See the port."""
        async with self._room:
            await self._wait()
            async for piece in self._inner.stream(request):
                yield piece

    async def aclose(self) -> None:
        """See the port."""
        await self._inner.aclose()

    async def _wait(self) -> None:
        """Wait until the minute has room; who came first goes first."""
        if not self._per_minute:
            return
        async with self._turn:
            while len(self._begun) >= self._per_minute:
                left = self._begun[0] + _MINUTE - self._now()
                if left <= 0:
                    self._begun.popleft()
                else:
                    await self._sleep(left)
            self._begun.append(self._now())
