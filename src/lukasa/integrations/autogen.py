"""AutoGen: a memory for `AssistantAgent(memory=[LukasaMemory(memory.of("ana"), session="s1")])`, over an `AsyncMemory`."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Coroutine, Iterable
from typing import Any
from uuid import uuid4

from autogen_core import CancellationToken
from autogen_core.memory import Memory, MemoryContent, MemoryMimeType, MemoryQueryResult, UpdateContextResult
from autogen_core.model_context import ChatCompletionContext, UnboundedChatCompletionContext
from autogen_core.models import AssistantMessage, LLMMessage, SystemMessage, UserMessage

from lukasa import AsyncHandle, Hit
from lukasa.errors import InputError
from lukasa.integrations import history
from lukasa.integrations.conversation import Injection, block
from lukasa.integrations.inserted import without_memory


class LukasaMemory(Memory):
    """What bears on the conversation from earlier ones with one user; it stores the conversation that it is shown."""

    def __init__(
        self,
        handle: AsyncHandle,
        *,
        session: str | None = None,
        injection: Injection | None = None,
        agent: str | None = None,
        user_source: str = "user",
        name: str = "lukasa",
    ) -> None:
        """Take the memory of one user, which is not closed here.

        *session* is the conversation that is stored: name it again when its context is loaded again; `None`: a new one. Messages
        of *user_source* are the user's own; those of others are an agent's. *agent* labels what is stored.
        """
        self._handle = handle
        self._session = session or uuid4().hex
        self._labels = {"session": self._session, "agent": agent}
        self._injection = injection or Injection()
        self._user_source = user_source
        self.name = name

    async def update_context(self, model_context: ChatCompletionContext) -> UpdateContextResult:
        """Store the conversation, and put what bears on its last words into it. Raises as `remember` and `context` do."""
        messages = await model_context.get_messages()
        found, _ = await history.context(
            self._call, self._drafts(messages), injection=self._injection, **self._labels
        )
        text = block(found) if found is not None else ""
        if type(model_context) is UnboundedChatCompletionContext:
            # It can be written anew without loss; so the block of the call before goes.
            await model_context.clear()
            for each in itertools.filterfalse(_is_block, messages):
                await model_context.add_message(each)
        if not text:
            return UpdateContextResult(memories=MemoryQueryResult(results=[]))
        await model_context.add_message(SystemMessage(content=text))
        shown = MemoryContent(content=text, mime_type=MemoryMimeType.TEXT)
        return UpdateContextResult(memories=MemoryQueryResult(results=[shown]))

    async def store(self, model_context: ChatCompletionContext) -> None:
        """Store the conversation, its last answer too, which `update_context` only sees before the next one."""
        await history.store(self._call, self._drafts(await model_context.get_messages()), **self._labels)

    async def query(
        self,
        query: str | MemoryContent,
        cancellation_token: CancellationToken | None = None,
        **kwargs: Any,
    ) -> MemoryQueryResult:
        """Return what bears most on a query, best first; *kwargs* are those of `recall` (`limit`, `filter`, …)."""
        question = _text(query) if isinstance(query, MemoryContent) else query
        recalled = await _cancellable(self._handle.recall(question, **kwargs), cancellation_token)
        return MemoryQueryResult(results=[_content(hit) for hit in recalled.hits])

    async def add(self, content: MemoryContent, cancellation_token: CancellationToken | None = None) -> None:
        """Store a text or JSON that the program vouches for.

        It is found and quoted, and nothing is believed of it, unless its metadata has an `origin`: `user` for what the user said;
        they may also have a time, `at`. Raises `InputError` for images and bytes.
        """
        metadata = dict(content.metadata or {})
        origin = metadata.pop("origin", "document")
        message = {
            "role": "assistant" if origin == "assistant" else "user",
            "content": _text(content),
            "at": metadata.pop("at", None),
            "origin": origin,
            "metadata": metadata,
        }
        await _cancellable(self._call("remember", messages=message, **self._labels), cancellation_token)

    async def clear(self) -> None:
        """Destroy the whole memory of this user, other sessions' too. Irreversible; a server wants the role `admin`."""
        await self._handle.erase(everything=True)

    async def close(self) -> None:
        """Do nothing: whoever opened the memory closes it."""

    def _drafts(self, messages: Iterable[LLMMessage]) -> list[Any]:
        return history.drafts(filter(None, map(self._said, messages)), self._session, {})

    def _said(self, message: LLMMessage) -> history.Said | None:
        """Return what a person or an agent says; `None` for systems, tools and calls of tools."""
        if isinstance(message, UserMessage):
            parts = [message.content] if isinstance(message.content, str) else message.content
            text = "\n".join(part for part in parts if isinstance(part, str))
            if message.source == self._user_source:
                return history.Said("user", text)
            return history.Said("assistant", text, message.source)
        if isinstance(message, AssistantMessage) and isinstance(message.content, str):
            return history.Said("assistant", message.content, message.source)
        return None

    async def _call(self, verb: str, **arguments: Any) -> Any:
        return await getattr(self._handle, verb)(**arguments)


def _is_block(message: LLMMessage) -> bool:
    return (
        isinstance(message, SystemMessage) and bool(message.content) and not without_memory(message.content)
    )


def _text(content: MemoryContent) -> str:
    if isinstance(content.content, str):
        return content.content
    if isinstance(content.content, dict):
        return json.dumps(content.content, ensure_ascii=False)
    raise InputError(f"a memory holds text or JSON, not {type(content.content).__name__}")


def _content(hit: Hit) -> MemoryContent:
    labels = {"id": hit.id, "kind": hit.kind, "score": hit.score, "session": hit.session, "at": hit.at}
    metadata = {**hit.metadata, **labels}
    return MemoryContent(content=hit.text, mime_type=MemoryMimeType.TEXT, metadata=metadata)


async def _cancellable(work: Coroutine[Any, Any, Any], token: CancellationToken | None) -> Any:
    task = asyncio.ensure_future(work)
    if token is not None:
        token.link_future(task)
    return await task
