"""Agno: a learning store for `LearningMachine(custom_stores={"lukasa": LukasaLearning(memory)})`, over a `Memory`."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from agno.models.message import Message

from lukasa import Context, Handle, Memory
from lukasa.errors import InputError
from lukasa.integrations.blocking import asynchronous, wait
from lukasa.integrations.conversation import (
    SEARCH_DESCRIPTION,
    SEARCH_NAME,
    Injection,
    block,
    idempotency_key,
    message,
    question,
    spoken,
)
from lukasa.integrations.conversation import search as found

_ADDED = re.compile(
    r"\n\n(?:Use the following references from the knowledge base if it helps:\n<references>\n.*</references>"
    r"|<additional context>\n.*</additional context>)",
    re.DOTALL,
)
"""What Agno adds to a message of the user."""

_HITS = 5


class LukasaLearning:
    """What bears on the user's message from earlier conversations; it stores what Agno hands over.

    Whose memory it is, `run(user_id=)` says. Agno logs errors of a store as warnings, and goes on without it.
    """

    def __init__(
        self,
        memory: Memory,
        *,
        user: str | None = None,
        tenant: str | None = None,
        injection: Injection | None = None,
        tools: bool = True,
    ) -> None:
        """Take a memory, which is not closed here. *user* is for runs without `user_id`; with *tools*, the model may search."""
        self._memory = memory
        self._user = user
        self._tenant = tenant
        self._injection = injection or Injection()
        self._tools = tools
        self._updated = False

    @property
    def learning_type(self) -> str:
        return "lukasa"

    @property
    def schema(self) -> type[Context]:
        return Context

    @property
    def was_updated(self) -> bool:
        """Whether the last `process` stored something new."""
        return self._updated

    def recall(self, *, user_id: str | None = None, message: str | None = None, **_: Any) -> Context | None:
        """Return what bears on a message; `None` where it asks nothing. Raises `InputError` when no user is named, and as `context` does."""
        if not message or not question(message):
            return None
        return self._handle(user_id).context(**self._injection.arguments(message))

    async def arecall(self, **context: Any) -> Context | None:
        return await asyncio.to_thread(self.recall, **context)

    def process(
        self,
        messages: Sequence[Message],
        *,
        user_id: str | None = None,
        session_id: str | None = None,
        agent_id: str | None = None,
        **_: Any,
    ) -> None:
        """Store what the user and the assistant say in messages, each once. Raises `InputError`, and as `remember` does."""
        self._updated = False
        handle = self._handle(user_id)
        if drafts := spoken(
            _draft(each, session_id) for each in messages if each.role in {"user", "assistant"}
        ):
            receipt = handle.remember(drafts, session=session_id, agent=agent_id)
            self._updated = bool(receipt.turns)

    async def aprocess(self, messages: Sequence[Message], **context: Any) -> None:
        """See `process`."""
        await asyncio.to_thread(self.process, messages, **context)

    def build_context(self, data: Context | None) -> str:
        """Return what was recalled as a block for the prompt."""
        return block(data) if data is not None else ""

    def instructions(self) -> str:
        """Return when to use the tool."""
        use = f"`{SEARCH_NAME}` finds what earlier conversations with this user have and the prompt does not."
        return use if self._tools else ""

    def get_tools(self, *, user_id: str | None = None, **_: Any) -> list[Callable[..., Any]]:
        """Return the tool that searches this user's memory; none without a user."""
        if not self._tools or not (user_id or self._user):
            return []
        handle = self._handle(user_id)

        def search(question: str) -> str:
            return wait(handle, lambda: found(asynchronous(handle), question, limit=_HITS))

        return [_named(search)]

    async def aget_tools(self, **context: Any) -> list[Callable[..., Any]]:
        """Return the tool as a coroutine."""

        def waiting(search: Callable[[str], str]) -> Callable[..., Any]:
            async def asearch(question: str) -> str:
                return await asyncio.to_thread(search, question)

            return _named(asearch)

        return [waiting(search) for search in self.get_tools(**context)]

    def _handle(self, user_id: str | None) -> Handle:
        user = user_id or self._user
        if not user:
            raise InputError("whose memory is it? name the user: agent.run(…, user_id=…)")
        return self._memory.of(user, self._tenant)


def _named(search: Callable[..., Any]) -> Callable[..., Any]:
    search.__name__, search.__doc__ = SEARCH_NAME, SEARCH_DESCRIPTION
    return search


def _draft(said: Message, session: str | None) -> dict[str, Any]:
    at = datetime.fromtimestamp(said.created_at, UTC)
    text = _ADDED.sub("", said.get_content_string())
    return message(said.role, text, at=at, key=idempotency_key("agno", session, said.id))
