"""The tests of langgraph-checkpoint-sqlite, with Lukasa's store in the place of its own: ten lines of shim, and what does not apply."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from types import ModuleType
from typing import Any
from unittest import mock

import pytest
from _peers import suite

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


def members(file: str, skipped: Mapping[str, str]) -> dict[str, Any]:
    """Return the tests and fixtures of one of their files; *skipped*: names of tests with the reason."""
    names = ("langgraph.store.sqlite", "langgraph.store.sqlite.base", "langgraph.store.sqlite.aio")
    with mock.patch.dict(sys.modules, {name: _Stub(name) for name in names}):
        module = suite("langgraph-checkpoint-sqlite", f"tests/{file}", alias=f"peer_{file[:-3]}")
    tests = {name: each for name, each in vars(module).items() if not name.startswith("__")}
    for name, reason in skipped.items():
        tests[name] = pytest.mark.skip(reason=reason)(tests[name])
    return tests
