"""A conversation distilled so that the same replies always lead to the same memory, and in few stages of a batch."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from lukasa import AsyncMemory
from lukasa.ports.llm import LLM, LLMReply, LLMRequest
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
    with tempfile.TemporaryDirectory(prefix="lukasa-evals-") as folder:
        for path in store.parent.glob(f"{store.name}*"):
            shutil.copy(path, folder)
        memory = await open_memory(Path(folder) / store.name, Ahead(llm))
        try:
            async for _ in remember(memory):
                pass
            await memory.flush()
        finally:
            await memory.aclose()
