"""Zep's platform, by key: threads of messages with their times, facts found by its own search.

Written against the types of zep-cloud 4.0; nobody has run it against the service here.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from lukasa_evals.datasets.values import Conversation, Said, Session
from lukasa_evals.errors import EvalError
from lukasa_evals.systems.system import Found, Stats, Tools

EDGES = 20
"""Facts shown, as in the paper's set-up."""

_AT_ONCE = 30
"""Messages of one call."""

_LOOK = 2.0
"""Seconds between two looks at whether messages were taken in, and the longest that is waited for one batch of them."""
_PATIENCE = 1_800.0


class ZepCloud:
    """A user a conversation, a thread a session."""

    def __init__(self, tools: Tools) -> None:
        from zep_cloud.client import AsyncZep  # noqa: PLC0415 - may be absent

        self._tools = tools
        self._client = AsyncZep(api_key=os.environ.get("ZEP_API_KEY"))  # noqa: TID251 - the catalogue asked for it
        self._user = ""
        self._facts = 0

    async def ingest(self, conversation: Conversation) -> None:
        """See the protocol. It is a new user every time: what a stopped run left there is not gone on with."""
        user = await self._client.user.create(first_name=conversation.id)
        self._user = str(user.uuid_)
        for session in conversation.sessions:
            thread = await self._client.thread.create(user_uuid=self._user)
            for said in _parts(session.turns):
                messages = [_message(each, session) for each in said]
                done = await self._client.thread.add_messages(str(thread.uuid_), messages=messages)
                if done.task is not None:
                    await self._finished(str(done.task.uuid_))

    async def _finished(self, task: str) -> None:
        """Wait until the service has read what it was sent."""
        waited = 0.0
        while waited < _PATIENCE:
            status = str((await self._client.task.get(task)).status)
            if status == "succeeded":
                return
            if status in {"failed", "partial"}:
                raise EvalError(f"Zep could not take messages in: its task is {status}")
            await asyncio.sleep(_LOOK)
            waited += _LOOK
        raise EvalError(f"Zep has not taken messages in within {_PATIENCE:g} s; start the run again later")

    async def answer(self, question: str, now: datetime) -> Found:
        """See the protocol."""
        pager = await self._client.graph.search_edges(
            self._user, query=question, page_size=EDGES, reranker="cross_encoder"
        )
        edges = list(pager.items or [])[:EDGES]
        self._facts = max(self._facts, len(edges))
        return Found(text="\n".join(_line(edge) for edge in edges))

    async def stats(self) -> Stats:
        """See the protocol. What the service keeps is its own affair: only what it last showed is known."""
        return Stats(tokens=0, items=self._facts)

    async def aclose(self) -> None:
        """See the protocol. The user is left at the service, to be looked at there."""


def _parts(turns: Sequence[Said]) -> Iterator[Sequence[Said]]:
    for start in range(0, len(turns), _AT_ONCE):
        yield turns[start : start + _AT_ONCE]


def _message(said: Said, session: Session) -> Any:
    from zep_cloud.types import AddMessage  # noqa: PLC0415

    photo = f" [shares a photo: {said.caption}]" if said.caption else ""
    when = (said.at or session.at).isoformat()
    return AddMessage(
        role=said.role or "user", name=said.speaker, content=f"{said.text}{photo}", reference_time=when
    )


def _line(edge: Any) -> str:
    return f"- {edge.fact} ({edge.valid_at or '?'} – {edge.invalid_at or 'present'})"
