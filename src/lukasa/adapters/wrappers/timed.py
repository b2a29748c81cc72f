"""The same time for every request."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from lukasa.ports.llm import LLM, LLMReply, LLMRequest


class TimedLLM:
    """Gives every request the same time, whatever it asked for."""

    def __init__(self, inner: LLM, timeout: float) -> None:
        self._inner = inner
        self._timeout = timeout

    @property
    def name(self) -> str:
        return self._inner.name

    async def complete(self, request: LLMRequest) -> LLMReply:
        return await self._inner.complete(self._in_time(request))

    def stream(self, request: LLMRequest) -> AsyncIterator[str | LLMReply]:
        return self._inner.stream(self._in_time(request))

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _in_time(self, request: LLMRequest) -> LLMRequest:
        return replace(request, limits=replace(request.limits, timeout=self._timeout))
