"""A language model that replies what a test wants."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TypeAlias

from lukasa.ports.llm import LLMReply, LLMRequest

ScriptedReply: TypeAlias = "LLMReply | str | Mapping[str, object] | Exception"
"""A reply; its text; an object that becomes its text as JSON; or what is raised instead."""


class ScriptedLLM:
    """Answers from a list, in order, the last one again and again; or by a function of the request.

    *delay* is how many seconds it thinks each time.
    """

    def __init__(
        self,
        script: Sequence[ScriptedReply] | Callable[[LLMRequest], ScriptedReply],
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
        reply = self._scripted(request)
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, LLMReply) else LLMReply(text=_text(reply), model=self._name)

    async def stream(self, request: LLMRequest) -> AsyncIterator[str | LLMReply]:
        """See the port. A word at a time."""
        reply = await self.complete(request)
        for index, word in enumerate(reply.text.split(" ")):
            yield f" {word}" if index else word
        yield reply

    async def aclose(self) -> None:
        """See the port."""
        self.closed = True

    def _scripted(self, request: LLMRequest) -> ScriptedReply:
        if callable(self._script):
            return self._script(request)
        reply = self._script[min(self._next, len(self._script) - 1)]
        self._next += 1
        return reply


def _text(reply: str | Mapping[str, object]) -> str:
    return reply if isinstance(reply, str) else json.dumps(dict(reply), ensure_ascii=False)
