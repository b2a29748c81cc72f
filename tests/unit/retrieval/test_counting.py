"""Counting in a context and in an answer, over a real file."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lukasa import Handle, Memory, Settings
from lukasa.ports.llm import LLMRequest
from lukasa.testing.llm import ScriptedLLM

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from _tallies import SAID

ASKED = "Which cities has Ana visited?"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ana.lukasa"


def opened(path: Path, llm: ScriptedLLM | None = None) -> Memory:
    return Memory.open(
        path, settings=Settings(embedder="hashing", extractor="rules", tokens="words"), llm=llm
    )


def told(memory: Memory) -> Handle:
    ana = memory.of(user="ana")
    for at, texts in SAID.items():
        ana.remember([{"role": "user", "name": "Ana", "content": text} for text in texts], session=at, at=at)
    return ana


def test_a_context_ends_with_what_counting_gives(path: Path):
    with opened(path) as memory:
        context = told(memory).context(ASKED, budget=300)
    assert context.tally is not None
    last = context.text.split("\n\n")[-1]
    assert last.startswith("Worked out from 4 statements: Ana, cities: Rome, Oslo, Kyiv.[")
    pieces = [*context.turns, *context.facts]
    marks = [int(mark) for mark in last.splitlines()[0].split("[")[1:] for mark in [mark.rstrip("]")]]
    cited = " ".join(pieces[mark - 1].text for mark in marks)
    assert all(city in cited for city in ("Rome", "Oslo", "Kyiv"))
    assert context.tokens <= 300


@pytest.mark.parametrize("budget", [20, 40, 60, 90, 150, 400])
def test_a_context_with_a_count_keeps_to_its_budget(path: Path, budget: int):
    with opened(path) as memory:
        context = told(memory).context(ASKED, budget=budget)
    assert context.tokens <= budget
    assert len(context.text.split()) <= budget


def test_the_same_question_gives_the_same_bytes(path: Path):
    with opened(path) as memory:
        ana = told(memory)
        assert ana.context(ASKED, budget=200).text == ana.context(ASKED, budget=200).text


def test_other_questions_are_not_counted(path: Path):
    with opened(path) as memory:
        ana = told(memory)
        assert ana.context("What did Ana say about Rome?", budget=300).tally is None
        assert ana.context(ASKED, budget=300, kinds=["turn"]).tally is None
        assert memory.of(user="ben").context(ASKED, budget=300).tally is None


def test_both_axes_of_time_hold(path: Path):
    with opened(path) as memory:
        ana = told(memory)
        second = next(change for change in ana.changes() if change.call > 1).call
        before = ana.context(ASKED, budget=300, as_of=second - 1).tally
        assert before is not None
        assert "Rome." in before.text
        assert "Kyiv" not in before.text
        lived = ana.context(
            "How many cities has Ana lived in?", budget=300, valid_at="2024-03-10T00:00:00Z"
        ).tally
        assert lived is not None
        assert "at least 1 (Porto)" in lived.text


def test_what_is_erased_is_not_counted(path: Path):
    with opened(path) as memory:
        ana = told(memory)
        (oslo,) = [turn.id for turn in ana.turns() if "Oslo" in turn.text]
        ana.erase([oslo])
        found = ana.context(ASKED, budget=300).tally
        assert found is not None
        assert "Rome, Kyiv" in found.text


def test_a_model_is_shown_the_count_and_can_cite_what_it_rests_on(path: Path):
    asked: list[LLMRequest] = []

    def answer(request: LLMRequest) -> str:
        asked.append(request)
        line = next(
            line for line in request.messages[-1].text.splitlines() if "Counting what was said gives" in line
        )
        marks = line[line.rindex(" ") + 1 :]
        return f"Rome, Oslo and Kyiv {marks}."

    with opened(path, ScriptedLLM(answer)) as memory:
        ana = told(memory)
        found = ana.ask(ASKED, budget=300)
    assert not found.abstained
    assert {city for city in ("Rome", "Oslo", "Kyiv") if any(city in each.text for each in found.citations)} == {
        "Rome", "Oslo", "Kyiv",
    }  # fmt: skip
    assert not found.warnings
