"""A store of mem0's is moved, whole and once, and nothing in it is run."""

from __future__ import annotations

import json
import os
import pickle
import sqlite3
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from lukasa import Memory
from lukasa.errors import ImportFormatError
from lukasa.integrations.mem0.stored import memories, plain
from lukasa.surfaces.cli.main import main

MODELS = "qdrant_client.http.models.models"


class PointStruct:
    """Pickles as qdrant's pydantic model does."""

    def __init__(self, id: str, payload: dict[str, Any]) -> None:
        self.__dict__ = {"id": id, "vector": {"": [0.5, -1.0]}, "payload": payload}

    def __getstate__(self) -> dict[str, Any]:
        fields = {"id", "vector", "payload"}
        return {"__dict__": self.__dict__, "__pydantic_extra__": None, "__pydantic_fields_set__": fields}


class Harm:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("harmed",)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    names = MODELS.split(".")
    for depth in range(1, len(names) + 1):
        monkeypatch.setitem(sys.modules, ".".join(names[:depth]), ModuleType(names[depth - 1]))
    sys.modules[MODELS].PointStruct = PointStruct  # type: ignore[attr-defined]
    monkeypatch.setattr(PointStruct, "__module__", MODELS)
    store = tmp_path / "qdrant/collection/mem0"
    store.mkdir(parents=True)
    at = "2025-03-01T10:00:00+00:00"
    payloads = {
        "m1": {
            "data": "Ana likes plums",
            "user_id": "ana",
            "created_at": at,
            "topic": "food",
            "run_id": "r1",
        },
        "m2": {"data": "Ben likes figs", "user_id": "ben", "created_at": at},
        "m3": {
            "data": "The shop opens at nine",
            "agent_id": "bot",
            "created_at": at,
            "expiration_date": "2999-01-01",
        },
        "m4": {"data": "Nobody's", "created_at": at},
        "m5": {"data": "Ben likes figs.", "user_id": "ben", "created_at": at},
    }
    with sqlite3.connect(store / "storage.sqlite") as points:
        points.execute("CREATE TABLE points (id TEXT PRIMARY KEY, point BLOB)")
        rows = [(id_, pickle.dumps(PointStruct(id_, payload))) for id_, payload in payloads.items()]
        points.executemany("INSERT INTO points VALUES (?, ?)", rows)
    with sqlite3.connect(tmp_path / "history.db") as history:
        history.execute("CREATE TABLE history (id, memory_id, old_memory, new_memory, event, created_at)")
        changes = [
            ("h1", "m1", None, "Ana likes pears", "ADD", 1),
            ("h2", "m1", "…", "Ana likes plums", "UPDATE", 2),
        ]
        history.executemany("INSERT INTO history VALUES (?, ?, ?, ?, ?, ?)", changes)
    return tmp_path / "qdrant"


def test_memories_come_with_owners_times_versions_and_labels_once(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LUKASA_EMBEDDER", "hashing")
    db = folder.parent / "moved.lukasa"
    command = [
        "import",
        "mem0",
        str(folder),
        "--history",
        str(folder.parent / "history.db"),
        "--db",
        str(db),
        "--json",
    ]

    assert main(command) == 0
    moved = json.loads(capsys.readouterr().out)
    assert (moved["memories"], moved["stored"], moved["versions"], moved["same"]) == (5, 3, 1, 1)
    assert moved["skipped"] == {"without a user, agent or run": 1}
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out)["stored"] == 0

    with Memory.open(db) as memory:
        (ana,) = memory.of("ana").facts()
        assert (ana.text, ana.valid.start.isoformat()) == ("Ana likes plums", "2025-03-01T10:00:00+00:00")  # type: ignore[union-attr]
        assert {"mem0_id": "m1", "run_id": "r1", "topic": "food"}.items() <= dict(ana.metadata).items()
        assert [fact.text for fact in memory.of("ana").history(ana.id)] == [
            "Ana likes pears",
            "Ana likes plums",
        ]
        (ben,) = memory.of("ben").facts()
        assert ben.evidence == 2
        (bot,) = memory.of("bot", "default:agents").facts()
        assert (bot.text, bot.expires_at.year) == ("The shop opens at nine", 2999)  # type: ignore[union-attr]


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_what_a_pickle_would_call_is_not_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protocol: int
):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ImportFormatError, match="not followed"):
        plain(pickle.dumps({"payload": Harm()}, protocol=protocol))

    assert not (tmp_path / "harmed").exists()


@pytest.mark.parametrize(
    "broken", [b"", b"\x80\x04", b"\x80\x04K\x01K\x02.", b"\x80\x04h\x05.", b"no pickle", b"\x80\x04)s."]
)
def test_what_is_no_pickle_is_an_error_of_its_own_kind(broken: bytes):
    with pytest.raises(ImportFormatError):
        plain(broken)


def test_plain_values_are_what_they_were():
    value = {
        "a": [1, -70_000, 2**70, 0.5, None, True, False],
        "b": ((), (1,), (1, 2, 3, 4)),
        "c": {"x"},
        "d": b"\x00",
    }
    value["again"] = value["a"]

    assert plain(pickle.dumps(value, protocol=4)) == value


def test_a_folder_without_a_store_is_named(tmp_path: Path):
    with pytest.raises(ImportFormatError, match="collection"):
        list(memories(tmp_path, None))
