"""Files of older versions: everything is still there, and facts can be distilled from them."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from _settings import SETTINGS

from lukasa import Memory

GOLDEN = Path(__file__).with_name("golden")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return a copy of a file that the version with schema 2 wrote."""
    path = tmp_path / "old.lukasa"
    path.write_bytes(gzip.decompress((GOLDEN / "schema-2.lukasa.gz").read_bytes()))
    return path


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who moved to Lisbon?", "I moved to Lisbon in January."),
        ("What was stolen?", "My bicycle was stolen on Tuesday."),
        ("Who is allergic to walnuts?", "I am allergic to walnuts."),
        ("Who bought a canoe?", "I bought a green canoe."),
        ("What does the violin need?", "The violin needs a new string."),
    ],
)
def test_what_schema_2_held_is_found(old: Path, question: str, answer: str):
    with Memory.open(old, settings=SETTINGS) as memory:
        assert memory.of("ines").recall(question, kinds=["turn"]).hits[0].text == answer


def test_schema_2_is_migrated_and_sound(old: Path):
    with Memory.open(old, settings=SETTINGS) as memory:
        ines = memory.of("ines")
        assert memory.verify().findings == ()
        assert len(ines.turns()) == 8
        assert len(ines.turns(include_retired=True)) == 9
        assert [entry.op for entry in ines.changes()] == ["add"] * 9 + ["retire"]
        assert ines.facts() == []
        assert memory.doctor().unextracted == 9


def test_facts_of_an_older_file_are_distilled_on_demand_and_once(old: Path):
    with Memory.open(old, settings=SETTINGS) as memory:
        done = memory.extract(limit=4)
        assert (done.done, done.remaining) == (4, 5)
        assert memory.extract().remaining == 0
        assert memory.extract().done == 0
        facts = memory.of("ines").facts()
        assert ("allergic_to", "walnuts") in [(fact.attribute, fact.value) for fact in facts]
        assert not [fact for fact in facts if "goat" in fact.text]
        assert memory.verify().findings == ()


def test_a_turn_of_an_older_file_can_be_erased(old: Path):
    with Memory.open(old, settings=SETTINGS) as memory:
        erased = memory.of("ines").erase(text="goat")

        assert (len(erased.turns), erased.complete) == (1, True)
        assert memory.verify().findings == ()
    assert b"goat" not in old.read_bytes()
