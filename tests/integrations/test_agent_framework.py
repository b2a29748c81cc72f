"""The context provider for Microsoft's Agent Framework, with a client that follows a script."""

from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from typing import Any

import pytest

pytest.importorskip("agent_framework")

from _pages import run
from agent_framework import (
    Agent,
    BaseChatClient,
    ChatResponse,
    Content,
    FunctionInvocationLayer,
    InMemoryHistoryProvider,
    Message,
    SessionContext,
)

from lukasa import AsyncMemory
from lukasa.errors import ClosedError
from lukasa.integrations.agent_framework import LukasaContextProvider
from lukasa.integrations.agent_framework_history import LukasaHistoryProvider

pytestmark = pytest.mark.anyio


@pytest.fixture
async def memory() -> AsyncIterator[AsyncMemory]:
    async with await AsyncMemory.open("memory:", embedder="hashing") as memory:
        yield memory


class Script(FunctionInvocationLayer, BaseChatClient):
    """A client that replies one after another, and keeps what it was sent."""

    def __init__(self, *replies: Message | str) -> None:
        super().__init__()
        self.replies = list(replies)
        self.sent: list[list[Message]] = []
        self.tools: list[str] = []

    def _inner_get_response(
        self, *, messages: Sequence[Message], stream: bool, options: Mapping[str, Any], **_: Any
    ) -> Awaitable[ChatResponse]:
        self.sent.append(list(messages))
        self.tools = [tool.name for tool in options.get("tools") or []]
        reply = self.replies.pop(0)

        async def respond() -> ChatResponse:
            return ChatResponse(
                messages=[reply if isinstance(reply, Message) else Message("assistant", [reply])]
            )

        return respond()


def agent(client: Script, *providers: LukasaContextProvider) -> Agent:
    return Agent(client, context_providers=list(providers))


async def test_what_was_said_in_one_session_is_shown_in_the_next(memory):
    client = Script("Noted.", "In Braga.")
    helper = agent(client, LukasaContextProvider(memory.of(user="ana")))

    first = helper.create_session(session_id="first")
    await helper.run("My sister Rosa lives in Braga.", session=first)
    await helper.run("Where does my sister live?", session=helper.create_session(session_id="second"))

    *_, shown, asked = client.sent[1]
    assert "Rosa lives in Braga" in shown.text
    assert shown.role == "user"
    assert shown.additional_properties["_attribution"]["origin_session_ids"] == ["first"]
    assert asked.text == "Where does my sister live?"


async def test_both_sides_of_a_run_are_stored_with_their_session(memory):
    helper = agent(Script("Noted."), LukasaContextProvider(memory.of(user="ana")))

    await helper.run("I like figs.", session=helper.create_session(session_id="first"))

    turns = await memory.of(user="ana").turns()
    assert [(turn.role, turn.text, turn.session) for turn in turns] == [
        ("user", "I like figs.", "first"),
        ("assistant", "Noted.", "first"),
    ]


async def test_a_session_that_goes_on_is_not_shown_its_own_words(memory):
    client = Script("Noted.", "Figs.")
    helper = agent(client, LukasaContextProvider(memory.of(user="ana")))
    session = helper.create_session()

    await helper.run("I like figs.", session=session)
    await helper.run("What do I like?", session=session)

    assert not any("I like figs." in each.text for each in client.sent[1] if "lukasa-memory" in each.text)
    assert [turn.text for turn in await memory.of(user="ana").turns()] == [
        "I like figs.",
        "Noted.",
        "What do I like?",
        "Figs.",
    ]


async def test_storing_a_run_again_stores_nothing_twice(memory):
    provider = LukasaContextProvider(memory.of(user="ana"))
    helper = agent(Script(), provider)
    session = helper.create_session(session_id="s")
    context = SessionContext(session_id="s", input_messages=[Message("user", ["I like figs."])])
    what = {"agent": helper, "session": session, "context": context, "state": {}}

    await provider.before_run(**what)
    for _ in range(2):
        await provider.after_run(**what)

    assert len(await memory.of(user="ana").turns()) == 1


async def test_the_same_words_in_two_runs_are_two_turns(memory):
    helper = agent(Script("Yes?", "Yes?"), LukasaContextProvider(memory.of(user="ana")))
    session = helper.create_session()

    for _ in range(2):
        await helper.run("Hm.", session=session)

    assert len(await memory.of(user="ana").turns()) == 4


async def test_the_model_searches_and_what_the_tool_says_is_not_stored(memory):
    await memory.of(user="ana").remember("My sister Rosa lives in Braga.", at="2026-03-01T10:00Z")
    call = Content.from_function_call(call_id="1", name="search_memory", arguments={"query": "sister"})
    client = Script(Message("assistant", [call]), "In Braga.")
    helper = agent(client, LukasaContextProvider(memory.of(user="ana")))

    await helper.run("Good morning!")

    (returned,) = client.sent[1][-1].contents
    assert "2026-03-01 user: My sister Rosa lives in Braga." in str(returned.result)
    assert [turn.text for turn in await memory.of(user="ana").turns()][1:] == ["Good morning!", "In Braga."]


async def test_the_users_memory_comes_from_the_session(memory):
    client = Script("Noted.")
    helper = agent(client, LukasaContextProvider(lambda session: memory.of(user=session.state["user"])))
    session = helper.create_session()
    session.state["user"] = "ben"

    await helper.run("I like figs.", session=session)

    assert [turn.text for turn in await memory.of(user="ben").turns()] == ["I like figs.", "Noted."]


async def test_parts_can_be_switched_off(memory):
    client = Script("Noted.")
    provider = LukasaContextProvider(memory.of(user="ana"), search=False, remember=False)

    await agent(client, provider).run("I like figs.")

    assert client.tools == []
    assert await memory.of(user="ana").turns() == []


async def test_a_memory_that_fails_fails_the_run():
    async with await AsyncMemory.open("memory:", embedder="hashing") as memory:
        ana = memory.of(user="ana")

    with pytest.raises(ClosedError):
        await agent(Script("Noted."), LukasaContextProvider(ana)).run("Where?")


async def test_a_session_goes_on_from_its_history_with_calls_of_tools(memory):
    ana = memory.of(user="ana")
    await ana.remember("My sister Rosa lives in Braga.", session="earlier")
    call = Content.from_function_call(call_id="1", name="search_memory", arguments={"query": "sister"})
    client = Script(Message("assistant", [call]), "In Braga.", "Yes.")
    providers = [LukasaHistoryProvider(ana), LukasaContextProvider(ana, remember=False)]

    for prompt in ("Where does she live?", "Are you sure?"):
        helper = Agent(client, context_providers=providers)
        await helper.run(prompt, session=helper.create_session(session_id="s"))

    kinds = [content.type for each in client.sent[2] for content in each.contents]
    assert kinds.count("function_call") == kinds.count("function_result") == 1
    texts = [each.text for each in client.sent[2] if each.text and "lukasa-memory" not in each.text]
    assert texts == ["Where does she live?", "In Braga.", "Are you sure?"]
    assert [turn.text for turn in await ana.turns(session="s")] == [
        "Where does she live?",
        "In Braga.",
        "Are you sure?",
        "Yes.",
    ]


async def test_a_history_gives_back_what_the_frameworks_own_does(memory):
    ours, theirs = LukasaHistoryProvider(memory.of(user="ana")), InMemoryHistoryProvider()
    state: dict[str, Any] = {}
    first = [Message("user", ["Hm."]), Message("assistant", ["Yes?"], author_name="helper")]
    again = [Message("user", ["Hm."])]
    image = [Message("user", [Content.from_uri("https://example.com/fig.png", media_type="image/png")])]
    for batch in (first, again, [*first, *again], [*again, *image], [], [*first]):
        for provider in (ours, theirs):
            await provider.save_messages("s", batch, state=state)

    expected = [each.to_dict() for each in await theirs.get_messages("s", state=state)]
    assert [each.to_dict() for each in await ours.get_messages("s")] == expected
    assert await ours.get_messages("other") == []


async def test_what_another_provider_added_is_history_and_not_learned_from(memory):
    added = Message(
        "user", ["Ana likes plums."], additional_properties={"_attribution": {"source_id": "other"}}
    )
    history = LukasaHistoryProvider(memory.of(user="ana"))

    await history.save_messages("s", [added])

    assert [each.text for each in await history.get_messages("s")] == ["Ana likes plums."]
    assert await memory.of(user="ana").turns() == []


def test_the_program_of_the_page_uses_in_one_process_what_was_said_in_another(tmp_path):
    run("agent_framework", tmp_path, "first")

    assert "Braga" in run("agent_framework", tmp_path, "second")
