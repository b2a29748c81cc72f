"""What the doctor tells: versions, and what is left to do for whom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import apsw
import pytest

from lukasa import Backlog, Memory, Partition, Settings
from lukasa.adapters.stores.reference import ReferenceStore
from lukasa.adapters.stores.sqlite import migrations
from lukasa.adapters.stores.sqlite.store import SqliteStore
from lukasa.surfaces.cli.main import main

NOON = "2026-03-01T12:00:00Z"
HASHING, NO_MODEL = Settings(embedder="hashing"), Settings(embedder="none")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "memory.lukasa"
    with Memory.open(path, settings=HASHING) as memory:
        memory.of("ana").remember("The violin is broken.", at=NOON)
    with Memory.open(path, settings=NO_MODEL) as memory:
        memory.of("ben").remember(["The train to Faro was late.", "Again."], at=NOON)
    return path


def test_versions_of_schema_and_sqlite_are_told(path: Path):
    with Memory.open(path, settings=HASHING) as memory:
        assert memory.doctor().details == {
            "schema_version": str(migrations.known()[-1].number),
            "sqlite_version": apsw.sqlite_lib_version(),
        }


def test_a_store_in_memory_has_no_versions():
    with Memory.open("memory:", settings=HASHING) as memory:
        assert memory.doctor().details == {}


def test_what_lacks_vectors_is_told_by_partition(path: Path):
    with Memory.open(path, settings=HASHING) as memory:
        health = memory.doctor()

        assert health.unembedded == 2
        assert health.backlogs == [Backlog(partition=Partition("default", "ben"), unembedded=2)]
        memory.reembed()
        assert (memory.doctor().backlogs, memory.doctor().ok) == ([], True)


def test_without_an_embedder_nothing_lacks_its_vectors(path: Path):
    with Memory.open(path, settings=NO_MODEL) as memory:
        assert (memory.doctor().unembedded, memory.doctor().backlogs) == (0, [])


@pytest.mark.parametrize("store", [SqliteStore, ReferenceStore])
def test_counting_lists_no_ids(path: Path, store: type, monkeypatch: pytest.MonkeyPatch):
    async def refuse(*_: object, limit: int, **__: Any) -> list[str]:
        assert limit <= 64, "it is counted by listing"
        return []

    monkeypatch.setattr(store, "unembedded", refuse)
    monkeypatch.setattr(store, "outdated", refuse)
    where = path if store is SqliteStore else "memory:"
    with Memory.open(where, settings=HASHING) as memory:
        assert memory.reembed().remaining == memory.doctor().unembedded


@pytest.fixture
def _environment(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    monkeypatch.setenv("LUKASA_EMBEDDER", "hashing")
    monkeypatch.setenv("LUKASA_DB", str(path))


@pytest.mark.usefixtures("_environment")
def test_the_command_shows_it(capsys: pytest.CaptureFixture[str]):
    assert main(["doctor"]) == 1

    shown = capsys.readouterr().out
    told = " ".join(shown.split())
    assert (
        f"schema version {migrations.known()[-1].number} sqlite version {apsw.sqlite_lib_version()}" in told
    )
    assert "2 documents without vectors: run `lukasa reembed`" in shown
    assert "user 'ben' of tenant 'default': 2 without vectors" in shown
    assert "'ana'" not in shown


@pytest.mark.usefixtures("_environment")
def test_the_command_reindexes(capsys: pytest.CaptureFixture[str]):
    assert main(["reindex", "--json"]) == 0

    assert capsys.readouterr().out == '{"done": 0, "remaining": 0}\n'


@pytest.mark.parametrize("extractor", ["rules", "none"])
@pytest.mark.parametrize("embedder", ["hashing", "none", pytest.param("onnx", marks=pytest.mark.model)])
def test_the_proof_holds_on_a_fresh_store(embedder: str, extractor: str, tmp_path: Path):
    settings = Settings(embedder=embedder, extractor=extractor)  # type: ignore[arg-type]
    with Memory.open(tmp_path / "fresh.lukasa", settings=settings) as memory:
        health = memory.doctor(prove=True)

        assert [(stage.name, stage.detail) for stage in health.stages if not stage.ok] == []
        assert health.ok
        assert (health.stats.turns, health.stats.facts) == (0, 0)


def test_the_proof_still_fails_when_nothing_is_found(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("lukasa.retrieval.recall.select_hits", lambda *_, **__: [])
    with Memory.open(path, settings=HASHING) as memory:
        failed = [stage for stage in memory.doctor(prove=True).stages if not stage.ok]

    assert [(stage.name, stage.detail) for stage in failed] == [
        ("recall", "what was just stored was not found")
    ]
