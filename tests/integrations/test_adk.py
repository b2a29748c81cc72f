"""The memory service for Google ADK: the same calls as to ADK's own, with comparable results; and agents with models that follow a script."""

from collections.abc import AsyncIterator

import pytest

pytest.importorskip("google.adk")

from _pages import run
from google.adk.events.event import Event
from google.adk.memory.base_memory_service import BaseMemoryService
from google.adk.memory.in_memory_memory_service import InMemoryMemoryService
from google.adk.memory.memory_entry import MemoryEntry
from google.adk.sessions.session import Session
from google.genai import types

from lukasa import AsyncMemory
from lukasa.errors import ClosedError
from lukasa.integrations.adk import LukasaMemoryService

pytestmark = pytest.mark.anyio

ANA = {"app_name": "app", "user_id": "ana"}


@pytest.fixture
async def memory() -> AsyncIterator[AsyncMemory]:
    async with await AsyncMemory.open("memory:", embedder="hashing", extractor="none") as memory:
        yield memory


@pytest.fixture(params=["theirs", "ours"])
def service(request, memory) -> BaseMemoryService:
    return InMemoryMemoryService() if request.param == "theirs" else LukasaMemoryService(memory)


def event(id: str, text: str, author: str = "user", at: float = 1_772_360_000.0, **more) -> Event:
    content = types.Content(role="user" if author == "user" else "model", parts=[types.Part(text=text)])
    return Event(id=id, author=author, content=content, timestamp=at, invocation_id="i", **more)


def session(*events: Event, id: str = "s", **scope: str) -> Session:
    return Session(id=id, events=list(events), **(ANA | scope))


async def found(service: BaseMemoryService, query: str, **scope: str) -> list[tuple[str | None, str]]:
    response = await service.search_memory(query=query, **(ANA | scope))
    return [(entry.author, "".join(part.text for part in entry.content.parts)) for entry in response.memories]


CONVERSATION = (
    event("1", "My sister Rosa lives in Braga."),
    event("2", "Noted: Rosa is in Braga.", "helper", 1_772_360_001.0),
    event("3", "I like figs.", at=1_772_360_002.0),
)


class TestContract:
    """Every one holds for `InMemoryMemoryService` and for ours."""

    async def test_a_session_is_found_with_its_authors(self, service):
        await service.add_session_to_memory(session(*CONVERSATION))

        assert set(await found(service, "Rosa Braga")) >= {
            ("user", "My sister Rosa lives in Braga."),
            ("helper", "Noted: Rosa is in Braga."),
        }

    async def test_what_bears_most_comes_first(self, service):
        await service.add_session_to_memory(session(*CONVERSATION))

        assert (await found(service, "like figs"))[0] == ("user", "I like figs.")

    async def test_entries_have_ids_times_and_roles(self, service):
        await service.add_session_to_memory(session(*CONVERSATION))

        (entry,) = [
            entry
            for entry in (await service.search_memory(query="Noted Rosa", **ANA)).memories
            if entry.author == "helper"
        ]
        assert entry.id
        assert entry.content.role == "model"
        assert entry.timestamp.startswith("2026-03-01T")

    async def test_a_session_may_be_added_as_it_grows(self, service):
        await service.add_session_to_memory(session(*CONVERSATION[:1]))
        await service.add_session_to_memory(session(*CONVERSATION))

        texts = [text for _, text in await found(service, "Rosa Braga figs like")]
        assert sorted(texts) == sorted(set(texts))
        assert len(texts) == 3

    async def test_events_are_added_one_by_one_and_once(self, service):
        for _ in range(2):
            await service.add_events_to_memory(events=CONVERSATION[2:], session_id="s", **ANA)
        await service.add_events_to_memory(events=CONVERSATION[:1], session_id="s", **ANA)

        assert (await found(service, "figs")).count(("user", "I like figs.")) == 1
        assert ("user", "My sister Rosa lives in Braga.") in await found(service, "Rosa")

    async def test_events_need_no_session(self, service):
        await service.add_events_to_memory(events=CONVERSATION[2:], **ANA)

        assert await found(service, "figs") == [("user", "I like figs.")]

    async def test_the_same_words_in_two_sessions_are_two_memories(self, service):
        await service.add_session_to_memory(session(event("1", "I like figs."), id="a"))
        await service.add_session_to_memory(session(event("2", "I like figs.", at=1_772_460_000.0), id="b"))

        assert len(await found(service, "figs")) == 2

    @pytest.mark.parametrize("scope", [{"user_id": "ben"}, {"app_name": "other"}])
    async def test_walls_stand_between_users_and_between_apps(self, service, scope):
        await service.add_session_to_memory(session(*CONVERSATION))

        assert await found(service, "Rosa", **scope) == []

    async def test_an_empty_memory_and_an_empty_query_find_nothing(self, service):
        assert await found(service, "Rosa") == []
        await service.add_session_to_memory(session(*CONVERSATION))
        assert await found(service, "") == []

    async def test_events_without_words_are_left_out(self, service):
        call = types.Part(function_call=types.FunctionCall(name="f", args={"city": "Braga"}))
        silent = [
            Event(id="1", author="helper", content=types.Content(role="model", parts=[call])),
            Event(id="2", author="helper"),
        ]

        await service.add_session_to_memory(session(*silent))

        assert await found(service, "Braga") == []

    async def test_what_is_deleted_is_not_found_and_does_not_come_back(self, service):
        await service.add_session_to_memory(session(*CONVERSATION))
        (entry,) = [
            entry
            for entry in (await service.search_memory(query="figs", **ANA)).memories
            if "figs" in entry.content.parts[0].text
        ]

        await service.delete_memory(memory_id=entry.id, **ANA)
        await service.add_session_to_memory(session(*CONVERSATION))

        assert ("user", "I like figs.") not in await found(service, "figs")
        assert ("user", "My sister Rosa lives in Braga.") in await found(service, "Rosa")

    @pytest.mark.parametrize("memory_id", [None, "", "unknown"])
    async def test_deleting_what_is_not_there_changes_nothing(self, service, memory_id):
        await service.add_session_to_memory(session(*CONVERSATION))

        await service.delete_memory(memory_id=memory_id, **ANA)

        assert ("user", "I like figs.") in await found(service, "figs")

    async def test_at_most_ten_memories_are_returned(self, service):
        events = [event(str(n), f"Fig number {n} was good.", at=1_772_360_000.0 + n) for n in range(15)]
        await service.add_session_to_memory(session(*events))

        assert len(await found(service, "Fig number")) == 10


async def test_labels_come_back(memory):
    service = LukasaMemoryService(memory)
    await service.add_events_to_memory(
        events=CONVERSATION[2:], session_id="s", custom_metadata={"topic": "food"}, **ANA
    )

    (entry,) = (await service.search_memory(query="figs", **ANA)).memories

    assert entry.custom_metadata == {"topic": "food", "kind": "turn"}


async def test_memories_are_stored_as_they_are_and_once(memory):
    service = LukasaMemoryService(memory)
    content = types.Content(role="user", parts=[types.Part(text="Ana likes figs.")])
    entry = MemoryEntry(
        id="m1", content=content, timestamp="2026-03-01T10:00:00+00:00", custom_metadata={"n": 1}
    )
    for _ in range(2):
        await service.add_memory(memories=[entry], custom_metadata={"topic": "food"}, **ANA)

    (stored,) = (await service.search_memory(query="figs", **ANA)).memories

    assert stored.content == content
    assert stored.timestamp == entry.timestamp
    assert stored.custom_metadata == {"topic": "food", "n": 1, "kind": "turn"}


async def test_thoughts_and_pieces_of_streams_are_not_stored(memory):
    service = LukasaMemoryService(memory)
    thought = types.Part(text="He seems to like figs.", thought=True)
    content = types.Content(role="model", parts=[thought, types.Part(text="Figs, then.")])
    await service.add_session_to_memory(
        session(event("1", "I li", partial=True), Event(id="2", author="helper", content=content))
    )

    assert [turn.text for turn in await memory.of(user="ana", tenant="app").turns()] == ["Figs, then."]


async def test_apps_can_share_the_memory_of_a_user(memory):
    service = LukasaMemoryService(memory, apart=False)
    await service.add_session_to_memory(session(*CONVERSATION))

    assert ("user", "I like figs.") in await found(service, "figs", app_name="other")


async def test_deleting_a_fact_takes_the_words_that_it_rests_on():
    async with await AsyncMemory.open("memory:", embedder="hashing") as memory:
        ana = memory.of(user="ana", tenant="app")
        receipt = await ana.remember("I live in Braga.")
        await LukasaMemoryService(memory).delete_memory(memory_id=receipt.facts[0], **ANA)

        assert await ana.turns() == []


async def test_a_memory_that_fails_says_so():
    async with await AsyncMemory.open("memory:", embedder="hashing") as memory:
        service = LukasaMemoryService(memory)

    with pytest.raises(ClosedError):
        await service.search_memory(query="figs", **ANA)


def test_the_program_of_the_page_uses_in_one_process_what_was_said_in_another(tmp_path):
    run("adk", tmp_path, "first")

    assert "Braga" in run("adk", tmp_path, "second")
