"""Facts on file in a model's place: what it replies, and what the gate does with them and with faults planted in them."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from lukasa import Memory, Settings
from lukasa.extraction.model.schemas import ExtractedFact
from lukasa_evals.datasets.values import Conversation, Said, Session
from lukasa_evals.errors import DatasetError
from lukasa_evals.strong.facts import Place, StrongFact, read
from lukasa_evals.strong.faults import KINDS, Around, planted
from lukasa_evals.strong.gate import KEPT, rulings
from lukasa_evals.strong.model import StrongModel

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
TURNS = (
    ("D1:1", "Ana", "Hi Ben! I moved to Faro last month and I adopted two cats there."),
    ("D1:2", "Ben", "Lovely! What are they called?"),
    ("D1:3", "Ana", "Miso and Tofu."),
)
FACTS = (
    ("D1:1", "I moved to Faro last month", "Ana moved to Faro in February 2026.", "lives_in", "Faro"),
    ("D1:1", "I adopted two cats there", "Ana adopted two cats in Faro in February 2026.", "pet", "two cats"),
    ("D1:3", "Miso and Tofu", "Ana's cats are called Miso and Tofu.", "pet", "Miso and Tofu"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = [
        {
            "conversation": "c1", "turn": turn, "quote": quote, "text": text, "subject": "Ana", "kind": "profile",
            "attribute": attribute, "value": value, "when": None, "denied": False, "ended": False, "stance": "stated",
        }
        for turn, quote, text, attribute, value in FACTS
    ]  # fmt: skip
    (tmp_path / "c1.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return tmp_path


def conversation() -> Conversation:
    said = [Said(id=id_, speaker=speaker, text=text) for id_, speaker, text in TURNS]
    return Conversation(id="c1", split="dev", sessions=[Session(name="s1", at=AT, turns=said)], questions=[])


def test_facts_with_triplets_make_a_graph(folder: Path):
    facts = [json.loads(line) for line in (folder / "c1.jsonl").read_text("utf-8").splitlines()]
    facts[0]["triplets"] = [
        {
            "source": "Ana",
            "source_type": "person",
            "label": "lives_in",
            "target": "Faro",
            "target_type": "city",
        }
    ]
    (folder / "c1.jsonl").write_text("\n".join(map(json.dumps, facts)), encoding="utf-8")
    model = StrongModel(folder, [conversation()])
    settings = Settings(embedder="hashing", extractor="paper+graph")
    with Memory.open("memory:", settings=settings, llm=model) as memory:
        ana = memory.of("ana")
        said = [{"role": "user", "name": name, "content": text} for _, name, text in TURNS]
        ana.remember(said, at=AT, wait=True)

        assert [(each.label, each.text) for each in ana.relations()] == [("lives_in", "Ana lives in Faro.")]
        assert {entity.name: entity.type for entity in ana.entities()} == {"Ana": "person", "Faro": "city"}


def test_the_gate_keeps_facts_and_refuses_faults(folder: Path):
    counted = rulings([conversation()], read(folder))["c1"]

    assert counted.facts == {KEPT: 3}
    assert {"the other speaker", "a stranger", "negation", "example", "detail", "date"} <= set(counted.faults)
    assert {kind: of_kind[KEPT] for kind, of_kind in counted.faults.items() if of_kind[KEPT]} == {}


def test_a_fault_changes_what_is_claimed_and_not_what_is_quoted():
    content = ExtractedFact(
        message=1,
        quote="my 2 cats",
        text="Ana took 2 cats to Faro on 3 May 2025.",
        subject="Ana",
        attribute="pet",
        value="2 cats",
    )
    around = Around(speakers=["Ana", "Ben"], people=["Rui"], places=["Braga"], text="my 2 cats")
    fact = StrongFact(conversation="c", turn="t", content=content)

    faults = {kind: fault.content for kind, fault in planted(fact, around, Random(1))}

    assert set(faults) == set(KINDS)
    assert {fault.quote for fault in faults.values()} == {"my 2 cats"}
    assert faults["the other speaker"].text == "Ben took 2 cats to Faro on 3 May 2025."
    assert faults["negation"].text == "Ana never took 2 cats to Faro on 3 May 2025."
    assert "2 cats" not in faults["number"].text
    assert all(fault != content for fault in faults.values())


@pytest.mark.parametrize("recipe", ["llm", "paper"])
def test_the_model_gives_the_facts_of_the_messages_that_it_is_shown(folder: Path, recipe: str):
    model = StrongModel(folder, [conversation()])
    settings = Settings(embedder="hashing", extractor=recipe)
    messages = [{"role": "user", "name": speaker, "content": text} for _, speaker, text in TURNS]
    with Memory.open("memory:", settings=settings, llm=model) as memory:
        handle = memory.of("c1")
        handle.remember(messages, session="s1", at=AT, wait=True)

        texts = {fact.text for fact in handle.facts()}

    assert texts == {text for _, _, text, _, _ in FACTS}
    assert model.calls["extract"] == (1 if recipe == "llm" else 2)


def test_files_of_facts_are_read_by_turn_and_errors_name_the_line(folder: Path):
    assert len(read(folder)[Place("c1", "D1:1")]) == 2
    (folder / "c2.jsonl").write_text(
        '{"conversation": "c2", "kind": "wish", "stance": "stated"}', encoding="utf-8"
    )
    with pytest.raises(DatasetError, match="line 1"):
        read(folder)
    with pytest.raises(DatasetError, match="no file"):
        read(folder / "nowhere")


def test_nothing_is_asked_of_anybody(folder: Path):
    model = StrongModel(folder, [conversation()])

    assert model.name == "scripted:strong"
    assert asyncio.run(model.aclose()) is None  # type: ignore[func-returns-value]
