"""Writers that decide on what they read lose nothing to each other."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lukasa.adapters.stores.reference import ReferenceStore
from lukasa.adapters.stores.sqlite.store import SqliteStore
from lukasa.domain.change import AddTurn
from lukasa.domain.journal import Cause
from lukasa.domain.query import TurnQuery
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Turn
from lukasa.errors import StaleError
from lukasa.indexing.documents import document_of
from lukasa.ports.attempts import until_applied
from lukasa.ports.store import Store

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
ALICE = Partition("acme", "alice")
CAUSE = Cause(verb="remember", at=NOW)


async def append(store: Store, attempts: list[str], writer: str, version: int) -> str:
    """Store the number of turns there are as the next turn: two that read the same number write it twice."""
    attempts.append(writer)
    number = len(await store.turns(ALICE, TurnQuery()))
    await asyncio.sleep(0)  # lets the other writer in
    turn = Turn(id=f"t_{writer}_{number}", role="user", text=f"{number}", at=NOW, recorded_at=NOW)
    change = AddTurn(turn=turn, document=document_of(turn))
    await store.apply(ALICE, [change], cause=CAUSE, expected=version)
    return turn.text


@pytest.mark.anyio
async def test_two_writers_of_one_file_count_together(tmp_path: Path):
    attempts: list[str] = []
    rounds = 20
    both = asyncio.Barrier(2)

    async def count(writer: str) -> list[str]:
        store = SqliteStore(tmp_path / "memory.lukasa")
        await store.open()
        try:

            async def decide(version: int) -> str:
                if writer not in attempts:
                    await both.wait()  # each knows the version before either writes: they meet at least once
                return await append(store, attempts, writer, version)

            return [await until_applied(store, ALICE, decide, attempts=1_000) for _ in range(rounds)]
        finally:
            await store.aclose()

    async with asyncio.TaskGroup() as group:
        one, other = (group.create_task(count(writer)) for writer in ("one", "other"))

    assert sorted(map(int, one.result() + other.result())) == list(range(2 * rounds))
    assert len(attempts) > 2 * rounds, "the two never met"


@pytest.mark.anyio
async def test_after_so_many_attempts_it_gives_up():
    store = ReferenceStore()
    attempts: list[str] = []

    async def always_late(version: int) -> None:
        await append(store, [], "other", version)
        await append(store, attempts, "one", version)

    with pytest.raises(StaleError, match="3 times in a row; try again"):
        await until_applied(store, ALICE, always_late, attempts=3)

    assert attempts == ["one"] * 3
    assert [turn.id for turn in await store.turns(ALICE, TurnQuery())] == [f"t_other_{n}" for n in range(3)]


@pytest.mark.anyio
async def test_other_errors_are_not_tried_again():
    attempts: list[int] = []

    async def fail(version: int) -> None:
        attempts.append(version)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - it has no words
        await until_applied(ReferenceStore(), ALICE, fail, attempts=3)

    assert attempts == [0]
