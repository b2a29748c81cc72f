from __future__ import annotations

from pathlib import Path

from lukasa.adapters.stores.sqlite.store import SqliteStore
from lukasa.ports.store import Store
from lukasa.testing.conformance.store import StoreContract


class TestSqliteStore(StoreContract):
    async def make(self, folder: Path) -> Store:
        return SqliteStore(folder / "memory.lukasa")
