"""Files of older versions: everything is still there, and facts can be distilled from them."""

from __future__ import annotations

import gzip
from datetime import timedelta
from pathlib import Path

import apsw
import pytest
from _settings import SETTINGS

from lukasa import Memory
from lukasa.adapters.stores.sqlite.store import SqliteStore
from lukasa.domain.job import PutSummary, Queue, Spent, Summary
from lukasa.testing.conformance.samples import CAUSE, NOON

GOLDEN = Path(__file__).with_name("golden")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return a copy of a file that the version with schema 2 wrote."""
    return unpacked("schema-2", tmp_path)


@pytest.fixture
def believing(tmp_path: Path) -> Path:
    """Return a copy of a file that the version with schema 3 wrote: with facts, and something erased."""
    return unpacked("schema-3", tmp_path)


def unpacked(name: str, folder: Path) -> Path:
    path = folder / f"{name}.lukasa"
    path.write_bytes(gzip.decompress((GOLDEN / f"{name}.lukasa.gz").read_bytes()))
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


def test_schema_3_is_migrated_and_sound(believing: Path):
    with Memory.open(believing, settings=SETTINGS) as memory:
        ines = memory.of("ines")
        assert memory.verify().findings == ()
        assert (len(ines.turns()), len(ines.turns(include_retired=True))) == (9, 10)
        assert (
            ines.recall("What was stolen?", kinds=["turn"]).hits[0].text
            == "My bicycle was stolen on Tuesday."
        )
        assert [entry.op for entry in ines.changes()][-4:] == ["add", "believe", "erase", "erase"]
        assert [turn.text for turn in memory.of("other").turns()] == ["Somebody else's words."]


def test_facts_of_schema_3_are_kept_with_their_versions(believing: Path):
    with Memory.open(believing, settings=SETTINGS) as memory:
        facts = memory.of("ines").facts()
        assert ("allergic_to", "walnuts") in [(fact.attribute, fact.value) for fact in facts]
        (oboe,) = [fact for fact in facts if "oboe" in fact.text]
        assert [version.text for version in memory.of("ines").history(oboe.id)] == [
            "Tomas plays the oboe.",
            "Tomas plays the oboe badly.",
        ]


@pytest.mark.anyio
async def test_a_file_of_schema_3_keeps_what_was_read_and_takes_jobs(believing: Path):
    connection = apsw.Connection(str(believing))
    reader = str(connection.execute("SELECT DISTINCT extractor FROM extractions").get)
    connection.close()
    store = SqliteStore(believing)
    await store.open()
    (ines, *_) = await store.partitions()
    assert (await store.jobs(), await store.summaries(ines), await store.spent()) == ([], [], [])
    for lacking in (False, True):
        assert await store.unextracted(ines, extractor=reader, limit=99, lacking=lacking) == []

    job = Queue(kind="extract", session="s1", due_at=NOON)
    made = Summary(session=None, text="so far", through=1, made_by="m-1", updated_at=NOON)
    await store.apply(ines, [], cause=CAUSE, bookkeeping=[job, PutSummary(summary=made)])
    await store.spend(ines, Spent(day=NOON.date(), purpose="extract", model="m-1"))

    assert len(await store.claim(now=NOON, until=NOON + timedelta(minutes=5), worker="w", limit=9)) == 1
    assert await store.summaries(ines) == [made]
    assert (await store.verify()).findings == ()
    await store.aclose()
