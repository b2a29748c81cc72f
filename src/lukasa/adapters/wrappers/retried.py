"""Requests that failed for a passing reason are tried again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from itertools import count
from time import monotonic

from lukasa.errors import LukasaError, RateLimitedError
from lukasa.ports.llm import LLM, LLMReply, LLMRequest


class RetriedLLM:
    """Tries again after errors that are `retryable`, waiting twice as long each time, or as long as the provider asks.

    The time of a request (`Limits.timeout`) bounds all its attempts together: when it has passed, the last error is raised.
    """

    def __init__(
        self,
        inner: LLM,
        *,
        attempts: int = 3,
        first_wait: float = 1.0,
        longest_wait: float = 20.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        now: Callable[[], float] = monotonic,
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
        self._now = now

    @property
    def name(self) -> str:
        """See the port."""
        return self._inner.name

    async def complete(self, request: LLMRequest) -> LLMReply:
        """See the port."""
        until = self._now() + request.limits.timeout
        for attempt in count(1):
            try:
                return await self._inner.complete(request)
            except LukasaError as error:
                request = await self._wait(error, attempt, request, until)
        raise AssertionError("an endless loop has no end")  # for type checkers

    async def stream(self, request: LLMRequest) -> AsyncIterator[str | LLMReply]:
        """See the port. A stream that has yielded something is not started again."""
        until = self._now() + request.limits.timeout
        for attempt in count(1):
            begun = False
            try:
                pieces = self._inner.stream(request)
                async for piece in pieces:
                    begun = True
                    yield piece
            except LukasaError as error:
                if begun:
                    raise
                request = await self._wait(error, attempt, request, until)
            else:
                return

    async def aclose(self) -> None:
        """See the port."""
        await self._inner.aclose()

    async def _wait(self, error: LukasaError, attempt: int, request: LLMRequest, until: float) -> LLMRequest:
        """Wait before the next attempt, and return the request with the time that is left; raise what will not pass, or not soon."""
        asked = error.wait if isinstance(error, RateLimitedError) else None
        if not error.retryable or attempt >= self._attempts or (asked or 0.0) > self._longest_wait:
            raise error
        planned = min(self._first_wait * 2.0 ** (attempt - 1), self._longest_wait)
        wait = max(planned * (0.5 + self._jitter() / 2), asked or 0.0)
        if self._now() + wait >= until:
            raise error
        await self._sleep(wait)
        return replace(request, limits=replace(request.limits, timeout=until - self._now()))
