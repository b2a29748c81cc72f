"""mem0ai, the open-source package: run as the paper runs the platform (§1.6), with a vector store in the conversation's own folder."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lukasa_evals.answers.transcript import line_of
from lukasa_evals.datasets.values import Conversation, Said, Session
from lukasa_evals.loopback import Loopback
from lukasa_evals.systems.asking import model_of
from lukasa_evals.systems.packages import dimensions, emptied, named, silenced
from lukasa_evals.systems.system import Found, Stats, Tools

TOP = 30
"""Memories a speaker (§1.3)."""

_AT_ONCE = 2
"""Messages of one call."""

_ALL = 100_000


class Mem0:
    """A user id a speaker: what that one says has role user, what the other says role assistant."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._loopback = Loopback(model_of(tools), tools.vectors, purpose="mem0")
        self._users: dict[str, str] = {}
        self._memory: Any = None

    async def ingest(self, conversation: Conversation) -> None:
        """See the protocol. One call after the other: what is added depends on what is there."""
        self._loopback.__enter__()
        speakers = dict.fromkeys(said.speaker for said in conversation.turns())
        self._users = {speaker: f"{conversation.id}-{place}" for place, speaker in enumerate(speakers)}
        with named("mem0ai", self._loopback):
            await asyncio.to_thread(self._open)
        for session in conversation.sessions:
            for speaker, user in self._users.items():
                with named("mem0ai", self._loopback):
                    await asyncio.to_thread(self._add, session, speaker, user)

    def _open(self) -> None:
        folder = emptied(self._tools.folder / "mem0")
        silenced(folder)
        from mem0 import Memory  # noqa: PLC0415 - large, and may be absent

        server = {"api_key": self._loopback.key, "openai_base_url": self._loopback.url}
        self._memory = Memory.from_config(
            {
                "llm": {"provider": "openai", "config": {**server, "model": "model", "temperature": 0.0}},
                "embedder": {
                    "provider": "openai",
                    "config": {**server, "model": "embedder", "embedding_dims": dimensions(self._tools)},
                },
                "vector_store": {
                    "provider": "qdrant",
                    "config": {
                        "path": str(folder / "qdrant"),
                        "on_disk": True,
                        "collection_name": "memories",
                        "embedding_model_dims": dimensions(self._tools),
                    },
                },
                "history_db_path": str(folder / "history.db"),
            }
        )

    def _add(self, session: Session, speaker: str, user: str) -> None:
        for start in range(0, len(session.turns), _AT_ONCE):
            said = session.turns[start : start + _AT_ONCE]
            messages = [_message(each, session, speaker) for each in said]
            self._memory.add(messages, user_id=user, metadata={"timestamp": f"{session.at:%d %B %Y}"})

    async def answer(self, question: str, now: datetime) -> Found:
        """See the protocol."""
        blocks = []
        with named("mem0ai", self._loopback):
            for speaker, user in self._users.items():
                found = await asyncio.to_thread(
                    self._memory.search, question, top_k=TOP, filters={"user_id": user}
                )
                lines = [_line(each) for each in found["results"]]
                blocks.append("\n".join([f"Memories for user {speaker}:", *lines]))
        return Found(text="\n\n".join(blocks))

    async def stats(self) -> Stats:
        """See the protocol."""
        texts: list[str] = []
        with named("mem0ai", self._loopback):
            for user in self._users.values():
                found = await asyncio.to_thread(self._memory.get_all, filters={"user_id": user}, top_k=_ALL)
                texts += [each["memory"] for each in found["results"]]
        files = [path for path in (self._tools.folder / "mem0").rglob("*") if path.is_file()]
        return Stats(
            tokens=sum(map(self._tools.counter.count, texts)),
            items=len(texts),
            bytes=sum(path.stat().st_size for path in files),
        )

    async def aclose(self) -> None:
        """See the protocol."""
        if self._users:
            self._loopback.__exit__(None, None, None)


def _message(said: Said, session: Session, speaker: str) -> dict[str, str]:
    role = "user" if said.speaker == speaker else "assistant"
    return {"role": role, "content": line_of(said, session).partition("] ")[2]}


def _line(memory: Mapping[str, Any]) -> str:
    timestamp = (memory.get("metadata") or {}).get("timestamp", "")
    return f"- {timestamp}: {memory['memory']}"
