"""The history of sessions of Microsoft's Agent Framework, kept in a user's memory (async)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agent_framework import HistoryProvider, Message

from lukasa import AsyncHandle
from lukasa.integrations.session_log import Entry, Said, SessionLog


class LukasaHistoryProvider(HistoryProvider):
    """The messages of sessions, kept exactly, calls of tools among them; those of the user and the agent are turns of the user's memory.

    With it, a `LukasaContextProvider` is made with `remember=False`: what is said would be stored twice.
    """

    def __init__(
        self,
        memory: AsyncHandle,
        *,
        source_id: str = "lukasa_history",
        load_messages: bool = True,
        store_inputs: bool = True,
        store_context_messages: bool = False,
        store_context_from: set[str] | None = None,
        store_outputs: bool = True,
    ) -> None:
        super().__init__(
            source_id,
            load_messages=load_messages,
            store_inputs=store_inputs,
            store_context_messages=store_context_messages,
            store_context_from=store_context_from,
            store_outputs=store_outputs,
        )
        self._memory = memory

    async def get_messages(
        self, session_id: str | None, *, state: dict[str, Any] | None = None, **_: Any
    ) -> list[Message]:
        """Return the messages of a session, oldest first."""
        return [Message.from_dict(entry.value) for entry in reversed(await self._log(session_id).newest())]

    async def save_messages(
        self,
        session_id: str | None,
        messages: Sequence[Message],
        *,
        state: dict[str, Any] | None = None,
        **_: Any,
    ) -> None:
        """Store messages, all or none; of a transcript that is handed over again, what is new."""
        log = self._log(session_id)
        known = [entry.value for entry in reversed(await log.newest(len(messages)))]
        values = [each.to_dict() for each in messages]
        new = values[_overlap(known, values) :]
        await log.append([Entry(value=value, said=_said(Message.from_dict(value))) for value in new])

    def _log(self, session: str | None) -> SessionLog:
        return SessionLog(self._memory, session or "default", "agent_framework")


def _overlap(known: Sequence[dict[str, Any]], values: Sequence[dict[str, Any]]) -> int:
    """Return with how many of the known messages the new ones begin; one word of the user alone may well be said again."""
    for size in range(min(len(known), len(values)), 0, -1):
        if list(known[-size:]) == list(values[:size]):
            repeated = size == 1 and values[0]["role"] == "user" and not values[0].get("message_id")
            return 0 if repeated else size
    return 0


def _said(each: Message) -> Said | None:
    """Return what is to be learned from; not what tools, systems or other providers say."""
    own = each.role in {"user", "assistant"} and "_attribution" not in each.additional_properties
    return Said(each.role, each.text) if own else None
