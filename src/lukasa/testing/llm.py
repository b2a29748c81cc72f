"""A language model that says what a test tells it to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TypeAlias

from lukasa.ports.llm import LLMReply, LLMRequest

Said: TypeAlias = "LLMReply | str | Mapping[str, object] | Exception"
"""A reply; its text; an object that becomes its text as JSON; or what is raised instead."""


class ScriptedLLM:
    """Answers from a list, in order, the last one again and again; or by a function of the request.

    *delay* is how many seconds it thinks each time.
    """

    def __init__(
        self,
        script: Sequence[Said] | Callable[[LLMRequest], Said],
        *,
        name: str = "scripted:model",
        delay: float = 0.0,
    ) -> None:
        self._name = name
        self._script = script
        self._next = 0
        self.delay = delay
        self.requests: list[LLMRequest] = []
        """Every request that came in, in order."""

        self.closed = False

    @property
    def name(self) -> str:
        """See the port."""
        return self._name

    async def complete(self, request: LLMRequest) -> LLMReply:
        """See the port."""
        self.requests.append(request)
        if self.delay:
            await asyncio.sleep(self.delay)
        said = self._said(request)
        if isinstance(said, Exception):
            raise said
        return said if isinstance(said, LLMReply) else LLMReply(text=_text(said), model=self._name)

    async def stream(self, request: LLMRequest) -> AsyncIterator[str | LLMReply]:
        """See the port. A word at a time."""
        reply = await self.complete(request)
        for place, word in enumerate(reply.text.split(" ")):
            yield f" {word}" if place else word
        yield reply

    async def aclose(self) -> None:
        """See the port."""
        self.closed = True

    def _said(self, request: LLMRequest) -> Said:
        if callable(self._script):
            return self._script(request)
        said = self._script[min(self._next, len(self._script) - 1)]
        self._next += 1
        return said


def _text(said: str | Mapping[str, object]) -> str:
    return said if isinstance(said, str) else json.dumps(dict(said), ensure_ascii=False)
