"""AutoGen's `AssistantAgent` with our memory, and the verbs of its `Memory`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import _pages
import pytest

pytest.importorskip("autogen_core")

from autogen_core import CancellationToken
from autogen_core.memory import Memory, MemoryContent, MemoryMimeType
from autogen_core.model_context import BufferedChatCompletionContext, UnboundedChatCompletionContext
from autogen_core.models import (
    AssistantMessage,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    SystemMessage,
    UserMessage,
)

import lukasa
from lukasa.errors import InputError
from lukasa.integrations.autogen import LukasaMemory

WALNUTS = "I am allergic to walnuts."


async def opened() -> lukasa.AsyncMemory:
    return await lukasa.AsyncMemory.open("memory:", embedder="hashing")


def user(text: str) -> UserMessage:
    return UserMessage(content=text, source="user")


def text(content: str, **metadata: Any) -> MemoryContent:
    return MemoryContent(content=content, mime_type=MemoryMimeType.TEXT, metadata=metadata)


def test_the_page(tmp_path: Path):
    assert _pages.run("autogen", tmp_path, "first") == "I do not know.\n"
    assert _pages.run("autogen", tmp_path, "second") == "In Braga.\n"


def test_a_conversation_is_stored_once_with_who_said_what_and_has_one_block():
    async def go() -> tuple[list[lukasa.Turn], list[Any], list[int]]:
        async with await opened() as memory:
            ana = memory.of("ana")
            first = LukasaMemory(ana, session="s1", agent="team")
            assert isinstance(first, Memory)
            context = UnboundedChatCompletionContext()
            await context.add_message(SystemMessage(content="You are a cook."))
            await context.add_message(user(WALNUTS))
            counts = [len((await first.update_context(context)).memories.results)]
            await context.add_message(UserMessage(content="Hello from the waiter.", source="waiter"))
            result = FunctionExecutionResult(content="42", name="f", call_id="1")
            await context.add_message(FunctionExecutionResultMessage(content=[result]))
            await context.add_message(AssistantMessage(content="Noted.", source="cook"))
            await first.store(context)
            second = LukasaMemory(ana, session="s2")
            context = UnboundedChatCompletionContext()
            for question in ["May I eat walnuts?", "And what am I allergic to?"]:
                await context.add_message(user(question))
                counts.append(len((await second.update_context(context)).memories.results))
            return await ana.turns(), await context.get_messages(), counts

    turns, messages, counts = asyncio.run(go())

    assert [(turn.session, turn.role, turn.speaker, turn.text) for turn in turns] == [
        ("s1", "user", None, WALNUTS),
        ("s1", "assistant", "waiter", "Hello from the waiter."),
        ("s1", "assistant", "cook", "Noted."),
        ("s2", "user", None, "May I eat walnuts?"),
        ("s2", "user", None, "And what am I allergic to?"),
    ]
    assert counts == [0, 1, 1]
    assert [message.type for message in messages] == ["UserMessage", "UserMessage", "SystemMessage"]
    assert messages[-1].content.startswith("<lukasa-memory>")
    assert WALNUTS in messages[-1].content


def test_another_context_keeps_what_it_has():
    async def go() -> list[str]:
        async with await opened() as memory:
            ana = memory.of("ana")
            await ana.remember(WALNUTS)
            context = BufferedChatCompletionContext(buffer_size=4)
            await context.add_message(user("May I eat walnuts?"))
            await LukasaMemory(ana).update_context(context)
            await LukasaMemory(ana).update_context(context)
            return [message.type for message in await context.get_messages()]

    assert asyncio.run(go()) == ["UserMessage", "SystemMessage", "SystemMessage"]


def test_what_is_added_is_found_and_believed_only_of_the_user():
    async def go() -> tuple[list[MemoryContent], list[str], int]:
        async with await opened() as memory:
            ana = memory.of("ana")
            notes = LukasaMemory(ana, session="s1")
            await notes.add(text("I live in Paris.", page=3))
            await notes.add(text(WALNUTS, origin="user"), CancellationToken())
            await notes.add(MemoryContent(content={"city": "Braga"}, mime_type=MemoryMimeType.JSON))
            found = await notes.query(text("Who lives in Paris?"), limit=1)
            believed = [fact.text for fact in await ana.facts()]
            with pytest.raises(InputError, match="bytes"):
                await notes.add(MemoryContent(content=b"x", mime_type=MemoryMimeType.BINARY))
            await notes.close()
            await notes.clear()
            return found.results, believed, len((await notes.query("walnuts")).results)

    found, believed, left = asyncio.run(go())

    assert [(each.content, (each.metadata or {})["page"]) for each in found] == [("I live in Paris.", 3)]
    assert believed == ["User is allergic to walnuts"]
    assert left == 0


def test_a_query_can_be_cancelled():
    async def go() -> None:
        async with await opened() as memory:
            token = CancellationToken()
            token.cancel()
            await LukasaMemory(memory.of("ana")).query("walnuts", token)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(go())
