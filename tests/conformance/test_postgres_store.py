from __future__ import annotations

from pathlib import Path

import pytest

from lukasa.ports.store import Store
from lukasa.testing.conformance.store import StoreContract


class TestPostgresStore(StoreContract):
    @pytest.fixture(autouse=True)
    def use(self, postgres_url: str) -> None:
        self.url = postgres_url

    async def make(self, folder: Path) -> Store:
        from lukasa.adapters.stores.postgres.store import PostgresStore  # noqa: PLC0415 - needs psycopg

        return PostgresStore(self.url)
