"""The memory store for Strands: against the tests of Strands' own store, beside it, and in agents whose model follows a script."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("strands")

from _pages import run
from _peers import suite
from strands import Agent
from strands.memory import MemoryManager
from strands.memory.extraction.triggers import InvocationTrigger
from strands.memory.types import AddMessagesContext, InjectionFormatContext, MemoryEntry
from strands.models import Model
from strands.vended_memory_stores.test_memory_store import TestMemoryStore

from lukasa import Memory
from lukasa.errors import ClosedError
from lukasa.integrations.strands import LukasaMemoryStore, dated_entries


@pytest.fixture
def memory() -> Iterator[Memory]:
    with Memory.open("memory:", embedder="hashing", extractor="none") as memory:
        yield memory


@pytest.fixture
def store_path(tmp_path: Path) -> str:
    return str(tmp_path / "notes.json")


@pytest.fixture
def make_store(store_path: str) -> Iterator[Callable[..., LukasaMemoryStore]]:
    """Make stores as the fixture of Strands' tests makes theirs."""
    opened: list[Memory] = []

    def make(*, path: str = store_path, persist: bool = True, **config: Any) -> LukasaMemoryStore:
        where = path.replace(".json", ".lukasa") if persist else "memory:"
        opened.append(Memory.open(where, embedder="hashing", extractor="none"))
        config = {"name": "notes", "extraction": False} | config
        return LukasaMemoryStore(opened[-1].of(user="ana"), **config)

    yield make
    for each in opened:
        each.close()


def peers(path: str) -> ModuleType:
    return suite("strands-agents", f"tests/strands/{path}", alias=f"peers_{Path(path).stem}")


SAME = """
TestConstructor.test_is_writable_by_default
TestConstructor.test_honors_explicit_writable_false
TestConstructor.test_exposes_identity_fields
TestConstructor.test_raises_when_max_search_results_below_one
TestConstructor.test_raises_when_name_is_empty
TestAdd.test_raises_when_not_writable
TestAdd.test_raises_on_empty_content
TestAdd.test_returns_an_id
TestAdd.test_deduplicates_identical_content
TestSearch.test_raises_when_max_search_results_below_one
TestSearch.test_returns_nothing_for_token_less_query
TestSearch.test_caps_results_to_max_search_results
TestSearch.test_tokenizes_non_ascii_content_as_whole_words
TestPersistence.test_survives_restart
TestPersistence.test_ephemeral_writes_no_file_and_forgets
TestPersistence.test_starts_empty_when_file_missing
TestMemoryManagerIntegration.test_manager_stamps_store_name
"""
"""The cases of `TestMemoryStore` that are about any store. Why the others are not run: docs/integrations/strands.md."""


@pytest.mark.parametrize("case", SAME.split())
def test_a_case_of_their_store_holds_for_ours(case, make_store, store_path):
    module = peers("vended_memory_stores/test_memory_store/test_store.py")
    group, name = case.split(".")
    method = getattr(getattr(module, group)(), name)
    fixtures = {"make_store": make_store, "store_path": store_path}
    wanted = method.__code__.co_varnames[1 : method.__code__.co_argcount]

    result = method(**{each: fixtures[each] for each in wanted})
    if asyncio.iscoroutine(result):
        asyncio.run(result)


def test_every_case_of_their_store_is_run_or_listed_with_its_reason():
    module = peers("vended_memory_stores/test_memory_store/test_store.py")
    page = (Path(__file__).parents[2] / "docs/integrations/strands.md").read_text("utf-8")
    cases = {
        f"{group}.{name}"
        for group, members in vars(module).items()
        if isinstance(members, type) and members.__module__ == module.__name__
        for name in vars(members)
        if name.startswith("test_")
    }

    assert set(SAME.split()) <= cases
    assert [case for case in cases - set(SAME.split()) if case.partition(".test_")[2] not in page] == []


def test_their_test_of_injection_holds_for_ours(memory, monkeypatch):
    module = peers("memory/test_injection_integration.py")
    ana = memory.of(user="ana")
    ana.remember("user prefers dark mode")
    monkeypatch.setattr(module, "_FakeStore", lambda: LukasaMemoryStore(ana))
    model = module.model.__wrapped__() if hasattr(module.model, "__wrapped__") else None
    if model is None:
        model = module.MockedModelProvider([{"role": "assistant", "content": [{"text": "Hello!"}]}])
    seen: list[list[dict]] = []
    stream = model.stream
    model.stream = lambda messages, *rest, **more: (
        seen.append(list(messages)),
        stream(messages, *rest, **more),
    )[1]

    module.test_memory_injection_reaches_model_but_not_durable_history(model, seen)


@pytest.mark.anyio
@pytest.mark.parametrize("query", ["Where does Rosa live?", "figs", "the dentist appointment"])
async def test_what_their_store_finds_first_ours_does_too(query, make_store):
    theirs, ours = TestMemoryStore(name="notes", persist=False), make_store(persist=False)
    for store in (theirs, ours):
        for text in ("Rosa lives in Braga.", "Figs are in season.", "The dentist appointment moved to May."):
            await store.add(text, {"topic": text.split()[0]})

    expected, found = [(await store.search(query))[0] for store in (theirs, ours)]

    assert found.content == expected.content
    assert found.metadata["topic"] == expected.metadata["topic"]


def said(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "content": [{"text": text}]}


@pytest.mark.anyio
class TestMessages:
    async def test_a_batch_that_is_sent_again_is_stored_once(self, memory):
        store = LukasaMemoryStore(memory.of(user="ana"), session="s")
        batch = [said("user", "ok"), said("assistant", "Noted."), said("user", "ok")]
        for _ in range(2):
            await store.add_messages(batch, AddMessagesContext(sequence_numbers=[0, 1, 3]))

        turns = memory.of(user="ana").turns()
        assert [(turn.role, turn.text, turn.session) for turn in turns] == [
            ("user", "ok", "s"),
            ("assistant", "Noted.", "s"),
            ("user", "ok", "s"),
        ]

    async def test_numbers_begin_again_with_a_run(self, memory):
        store = LukasaMemoryStore(memory.of(user="ana"))
        for _ in range(2):
            await store.initialize()
            await store.add_messages([said("user", "ok")], AddMessagesContext(sequence_numbers=[0]))

        assert len(memory.of(user="ana").turns()) == 2

    async def test_results_of_tools_are_not_stored(self, memory):
        result = {"toolResult": {"toolUseId": "1", "status": "success", "content": [{"text": "Rain."}]}}
        await LukasaMemoryStore(memory.of(user="ana")).add_messages([{"role": "user", "content": [result]}])

        assert memory.of(user="ana").turns() == []

    async def test_what_a_model_adds_is_not_the_users_word(self, memory):
        await LukasaMemoryStore(memory.of(user="ana")).add("Ana likes figs.")

        (turn,) = memory.of(user="ana").turns()
        assert turn.origin == "assistant"

    async def test_the_words_of_its_own_session_are_not_found(self, memory):
        store = LukasaMemoryStore(memory.of(user="ana"), session="s")
        await store.add_messages([said("user", "I like figs.")])
        await store.add("Ana has a fig tree.")

        assert [entry.content for entry in await store.search("figs")] == ["Ana has a fig tree."]

    async def test_a_memory_that_fails_says_so(self):
        with Memory.open("memory:", embedder="hashing") as memory:
            store = LukasaMemoryStore(memory.of(user="ana"))

        with pytest.raises(ClosedError):
            await store.search("figs")


class Script(Model):
    """A model that replies with one text, and keeps what it was sent."""

    def __init__(self, reply: str) -> None:
        self.reply = reply
        self.sent: list[str] = []

    def update_config(self, **_: Any) -> None: ...

    def get_config(self) -> dict[str, Any]:
        return {}

    def structured_output(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError

    async def stream(self, messages, *_: Any, **__: Any):
        self.sent.append(str(messages))
        yield {"messageStart": {"role": "assistant"}}
        yield {"contentBlockStart": {"start": {}}}
        yield {"contentBlockDelta": {"delta": {"text": self.reply}}}
        yield {"contentBlockStop": {}}
        yield {"messageStop": {"stopReason": "end_turn"}}


def test_what_was_said_to_one_agent_is_shown_to_the_next(memory):
    scripts = {"first": Script("Noted."), "second": Script("In Braga.")}
    prompts = {"first": "My sister Rosa lives in Braga.", "second": "Where does my sister live?"}
    for session, script in scripts.items():
        store = LukasaMemoryStore(memory.of(user="ana"), session=session)
        manager = MemoryManager(stores=[store], injection={"format": dated_entries})
        agent = Agent(model=script, memory_manager=manager, callback_handler=None)
        agent(prompts[session])
        assert "lukasa-memory" not in str(agent.messages)

    assert "user: My sister Rosa lives in Braga." in scripts["second"].sent[0]
    assert "<lukasa-memory>" in scripts["second"].sent[0]
    assert [(turn.role, turn.session) for turn in memory.of(user="ana").turns()] == [
        ("user", "first"),
        ("assistant", "first"),
        ("user", "second"),
        ("assistant", "second"),
    ]


def test_each_call_of_an_agent_is_stored_by_default(memory):
    store = LukasaMemoryStore(memory.of(user="ana"))

    assert isinstance(store.extraction["trigger"], InvocationTrigger)
    assert LukasaMemoryStore(memory.of(user="ana"), extraction=False).extraction is False
    MemoryManager(stores=[LukasaMemoryStore(memory.of(user="ana"), writable=False)])


def test_entries_are_shown_with_their_days_and_speakers():
    entry = MemoryEntry(content="I like figs.", metadata={"at": "2026-03-01T10:00:00", "speaker": "user"})

    assert "- 2026-03-01 user: I like figs." in dated_entries(InjectionFormatContext(entries=[entry]))


def test_the_program_of_the_page_uses_in_one_process_what_was_said_in_another(tmp_path):
    run("strands", tmp_path, "first")

    assert "Braga" in run("strands", tmp_path, "second")
