"""A memory store for Strands agents.

    memory = Memory.open("agent.lukasa")
    store = LukasaMemoryStore(memory.of(user="ana"), session="2026-03-01")
    agent = Agent(memory_manager=MemoryManager(stores=[store], injection={"format": dated_entries}))

It takes the blocking handle and works in threads: Strands runs each call of an agent in an event loop of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import uuid4

from strands.memory.extraction.triggers import InvocationTrigger
from strands.memory.extraction.types import ExtractionConfig
from strands.memory.memory_manager import DEFAULT_MAX_SEARCH_RESULTS as DEFAULT
from strands.memory.types import (
    AddMessagesContext,
    InjectionFormatContext,
    MemoryEntry,
    MemoryStore,
    SearchOptions,
)
from strands.types.content import Message

from lukasa import Handle, Hit
from lukasa.errors import InputError, shown
from lukasa.integrations.conversation import idempotency_key, line, message, question, speaker, spoken
from lukasa.integrations.inserted import CONFIDENCE, fenced


class ArgumentError(InputError, ValueError):
    """An argument cannot be used: an error of Lukasa, and the one that stores of Strands raise."""


class Added(NamedTuple):
    """The turn of a text that was added, new or known."""

    id: str


class LukasaMemoryStore(MemoryStore):
    """The memory of one user as a store of a `MemoryManager`.

    After each call of the agent, the words of both sides are stored in the *session* (`extraction=False`: none are). A search returns turns
    and facts of other sessions, best first, and nothing when its confidence is below *min_confidence*. Errors are those of `lukasa.errors`;
    the manager logs them and goes on, as it does with any store.
    """

    def __init__(
        self,
        memory: Handle,
        *,
        name: str = "lukasa",
        session: str | None = None,
        description: str | None = "What was said in earlier conversations with this user.",
        max_search_results: int | None = None,
        min_confidence: float = CONFIDENCE,
        writable: bool = True,
        extraction: ExtractionConfig | bool = True,
    ) -> None:
        if not name.strip():
            raise ArgumentError("name must not be empty")
        self.name = name
        self.description = description
        self.max_search_results = None if max_search_results is None else _count(max_search_results)
        self.writable = writable
        every = ExtractionConfig(trigger=InvocationTrigger()) if writable else False
        self.extraction = every if extraction is True else extraction
        self._memory = memory
        self._session = session
        self._min_confidence = min_confidence
        self._run = uuid4().hex

    async def initialize(self) -> None:
        """Begin a run of an agent: the numbers of its messages begin again."""
        self._run = uuid4().hex

    async def search(self, query: str, options: SearchOptions | None = None) -> list[MemoryEntry]:
        """Return what bears most on the query, best first. `metadata` says when and by whom it was said."""
        limit = _count((options or {}).get("max_search_results", self.max_search_results or DEFAULT))
        if not (words := question(query)):
            return []
        elsewhere = {"session": {"ne": self._session}} if self._session else None
        how: dict[str, Any] = {"limit": limit, "min_confidence": self._min_confidence, "filter": elsewhere}
        recalled = await asyncio.to_thread(self._memory.recall, words, **how)
        return [MemoryEntry(content=hit.text, metadata=_about(hit)) for hit in recalled.hits]

    async def add(self, content: str, metadata: Mapping[str, Any] | None = None) -> Added:
        """Store a text as the agent's words, since its model chose them, in no session. The same text is stored once."""
        self._check_writable()
        if not content.strip():
            raise ArgumentError("content must not be empty")
        key = idempotency_key("strands", content.strip())
        said = message("assistant", content, key=key, metadata=metadata)
        receipt = await asyncio.to_thread(self._memory.remember, said)
        return Added((*receipt.turns, *receipt.duplicates)[0])

    async def add_messages(self, messages: list[Message], context: AddMessagesContext | None = None) -> None:
        """Store messages word for word; facts are found in them as in any. A batch that is sent again is stored once."""
        self._check_writable()
        numbers = (context and context.sequence_numbers) or [None] * len(messages)
        said = [
            message(each["role"], _text(each), key=self._key(number, each))
            for number, each in zip(numbers, messages, strict=True)
        ]
        if words := spoken(said):
            await asyncio.to_thread(self._memory.remember, words, session=self._session)

    def _key(self, number: int | None, each: Message) -> str | None:
        return None if number is None else idempotency_key("strands", self._run, number, _text(each))

    def _check_writable(self) -> None:
        if not self.writable:
            raise ArgumentError(f"the store is not writable: {shown(self.name)}; make it with writable=True")


def dated_entries(context: InjectionFormatContext, **_: Any) -> str:
    """Render entries with their days and speakers, as the `format` of an injection: Strands' own shows the texts alone."""
    return fenced("\n".join(map(_line, context.entries)))


def _line(entry: MemoryEntry) -> str:
    about = entry.metadata or {}
    return line(about.get("at", "")[:10], about.get("speaker", ""), entry.content)


def _about(hit: Hit) -> dict[str, Any]:
    about = {
        "id": hit.id,
        "kind": hit.kind,
        "at": hit.at.isoformat(),
        "session": hit.session,
        "speaker": speaker(hit),
    }
    about = {name: value for name, value in about.items() if value}
    return {**hit.metadata, **about, "_relevanceScore": round(hit.score, 3)}


def _text(each: Message) -> str:
    return "\n".join(block["text"] for block in each["content"] if "text" in block)


def _count(limit: int) -> int:
    if limit < 1:
        raise ArgumentError(f"max_search_results must be at least 1, not {shown(limit)}")
    return limit
