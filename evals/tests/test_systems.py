"""Our own systems, the chunks, the turns and the whole conversation, on a small story."""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from _evals_story import conversation, said, scholar, tools

from lukasa import AsyncMemory, Settings
from lukasa.domain.fact import STATUSES
from lukasa.errors import ProviderDownError
from lukasa.policy import ExtractionPolicy
from lukasa.ports.llm import LLM, LLMReply, LLMRequest, ToolCall
from lukasa.testing.llm import ScriptedLLM
from lukasa_evals.answers.calls import Calls, Kept, PendingError
from lukasa_evals.answers.transcript import chunks_of, lines_of
from lukasa_evals.datasets.values import Conversation, Said, Session
from lukasa_evals.errors import EvalError
from lukasa_evals.systems.catalogue import CHUNKS, GROUPS, SYSTEMS, chosen
from lukasa_evals.systems.lukasa import FILE, Lukasa
from lukasa_evals.systems.mem0_paper import Mem0Paper
from lukasa_evals.systems.rag import Rag
from lukasa_evals.systems.turns import Turns
from lukasa_evals.systems.whole import Whole

NOW = datetime(2024, 6, 22, 12, tzinfo=UTC)
IDS = [id_ for id_, _ in lines_of(conversation())]


# --- the catalogue -----------------------------------------------------------------------------------------------------


def test_the_six_categories_of_the_paper_and_ours_have_systems():
    assert {entry.family for entry in SYSTEMS.values()} == {
        "lukasa", "established", "rag", "full context", "open source", "proprietary", "platform",
    }  # fmt: skip
    assert {f"rag-{size}x{k}" for size in CHUNKS for k in (1, 2)} <= set(SYSTEMS)
    assert all(name.startswith("lukasa-") for name in GROUPS["lukasa"])


def test_what_a_system_lacks_is_said():
    lacking = {
        name: SYSTEMS[name].lacking(model="", batch=False, env={})
        for name in ("lukasa-rules", "lukasa-llm", "openai", "zep-cloud")
    }
    assert lacking["lukasa-rules"] is None
    assert lacking["lukasa-llm"] == "needs a language model (--model)"
    assert lacking["openai"] == "OPENAI_API_KEY is not set"
    assert lacking["zep-cloud"] is not None
    keyed = {"OPENAI_API_KEY": "k"}
    assert SYSTEMS["openai"].lacking(model="openai:gpt-4o-mini", batch=False, env=keyed) is None
    told = SYSTEMS["openai"].lacking(model="openai_compatible:q@http://x", batch=False, env=keyed)
    assert told == "needs a model of openai's (--model openai:…), not 'openai_compatible:q'"


def test_an_unknown_system_is_refused_with_what_was_meant():
    with pytest.raises(EvalError, match="'lukasa-rules' perhaps"):
        chosen(["lukasa-rulez"])
    assert [entry.name for entry in chosen(["full", "rag-128x1", "full"])] == ["full", "rag-128x1"]


# --- chunks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [16, 40, 128, 8192])
def test_chunks_hold_every_word_once_and_no_more_than_their_size(tmp_path: Path, size: int):
    with tools(tmp_path) as given:
        chunks = chunks_of(conversation(), given.counter, size)
        whole = " ".join(line for _, line in lines_of(conversation()))
        assert " ".join(chunk.text for chunk in chunks).split() == whole.split()
        assert all(given.counter.count(chunk.text) <= size for chunk in chunks)


def test_a_turn_counts_for_a_chunk_only_if_all_of_it_stands_there(tmp_path: Path):
    with tools(tmp_path) as given:
        lines = dict(lines_of(conversation()))
        for chunk in chunks_of(conversation(), given.counter, 60):
            joined = " ".join(chunk.text.split())
            assert set(chunk.turns) == {id_ for id_, line in lines.items() if line in joined}


@pytest.mark.anyio
async def test_rag_shows_as_many_chunks_as_it_is_told(tmp_path: Path):
    with tools(tmp_path, budget=100) as given:
        for k, most in ((1, 40), (2, 80)):
            rag = Rag(given, size=40, k=k)
            await rag.ingest(conversation())
            found = await rag.answer("What did Olu sell at the market?", NOW)
            assert 0 < given.counter.count(found.text) <= most
            assert "12 jars of sauce at the market" in found.text  # in the most similar one
        filled = Rag(given, size=40, k=None)
        await filled.ingest(conversation())
        assert 40 < given.counter.count((await filled.answer("tomatoes", NOW)).text) <= 100


class Windows:
    """Vectors of what stands in a text: `needle`, or something else. It reads no further than its 150th word, as small encoders do."""

    def query(self, text: str) -> npt.NDArray[np.float32]:
        return np.array([1, 0] if "needle" in text.split()[:150] else [0, 1], dtype=np.float32)

    def kept(self, texts: Sequence[str], folder: Path | None) -> npt.NDArray[np.float32]:
        return np.stack([self.query(text) for text in texts])


@pytest.mark.anyio
async def test_a_chunk_is_as_like_a_question_as_its_best_window(tmp_path: Path):
    at = datetime(2024, 3, 3, tzinfo=UTC)
    texts = ["hay " * 900, f"{'hay ' * 800}needle {'hay ' * 90}", "hay " * 900]
    said = [Said(id=f"D1:{place}", speaker="Ines", text=text) for place, text in enumerate(texts)]
    told = replace(conversation(), sessions=[Session(name="s", at=at, turns=said)])
    with tools(tmp_path) as given:
        rag = Rag(replace(given, vectors=Windows()), size=1024, k=1)  # type: ignore[arg-type]
        await rag.ingest(told)
        assert "needle" in (await rag.answer("Where is the needle ?", NOW)).text


@pytest.mark.anyio
async def test_a_chunk_that_is_larger_than_the_budget_is_shown_all_the_same(tmp_path: Path):
    with tools(tmp_path, budget=10) as given:
        rag = Rag(given, size=8192, k=None)
        await rag.ingest(conversation())
        assert list((await rag.answer("anything", NOW)).turns) == IDS


@pytest.mark.anyio
@pytest.mark.parametrize("by", ["bm25", "dense", "rrf"])
async def test_turns_fill_the_budget_in_the_order_in_which_they_were_said(tmp_path: Path, by: str):
    with tools(tmp_path, budget=120) as given:
        turns = Turns(given, by=by)  # type: ignore[arg-type]
        await turns.ingest(conversation())
        found = await turns.answer("What did Olu sell at the market?", NOW)
        assert "D2:1" in found.turns
        assert list(found.turns) == [id_ for id_ in IDS if id_ in found.turns]
        assert given.counter.count(found.text) <= 120
        assert (await turns.stats()).items == len(IDS)


@pytest.mark.anyio
async def test_the_whole_conversation_is_shown_whatever_is_asked(tmp_path: Path):
    with tools(tmp_path) as given:
        whole = Whole(given)
        await whole.ingest(conversation())
        found = await whole.answer("What did Olu sell?", NOW)
        assert list(found.turns) == IDS
        assert "a grey cat on a piano" in found.text
        assert (await whole.stats()).tokens == given.counter.count(found.text)


# --- Lukasa ------------------------------------------------------------------------------------------------------------


@pytest.mark.anyio
@pytest.mark.parametrize(("extractor", "graph"), [("none", False), ("rules", False), ("rules", True)])
async def test_lukasa_without_a_model(tmp_path: Path, extractor: str, graph: bool):
    with tools(tmp_path, budget=300) as given:
        system = Lukasa(given, extractor=extractor, graph=graph)
        await system.ingest(conversation())
        try:
            found = await system.answer("Where does Ines live?", NOW)
            assert "D2:2" in found.turns
            assert given.counter.count(found.text) <= 300
            assert bool(found.facts) == (extractor == "rules")
            assert ("Connected:" in found.text) == graph
            stats = await system.stats()
            assert stats.items >= len(IDS)
            assert stats.bytes > 0
        finally:
            await system.aclose()


@pytest.mark.anyio
async def test_a_conversation_that_is_there_already_is_not_taken_in_twice(tmp_path: Path):
    with tools(tmp_path) as given:
        kept = []
        for _ in range(2):
            system = Lukasa(given, extractor="rules")
            await system.ingest(conversation())
            kept.append((await system.stats()).items)
            await system.aclose()
        assert kept[0] == kept[1]


@pytest.mark.anyio
async def test_lukasa_with_a_model_has_its_facts(tmp_path: Path):
    model = ScriptedLLM(scholar, name="openai:scholar")
    with tools(tmp_path, llm=model) as given:
        system = Lukasa(given, extractor="llm")
        await system.ingest(conversation())
        try:
            # Seven sentences with "I" tell something; "I love it" does not.
            assert (await system.stats()).items == len(IDS) + 7
            purposes = [request.purpose for request in model.requests]
            assert purposes.count("extract") == 2
            # Facts of the second session are compared with those of the first, in one call.
            assert purposes.count("compare") <= 1
        finally:
            await system.aclose()


@pytest.mark.anyio
async def test_the_paper_takes_a_conversation_in_once_for_each_speaker(tmp_path: Path):
    model = ScriptedLLM(scholar, name="openai:scholar")
    with tools(tmp_path, llm=model) as given:
        system = Mem0Paper(given, graph=False)
        await system.ingest(conversation())
        try:
            found = await system.answer("What did Olu sell at the market?", NOW)
            assert "Memories for user Ines:" in found.text
            olu = found.text.partition("Memories for user Olu:")[2]
            assert "21 June 2024: Olu sold 12 jars of sauce at the market." in olu
            # Four pairs a speaker, each read once.
            read = [request.messages[-1].text for request in model.requests if request.purpose == "extract"]
            assert len(read) == 8
            assert all(
                sum(f"what {speaker} says alone" in text for text in read) == 4 for speaker in ("Ines", "Olu")
            )
            stats = await system.stats()
            assert stats.bytes > 0
            # Of a speaker's memories up to 30 are shown: here all, and the footprint is theirs.
            assert len(found.facts) == stats.items > 2
            assert stats.tokens == sum(given.counter.count(fact.text) for fact in found.facts)
        finally:
            await system.aclose()


@pytest.mark.anyio
async def test_the_graph_variant_shows_relations_of_both_retrievals(tmp_path: Path):
    def scholar_with_graph(request: LLMRequest) -> LLMReply:
        exchange = request.messages[-1].text.partition("The exchange:")[2]
        towns = [town for town in ("Porto", "Braga") if f"live in {town}" in exchange]
        if request.purpose == "relations":
            return said(
                {"relations": [{"source": "Ines", "label": "lives_in", "target": town} for town in towns]}
            )
        if request.purpose == "entities":
            names = [{"name": "Ines", "type": "person"}, *({"name": town, "type": "place"} for town in towns)]
            return said({"entities": names})
        return said({"obsolete": [1]}) if request.purpose == "invalidate" else scholar(request)

    with tools(tmp_path, llm=ScriptedLLM(scholar_with_graph, name="openai:scholar")) as given:
        system = Mem0Paper(given, graph=True)
        await system.ingest(conversation())
        try:
            found = await system.answer("Where does Ines live?", NOW)
            assert "Relations for user Ines:" in found.text
            assert "- Ines -- lives_in -- Braga\n" in f"{found.text}\n"
            assert "- Ines -- lives_in -- Porto (until 21 June 2024)" in found.text
            # What is a part of the graph takes no memory's place.
            assert not any("lives in Braga." in fact.text or " is a " in fact.text for fact in found.facts)
        finally:
            await system.aclose()


@pytest.mark.anyio
async def test_every_session_is_asked_about_in_the_first_stage(tmp_path: Path):
    """What a segment says does not depend on what is known: a batch gets all of it at once."""
    calls = Calls(Kept(tmp_path / "kept.jsonl"), "openai:scholar")
    with tools(tmp_path, llm=calls) as given:
        with pytest.raises(PendingError):
            await Lukasa(given, extractor="llm").ingest(conversation())
        assert [request.purpose for request in calls.pending.values()] == ["extract", "extract"]
        for key, request in calls.pending.items():
            calls.kept.put(key, scholar(request))
        # Whether a new fact takes the place of an old one is asked when both are there.
        for _ in range(2):
            again = Calls(calls.kept, "openai:scholar")
            with tools(tmp_path, llm=again) as second:
                system = Lukasa(second, extractor="llm")
                with suppress(PendingError):
                    await system.ingest(conversation())
                    break
                await system.aclose()
            assert {request.purpose for request in again.pending.values()} == {"compare"}
            for key, request in again.pending.items():
                calls.kept.put(key, scholar(request))
        assert not again.pending
        assert (await system.stats()).items > len(IDS)
        await system.aclose()


SEEDS = int(os.environ.get("LUKASA_TEST_BATCHES", "1"))  # noqa: TID251 - of this test alone
SURPRISING = 0.4
"""Share of the decisions that are not what was guessed."""


def whimsical(request: LLMRequest, *, seed: int) -> LLMReply:
    """Decide now one way, now another, by what is asked alone; summarise differently whatever is different."""
    told = request.messages[-1].text
    digest = zlib.crc32(told.encode(), seed)
    if request.purpose == "summarise":
        return said({"summary": f"They talked, {digest} times."})
    if not request.tools or digest % 1000 >= SURPRISING * 1000:
        return scholar(request)
    name = ("keep_memory", "delete_memory", "update_memory")[digest % 3]
    first = re.search(r"(?m)^1\. \([^)]*\) (.*)$", told)
    text = {"text": f"{first[1] if first else ''} They said so."} if name == "update_memory" else {}
    return LLMReply(calls=(ToolCall(name, json.dumps({"id": 1, **text})),))


def long_story() -> Conversation:
    """Four sessions in which two people say what they like; each is summarised before the next."""
    things = ("tea", "chess", "rain", "jazz", "soup", "trains", "maps", "dogs")
    sessions = [
        Session(
            name=f"session_{number}",
            at=datetime(2024, number, 3, 9, tzinfo=UTC),
            turns=[
                Said(id=f"D{number}:{place}", speaker=who, text=f"{verb} {things[(number * place) % 8]}.")
                for place, (who, verb) in enumerate(
                    (("Ines", "I like"), ("Olu", "I love"), ("Ines", "I never liked"), ("Olu", "I play")), 1
                )
            ],
        )
        for number in range(1, 5)
    ]
    return replace(conversation(), sessions=sessions)


async def remembered(folder: Path) -> list[object]:
    """Return all that a store knows, but for the times of its making and what follows from them."""
    settings = Settings(embedder="none", extractor="none")
    async with await AsyncMemory.open(folder / FILE, settings=settings) as memory:
        state: list[object] = []
        for speaker in ("Ines", "Olu"):
            handle = memory.of(user=f"pair-0 {speaker}")
            for fact in await handle.facts(status=list(STATUSES)):
                versions = [
                    (each.text, each.status, each.valid, each.evidence, each.sources, each.superseded_by)
                    for each in await handle.history(fact.id)
                ]
                state.append((fact.id, versions))
            state += [(each.text, each.through) for each in await handle.summaries()]
        return state


@pytest.mark.anyio
@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("graph", [False, True] if SEEDS > 1 else [False])
async def test_the_paper_by_batch_comes_to_the_memories_of_a_direct_run(
    tmp_path: Path, seed: int, graph: bool
):
    """Whatever the model decides and whatever was guessed, with running summaries."""
    direct, batch = tmp_path / "direct", tmp_path / "batch"
    direct.mkdir()
    batch.mkdir()
    kept = Kept(tmp_path / "kept.jsonl")
    answer = partial(whimsical, seed=seed)

    async def ingested(folder: Path, llm: LLM) -> bool:
        with tools(folder, llm=llm) as given:
            settings = given.settings.with_(distil=ExtractionPolicy(summary_every=4))
            system = Mem0Paper(replace(given, settings=settings), graph=graph)
            with suppress(PendingError):
                await system.ingest(long_story())
                await system.aclose()
                return True
        return False

    await ingested(direct, ScriptedLLM(answer, name="openai:s"))
    stages: list[set[str]] = []
    while not await ingested(batch, calls := Calls(kept, "openai:s")):
        stages.append({request.purpose for request in calls.pending.values()})
        assert calls.pending
        for key, request in calls.pending.items():
            kept.put(key, answer(request))

    assert await remembered(batch) == await remembered(direct)
    assert {"extract", "summarise", "decide"} <= set.union(*stages)
    # A summary a session; what is decided of the last facts comes after it, and a wrong guess costs a stage.
    assert 4 < len(stages) <= 4 + 8, stages


@pytest.mark.anyio
async def test_a_model_that_fails_stops_the_run_and_says_so(tmp_path: Path):
    with tools(tmp_path, llm=ScriptedLLM([ProviderDownError("no route")])) as given:
        system = Lukasa(given, extractor="llm")
        with pytest.raises(EvalError, match=r"could not be distilled.*no route"):
            await system.ingest(conversation())
        await system.aclose()
