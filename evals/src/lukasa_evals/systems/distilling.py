"""A conversation distilled so that the same replies always lead to the same memory, and in few stages of a batch."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lukasa import AsyncMemory
from lukasa.ports.llm import LLM, LLMReply, LLMRequest, ToolCall
from lukasa_evals.answers.calls import PendingError
from lukasa_evals.errors import EvalError

Open = Callable[[Path, LLM], Awaitable[AsyncMemory]]


@dataclass(slots=True)
class InOrder:
    """Asks nothing more once a reply has yet to come: what comes later must be decided after what comes first."""

    inner: LLM
    waiting: PendingError | None = field(default=None, init=False)

    @property
    def name(self) -> str:
        """See the port."""
        return self.inner.name

    async def complete(self, request: LLMRequest) -> LLMReply:
        """See the port. Raises `PendingError`."""
        if self.waiting is not None:
            raise self.waiting
        try:
            return await self.inner.complete(request)
        except PendingError as error:
            self.waiting = error
            raise

    async def stream(self, request: LLMRequest) -> AsyncIterator[str | LLMReply]:
        """See the port. In one piece."""
        yield await self.complete(request)

    async def aclose(self) -> None:
        """Nothing is closed: others use the same model."""


@dataclass(slots=True)
class Ahead(InOrder):
    """Asks only what does not depend on what is known: how a segment reads, not how it fits in."""

    async def complete(self, request: LLMRequest) -> LLMReply:
        """See the port. Raises `PendingError`."""
        if request.purpose != "extract":
            raise PendingError(f"{request.purpose} depends on what comes first")
        return await self.inner.complete(request)


_READING = frozenset({"extract", "entities", "relations", "summarise"})
"""What is asked about messages. All else is decided about what was read."""


@dataclass(slots=True)
class Guess(InOrder):
    """Guesses each reply that has yet to come, and so asks in one stage what a right guess makes of the next questions.

    Nothing is guessed of a summary, which all later prompts show. A decision is guessed to be the first of the functions: a new fact
    is added. Where that is wrong, the questions that depend on it are asked again in a later stage; the others stay as they are. What is
    decided about facts that may be missing is guessed without asking.
    """

    _blind: bool = field(default=False, init=False)

    async def complete(self, request: LLMRequest) -> LLMReply:
        """See the port. Raises `PendingError` for a summary alone."""
        reading = request.purpose in _READING
        if self._blind and not reading:
            return _guessed(request)
        try:
            return await self.inner.complete(request)
        except PendingError:
            if request.purpose == "summarise":
                raise
            self._blind = self._blind or reading
            return _guessed(request)


def _guessed(request: LLMRequest) -> LLMReply:
    if request.tools:
        return LLMReply(calls=(ToolCall(request.tools[0].name, "{}"),))
    return LLMReply(text=json.dumps(_least(request.shape.schema if request.shape else {})))


def _least(schema: Mapping[str, Any]) -> object:
    """Return the value of a schema that says least."""
    if options := schema.get("enum"):
        return options[0]
    if options := schema.get("anyOf"):
        return None if any(each.get("type") == "null" for each in options) else _least(options[0])
    if properties := schema.get("properties"):
        return {name: _least(each) for name, each in properties.items()}
    return _LEAST.get(str(schema.get("type")))


_LEAST: Mapping[str, object] = {
    "object": {}, "array": [], "string": "", "integer": 0, "number": 0, "boolean": False,
}  # fmt: skip


Remember = Callable[[AsyncMemory], AsyncIterator[None]]
"""Takes a conversation in, a session at a time."""


async def distil(memory: AsyncMemory, llm: InOrder, remember: Remember) -> None:
    """Take a conversation in, each session distilled before the next.

    Raises `PendingError` where a reply has yet to come, `EvalError` where the model could not be used.
    """
    async for _ in remember(memory):
        flushed = await memory.flush()
        if llm.waiting is not None:
            raise llm.waiting
        if not flushed.ok:
            raise EvalError(
                f"{flushed.pending} sessions could not be distilled: {'; '.join(sorted(set(flushed.errors))[:3])}; "
                "the run goes on from here when it is started again"
            )


async def look_ahead(store: Path, llm: LLM, remember: Remember, open_memory: Open) -> None:
    """Note what a model will be asked about later sessions, whatever comes of the first ones; the store is left as it is."""
    async with _copied(store, Ahead(llm), open_memory) as memory:
        async for _ in remember(memory):
            pass
        await memory.flush()


async def guess_ahead(store: Path, llm: LLM, partitions: Mapping[str, Remember], open_memory: Open) -> None:
    """Note what a model will be asked next if all guesses are right, for each user by itself; the store is left as it is."""
    async with _copied(store, Guess(llm), open_memory) as memory:
        for user, remember in partitions.items():
            async for _ in remember(memory):
                await memory.flush()
                if await memory.of(user=user).jobs():
                    break  # A summary: what is said later is read with it.


@asynccontextmanager
async def _copied(store: Path, llm: LLM, open_memory: Open) -> AsyncIterator[AsyncMemory]:
    with tempfile.TemporaryDirectory(prefix="lukasa-evals-") as folder:
        for path in store.parent.glob(f"{store.name}*"):
            shutil.copy(path, folder)
        memory = await open_memory(Path(folder) / store.name, llm)
        try:
            yield memory
        finally:
            await memory.aclose()
