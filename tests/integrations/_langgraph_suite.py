"""The tests of langgraph-checkpoint-sqlite, with Lukasa's store in the place of its own: ten lines of shim, and what does not apply."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import pytest

from lukasa import AsyncMemory, Memory
from lukasa.integrations.langgraph import LukasaStore


class SqliteStore(LukasaStore):
    """What their tests make."""

    MIGRATIONS = ("none",)

    @classmethod
    @contextmanager
    def from_conn_string(cls, _: str, *, index: Any = None, ttl: Any = None) -> Iterator[SqliteStore]:
        with Memory.open("memory:", embedder="hashing") as memory:
            yield cls(memory.of(user="suite"), fields=(index or {}).get("text_fields"), ttl=ttl)

    def setup(self) -> None:
        """Do nothing."""


class AsyncSqliteStore(LukasaStore):
    """The same, awaited."""

    @classmethod
    @asynccontextmanager
    async def from_conn_string(
        cls, _: str, *, index: Any = None, ttl: Any = None
    ) -> AsyncIterator[AsyncSqliteStore]:
        async with await AsyncMemory.open("memory:", embedder="hashing") as memory:
            yield cls(memory.of(user="suite"), fields=(index or {}).get("text_fields"), ttl=ttl)

    async def setup(self) -> None:
        """Do nothing."""


class _Stub(ModuleType):
    """Their package, of which only the two names count."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return {"SqliteStore": SqliteStore, "AsyncSqliteStore": AsyncSqliteStore}.get(name, object)


def members(file: str, skipped: dict[str, str]) -> dict[str, Any]:
    """Return the tests and fixtures of one of their files; *skipped*: names of tests with the reason."""
    sources = os.environ.get("LUKASA_PEER_SOURCES")  # noqa: TID251
    found = list(Path(sources).glob(f"langgraph-checkpoint-sqlite==*/*/tests/{file}")) if sources else []
    if not found:
        pytest.skip("LUKASA_PEER_SOURCES has no langgraph-checkpoint-sqlite", allow_module_level=True)
    names = ("langgraph.store.sqlite", "langgraph.store.sqlite.base", "langgraph.store.sqlite.aio", "tests")
    with mock.patch.dict(sys.modules, {name: _Stub(name) for name in names}):
        for name in dict.fromkeys(("test_store.py", file)):  # The others import from the first.
            stem = Path(name).stem
            spec = importlib.util.spec_from_file_location(f"peer_{stem}", found[0].with_name(name))
            assert spec is not None
            assert spec.loader is not None
            module = sys.modules[f"tests.{stem}"] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
    tests = {name: each for name, each in vars(module).items() if not name.startswith("__")}
    for name, reason in skipped.items():
        tests[name] = pytest.mark.skip(reason=reason)(tests[name])
    return tests
