"""Agno's agent and learning machine with our store."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import _pages
import pytest

pytest.importorskip("agno.learn")

from agno.agent import Agent
from agno.db.in_memory import InMemoryDb
from agno.learn import LearningMachine
from agno.learn.stores.protocol import LearningStore
from agno.models.base import Model
from agno.models.message import Message
from agno.models.response import ModelResponse

import lukasa
from lukasa.errors import InputError
from lukasa.integrations.agno import LukasaLearning

WALNUTS = "I am allergic to walnuts."


class Scripted(Model):
    """A model that answers everything alike, calls one tool when it is told to, and keeps its system messages."""

    def invoke(self, messages: list[Message], **_: Any) -> ModelResponse:
        self.prompts = [*getattr(self, "prompts", []), str(messages[0].content)]
        if messages[-1].role == "user" and "search" in str(messages[-1].content):
            call = {"name": "search_memory", "arguments": '{"question": "walnuts"}'}
            calls = [{"id": "1", "type": "function", "function": call}]
            return ModelResponse(role="assistant", tool_calls=calls)
        answer = str(messages[-1].content) if messages[-1].role == "tool" else "Noted."
        return ModelResponse(role="assistant", content=answer)

    async def ainvoke(self, messages: list[Message], **_: Any) -> ModelResponse:
        return self.invoke(messages)

    def invoke_stream(self, *_: Any, **__: Any) -> Any: ...

    def ainvoke_stream(self, *_: Any, **__: Any) -> Any: ...

    def _parse_provider_response(self, response: Any, **_: Any) -> Any:
        return response

    def _parse_provider_response_delta(self, response: Any) -> Any:
        return response


@pytest.fixture
def memory() -> Iterator[lukasa.Memory]:
    with lukasa.Memory.open("memory:", embedder="hashing") as opened:
        yield opened


def agent_of(store: LukasaLearning, **options: Any) -> Agent:
    learning = LearningMachine(custom_stores={"lukasa": store})
    model = Scripted(id="scripted")
    return Agent(id="cook", model=model, learning=learning, db=InMemoryDb(), telemetry=False, **options)


def test_the_page(tmp_path: Path):
    assert _pages.run("agno", tmp_path, "first") == "I do not know.\n"
    assert _pages.run("agno", tmp_path, "second") == "In Braga.\n"


def test_it_is_a_learning_store(memory: lukasa.Memory):
    store = LukasaLearning(memory)

    assert isinstance(store, LearningStore)
    assert (store.learning_type, store.schema, store.was_updated) == ("lukasa", lukasa.Context, False)
    assert "search_memory" in store.instructions()
    assert store.build_context(None) == ""
    assert LukasaLearning(memory, tools=False).instructions() == ""


def test_each_user_has_a_memory_of_their_own_and_messages_are_stored_once(memory: lukasa.Memory):
    store = LukasaLearning(memory)
    agent = agent_of(store, add_history_to_context=True)
    for user, session, words in [
        ("ana", "s1", WALNUTS),
        ("ana", "s1", "yes"),
        ("ana", "s1", "yes"),
        ("ben", "s2", "May I eat walnuts?"),
        ("ana", "s3", "May I eat walnuts?"),
    ]:
        agent.run(words, user_id=user, session_id=session)

    turns = memory.of("ana").turns()
    said = [(turn.session, turn.text) for turn in turns if turn.role == "user"]
    assert said == [("s1", WALNUTS), ("s1", "yes"), ("s1", "yes"), ("s3", "May I eat walnuts?")]
    # Agno may hand an answer over in its own run, or with the history of the next one.
    assert len([turn for turn in turns if turn.session == "s1" and turn.text == "Noted."]) in {2, 3}
    assert {turn.agent for turn in turns} == {"cook"}
    *_, ben, ana = agent.model.prompts  # type: ignore[union-attr]
    assert "<lukasa-memory>" not in ben
    assert WALNUTS in ana
    assert ana.count("<lukasa-memory>") == 1


def test_the_model_can_search_blocking_and_not(memory: lukasa.Memory):
    memory.of("ana").remember(WALNUTS, session="s0")
    agent = agent_of(LukasaLearning(memory, user="ana"))

    assert WALNUTS in agent.run("search").content
    assert WALNUTS in asyncio.run(agent.arun("search")).content


def test_what_the_framework_adds_is_not_the_users_word(memory: lukasa.Memory):
    store = LukasaLearning(memory, user="ana")
    added = (
        f"{WALNUTS}\n\nUse the following references from the knowledge base if it helps:\n<references>\n"
        "I live in Paris.\n</references>\n\n<additional context>\nx\n</additional context>"
    )
    messages = [
        Message(role="system", content="You are a cook."),
        Message(role="user", content=added),
        Message(role="assistant", tool_calls=[{"id": "1"}]),
        Message(role="tool", content="I live in Rome."),
    ]
    store.process(messages, session_id="s1")
    assert store.was_updated
    asyncio.run(store.aprocess(messages, session_id="s1"))

    assert not store.was_updated
    assert [turn.text for turn in memory.of("ana").turns()] == [WALNUTS]


def test_without_a_user_there_is_no_memory_and_a_failure_is_an_error(memory: lukasa.Memory):
    store = LukasaLearning(memory)

    with pytest.raises(InputError, match="user_id"):
        store.recall(message="walnuts")
    with pytest.raises(InputError, match="user_id"):
        store.process([Message(role="user", content=WALNUTS)])
    assert store.get_tools() == []
    assert store.recall(user_id="ana", message=" ") is None
    assert agent_of(store).run("May I eat walnuts?").content == "Noted."
