"""OpenAI Agents on a memory: items exact and in order, messages learned from, recall across sessions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("agents")

import _pages
from agents import Agent, RunConfig, Runner, set_tracing_disabled
from agents.items import TResponseInputItem
from agents.testing import ScriptedModel
from openai.types.responses import ResponseFunctionToolCall, ResponseOutputMessage, ResponseOutputText

from lukasa import AsyncHandle, AsyncMemory, Settings
from lukasa.integrations.openai_agents import LukasaSession, recalling, search_memory

pytestmark = pytest.mark.anyio
set_tracing_disabled(True)


@pytest.fixture
async def handle(tmp_path: Path) -> AsyncIterator[AsyncHandle]:
    async with await AsyncMemory.open(tmp_path / "m.lukasa", settings=Settings(embedder="hashing")) as memory:
        yield memory.of("ana")


def reply(text: str) -> ResponseOutputMessage:
    part = ResponseOutputText(text=text, type="output_text", annotations=[])
    return ResponseOutputMessage(id="m", type="message", role="assistant", status="completed", content=[part])


def deep(levels: int) -> Any:
    return {"deeper": deep(levels - 1)} if levels else 2**70


ITEMS: list[Any] = [
    {"role": "user", "content": "I live in Lisbon."},
    {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": "a" * 300_000},
    {"type": "function_call", "name": "look", "arguments": '{"a": "\\u0000"}', "call_id": "c", "schema": deep(20)},
    {"type": "function_call_output", "call_id": "c", "output": "I live in Porto. \x00 \ud800"},
    {"role": "system", "content": "I live in Rome."},
    {"id": "m", "type": "message", "role": "assistant", "status": "completed", "content": [{"type": "output_text", "text": "Noted.", "annotations": []}]},
    {"role": "user", "content": [{"type": "input_image", "image_url": "data:image/png;base64," + "iVBO" * 50_000}, {"type": "input_text", "text": "My dog is called Quixote."}]},
    {"role": "user", "content": "yes"},
    {"role": "user", "content": "yes"},
    {"role": "user", "content": ""},
]  # fmt: skip


async def test_items_come_back_exactly_whatever_is_in_them(handle: AsyncHandle):
    session = LukasaSession("s1", handle)
    for item in ITEMS:
        await session.add_items([item])
    await LukasaSession("s2", handle).add_items(ITEMS[:1])

    assert await session.get_items() == ITEMS
    for limit in range(len(ITEMS) + 2):
        assert await session.get_items(limit) == (ITEMS[-limit:] if limit else [])
    for left in range(len(ITEMS) - 1, -1, -1):
        assert await session.pop_item() == ITEMS[left]
        assert await session.get_items() == ITEMS[:left]
    assert await session.pop_item() is None


async def test_only_what_people_and_the_assistant_say_is_remembered(handle: AsyncHandle):
    session = LukasaSession("s1", handle)
    await session.add_items(ITEMS)

    facts = [fact.text for fact in await handle.facts()]
    turns = [turn.text for turn in await handle.turns()]

    assert facts == ["User lives in Lisbon", "Quixote is User's dog"]
    assert turns == ["I live in Lisbon.", "Noted.", "My dog is called Quixote.", "yes", "yes"]


async def test_what_is_popped_is_not_believed_and_what_is_cleared_is(handle: AsyncHandle):
    session = LukasaSession("s1", handle)
    await session.add_items([{"role": "user", "content": "I live in Lisbon."}])
    await session.clear_session()
    assert await session.get_items() == []
    await session.add_items([{"role": "user", "content": "My dog is called Quixote."}])
    await session.pop_item()

    assert await session.get_items() == []
    assert [fact.text for fact in await handle.facts()] == ["User lives in Lisbon"]
    await handle.erase(session="s1")
    assert await handle.turns(include_retired=True) == []


async def test_what_is_forgotten_elsewhere_is_no_item_either(handle: AsyncHandle):
    session = LukasaSession("s1", handle)
    await session.add_items(ITEMS[:1])
    await session.add_items(ITEMS[7:8])
    await handle.forget([(await handle.turns())[0].id])

    assert await session.get_items() == ITEMS[7:8]


async def test_one_item_is_popped_once_however_many_ask(handle: AsyncHandle):
    await LukasaSession("s1", handle).add_items([{"role": "user", "content": str(n)} for n in range(4)])

    async with asyncio.TaskGroup() as group:
        popping = [group.create_task(LukasaSession("s1", handle).pop_item()) for _ in range(6)]

    popped = [item["content"] for task in popping if (item := task.result())]  # type: ignore[typeddict-item]
    assert sorted(popped) == ["0", "1", "2", "3"]


async def test_another_session_recalls_and_what_is_recalled_is_not_learned_again(handle: AsyncHandle):
    await LukasaSession("s1", handle).add_items([{"role": "user", "content": "My dog is called Quixote."}])
    model = ScriptedModel()
    call = ResponseFunctionToolCall(
        type="function_call", name="search_memory", call_id="c", arguments='{"question": "the dog"}'
    )
    model.enqueue([call])
    model.enqueue([reply("Quixote.")])
    agent = Agent(name="a", instructions="Be brief.", model=model, tools=[search_memory(handle)])
    session = LukasaSession("s2", handle)

    run = RunConfig(call_model_input_filter=recalling(handle, session="s2"))
    await Runner.run(agent, "What is my dog called?", session=session, run_config=run)

    instructions = model.calls[0].system_instructions or ""
    assert instructions.startswith("Be brief.\n\n<lukasa-memory>")
    assert "Quixote" in instructions
    items: list[TResponseInputItem] = await session.get_items()
    assert "Quixote" in str(items[2]["output"])  # type: ignore[typeddict-item]
    assert "<lukasa-memory>" not in str(items)
    assert [turn.text for turn in await handle.turns(session="s2")] == ["What is my dog called?", "Quixote."]
    assert len(await handle.facts()) == 1


async def test_two_processes_of_the_page(tmp_path: Path):
    _pages.run("openai_agents", tmp_path, "first")

    assert "Quixote" in _pages.run("openai_agents", tmp_path, "second")
