# ruff: noqa: ASYNC240 - a test has its loop for itself
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lukasa import AsyncMemory, Settings
from lukasa.adapters.embedders.hashing import HashingEmbedder
from lukasa.adapters.stores.reference import ReferenceStore
from lukasa.adapters.stores.sqlite.store import SqliteStore
from lukasa.adapters.tokens.words import WordCounter
from lukasa.engine import Parts
from lukasa.errors import ConfigError, StoreCorruptError
from lukasa.testing.fakes import FrozenClock
from lukasa.wiring import build

CLOCK = FrozenClock("2026-03-01T10:00:00Z")


def parts(**settings: Any) -> Parts:
    return build(Settings(**{"embedder": "hashing", **settings}), clock=CLOCK)


@pytest.mark.parametrize(
    ("target", "kind", "name"),
    [
        ("memory:", ReferenceStore, "memory:"),
        ("agent.lukasa", SqliteStore, "agent.lukasa"),
        ("sqlite:agent.lukasa", SqliteStore, "sqlite:agent.lukasa"),
        ("sqlite:///srv/agent.lukasa", SqliteStore, "sqlite:///srv/agent.lukasa"),
        (r"C:\notes\agent.lukasa", SqliteStore, r"C:\notes\agent.lukasa"),
        ("./a:b", SqliteStore, "a:b"),
        ("my notes: 2026", SqliteStore, "my notes: 2026"),
    ],
)
def test_a_target_is_a_file_or_names_a_store(target: str, kind: type, name: str):
    made = parts(store=target)

    assert isinstance(made.store, kind)
    assert made.store_name == name


@pytest.mark.parametrize("target", ["redis://x", "memory:x", "sqlite:", "sqlight:agent.lukasa"])
def test_a_store_that_nobody_knows_is_refused(target: str):
    with pytest.raises(ConfigError, match=target.partition(":")[0]):
        parts(store=target)


def test_sqlite_urls_are_paths():
    for target in ("sqlite:/srv/a", "sqlite:///srv/a"):
        assert parts(store=target).store._path == Path("/srv/a")  # type: ignore[attr-defined]


def test_what_the_settings_say_is_what_is_used():
    made = parts(store="memory:", tokens="words", zone="Europe/Lisbon", tenant="acme")

    assert isinstance(made.embedder, HashingEmbedder)
    assert isinstance(made.counter, WordCounter)
    assert (made.zone, made.tenant, made.rerank, made.reranker) == ("Europe/Lisbon", "acme", False, None)
    assert parts(store="memory:", embedder="none").embedder is None
    assert made.clock() == CLOCK()


@pytest.mark.anyio
async def test_what_is_named_in_the_call_goes_before_the_settings(tmp_path: Path):
    settings = Settings(embedder="hashing", store=str(tmp_path / "settings.lukasa"))

    async with await AsyncMemory.open(tmp_path / "call.lukasa", settings=settings):
        assert [file.name for file in tmp_path.glob("*.lukasa")] == ["call.lukasa"]
    async with await AsyncMemory.open(settings=settings):
        assert (tmp_path / "settings.lukasa").exists()


@pytest.mark.anyio
async def test_without_settings_the_environment_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LUKASA_DB", str(tmp_path / "env.lukasa"))
    monkeypatch.setenv("LUKASA_EMBEDDER", "none")
    async with await AsyncMemory.open() as memory:
        assert (await memory.doctor()).store == str(tmp_path / "env.lukasa")

    monkeypatch.delenv("LUKASA_DB")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    async with await AsyncMemory.open() as memory:
        assert (await memory.doctor()).store == str(tmp_path / "data/lukasa/memory.lukasa")


@pytest.mark.anyio
async def test_when_opening_fails_the_parts_are_released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    closed: list[str] = []

    async def aclose(_: HashingEmbedder) -> None:
        closed.append("embedder")

    monkeypatch.setattr(HashingEmbedder, "aclose", aclose)
    (tmp_path / "no.lukasa").write_bytes(b"not a store" * 100)

    with pytest.raises(StoreCorruptError):
        await AsyncMemory.open(tmp_path / "no.lukasa", settings=Settings(embedder="hashing"))
    assert closed == ["embedder"]


@pytest.mark.anyio
async def test_a_part_that_fails_to_close_keeps_no_other_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async def broken(_: HashingEmbedder) -> None:
        raise RuntimeError("it would not close")

    monkeypatch.setattr(HashingEmbedder, "aclose", broken)
    memory = await AsyncMemory.open(tmp_path / "m.lukasa", settings=Settings(embedder="hashing"))
    store = memory._running.parts.store
    with pytest.raises(RuntimeError, match="would not close"):
        await memory.aclose()

    assert store._threads is None  # type: ignore[attr-defined]
    await memory.aclose()
