"""Shared by all tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest

from databases import Databases
from lukasa import Memory, Settings
from lukasa.testing.fakes import FrozenClock


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Give databases of a PostgreSQL that all workers share; skip where none can run."""
    found = Databases.shared(tmp_path_factory.getbasetemp())
    yield found
    found.close()


@pytest.fixture
def postgres_url(databases: Databases) -> str:
    """Return the address of an empty store in PostgreSQL."""
    return databases.empty()


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock("2026-03-01T10:00:00+00:00")


@pytest.fixture
def memory(tmp_path: Path, clock: FrozenClock) -> Iterator[Memory]:
    """Open a store in a file, which must be whole at the end."""
    path = tmp_path / "memory.lukasa"
    with Memory.open(path, settings=Settings(embedder="hashing"), clock=clock) as opened:
        yield opened
        assert opened.verify().findings == ()


@pytest.fixture
def stored() -> Callable[[Path], int]:
    """Count the turns of a store that another process is writing.

    Read directly: another `lukasa` takes so long to start that the other process could end meanwhile.
    """

    def count(db: Path) -> int:
        if not db.exists():
            return 0
        try:
            connection = apsw.Connection(str(db), flags=apsw.SQLITE_OPEN_READONLY)
            try:
                return int(connection.execute("SELECT count(*) FROM turns").get)
            finally:
                connection.close()
        except apsw.Error:  # its tables are being made
            return 0

    return count
