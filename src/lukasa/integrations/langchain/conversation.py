"""What was said: found by a question, or message by message."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.chat_history import BaseChatMessageHistory
from langchain_core.documents import Document
from langchain_core.messages import BaseMessage, messages_from_dict
from langchain_core.retrievers import BaseRetriever

from lukasa import Handle, Hit, Turn

_ROLES = {"human": "user", "ai": "assistant", "system": "system"}
_TYPES = {"user": "human", "assistant": "ai"}
_MESSAGE, _TYPE = "langchain.message", "langchain.type"
"""The metadata with what a message has beside its text."""


class LukasaRetriever(BaseRetriever):
    """What the user's memory says about a question, best first: turns and facts, as documents."""

    handle: Any
    """The handle of a user: `memory.of(user=…)`."""

    k: int = 5
    """How many documents; `invoke(question, k=…)` goes before it."""

    filter: dict[str, Any] | None = None
    min_confidence: float = 0.0

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        recalled = self.handle.recall(
            query, limit=k or self.k, filter=self.filter, min_confidence=self.min_confidence
        )
        return [_of_hit(hit) for hit in recalled.hits]


class LukasaChatMessageHistory(BaseChatMessageHistory):
    """The messages of one session, as the user's memory has them: what is added is remembered, and can be recalled."""

    def __init__(self, handle: Handle, session: str) -> None:
        self._handle = handle
        self._session = session

    @property
    def messages(self) -> list[BaseMessage]:
        """All messages, oldest first; what else was remembered in the session counts as one, too."""
        turns = self._handle.turns(session=self._session)
        messages: list[BaseMessage] = messages_from_dict([_message(turn) for turn in turns])
        return messages

    def add_messages(self, messages: Sequence[BaseMessage]) -> None:
        """Remember messages; what a tool returned is not read for facts. Raises `InputError`, `StoreError`."""
        if messages:
            self._handle.remember(
                [_remembered(each) for each in messages], session=self._session, key=uuid4().hex
            )

    def clear(self) -> None:
        """Destroy the session, and the facts that rest on nothing else; the same may be said again."""
        turns = self._handle.turns(session=self._session, include_retired=True)
        if turns:
            self._handle.erase(session=self._session)
            for speaker in {turn.speaker for turn in turns}:
                texts = [turn.text for turn in turns if turn.speaker == speaker]
                self._handle.readmit([turn.id for turn in turns], texts=texts, speaker=speaker)


def _of_hit(hit: Hit) -> Document:
    labels: dict[str, Any] = {"kind": hit.kind, "score": hit.score, "at": hit.at.isoformat()}
    labels |= {"speaker": hit.speaker, "session": hit.session}
    return Document(id=hit.id, page_content=hit.text, metadata={**hit.metadata, **labels})


def _remembered(message: BaseMessage) -> dict[str, Any]:
    """Return what is remembered of a message: its text; of one that only calls tools, the calls, as nobody's words."""
    text = str(message.text)
    kept = {"content"} if message.content == text and text.strip() else None
    role = _ROLES.get(message.type.removesuffix("MessageChunk").lower(), "tool")
    remembered: dict[str, Any] = {
        "role": role,
        "content": text if text.strip() else json.dumps(getattr(message, "tool_calls", [])),
        "metadata": {
            _TYPE: message.type,
            _MESSAGE: message.model_dump(mode="json", exclude_defaults=True, exclude=kept),
        },
    }
    if role == "user":
        remembered["name"] = message.name
    return remembered if text.strip() else {**remembered, "origin": "tool"}


def _message(turn: Turn) -> dict[str, Any]:
    data = turn.metadata.get(_MESSAGE)
    if isinstance(data, dict):
        return {"type": turn.metadata[_TYPE], "data": {"content": turn.text, **data}}
    return {"type": _TYPES.get(turn.role, "system"), "data": {"content": turn.text, "name": turn.speaker}}
