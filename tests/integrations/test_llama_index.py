"""LlamaIndex's `Memory` with our block: what it stores, shows, and cuts."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import _pages
import pytest

pytest.importorskip("llama_index.core")

from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.chat_engine import SimpleChatEngine
from llama_index.core.llms import ChatMessage
from llama_index.core.llms.mock import MockFunctionCallingLLM
from llama_index.core.memory import Memory

import lukasa
from lukasa.errors import InputError
from lukasa.integrations.llama_index import LukasaMemoryBlock

WALNUTS = "I am allergic to walnuts."


class Script:
    """A model that answers everything alike and keeps what it was asked with."""

    def __init__(self) -> None:
        self.prompts: list[str] = []
        self.llm = MockFunctionCallingLLM(response_generator=self.reply)

    def reply(self, messages: Any, **_: Any) -> ChatMessage:
        self.prompts.append("\n".join(f"{each.role.value}: {each.content}" for each in messages))
        return ChatMessage(role="assistant", content=f"Answer {len(self.prompts)}.")


def chat_of(block: LukasaMemoryBlock, session: str, **options: Any) -> Memory:
    return Memory.from_defaults(session_id=session, memory_blocks=[block], **options)


def user(text: str) -> ChatMessage:
    return ChatMessage(role="user", content=text)


def assistant(text: str) -> ChatMessage:
    return ChatMessage(role="assistant", content=text)


async def opened() -> lukasa.AsyncMemory:
    return await lukasa.AsyncMemory.open("memory:", embedder="hashing")


def test_the_page(tmp_path: Path):
    assert _pages.run("llama_index", tmp_path, "first") == "I do not know.\n"
    assert _pages.run("llama_index", tmp_path, "second") == "In Braga.\n"


def test_an_agent_stores_each_message_once_and_sees_earlier_sessions():
    async def go() -> tuple[list[lukasa.Turn], list[str]]:
        async with await opened() as memory:
            script = Script()
            ana = memory.of("ana")
            for session, words in [
                ("s1", [WALNUTS, "yes", "yes"]),
                ("s2", ["May I eat walnuts?"]),
            ]:
                chat = chat_of(LukasaMemoryBlock(handle=ana, agent="cook"), session)
                for each in words:
                    await FunctionAgent(llm=script.llm, streaming=False).run(each, memory=chat)
            return await ana.turns(), script.prompts

    turns, prompts = asyncio.run(go())

    assert [(turn.session, turn.role, turn.text) for turn in turns] == [
        ("s1", "user", WALNUTS),
        ("s1", "assistant", "Answer 1."),
        ("s1", "user", "yes"),
        ("s1", "assistant", "Answer 2."),
        ("s1", "user", "yes"),
        ("s1", "assistant", "Answer 3."),
        ("s2", "user", "May I eat walnuts?"),
        ("s2", "assistant", "Answer 4."),
    ]
    assert {turn.agent for turn in turns} == {"cook"}
    assert "<lukasa-memory>" not in prompts[0]
    assert prompts[3].count("<lukasa-memory>") == 1
    assert WALNUTS in prompts[3].split("</lukasa-memory>")[0]


def test_a_blocking_chat_engine_works_with_a_blocking_memory():
    script = Script()
    with lukasa.Memory.open("memory:", embedder="hashing") as memory:
        ana = memory.of("ana")
        for session, words in [("s1", WALNUTS), ("s2", "May I eat walnuts?")]:
            chat = chat_of(LukasaMemoryBlock(handle=ana), session)
            engine = SimpleChatEngine.from_defaults(llm=script.llm, memory=chat)
            engine.chat(words)

        assert WALNUTS in script.prompts[-1]
        assert [turn.text for turn in ana.turns()] == [WALNUTS, "May I eat walnuts?"]


def test_what_leaves_the_short_term_memory_is_stored_once_and_recalled_in_the_same_session():
    async def go() -> tuple[list[str], str]:
        async with await opened() as memory:
            ana = memory.of("ana")
            chat = chat_of(
                LukasaMemoryBlock(handle=ana),
                "s1",
                token_limit=1000,
                chat_history_token_ratio=0.1,
                token_flush_size=20,
            )
            for number in range(6):
                await chat.aput(user(f"{WALNUTS} Number {number}." if not number else "yes"))
                await chat.aget()
                await chat.aput(assistant(f"Noted, and here is something long to say about it: {number}."))
            await chat.aput(user("May I eat walnuts?"))
            seen = await chat.aget()
            return [turn.text for turn in await ana.turns()], str(seen[0].content)

    said, system = asyncio.run(go())

    assert said.count(f"{WALNUTS} Number 0.") == 1
    assert said.count("yes") == 5
    assert len(said) == 13
    assert "Number 0." in system


def test_system_messages_tools_and_the_memory_itself_are_not_stored():
    async def go() -> list[str]:
        async with await opened() as memory:
            ana = memory.of("ana")
            block = LukasaMemoryBlock(handle=ana)
            await block.aput(
                [
                    ChatMessage(role="system", content="You are a cook."),
                    ChatMessage(role="tool", content="42"),
                    user("<lukasa-memory>\nold\n</lukasa-memory>\nHello"),
                ],
                session_id="s1",
            )
            return [turn.text for turn in await ana.turns()]

    assert asyncio.run(go()) == ["Hello"]


def test_a_prompt_that_is_too_long_has_a_shorter_block():
    async def go() -> tuple[str, str | None, str | None]:
        async with await opened() as memory:
            ana = memory.of("ana")
            for number in range(30):
                await ana.remember(f"Walnut cake number {number} needs {number} eggs.", session="s0")
            block = LukasaMemoryBlock(handle=ana)
            whole = await block.aget([user("Walnut cake number 7")], session_id="s1")
            shorter = await block.atruncate(whole, 300)
            return whole, shorter, await block.atruncate(whole, 10_000)

    whole, shorter, nothing = asyncio.run(go())

    assert shorter is not None
    assert 0 < len(shorter) < len(whole)
    assert "number 7 needs" in shorter
    assert nothing is None


def test_a_memory_that_fails_is_an_error():
    async def go() -> None:
        async with await opened() as memory:
            chat = chat_of(LukasaMemoryBlock(handle=memory.of("ana")), "s" * 2000)
            await chat.aput(user(WALNUTS))
            await chat.aget()

    with pytest.raises(InputError, match="session"):
        asyncio.run(go())
