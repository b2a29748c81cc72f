"""The Claude Agent SDK on a memory: its contracts of session stores, and hooks that recall and remember."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("claude_agent_sdk")

import _pages
from claude_agent_sdk import ClaudeAgentOptions, SessionKey, list_sessions_from_store
from claude_agent_sdk.testing import run_session_store_conformance

from lukasa import AsyncHandle, AsyncMemory, Settings
from lukasa.integrations.claude_agent import LukasaSessionStore, memory_hooks, search_server

pytestmark = pytest.mark.anyio
KEY: SessionKey = {"project_key": "proj", "session_id": "s1"}


@pytest.fixture
async def memory(tmp_path: Path) -> AsyncIterator[AsyncMemory]:
    async with await AsyncMemory.open(tmp_path / "m.lukasa", settings=Settings(embedder="hashing")) as memory:
        yield memory


@pytest.fixture
def handle(memory: AsyncMemory) -> AsyncHandle:
    return memory.of("ana")


async def test_their_contracts(memory: AsyncMemory):
    users = iter(range(100))

    await run_session_store_conformance(lambda: LukasaSessionStore(memory.of(f"user {next(users)}")))


async def test_entries_come_back_whatever_is_in_them_and_each_uuid_once(handle: AsyncHandle):
    entries: list[Any] = [
        {"type": "user", "uuid": "1", "message": {"role": "user", "content": "I live in Rome. \x00\ud800"}},
        {"type": "title", "customTitle": "T"},
        {"type": "user", "uuid": "2", "toolUseResult": {"stdout": "x" * 300_000, "n": [{"deep": [[[[[[[[1.5]]]]]]]]}] * 2_000}},
    ]  # fmt: skip
    store = LukasaSessionStore(handle)
    await store.append(KEY, entries)
    await store.append(KEY, entries)

    assert await LukasaSessionStore(handle).load(KEY) == [*entries, entries[1]]
    assert await handle.turns() == []
    assert await handle.facts() == []


async def test_a_first_append_that_failed_lists_its_session_once(handle: AsyncHandle):
    store, key = LukasaSessionStore(handle), SessionKey(project_key="p", session_id="s")
    unstorable: Any = [{"type": "user", "uuid": "1", "value": object()}]
    with pytest.raises(TypeError):
        await store.append(key, unstorable)
    await store.append(key, [{"type": "user", "uuid": "1"}])

    assert [each["session_id"] for each in await store.list_sessions("p")] == ["s"]


async def test_what_is_deleted_leaves_no_byte(handle: AsyncHandle, tmp_path: Path):
    store = LukasaSessionStore(handle)
    for key in (KEY, KEY | {"subpath": "canary_path"}):
        await store.append(key, [{"type": "user", "canary_name": "canary_value"}])  # type: ignore[typeddict-unknown-key]
    await store.delete(KEY)

    assert b"canary" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())  # noqa: ASYNC240
    await store.append(KEY, [{"type": "user"}])
    assert await store.load(KEY) == [{"type": "user"}]
    assert [each["session_id"] for each in await store.list_sessions("proj")] == ["s1"]


async def test_summaries_are_those_of_the_sdk_whoever_appends_at_once(handle: AsyncHandle):
    store = LukasaSessionStore(handle)
    async with asyncio.TaskGroup() as group:
        for number in range(8):
            entry: Any = {"type": "user", "uuid": str(number), "customTitle": "The title"}
            group.create_task(store.append(KEY, [entry]))

    assert len(await store.load(KEY) or []) == 8
    assert [each["data"]["custom_title"] for each in await store.list_session_summaries("proj")] == [
        "The title"
    ]
    assert await list_sessions_from_store(store, directory=".") == []


async def fire(options: ClaudeAgentOptions, event: str, session: str, **fields: Any) -> dict[str, Any]:
    """Do what the CLI does with a hook."""
    sent = {"hook_event_name": event, "session_id": session, "transcript_path": "", "cwd": ".", **fields}
    (matcher,) = (options.hooks or {})[event]  # type: ignore[index]
    (hook,) = matcher.hooks
    return await hook(sent, None, {"signal": None})  # type: ignore[arg-type,return-value]


async def test_hooks_remember_what_is_said_and_recall_it_elsewhere(handle: AsyncHandle):
    options = ClaudeAgentOptions(hooks=memory_hooks(handle), mcp_servers={"memory": search_server(handle)})
    prompt = "<system-reminder>I live in Rome.</system-reminder>My dog is called Quixote."
    assert await fire(options, "UserPromptSubmit", "s1", prompt=prompt, prompt_id="p1") == {}
    for _ in range(2):
        await fire(options, "UserPromptSubmit", "s1", prompt=prompt, prompt_id="p1")
        for reply in ("Let me see.", "Noted."):
            await fire(options, "Stop", "s1", prompt_id="p1", last_assistant_message=reply)
    asked = await fire(options, "UserPromptSubmit", "s2", prompt="What is my dog called?", prompt_id="p2")
    await fire(options, "UserPromptSubmit", "s2", prompt="<system-reminder>x</system-reminder>")
    await fire(options, "Stop", "s2")

    context = asked["hookSpecificOutput"]["additionalContext"]
    assert context.startswith("<lukasa-memory>")
    assert "Quixote" in context
    assert [turn.text for turn in await handle.turns()] == [
        "My dog is called Quixote.",
        "Let me see.",
        "Noted.",
        "What is my dog called?",
    ]
    assert [fact.text for fact in await handle.facts()] == ["Quixote is User's dog"]


async def test_two_processes_of_the_page(tmp_path: Path):
    _pages.run("claude_agent", tmp_path, "first")

    assert "Quixote" in _pages.run("claude_agent", tmp_path, "second")
