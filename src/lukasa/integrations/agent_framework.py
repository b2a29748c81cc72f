"""A user's memory as a context provider of Microsoft's Agent Framework (async).

memory = await AsyncMemory.open("agent.lukasa")
agent = Agent(client, context_providers=[LukasaContextProvider(memory.of(user="ana"))])
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from agent_framework import AgentSession, ContextProvider, FunctionTool, Message, SessionContext, tool

from lukasa import AsyncHandle
from lukasa.integrations.conversation import (
    INSTRUCTIONS,
    SEARCH_DESCRIPTION,
    SEARCH_NAME,
    Injection,
    block,
    idempotency_key,
    message,
    question,
    search,
    spoken,
)


class LukasaContextProvider(ContextProvider):
    """Shows the model what other sessions say about its input, remembers the run, and lets the model search.

    *memory* is whose memory it is, or what says so of a session; no argument of a model does. What is shown is a message of this run alone.
    After a run, the words of its user and of the agent are stored; what tools and other providers said is not. A memory that
    fails fails the run, with the errors of `lukasa.errors`.
    """

    def __init__(
        self,
        memory: AsyncHandle | Callable[[AgentSession], AsyncHandle],
        *,
        source_id: str = "lukasa",
        injection: Injection | None = None,
        search: bool = True,
        remember: bool = True,
    ) -> None:
        super().__init__(source_id)
        self._memory = memory
        self._injection = injection or Injection()
        self._search = search
        self._remember = remember

    async def before_run(
        self, *, agent: Any, session: AgentSession, context: SessionContext, state: dict[str, Any]
    ) -> None:
        """Add the block, what it is, and the tool."""
        handle = self._handle(session)
        context.metadata[self.source_id] = uuid4().hex
        context.extend_instructions(self.source_id, INSTRUCTIONS)
        if self._search:
            context.extend_tools(self.source_id, [_search_tool(handle)])
        words = question("\n".join(each.text for each in context.input_messages if each.role == "user"))
        if not words:
            return
        found = await handle.context(**self._injection.arguments(words, context.session_id))
        if shown := block(found):
            origins = sorted({turn.session for turn in found.turns if turn.session})
            context.extend_messages(self, [Message("user", [shown])], origin_session_ids=origins)

    async def after_run(
        self, *, agent: Any, session: AgentSession, context: SessionContext, state: dict[str, Any]
    ) -> None:
        """Store what was said."""
        replies = context.response.messages if context.response else []
        run = context.metadata.get(self.source_id)
        said = [
            message(
                each.role,
                each.text,
                name=each.author_name if each.role == "user" else None,
                key=idempotency_key("agent framework", run, place, each.text),
            )
            for place, each in enumerate([*context.input_messages, *replies])
            if each.role in {"user", "assistant"}
        ]
        if self._remember and (words := spoken(said)):
            await self._handle(session).remember(words, session=context.session_id)

    def _handle(self, session: AgentSession) -> AsyncHandle:
        return self._memory(session) if callable(self._memory) else self._memory


def _search_tool(handle: AsyncHandle) -> FunctionTool:
    async def search_memory(query: str) -> str:
        return await search(handle, query)

    return tool(search_memory, name=SEARCH_NAME, description=SEARCH_DESCRIPTION)
