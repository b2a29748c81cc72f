"""mem0ai, the open-source package: run as the paper runs the platform (§1.6), with a vector store in the conversation's own folder.

One thing that 2.2 leaves undone is done here. Its extraction prompt has places for the day on which messages were said and for the
current day, but `add` fills in neither (mem0ai/mem0#4963): both would be the day of the run, from which "yesterday" would then be counted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import datetime
from functools import wraps
from types import ModuleType
from typing import Any

from lukasa_evals.answers.transcript import line_of
from lukasa_evals.datasets.values import Conversation, Said, Session
from lukasa_evals.errors import EvalError
from lukasa_evals.loopback import Loopback
from lukasa_evals.systems.asking import model_of
from lukasa_evals.systems.packages import dimensions, emptied, named, silenced
from lukasa_evals.systems.system import Found, Stats, Tools

TOP = 30
"""Memories a speaker (§1.3)."""

_AT_ONCE = 2
"""Messages of one call."""

_ALL = 100_000

_said_on: ContextVar[str] = ContextVar("said_on")
"""The day of the messages that are being added; conversations are taken in side by side."""


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
        from mem0.memory import main  # noqa: PLC0415

        _date(main)
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
        _said_on.set(f"{session.at:%Y-%m-%d}")
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
        if self._memory is not None:
            for part in (self._memory.vector_store, self._memory.llm, self._memory.embedding_model):
                part.client.close()
            self._memory.close()
        if self._users:
            self._loopback.__exit__(None, None, None)


def _date(package: ModuleType) -> None:
    """Let the package's prompt say on which day messages were said. Raises `EvalError` where it builds its prompt otherwise."""
    build: Callable[..., str] | None = getattr(package, "generate_additive_extraction_prompt", None)
    if build is None:
        raise EvalError("mem0ai builds its prompt otherwise than in 2.2: pip install 'mem0ai>=2.2,<2.3'")
    if hasattr(build, "__wrapped__"):
        return

    @wraps(build)
    def dated(**told: Any) -> str:
        day = _said_on.get()
        return build(**{**told, "timestamp": day, "current_date": day})

    package.generate_additive_extraction_prompt = dated  # type: ignore[attr-defined]


def _message(said: Said, session: Session, speaker: str) -> dict[str, str]:
    role = "user" if said.speaker == speaker else "assistant"
    return {"role": role, "content": line_of(said, session).partition("] ")[2]}


def _line(memory: Mapping[str, Any]) -> str:
    timestamp = (memory.get("metadata") or {}).get("timestamp", "")
    return f"- {timestamp}: {memory['memory']}"
