"""A log of JSON values in a session: exact, in order, and only what is said in it is remembered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from lukasa import AsyncHandle, AsyncMemory, Settings
from lukasa.integrations.session_log import Entry, Said, SessionLog

pytestmark = pytest.mark.anyio


@pytest.fixture
async def handle(tmp_path: Path) -> AsyncIterator[AsyncHandle]:
    async with await AsyncMemory.open(tmp_path / "m.lukasa", settings=Settings(embedder="hashing")) as memory:
        yield memory.of("ana")


def deep(levels: int) -> Any:
    return {"deeper": deep(levels - 1)} if levels else 2**70


VALUES: list[Any] = ["\x00 \ud800", deep(20), {"long": "é" * 100_000}, [None, 1.5, True], {"": ""}]


async def test_values_come_back_exactly_and_are_taken_out_from_the_end(handle: AsyncHandle):
    log = SessionLog(handle, "s1", "name")
    await log.append([Entry(value=value) for value in VALUES])
    await SessionLog(handle, "s1", "other").append([Entry(value="other")])
    await SessionLog(handle, "s2", "name").append([Entry(value="elsewhere")])

    for left in range(len(VALUES), 0, -1):
        for limit in (None, 0, 1, left, left + 1):
            assert [each.value for each in await log.newest(limit)] == VALUES[:left][::-1][:limit]
        popped = await log.pop()
        assert popped is not None
        assert popped.value == VALUES[left - 1]
    assert await log.pop() is None
    assert await handle.turns() == []


async def test_an_entry_is_stored_once_and_only_its_words_are_remembered(handle: AsyncHandle):
    log = SessionLog(handle, "s1", "name")
    said = Entry(value={"x": "I live in Rome."}, said=Said("user", "My dog is called Quixote."), id="1")
    for entry in (said, said, Entry(value=1, said=Said("user", "\ud800"))):
        await log.append([entry])
    facts = [fact.text for fact in await handle.facts()]
    await log.clear()
    await log.append([Entry(value=2)])

    assert facts == ["Quixote is User's dog"]
    assert [each.value for each in await log.newest()] == [2]
    assert [turn.text for turn in await handle.turns()] == ["My dog is called Quixote."]


async def test_at_once_each_entry_is_taken_out_once(handle: AsyncHandle):
    await SessionLog(handle, "s1", "name").append([Entry(value=number) for number in range(4)])

    async with asyncio.TaskGroup() as group:
        popping = [group.create_task(SessionLog(handle, "s1", "name").pop()) for _ in range(6)]

    assert sorted(entry.value for task in popping if (entry := task.result())) == [0, 1, 2, 3]


async def test_secrets_in_a_large_value_become_labels_and_the_value_can_be_read(handle: AsyncHandle):
    log = SessionLog(handle, "s1", "name")
    filler = {"filler": ["é" * 200] * 600}
    await log.append([Entry(value={"text": 'password: hunter2"x', **filler})])
    await log.append([Entry(value={"text": "x" * 79_970 + " password: hunter2-zq", **filler})])

    entries = await log.newest()

    assert len(entries) == 2
    assert not any("hunter2" in json.dumps(entry.value) for entry in entries)
    assert all(entry.value["filler"] == filler["filler"] for entry in entries)
