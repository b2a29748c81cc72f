"""A store knows which of its terms other rules made, says so, and can make them anew."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import apsw
import pytest

from lukasa import Backlog, Handle, Memory, Partition, Settings
from lukasa.adapters.stores.sqlite import migrations
from lukasa.adapters.stores.sqlite.connection import writing
from lukasa.adapters.stores.sqlite.sql import sql
from lukasa.adapters.stores.sqlite.store import SqliteStore
from lukasa.domain.change import Index
from lukasa.domain.journal import Cause
from lukasa.domain.time import to_micros
from lukasa.indexing import backlog, documents
from lukasa.text.analysis import ANALYSIS_VERSION, analyse

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANA, BEN = Partition("default", "ana"), Partition("default", "ben")
NO_MODEL = Settings(embedder="none")


def spoil(path: Path, owner: Partition, count: int) -> None:
    """Give the first turns the terms of rules that are not ours."""

    async def work() -> None:
        store = SqliteStore(path)
        await store.open()
        try:
            old = await store.outdated(owner, analysis=10_000, limit=count)
            changes = [
                Index(id=id_, passages=[["gibberish"]], words=1, analysis=ANALYSIS_VERSION + 1) for id_ in old
            ]
            await store.apply(owner, changes, cause=Cause(verb="test", at=NOON))
        finally:
            await store.aclose()

    asyncio.run(work())


def by_full_text(handle: Handle, question: str) -> int:
    hits = handle.recall(question, limit=9)
    return sum(signal.channel == "lexical" for hit in hits for signal in hit.signals)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "memory.lukasa"
    with Memory.open(path, settings=NO_MODEL) as memory:
        memory.of("ana").remember([f"The violin number {place} is broken." for place in range(5)], at=NOON)
        memory.of("ben").remember("The train to Faro was late.", at=NOON)
    return path


@pytest.fixture
def memory(path: Path) -> Iterator[Memory]:
    spoil(path, ANA, 3)
    with Memory.open(path, settings=NO_MODEL) as memory:
        yield memory


def test_what_is_stored_now_is_of_the_rules_of_now(path: Path):
    with Memory.open(path, settings=NO_MODEL) as memory:
        health = memory.doctor()

        assert (health.outdated, health.backlogs) == (0, [])
        assert memory.of("ana").recall("violin").warnings == []


def test_recall_and_context_warn_whom_it_concerns(memory: Memory):
    ana, ben = memory.of("ana"), memory.of("ben")

    assert ana.recall("violin").warnings == [backlog.OUTDATED]
    assert ana.context("violin").warnings == [backlog.OUTDATED]
    assert ben.recall("train").warnings == []
    assert memory.of("nobody").recall("train").warnings == []


def test_the_doctor_says_whose_terms_are_old(memory: Memory):
    health = memory.doctor()

    assert not health.ok
    assert health.outdated == 3
    assert health.backlogs == [Backlog(partition=ANA, outdated=3)]


def test_reindexing_makes_them_anew_and_needs_no_model(memory: Memory):
    ana = memory.of("ana")
    assert by_full_text(ana, "violin") == 2

    progress = memory.reindex()

    assert (progress.done, progress.remaining) == (3, 0)
    assert by_full_text(ana, "violin") == 5
    assert ana.recall("violin").warnings == []
    assert [entry.verb for entry in ana.changes()][-3:] == ["reindex"] * 3
    assert memory.verify().ok
    assert memory.reindex().done == 0


def test_reindexing_can_be_done_in_parts(memory: Memory):
    first, second = memory.reindex(2), memory.reindex(2)

    assert [(step.done, step.remaining) for step in (first, second)] == [(2, 1), (1, 0)]


def test_what_was_done_before_a_failure_stays_done(path: Path, monkeypatch: pytest.MonkeyPatch):
    spoil(path, ANA, 5)
    monkeypatch.setattr(backlog, "_INDEX_BATCH", 2)
    calls = iter(range(4))

    def fails_at_the_fourth_text(text: str) -> list[str]:
        if next(calls) == 3:
            raise MemoryError
        return analyse(text)

    monkeypatch.setattr(documents, "analyse", fails_at_the_fourth_text)
    with Memory.open(path, settings=NO_MODEL) as memory:
        with pytest.raises(MemoryError):
            memory.reindex()
        assert memory.doctor().outdated == 3


def test_when_the_rules_change_everything_before_is_old(path: Path, monkeypatch: pytest.MonkeyPatch):
    for module in (backlog, documents):
        monkeypatch.setattr(module, "ANALYSIS_VERSION", ANALYSIS_VERSION + 1)

    with Memory.open(path, settings=NO_MODEL) as memory:
        assert memory.of("ben").recall("bus").warnings == [backlog.OUTDATED]
        assert memory.reindex().done == 6
        memory.of("ben").remember("And the bus too.", at=NOON)
        assert memory.of("ben").recall("bus").warnings == []


def test_a_file_from_before_the_rules_were_numbered_is_outdated(tmp_path: Path):
    path = tmp_path / "old.lukasa"
    connection = apsw.Connection(str(path))
    with writing(connection):
        migrations._apply(connection, 0, migrations.known()[:1])
        connection.execute("INSERT INTO partitions VALUES(1, 'default', 'ana', 1, 1, 1, 1, 'x')")
        connection.execute(
            "INSERT INTO documents VALUES(1, 1, 't1', 'turn', 1, 1, ?, 0, NULL, NULL, NULL, 'user', 'user', "
            "NULL, NULL, ?, 1, '[\"gibberish\"]')",
            (to_micros(NOON), bytes(7)),
        )
        connection.execute(
            "INSERT INTO turns VALUES(1, 1, NULL, ?, 0, '{}', 'The violin is broken.')", (to_micros(NOON),)
        )
    connection.close()

    with Memory.open(path, settings=NO_MODEL) as memory:
        assert memory.doctor().details["schema_version"] == str(migrations.known()[-1].number)
        assert memory.doctor().outdated == 1
        assert memory.reindex().done == 1
        assert [hit.text for hit in memory.of("ana").recall("violin")] == ["The violin is broken."]


def test_the_question_whether_terms_are_old_goes_through_no_partition(path: Path):
    connection = apsw.Connection(str(path))
    values = {"partition": 1, "analysis": ANALYSIS_VERSION, "limit": 1}
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql('outdated')}", values)]
    connection.close()

    searches = [step for step in plan if "documents" in step]
    assert len(searches) == 2
    assert all("documents_analysis (partition=? AND analysis" in step for step in searches)
    assert not any("TEMP B-TREE" in step for step in plan)
