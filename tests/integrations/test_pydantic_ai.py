"""The capability for Pydantic AI, with models that follow a script."""

from collections.abc import AsyncIterator

import pytest

pytest.importorskip("pydantic_ai")

from _pages import run
from pydantic_ai import Agent, ImageUrl, RunContext
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextPart,
    ToolCallPart,
    UserPromptPart,
)
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.models.test import TestModel

from lukasa import AsyncMemory
from lukasa.errors import ClosedError
from lukasa.integrations.pydantic_ai import LukasaMemory

pytestmark = pytest.mark.anyio


@pytest.fixture
async def memory() -> AsyncIterator[AsyncMemory]:
    async with await AsyncMemory.open("memory:", embedder="hashing") as memory:
        yield memory


def prompts(messages: list[ModelMessage]) -> list[str]:
    return [
        part.content
        for message in messages
        if isinstance(message, ModelRequest)
        for part in message.parts
        if isinstance(part, UserPromptPart)
    ]


class Script:
    """A model that replies one after another, and keeps what it was sent."""

    def __init__(self, *replies: ModelResponse | str) -> None:
        self.replies = list(replies)
        self.sent: list[list[ModelMessage]] = []
        self.tools: list[str] = []

    def __call__(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        self.sent.append(list(messages))
        self.tools = [tool.name for tool in info.function_tools]
        reply = self.replies.pop(0)
        return ModelResponse([TextPart(reply)]) if isinstance(reply, str) else reply

    @property
    def model(self) -> FunctionModel:
        return FunctionModel(self)


async def test_what_was_said_in_one_conversation_is_shown_in_the_next(memory):
    script = Script("Noted.", "In Braga.")
    agent = Agent(script.model, capabilities=[LukasaMemory(memory.of(user="ana"))])

    await agent.run("My sister Rosa lives in Braga.", conversation_id="first")
    result = await agent.run("Where does my sister live?", conversation_id="second")

    shown, asked = prompts(script.sent[1])
    assert "Rosa lives in Braga" in shown
    assert shown.startswith("<lukasa-memory>")
    assert asked == "Where does my sister live?"
    assert prompts(result.all_messages()) == ["Where does my sister live?"]


async def test_both_sides_of_a_run_are_stored_with_their_session(memory):
    agent = Agent(Script("Noted.").model, capabilities=[LukasaMemory(memory.of(user="ana"))])

    await agent.run("I like figs.", conversation_id="first")

    turns = await memory.of(user="ana").turns()
    assert [(turn.role, turn.text, turn.session) for turn in turns] == [
        ("user", "I like figs.", "first"),
        ("assistant", "Noted.", "first"),
    ]


async def test_a_conversation_that_goes_on_stores_and_shows_each_message_once(memory):
    script = Script("Noted.", "Figs.")
    agent = Agent(script.model, capabilities=[LukasaMemory(memory.of(user="ana"))])

    first = await agent.run("I like figs.")
    await agent.run("What do I like?", message_history=first.all_messages())

    assert [turn.text for turn in await memory.of(user="ana").turns()] == [
        "I like figs.",
        "Noted.",
        "What do I like?",
        "Figs.",
    ]
    assert prompts(script.sent[1])[0] == "I like figs."


async def test_storing_a_run_again_stores_nothing_twice(memory):
    capability = LukasaMemory(memory.of(user="ana"))
    agent = Agent(Script("Noted.").model, capabilities=[capability])
    contexts: list[RunContext[None]] = []

    @agent.instructions
    def keep(ctx: RunContext[None]) -> str:
        contexts.append(ctx)
        return ""

    result = await agent.run("I like figs.")
    await capability.after_run(contexts[0], result=result)

    assert len(await memory.of(user="ana").turns()) == 2


async def test_the_model_searches_and_what_the_tool_says_is_not_stored(memory):
    await memory.of(user="ana").remember("My sister Rosa lives in Braga.", at="2026-03-01T10:00Z")
    call = ModelResponse([ToolCallPart("search_memory", {"query": "sister"})])
    script = Script(call, "In Braga.")
    agent = Agent(script.model, capabilities=[LukasaMemory(memory.of(user="ana"))])

    await agent.run("Good morning!")

    returned = script.sent[1][-1].parts[0].content
    assert "2026-03-01 user: My sister Rosa lives in Braga." in returned
    assert [turn.text for turn in await memory.of(user="ana").turns()][1:] == ["Good morning!", "In Braga."]
    assert prompts(script.sent[0]) == prompts(script.sent[1])


async def test_the_users_memory_comes_from_the_programs_dependencies(memory):
    agent = Agent(
        TestModel(call_tools=[]),
        deps_type=str,
        capabilities=[LukasaMemory[str](lambda ctx: memory.of(user=ctx.deps))],
    )

    await agent.run("I like figs.", deps="ana")
    await agent.run("I like plums.", deps="ben")

    assert (await memory.of(user="ana").turns())[0].text == "I like figs."
    assert (await memory.of(user="ben").turns())[0].text == "I like plums."


async def test_parts_can_be_switched_off(memory):
    script = Script("Noted.")
    capability = LukasaMemory(memory.of(user="ana"), search=False, remember=False)

    await Agent(script.model, capabilities=[capability]).run("I like figs.")

    assert script.tools == []
    assert await memory.of(user="ana").turns() == []


async def test_a_picture_alone_is_no_prompt(memory):
    agent = Agent(Script("A fig.").model, capabilities=[LukasaMemory(memory.of(user="ana"))])

    await agent.run([ImageUrl("https://example.com/fig.png")])

    assert [turn.text for turn in await memory.of(user="ana").turns()] == ["A fig."]


async def test_a_streamed_run_is_stored(memory):
    agent = Agent(
        TestModel(call_tools=[], custom_output_text="Noted."),
        capabilities=[LukasaMemory(memory.of(user="ana"))],
    )

    async with agent.run_stream("I like figs.") as stream:
        assert await stream.get_output() == "Noted."

    assert [turn.text for turn in await memory.of(user="ana").turns()] == ["I like figs.", "Noted."]


async def test_a_memory_that_fails_fails_the_run():
    async with await AsyncMemory.open("memory:", embedder="hashing") as memory:
        ana = memory.of(user="ana")
    agent = Agent(TestModel(), capabilities=[LukasaMemory(ana)])

    with pytest.raises(ClosedError):
        await agent.run("Where?")


def test_the_program_of_the_page_uses_in_one_process_what_was_said_in_another(tmp_path):
    run("pydantic_ai", tmp_path, "first")

    assert "Braga" in run("pydantic_ai", tmp_path, "second")
