"""Requests that failed for a passing reason are tried again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable

from lukasa.errors import LukasaError, RateLimitedError
from lukasa.ports.llm import LLM, LLMReply, LLMRequest


class RetriedLLM:
    """Tries again after errors that are `retryable`, waiting twice as long each time, or as long as the provider asks."""

    def __init__(
        self,
        inner: LLM,
        *,
        attempts: int = 3,
        first_wait: float = 1.0,
        longest_wait: float = 20.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Wrap *inner*.

        A provider that asks to wait longer than *longest_wait* seconds is not asked again: the caller can
        wait better. *jitter* gives numbers from 0 to 1 that spread the waits, so that many do not come back at once.
        """
        self._inner = inner
        self._attempts = attempts
        self._first_wait = first_wait
        self._longest_wait = longest_wait
        self._sleep = sleep
        self._jitter = jitter

    @property
    def name(self) -> str:
        """See the port."""
        return self._inner.name

    async def complete(self, request: LLMRequest) -> LLMReply:
        """See the port."""
        for attempt in range(1, self._attempts):
            try:
                return await self._inner.complete(request)
            except LukasaError as error:
                await self._wait(error, attempt)
        return await self._inner.complete(request)

    async def stream(self, request: LLMRequest) -> AsyncIterator[str | LLMReply]:
        """See the port. A stream that has yielded something is not started again."""
        for attempt in range(1, self._attempts + 1):
            begun = False
            try:
                pieces = self._inner.stream(request)
                async for piece in pieces:
                    begun = True
                    yield piece
            except LukasaError as error:
                if begun or attempt == self._attempts:
                    raise
                await self._wait(error, attempt)
            else:
                return

    async def aclose(self) -> None:
        """See the port."""
        await self._inner.aclose()

    async def _wait(self, error: LukasaError, attempt: int) -> None:
        """Wait before the next attempt; raise what will not pass, or not soon."""
        asked = error.wait if isinstance(error, RateLimitedError) else None
        if not error.retryable or (asked is not None and asked > self._longest_wait):
            raise error
        planned = min(self._first_wait * 2.0 ** (attempt - 1), self._longest_wait)
        await self._sleep(max(planned * (0.5 + self._jitter() / 2), asked or 0.0))
