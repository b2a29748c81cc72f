"""A memory service for Google's Agent Development Kit (async).

memory = await AsyncMemory.open("agent.lukasa")
runner = Runner(app_name="app", agent=agent, session_service=sessions, memory_service=LukasaMemoryService(memory))
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TypeAlias

from google.adk.events.event import Event
from google.adk.memory.base_memory_service import BaseMemoryService, SearchMemoryResponse
from google.adk.memory.memory_entry import MemoryEntry
from google.adk.sessions.session import Session
from google.genai import types

from lukasa import AsyncHandle, AsyncMemory, Hit
from lukasa.errors import NotFoundError
from lukasa.integrations.conversation import idempotency_key, message, question, spoken
from lukasa.integrations.erasure import erase_facts
from lukasa.integrations.inserted import CONFIDENCE

Metadata: TypeAlias = Mapping[str, object] | None

_AUTHOR = "author"
"""The label with the author of an event: a user, or an agent by its name."""


class LukasaMemoryService(BaseMemoryService):
    """Sessions of ADK in a memory: events are turns, and a search finds turns and facts.

    The user is the `user_id`. With *apart*, each app has a memory of its own for a user (its name is the tenant); without, the apps share
    one, as they must at a server, whose key is for one tenant. A search returns at most *limit* memories, and none when its confidence is
    below *min_confidence*. Raises errors of `lukasa.errors`.
    """

    def __init__(
        self, memory: AsyncMemory, *, apart: bool = True, limit: int = 10, min_confidence: float = CONFIDENCE
    ) -> None:
        self._memory = memory
        self._apart = apart
        self._limit = limit
        self._min_confidence = min_confidence

    async def add_session_to_memory(self, session: Session) -> None:
        """Store the words of a session; what is stored already is not stored again."""
        await self._store(session.app_name, session.user_id, _events(session.events, session.id), session.id)

    async def add_events_to_memory(
        self,
        *,
        app_name: str,
        user_id: str,
        events: Sequence[Event],
        session_id: str | None = None,
        custom_metadata: Metadata = None,
    ) -> None:
        """Store the words of some events. *custom_metadata* are labels of each."""
        said = _events(events, session_id, custom_metadata)
        await self._store(app_name, user_id, said, session_id)

    async def add_memory(
        self,
        *,
        app_name: str,
        user_id: str,
        memories: Sequence[MemoryEntry],
        custom_metadata: Metadata = None,
    ) -> None:
        """Store memories as they are."""
        said = [
            _message(
                entry.content,
                entry.author or "user",
                at=datetime.fromisoformat(entry.timestamp).astimezone(UTC) if entry.timestamp else None,
                key=idempotency_key("adk memory", entry.id, _text(entry.content)) if entry.id else None,
                metadata={**(custom_metadata or {}), **entry.custom_metadata},
            )
            for entry in memories
        ]
        await self._store(app_name, user_id, said, None)

    async def search_memory(self, *, app_name: str, user_id: str, query: str) -> SearchMemoryResponse:
        """Return what bears most on the query, best first."""
        if not (words := question(query)):
            return SearchMemoryResponse()
        recalled = await self._of(app_name, user_id).recall(
            words, limit=self._limit, min_confidence=self._min_confidence
        )
        return SearchMemoryResponse(memories=[_entry(hit) for hit in recalled.hits])

    async def delete_memory(self, *, app_name: str, user_id: str, memory_id: str | None = None) -> None:
        """Destroy a memory for good, by the id that a search returned. It is not stored again. An unknown id is no error."""
        if not memory_id:
            return
        handle = self._of(app_name, user_id)
        await erase_facts(handle, await handle.facts(filter={"id": memory_id}, include_retired=True))
        with suppress(NotFoundError):
            await handle.erase([memory_id])

    def _of(self, app: str, user: str) -> AsyncHandle:
        return self._memory.of(user=user, tenant=app) if self._apart else self._memory.of(user=user)

    async def _store(
        self, app: str, user: str, messages: Iterable[Mapping[str, Any]], session: str | None
    ) -> None:
        if said := spoken(messages):
            await self._of(app, user).remember(said, session=session, agent=app)


def _events(events: Iterable[Event], session: str | None, metadata: Metadata = None) -> list[dict[str, Any]]:
    """Return the words of events, without pieces of streams: the whole follows them."""
    return [
        _message(
            event.content,
            event.author,
            at=datetime.fromtimestamp(event.timestamp, UTC),
            key=idempotency_key("adk", session, event.id or event.timestamp, _text(event.content)),
            metadata=metadata,
        )
        for event in events
        if event.content and not event.partial
    ]


def _message(
    content: types.Content, author: str, *, metadata: Metadata = None, **labels: Any
) -> dict[str, Any]:
    role = "user" if author == "user" else "assistant"
    return message(role, _text(content), metadata={**(metadata or {}), _AUTHOR: author}, **labels)


def _text(content: types.Content) -> str:
    return "\n".join(part.text for part in content.parts or [] if part.text and not part.thought)


def _entry(hit: Hit) -> MemoryEntry:
    labels = dict(hit.metadata)
    author = labels.pop(_AUTHOR, None) or hit.speaker or hit.role
    role = "model" if hit.role == "assistant" else "user"
    return MemoryEntry(
        id=hit.id,
        content=types.Content(role=role, parts=[types.Part(text=hit.text)]),
        author=author,
        timestamp=hit.at.isoformat(),
        custom_metadata={**labels, "kind": hit.kind},
    )
