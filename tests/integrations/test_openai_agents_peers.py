"""The tests of sessions that openai-agents has for its own, on ours."""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("agents")

import _peers
from agents import set_tracing_disabled

from lukasa import AsyncMemory, Settings
from lukasa.integrations.openai_agents import LukasaSession

set_tracing_disabled(True)


class SwappedSession(LukasaSession):
    """Ours with the constructor of theirs. A memory belongs to one event loop, and their tests have several: so it is opened for each call."""

    def __init__(self, session_id: str, db_path: Any = ":memory:", **settings: Any) -> None:
        if str(db_path) == ":memory:":
            self._folder = tempfile.TemporaryDirectory()
            db_path = Path(self._folder.name) / "m.db"
        self._path = Path(db_path).with_suffix(".lukasa")
        super().__init__(session_id, None, **settings)  # type: ignore[arg-type]

    def close(self) -> None:
        pass

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[LukasaSession]:
        async with await AsyncMemory.open(self._path, settings=Settings(embedder="hashing")) as memory:
            yield LukasaSession(self.session_id, memory.of("peer"), session_settings=self.session_settings)

    async def get_items(self, limit: int | None = None) -> Any:
        async with self._opened() as session:
            return await session.get_items(limit)

    async def add_items(self, items: Any) -> None:
        async with self._opened() as session:
            await session.add_items(items)

    async def pop_item(self) -> Any:
        async with self._opened() as session:
            return await session.pop_item()

    async def clear_session(self) -> None:
        async with self._opened() as session:
            await session.clear_session()


INSIDE = "looks into the files, locks, threads or connections of SQLiteSession"
SKIPPED = {
    "await_mutation_cancellation_hides": "tests a function of the framework",
    "close_closes_worker": INSIDE,
    "reaps_connections": INSIDE,
    "retired_connections": INSIDE,
    "keeps_connections": INSIDE,
    "corrupt": INSIDE,
    "file_lock_is_shared": INSIDE,
    "write_lock": INSIDE,
    "rolls_back": INSIDE,
    "rollback_failure": INSIDE,
    "quarantined": INSIDE,
    "post_commit_cancellation": INSIDE,
    "closed": "the memory is closed by its owner, not by a session",
}


SKIPPED_ASYNC = {
    "same_timestamp": INSIDE,
    "initialization": INSIDE,
    "cancelled": INSIDE,
    "cancellation": INSIDE,
    "failed": INSIDE,
    "close_": "the memory is closed by its owner, not by a session",
}


class SwappedAsyncSession(SwappedSession):
    async def close(self) -> None:  # type: ignore[override]
        pass


def _adopt(path: str, skipped: dict[str, str]) -> None:
    module = _peers.suite("openai-agents", path, alias=f"peer_{Path(path).stem}")
    module.SQLiteSession, module.AsyncSQLiteSession = SwappedSession, SwappedAsyncSession  # type: ignore[attr-defined]
    for name, test in vars(module).items():
        if name == "agent":
            globals()[name] = test
        elif name.startswith("test_"):
            why = next((reason for part, reason in skipped.items() if part in name), None)
            marked = pytest.mark.asyncio(test) if inspect.iscoroutinefunction(test) else test
            globals()[name] = pytest.mark.skip(reason=why)(marked) if why else marked


_adopt("tests/memory/test_session.py", SKIPPED)
_adopt("tests/memory/test_session_limit.py", SKIPPED)
_adopt("tests/extensions/memory/test_async_sqlite_session.py", SKIPPED | SKIPPED_ASYNC)
