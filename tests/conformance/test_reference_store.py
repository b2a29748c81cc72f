from __future__ import annotations

from pathlib import Path

from lukasa.adapters.stores.reference import ReferenceStore
from lukasa.ports.store import Store
from lukasa.testing.conformance.store import StoreContract


class TestReferenceStore(StoreContract):
    durable = False

    async def make(self, folder: Path) -> Store:
        return ReferenceStore()
