"""A store moved to another engine and back: everything is there, to the last byte of a row."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from _settings import SETTINGS

from lukasa import Memory
from lukasa.surfaces.cli.main import main
from lukasa.testing.fakes import FrozenClock

AT = "2026-03-01T10:00:00Z"


@pytest.fixture
def source(tmp_path: Path, clock: FrozenClock) -> Path:
    """A file in which everything happened that can."""
    path = tmp_path / "source.lukasa"
    with Memory.open(path, settings=SETTINGS, clock=clock) as memory:
        for name in ("ana", "ben ben", "çen"):
            handle = memory.of(user=name)
            receipt = handle.remember(
                [
                    {
                        "role": "user",
                        "name": name,
                        "content": "I moved to Lisbon in May 2024. I like tea.",
                        "at": AT,
                    },
                    {"role": "user", "name": name, "content": "Tea, tea and more tea. " * 80, "at": AT},
                    {"role": "user", "name": name, "content": "Forget this sentence about Oslo.", "at": AT},
                ],
                session="s1",
                metadata={"n": 1.5, "list": [1, "a", None], "flag": True},
            )
            handle.forget([receipt.turns[1]], reason="asked")
            handle.believe("likes jazz", subject="ana")
        ana = memory.of(user="ana")
        ana.erase(turns=[ana.turns()[-1].id])
    return path


def run(*arguments: str) -> int:
    return main(list(arguments))


def exported(where: str, user: str) -> list[str]:
    with Memory.open(where, settings=SETTINGS) as memory:
        return [json.dumps(each, ensure_ascii=False) for each in memory.of(user=user).export()]


def test_a_file_moves_to_postgresql_and_back(
    source: Path, tmp_path: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]
):
    back = tmp_path / "back.lukasa"
    assert run("migrate", f"sqlite:{source}", postgres_url, "--json") == 0
    assert json.loads(capsys.readouterr().out)["moved"] == 3
    assert run("migrate", postgres_url, str(back), "--json") == 0
    assert json.loads(capsys.readouterr().out)["moved"] == 3

    for name in ("ana", "ben ben", "çen"):
        assert exported(str(back), name) == exported(postgres_url, name) == exported(str(source), name)
    found = []
    for where in (str(source), postgres_url, str(back)):
        with Memory.open(where, settings=SETTINGS, clock=FrozenClock(AT)) as memory:
            assert memory.verify().findings == ()
            ana = memory.of(user="ana")
            hits = [(hit.id, hit.score) for hit in ana.recall("Where does Ana live?").hits]
            found.append((hits, ana.facts(), ana.changes(), ana.turns(filter={"metadata.n": {"gt": 1}})))
    assert found[0] == found[1] == found[2]


def test_a_move_that_was_interrupted_goes_on_and_one_into_another_memory_is_refused(
    source: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]
):
    assert run("migrate", str(source), postgres_url) == 0
    with Memory.open(postgres_url, settings=SETTINGS) as memory:
        memory.of(user="ben ben").erase(everything=True)
    assert run("migrate", str(source), postgres_url, "--json") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) | {"rows": 0, "tombstones": 0} == {
        "moved": 1,
        "present": 2,
        "rows": 0,
        "tombstones": 0,
    }

    with Memory.open(postgres_url, settings=SETTINGS) as memory:
        memory.of(user="ana").remember("I like figs.")
    assert run("migrate", str(source), postgres_url) == 1
    assert "ana" in capsys.readouterr().err


KILLED = """
import asyncio, os, signal, sys
from lukasa.adapters.stores.postgres import moving
from lukasa.wiring import migrate

load, calls = moving.load, []

def killing(connection, dump):
    load(connection, dump)
    calls.append(dump)
    if len(calls) == 2:
        os.kill(os.getpid(), signal.SIGKILL)

moving.load = killing
asyncio.run(migrate(*sys.argv[1:]))
"""
"""A move that dies when it has written the second user, before it commits."""


def test_a_move_that_was_killed_goes_on_where_it_stopped(
    source: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]
):
    killed = subprocess.run([sys.executable, "-c", KILLED, str(source), postgres_url], check=False)
    assert killed.returncode == -signal.SIGKILL
    with Memory.open(postgres_url, settings=SETTINGS) as memory:
        assert [partition.user for partition in memory.partitions()] == ["ana"]

    assert run("migrate", str(source), postgres_url) == 0
    assert "2 users moved, 1 there already" in (said := capsys.readouterr().out)
    assert "by count and digest" in " ".join(said.split())
    for name in ("ana", "ben ben", "çen"):
        assert exported(postgres_url, name) == exported(str(source), name)


def test_exports_are_the_same_bytes_on_the_way_to_postgresql_and_back(
    source: Path, tmp_path: Path, postgres_url: str
):
    """But for when a turn was stored, or hidden, there: a move keeps these too."""
    files = [tmp_path / f"{number}.jsonl" for number in range(3)]
    back = str(tmp_path / "imported.lukasa")
    assert run("export", "--db", str(source), "--user", "ana", "-o", str(files[0])) == 0
    for before, after, where in zip(files[:-1], files[1:], (postgres_url, back), strict=True):
        assert run("import", str(before), "--db", where, "--user", "ana") == 0
        assert run("export", "--db", where, "--user", "ana", "-o", str(after)) == 0
    ours = rb', "(recorded|retired)_at": "[^"]+"'
    assert len(re.findall(ours, files[0].read_bytes())) == 4
    assert len({re.sub(ours, b"", path.read_bytes()) for path in files}) == 1


def test_only_what_can_be_moved_is(source: Path, capsys: pytest.CaptureFixture[str]):
    assert run("migrate", str(source), "memory:") == 1
    assert run("migrate", str(source), str(source)) == 1
    assert run("migrate", str(source.with_name("none")), "memory:") == 1
    assert "memory:" in capsys.readouterr().err
