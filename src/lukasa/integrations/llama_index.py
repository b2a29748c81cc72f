"""LlamaIndex: a block of memory for `Memory.from_defaults(memory_blocks=[LukasaMemoryBlock(handle=memory.of("ana"))])`."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.bridge.pydantic import Field, PrivateAttr
from llama_index.core.memory import BaseMemoryBlock

from lukasa import AsyncHandle, Context, Handle
from lukasa.integrations import history
from lukasa.integrations.conversation import Injection, block

_ROLES = {
    MessageRole.USER: "user",
    MessageRole.ASSISTANT: "assistant",
    MessageRole.MODEL: "assistant",
    MessageRole.CHATBOT: "assistant",
}
"""What system messages and tools say is not stored."""

_MARGIN = 1.25
"""LlamaIndex counts tokens by another tokenizer; a block that is still too long is left out whole."""


class LukasaMemoryBlock(BaseMemoryBlock[str]):
    """What bears on the conversation from earlier ones with this user; it stores what it is shown.

    The chat is stored whenever LlamaIndex asks for memory, before its model is called, and when messages leave its own
    short-term memory; a message that is shown again is stored once.
    """

    name: str = Field(default="Lukasa")
    description: str | None = Field(default="What was said in earlier conversations with this user.")
    priority: int = Field(default=1)
    handle: AsyncHandle | Handle = Field(exclude=True, repr=False)
    """The memory of one user. LlamaIndex's blocking verbs (`chat`, `get`, `put`) need a `Handle`; its coroutines take both."""

    injection: Injection = Field(default_factory=Injection)
    agent: str | None = Field(default=None)
    """The label that what is stored gets."""

    _ejected: dict[str, Counter[str]] = PrivateAttr(default_factory=lambda: defaultdict(Counter))
    """What left the short-term memory, by session: what the same side says again after that is said again."""

    _shown: tuple[str, Mapping[str, Any], int] = PrivateAttr(default=("", {}, 0))

    async def aput(
        self,
        messages: list[ChatMessage],
        from_short_term_memory: bool = False,
        session_id: str | None = None,
    ) -> None:
        """Store messages. Raises as `remember` does."""
        try:
            await super().aput(messages, from_short_term_memory, session_id)
        finally:
            if from_short_term_memory and session_id:
                self._ejected[session_id].update(history.count(_said(messages), session_id))

    async def _aput(self, messages: list[ChatMessage]) -> None:
        session = messages[0].additional_kwargs.get("session_id") if messages else None
        drafts = self._drafts(messages, session)
        await history.store(self._call, drafts, session=session, agent=self.agent)

    async def _aget(
        self, messages: list[ChatMessage] | None = None, session_id: str | None = None, **_: Any
    ) -> str:
        drafts = self._drafts(messages or [], session_id)
        found, arguments = await history.context(
            self._call, drafts, session=session_id, agent=self.agent, injection=self.injection
        )
        return "" if found is None else self._block(found, arguments)

    async def atruncate(self, content: str, tokens_to_truncate: int) -> str | None:
        """Return what bears most on the conversation within fewer tokens; `None` when nothing fits."""
        text, arguments, tokens = self._shown
        budget = tokens - int(tokens_to_truncate * _MARGIN)
        if content != text or budget < 1:
            return None
        shorter = {**arguments, "budget": budget}
        return self._block(await self._call("context", **shorter), shorter) or None

    def _drafts(self, messages: Sequence[ChatMessage], session: str | None) -> list[Mapping[str, Any]]:
        return history.drafts(_said(messages), session, self._ejected[session] if session else {})

    def _block(self, context: Context, arguments: Mapping[str, Any]) -> str:
        text = block(context)
        self._shown = (text, arguments, context.tokens)
        return text

    async def _call(self, verb: str, **arguments: Any) -> Any:
        call = getattr(self.handle, verb)
        if isinstance(self.handle, Handle):
            return await asyncio.to_thread(call, **arguments)
        return await call(**arguments)


def _said(messages: Sequence[ChatMessage]) -> list[history.Said]:
    return [history.Said(_ROLES[each.role], each.content or "") for each in messages if each.role in _ROLES]
