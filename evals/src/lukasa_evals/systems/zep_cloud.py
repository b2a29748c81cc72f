"""Zep's platform, by key: threads of messages with their times, facts found by its own search.

Run with zep-cloud 4.0 against a stand-in for the service; nobody has run it against the service itself here.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from typing import Any

from lukasa_evals.datasets.values import Conversation, Said, Session
from lukasa_evals.errors import EvalError
from lukasa_evals.systems.system import Found, Stats, Tools

EDGES = 20
"""Facts shown, as in Zep's own evaluation."""

NODES = 20
"""Entities shown with their summaries, likewise."""

_AT_ONCE = 30
"""Messages of one call."""

_LOOK = 2.0
"""Seconds between two looks at whether messages were taken in, and the longest that is waited for one batch of them."""
_PATIENCE = 1_800.0

_CLIP = 300
"""Characters of an error of the package, which may quote what it was sent."""


class ZepCloud:
    """A user a conversation, a thread a session."""

    def __init__(self, tools: Tools, *, client: Any = None) -> None:
        """With *client*, an `AsyncZep` of one's own; without, one is made with the key in `ZEP_API_KEY`."""
        from zep_cloud.client import AsyncZep  # noqa: PLC0415 - may be absent

        self._tools = tools
        self._client = client or AsyncZep(api_key=os.environ.get("ZEP_API_KEY"))  # noqa: TID251 - the catalogue asked for it
        self._user = ""
        self._shown: dict[str, int] = {}

    async def ingest(self, conversation: Conversation) -> None:
        """See the protocol. It is a new user every time: what a stopped run left there is not gone on with."""
        with _named():
            user = await self._client.user.create(first_name=conversation.id)
            self._user = str(user.uuid_)
            for session in conversation.sessions:
                await self._session(session)

    async def _session(self, session: Session) -> None:
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
        graph = self._client.graph
        with _named():
            facts = await graph.search_edges(
                self._user, query=question, page_size=EDGES, reranker="cross_encoder"
            )
            entities = await graph.search_nodes(self._user, query=question, page_size=NODES, reranker="rrf")
        lines = [_line(edge) for edge in list(facts.items or [])[:EDGES]]
        about = [f"- {node.name}: {node.summary}" for node in list(entities.items or [])[:NODES]]
        self._shown |= {line: self._tools.counter.count(line) for line in (*lines, *about)}
        parts = (("Facts:", lines), ("Entities:", about))
        return Found(text="\n\n".join("\n".join([title, *each]) for title, each in parts if each))

    async def stats(self) -> Stats:
        """See the protocol. What the service keeps is its own affair: only what it has shown so far is known."""
        return Stats(tokens=sum(self._shown.values()), items=len(self._shown))

    async def aclose(self) -> None:
        """See the protocol. The user is left at the service, to be looked at there."""


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except EvalError:
        raise
    except Exception as error:
        told = f"{type(error).__name__}: {error}"[:_CLIP]
        raise EvalError(f"zep-cloud {version('zep-cloud')} failed: {told}") from error


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
