"""A conversation distilled so that the same replies always lead to the same memory, and in few stages of a batch.

A session is distilled in a copy of the store, and the copy takes the store's place once every reply that it rests on has come.
So a run that was stopped, or waited for a batch, goes on from whole sessions, as if nothing had happened in between.
"""

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

Remember = Callable[[AsyncMemory], AsyncIterator[bool]]
"""Takes a conversation in, a session at a time; tells whether the session was new."""

_READING = frozenset({"extract", "entities", "relations", "summarise"})
"""What is asked about messages. All else is decided about what was read."""


@dataclass(slots=True)
class Ahead:
    """Asks, in one stage of a batch, all that can be asked before the replies have come.

    What is asked about messages depends on no decision. What is decided depends on what was decided before; so each decision
    that has yet to come may be guessed to be the first of the functions (a new fact is added), and what follows is asked as if that
    were right. Where it is wrong, the questions that depend on it are asked again in a later stage; the others stay as they are.
    """

    inner: LLM
    guesses: bool
    """Whether decisions are guessed, and readings are taken to be empty. A summary is never guessed: all later prompts show it."""

    waiting: PendingError | None = field(default=None, init=False)
    """The first reply that has yet to come."""

    _blind: bool = field(default=False, init=False)
    """Whether facts may be missing: what would be decided about others is not worth asking."""

    @property
    def name(self) -> str:
        """See the port."""
        return self.inner.name

    async def complete(self, request: LLMRequest) -> LLMReply:
        """See the port. Raises `PendingError` for what has yet to come and is not guessed."""
        reading = request.purpose in _READING
        if self.waiting is not None and self._blind and not reading:
            return self._instead(request, self.waiting)
        try:
            return await self.inner.complete(request)
        except PendingError as error:
            self.waiting = self.waiting or error
            # The questions about all messages are asked; without guesses, nothing else is.
            self._blind = self._blind or not self.guesses or (reading and request.purpose != "summarise")
            return self._instead(request, error)

    def _instead(self, request: LLMRequest, error: PendingError) -> LLMReply:
        if not self.guesses or request.purpose == "summarise":
            raise error
        return _guessed(request)

    async def stream(self, request: LLMRequest) -> AsyncIterator[str | LLMReply]:
        """See the port. In one piece."""
        yield await self.complete(request)

    async def aclose(self) -> None:
        """Nothing is closed: others use the same model."""


async def distil(store: Path, llm: Ahead, remember: Remember, open_memory: Open) -> None:
    """Take a conversation in, each session distilled before the next.

    Raises `PendingError` where a reply has yet to come, when all was asked that can be asked; `EvalError` where the model could
    not be used.
    """
    async with _copied(store, llm, open_memory) as memory:
        async for new in remember(memory):
            if not new or (llm.waiting is not None and not llm.guesses):
                continue
            flushed = await memory.flush()
            if llm.waiting is None:
                if not flushed.ok:
                    raise EvalError(
                        f"{flushed.pending} sessions could not be distilled: {'; '.join(sorted(set(flushed.errors))[:3])}; "
                        "the run goes on from here when it is started again"
                    )
                await memory.backup(store, force=True)
            elif not flushed.ok and llm.guesses:
                break  # A summary has yet to come: what is said later is read with it.
        if llm.waiting is not None:
            if not llm.guesses:
                await memory.flush()
            raise llm.waiting


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
