"""Shared by all tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import apsw
import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


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
