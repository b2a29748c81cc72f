"""A backup of the server and its archived log bring a store back to a moment before an accident."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lukasa import Memory, Settings
from lukasa.errors import StoreReadOnlyError
from lukasa.testing.postgres import PostgresServer, missing

psycopg = pytest.importorskip("psycopg", reason="NO TEST OF POSTGRESQL RUNS: psycopg is not installed")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder that the user of the server may enter."""
    if why := missing():
        pytest.skip(f"NO TEST OF POSTGRESQL RUNS: {why}")
    path = Path(tempfile.mkdtemp(prefix="lukasa-recovery-"))
    path.chmod(0o777)
    yield path
    shutil.rmtree(path)


@pytest.mark.slow
def test_a_store_is_brought_back_to_the_moment_before_an_accident(folder: Path) -> None:
    archive = folder / "archive"
    archive.mkdir()
    archive.chmod(0o777)
    archiving = ("-c", "archive_mode=on", "-c", f"archive_command=cp %p {archive}/%f")
    server = PostgresServer(folder / "server", options=archiving, watch=os.getpid())
    server.start()
    server.create_database("store")
    with Memory.open(f"{server.url('store')}&pieces=1", settings=Settings(embedder="hashing")) as memory:
        alice = memory.of(user="alice")
        alice.remember("I live in Porto.", at="2026-05-04T10:00Z")
        restored = PostgresServer(
            folder / "restored",
            options=("-c", f"restore_command=cp {archive}/%f %p"),
            watch=os.getpid(),
        )
        restored.follow(server.url(user="root_of_tests"))
        alice.remember("I moved to Lisbon last week.", at="2026-06-08T10:00Z")
        moment = _now(server)
        alice.erase(everything=True)
    _archive_all(server, archive)
    server.stop()

    (restored.data / "standby.signal").rename(restored.data / "recovery.signal")
    with (restored.data / "postgresql.auto.conf").open("a") as settings:
        settings.write(f"recovery_target_time = '{moment}'\n")
    restored.start()
    with Memory.open(f"{restored.url('store')}&pieces=1", settings=Settings(embedder="hashing")) as memory:
        alice = memory.of(user="alice")
        assert [turn.text for turn in alice.turns()] == ["I live in Porto.", "I moved to Lisbon last week."]
        assert "User lives in Lisbon" in [fact.text for fact in alice.facts(status="current")]
        assert memory.verify().findings == ()
        with pytest.raises(StoreReadOnlyError):
            alice.remember("I work at the harbour.", at="2026-06-09T10:00Z")
        _promote(restored)
        alice.remember("I work at the harbour.", at="2026-06-09T10:00Z")
        assert len(alice.turns()) == 3
    restored.stop()


def _now(server: PostgresServer) -> str:
    """Return the server's time, between two commits."""
    with psycopg.connect(server.url("store", "root_of_tests"), autocommit=True) as connection:
        (moment,) = connection.execute("SELECT now()::text").fetchone() or ("",)
    time.sleep(0.01)
    return str(moment)


def _promote(server: PostgresServer) -> None:
    """End the recovery, which waits at its moment for somebody to look."""
    with psycopg.connect(server.url("store", "root_of_tests"), autocommit=True) as connection:
        assert connection.execute("SELECT pg_promote()").fetchone() == (True,)


def _archive_all(server: PostgresServer, archive: Path) -> None:
    with psycopg.connect(server.url("store", "root_of_tests"), autocommit=True) as connection:
        (segment,) = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone() or ("",)
    while not (archive / str(segment)).exists():
        time.sleep(0.05)
