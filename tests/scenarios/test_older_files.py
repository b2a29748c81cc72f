"""Files of older versions: everything is still there, and facts can be distilled from them."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from pathlib import Path

import apsw
import pytest
from _settings import SETTINGS

from lukasa import Handle, Memory
from lukasa.adapters.stores.sqlite.store import SqliteStore
from lukasa.domain.job import PutSummary, Queue, Spent, Summary
from lukasa.domain.turn import Span
from lukasa.policy import MaintainPolicy
from lukasa.testing.conformance.samples import CAUSE, NOON
from lukasa.testing.fakes import FrozenClock

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


@pytest.mark.parametrize("schema", ["schema-4", "schema-5", "schema-6"])
def test_an_older_file_gives_the_answers_that_it_gave(tmp_path: Path, schema: str):
    """The files hold facts of a model and of rules, an erased and a forgotten turn, an alias, an undone call; turns of pages."""
    wanted = json.loads((GOLDEN / f"{schema}.json").read_text("utf-8"))
    wanted_of_verify = wanted.pop("verify")

    with Memory.open(
        unpacked(schema, tmp_path), settings=SETTINGS, clock=FrozenClock("2025-07-01T09:00:00Z")
    ) as memory:
        for user, answers in wanted.items():
            assert answered(memory.of(user), answers) == answers
        assert list(memory.verify().findings) == wanted_of_verify


PASTRY = "Which pastry shop is the best one?"
"""The answer is the last of 400 words."""


def test_an_older_file_becomes_one_of_passages_on_demand(tmp_path: Path):
    with Memory.open(unpacked("schema-5", tmp_path), settings=SETTINGS) as memory:
        nadia = memory.of("nadia")
        (old, *_) = nadia.recall(PASTRY, kinds=["turn"]).hits
        assert old.passages == (Span(0, len(old.text)),)
        health = memory.doctor()
        assert health.outdated == health.stats.documents

        assert memory.reindex().remaining == 0
        assert memory.doctor().unembedded == health.stats.documents  # by the embedder of today
        assert nadia.recall(PASTRY, kinds=["turn"]).hits[0].id == old.id
        assert memory.reembed().remaining == 0

        (hit, *_) = nadia.recall(PASTRY, kinds=["turn"]).hits
        (best,) = hit.passages
        assert hit.id == old.id
        assert "Zefira" in hit.text[best.start : best.end]
        assert best.end - best.start < len(hit.text) / 2
        assert memory.verify().findings == ()


def test_an_older_file_becomes_one_of_passages_in_the_background(tmp_path: Path):
    settings = SETTINGS.model_copy(update={"maintain": MaintainPolicy(refresh=4)})
    with Memory.open(unpacked("schema-5", tmp_path), settings=settings) as memory:
        nadia = memory.of("nadia")
        nadia.recall(PASTRY)
        assert memory.jobs() == []

        nadia.remember("I am back.", session="trip")
        memory.flush()

        assert memory.jobs() == []
        behind = [each for each in memory.doctor().backlogs if each.unembedded or each.outdated]
        assert [backlog.partition.user for backlog in behind] == ["other"]
        assert "Zefira" in (hit := nadia.recall(PASTRY, kinds=["turn"]).hits[0]).text[slice(*hit.passages[0])]
        assert memory.verify().findings == ()


def test_vectors_of_schema_6_are_converted_and_need_no_embedder(tmp_path: Path):
    path = unpacked("schema-6", tmp_path)
    with Memory.open(path, settings=SETTINGS) as memory:
        assert memory.doctor().unembedded == 0
        assert memory.of("nadia").recall(PASTRY).mode == "full"
        assert memory.verify().findings == ()
    connection = apsw.Connection(str(path))
    assert connection.execute("SELECT DISTINCT length(dense) / passages FROM vectors").get == 256
    connection.close()


def test_a_long_turn_of_an_older_file_can_be_erased(tmp_path: Path):
    path = unpacked("schema-5", tmp_path)
    with Memory.open(path, settings=SETTINGS) as memory:
        nadia = memory.of("nadia")
        nadia.erase(text="clove hitch")
        assert memory.verify().findings == ()
        memory.reindex()
        nadia.erase(text="Zefira")
        assert memory.verify().findings == ()
    assert not [word for word in (b"zefira", b"Zefira", b"hitch") if word in path.read_bytes()]


def test_a_change_of_an_older_file_can_be_undone(tmp_path: Path):
    """A version is known by the digest of its stored form, which had fields that facts no longer have."""
    with Memory.open(unpacked("schema-4", tmp_path), settings=SETTINGS) as memory:
        undone = 0
        for partition in memory.partitions():
            handle = memory.of(partition.user, tenant=partition.tenant)
            for fact in handle.facts():
                (first, *later) = [entry for entry in handle.changes() if entry.id == fact.id]
                if not later:
                    undone += fact.id in handle.undo(first.version)
        assert undone > 3
        assert memory.verify().findings == ()


def answered(handle: Handle, wanted: dict[str, object]) -> dict[str, object]:
    """Return what a partition holds and answers now, in the shape in which the answers of then were kept."""
    facts = handle.facts(status=["current", "superseded", "retracted", "conflicting"])
    questions = list(wanted["hits"])  # type: ignore[call-overload]
    return {
        "turns": [[turn.id, turn.text, turn.at.isoformat()] for turn in handle.turns(include_retired=True)],
        "facts": sorted(
            [
                fact.id, fact.text, fact.status, fact.attribute, fact.value,
                fact.valid.start and fact.valid.start.isoformat(), fact.valid.end and fact.valid.end.isoformat(),
                fact.evidence,
            ]
            for fact in facts
        ),
        "history": {fact.id: [version.text for version in handle.history(fact.id)] for fact in handle.facts()},
        "changes": [entry.op for entry in handle.changes()],
        "hits": {question: [hit.text for hit in handle.recall(question, limit=5).hits] for question in questions},
        "context": {question: handle.context(question, budget=300).text for question in questions},
        "relations": sorted([each.source, each.label, each.target, each.text] for each in handle.relations()),
        "entities": sorted([entity.name, entity.type] for entity in handle.entities()),
        "as_of": sorted(fact.text for fact in handle.facts(as_of="2025-06-01T09:05:00Z")),
    }  # fmt: skip
