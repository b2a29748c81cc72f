"""Systems of the literature, re-implemented: what they keep, what they show, and what they do when a model talks nonsense."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from _evals_story import SESSIONS, conversation, scholar, tools

from lukasa.errors import ProviderDownError
from lukasa.ports.llm import LLMReply, LLMRequest, ToolCall
from lukasa.testing.llm import ScriptedLLM
from lukasa_evals.answers.calls import Calls, Kept, PendingError
from lukasa_evals.answers.transcript import lines_of
from lukasa_evals.errors import EvalError
from lukasa_evals.prompts import load
from lukasa_evals.systems import a_mem, memgpt, read_agent
from lukasa_evals.systems.catalogue import GROUPS, SYSTEMS
from lukasa_evals.systems.memory_bank import Piece


class Flaky(ScriptedLLM):
    """Is down at first."""

    working = False

    def __init__(self) -> None:
        super().__init__(lambda request: scholar(request) if self.working else ProviderDownError("no route"))


NOW = datetime(2024, 6, 22, 12, tzinfo=UTC)
LINES = dict(lines_of(conversation()))
SELL = "What did Olu sell at the market?"


@pytest.mark.anyio
@pytest.mark.parametrize("name", GROUPS["established"])
async def test_each_runs_from_the_conversation_to_an_answer(tmp_path: Path, name: str):
    with tools(tmp_path, llm=ScriptedLLM(scholar)) as given:
        system = SYSTEMS[name].build(given)
        await system.ingest(conversation())
        found = await system.answer(SELL, NOW)
        assert found.text
        assert set(found.turns) <= set(LINES)
        stats = await system.stats()
        assert stats.items > 0
        assert stats.tokens > 0
        await system.aclose()


@pytest.mark.anyio
@pytest.mark.parametrize("name", GROUPS["established"])
async def test_nonsense_costs_quality_and_never_the_run(tmp_path: Path, name: str):
    with tools(tmp_path, llm=ScriptedLLM(["Certainly! Here you are."])) as given:
        system = SYSTEMS[name].build(given)
        await system.ingest(conversation())
        await system.answer(SELL, NOW)
        # Not silently: what could not be read is counted. MemGPT's agent just calls nothing.
        assert bool(given.unread) == (name != "memgpt")


@pytest.mark.anyio
@pytest.mark.parametrize("name", GROUPS["established"])
async def test_a_model_that_is_down_is_not_nonsense_and_may_come_back(tmp_path: Path, name: str):
    model = Flaky()
    with tools(tmp_path, llm=model) as given:
        system = SYSTEMS[name].build(given)
        with pytest.raises(ProviderDownError):
            await system.ingest(conversation())
        model.working = True
        await system.ingest(conversation())


@pytest.mark.anyio
@pytest.mark.parametrize("name", GROUPS["established"])
async def test_without_a_model_none_begins(tmp_path: Path, name: str):
    with tools(tmp_path) as given, pytest.raises(EvalError, match="--model"):
        SYSTEMS[name].build(given)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "first"),
    [("locomo-observations", 2), ("locomo-summaries", 2), ("memorybank", 4), ("a-mem", 8), ("readagent", 1), ("memgpt", 1)],
)  # fmt: skip
async def test_what_does_not_depend_on_a_reply_is_asked_in_one_stage(tmp_path: Path, name: str, first: int):
    calls = Calls(Kept(tmp_path / "kept.jsonl"), "openai:scholar")
    with tools(tmp_path, llm=calls) as given:
        with pytest.raises(PendingError):
            await SYSTEMS[name].build(given).ingest(conversation())
        assert len(calls.pending) == first


@pytest.mark.anyio
async def test_observations_point_at_the_turns_that_they_rest_on(tmp_path: Path):
    with tools(tmp_path, llm=ScriptedLLM(scholar)) as given:
        system = SYSTEMS["locomo-observations"].build(given)
        await system.ingest(conversation())
        found = await system.answer(SELL, NOW)
        told = {fact.text: fact.turns for fact in found.facts}
        assert told["Olu said: The tomatoes are ripe. I sold 12 jars of sauce at the market."] == ("D2:1",)
        assert "[21 June 2024] Olu said" in found.text
        assert not found.turns  # observations are shown, not turns


@pytest.mark.anyio
async def test_read_agent_shows_looked_up_pages_in_full_and_the_gist_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(read_agent, "LEAST", 20)
    monkeypatch.setattr(read_agent, "MOST", 60)
    with tools(tmp_path, llm=ScriptedLLM(scholar)) as given:
        system = read_agent.ReadAgent(given)
        await system.ingest(conversation())
        found = await system.answer(SELL, NOW)
        pages = (await system.stats()).items
        assert pages > 2
        assert found.text.count("They talked.") == pages - 1
        # Page 0 alone was opened: of the reply [0, 0, 17] one exists.
        assert list(found.turns) == list(LINES)[: len(found.turns)]
        assert all(LINES[id_] in found.text for id_ in found.turns)


@pytest.mark.anyio
async def test_a_gist_that_cannot_be_read_is_the_beginning_of_its_page(tmp_path: Path):
    with tools(tmp_path, llm=ScriptedLLM(["?"])) as given:
        system = read_agent.ReadAgent(given)
        await system.ingest(conversation())
        found = await system.answer(SELL, NOW)
        assert "Morning Olu!" in found.text
        assert not found.turns


@pytest.mark.parametrize(
    ("days", "strength", "retention"),
    [(0, 1, 1.0), (30, 1, math.exp(-1)), (60, 2, math.exp(-1)), (90, 1, math.exp(-3)), (-5, 1, 1.0)],
)
def test_the_curve_of_forgetting(days: int, strength: int, retention: float):
    piece = Piece("text", "D1:1", NOW, recalled=NOW - timedelta(days=days), strength=strength)
    assert piece.retention(NOW) == pytest.approx(retention)


@pytest.mark.anyio
async def test_memory_bank_shows_portrait_summary_and_pieces(tmp_path: Path):
    with tools(tmp_path, llm=ScriptedLLM(scholar)) as given:
        system = SYSTEMS["memorybank"].build(given)
        await system.ingest(conversation())
        first = await system.answer(SELL, NOW)
        assert first.text.startswith("About the people: Ines and Olu are friendly.\n\nAltogether: Two days.")
        assert "D2:1" in first.turns
        # Questions change nothing for one another.
        await system.answer("What is Petra's cat called?", NOW)
        assert await system.answer(SELL, NOW) == first
        assert (await system.stats()).items == len(LINES) + len(SESSIONS)


@pytest.mark.anyio
async def test_notes_are_linked_both_ways_and_described_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    model = ScriptedLLM(scholar)
    with tools(tmp_path, llm=model) as given:
        system = SYSTEMS["a-mem"].build(given)
        await system.ingest(conversation())
        asked = [request.purpose for request in model.requests]
        assert (asked.count("amem_note"), asked.count("amem_evolve")) == (8, 7)
        found = await system.answer(SELL, NOW)
        assert "They still talk." in found.text
        assert list(found.turns) == sorted(found.turns, key=list(LINES).index)
        monkeypatch.setattr(a_mem, "TOP", 1)
        linked = await system.answer(SELL, NOW)
        assert len(linked.turns) > 1


@pytest.mark.anyio
async def test_memgpt_pages_and_answers_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(memgpt, "WINDOW", 100)
    model = ScriptedLLM(scholar)
    with tools(tmp_path, llm=model) as given:
        system = memgpt.MemGPT(given)
        await system.ingest(conversation())
        # Eight turns do not fit into the window: the agent was warned more than once.
        assert (
            sum(request.purpose == "memgpt keep" and len(request.messages) == 2 for request in model.requests)
            > 1
        )
        found = await system.answer(SELL, NOW)
        assert found.answer == "12 jars of sauce"
        assert "D2:1" in found.turns
        assert found.text.startswith("Ines plays the cello.")


@pytest.mark.anyio
async def test_memgpt_comes_to_an_end(tmp_path: Path):
    """An agent that only searches is made to answer, and one that fills core memory is told that it is full."""

    def searching(request: LLMRequest) -> LLMReply:
        names = [tool.name for tool in request.tools]
        if "conversation_search" in names:
            return LLMReply(calls=(ToolCall("conversation_search", '{"query": "sauce", "page": 0}'),))
        if "core_memory_append" in names:
            return LLMReply(calls=(ToolCall("core_memory_append", '{"text": "%s"}' % ("word " * 300)),))
        return LLMReply(calls=(ToolCall("send_message", '{"text": "sauce"}'),))

    model = ScriptedLLM(searching)
    with tools(tmp_path, llm=model) as given:
        system = memgpt.MemGPT(given)
        await system.ingest(conversation())
        assert any(
            "core memory is full" in message.text
            for request in model.requests
            for message in request.messages
        )
        asked = len(model.requests)
        assert (await system.answer(SELL, NOW)).answer == "sauce"
        assert len(model.requests) - asked == memgpt.STEPS + 1


@pytest.mark.anyio
async def test_openais_memories_are_of_one_chat_and_get_no_date(tmp_path: Path):
    model = ScriptedLLM([{"memories": [" Ines lives in Braga. ", "", "3 March 2024: Olu grows tomatoes."]}])
    with tools(tmp_path, llm=model) as given:
        system = SYSTEMS["openai"].build(given)
        await system.ingest(conversation())
        (asked,) = model.requests
        assert all(line in asked.messages[-1].text for line in LINES.values())
        found = await system.answer(SELL, NOW)
        assert found.text == "Ines lives in Braga.\n3 March 2024: Olu grows tomatoes."


def test_each_reader_is_told_what_the_paper_told_it():
    told = {name: SYSTEMS[name].prompt for name in ("lukasa-paper", "mem0", "langmem", "openai", "zep-graphiti", "zep-cloud", "full", "rag-128x1")}  # fmt: skip
    assert set(map(told.get, ("lukasa-paper", "mem0", "langmem"))) == {"answer_memories"}
    assert set(map(told.get, ("openai", "zep-graphiti", "zep-cloud"))) == {"answer_memory"}
    assert set(map(told.get, ("full", "rag-128x1"))) == {"answer_short"}
    for prompt in set(told.values()):
        assert load(prompt).fill(context="c", question="q", now="n")
