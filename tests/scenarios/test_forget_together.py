"""Forgetting while others write: what is hidden follows from what is stored, not from what was."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from _settings import SETTINGS

from lukasa import AsyncMemory
from lukasa.adapters.stores.sqlite.store import SqliteStore
from lukasa.writing.edit import Forget

pytestmark = pytest.mark.anyio


class Interrupted:
    """A store to which somebody else writes once, just before a write."""

    def __init__(self, store: SqliteStore, write: Callable[[], Awaitable[object]]) -> None:
        self._store, self._writes = store, [write]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def apply(self, *args: Any, **kwargs: Any) -> Any:
        while self._writes:
            await self._writes.pop()()
        return await self._store.apply(*args, **kwargs)


async def test_a_fact_that_was_said_again_while_its_turn_is_forgotten_stays(tmp_path: Path):
    path = tmp_path / "memory.lukasa"
    async with await AsyncMemory.open(path, settings=SETTINGS) as memory:
        ana = memory.of("ana")
        (turn,) = (await ana.remember("I live in Oslo.")).turns
        store = SqliteStore(path)
        await store.open()
        forget = Forget(
            Interrupted(store, lambda: ana.remember("I live in Oslo!")), lambda: datetime.now(UTC)
        )

        hidden = await forget(ana.partition, [turn], reason="")
        await store.aclose()

        assert hidden == [turn]
        assert [fact.text for fact in await ana.facts()] == ["User lives in Oslo"]
        assert await ana.restore([turn]) == [turn]


async def test_a_fact_that_was_changed_while_its_turn_is_restored_is_restored_as_changed(tmp_path: Path):
    path = tmp_path / "memory.lukasa"
    async with await AsyncMemory.open(path, settings=SETTINGS) as memory:
        ana = memory.of("ana")
        (turn,) = (await ana.remember("I live in Oslo.")).turns
        (fact,) = await ana.facts()
        await ana.forget([turn])
        store = SqliteStore(path)
        await store.open()
        restore = Forget(
            Interrupted(store, lambda: ana.amend(fact.id, pinned=True)), lambda: datetime.now(UTC)
        ).restore

        shown = await restore(ana.partition, [turn], reason="")
        await store.aclose()

        assert shown == [turn, fact.id]
        assert [(fact.text, fact.pinned) for fact in await ana.facts()] == [("User lives in Oslo", True)]
