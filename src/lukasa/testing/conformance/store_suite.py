"""How the store's tests come by a store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lukasa.ports.store import Store


class StoreSuite:
    """Tests of a store that `make` returns."""

    pytestmark = pytest.mark.anyio

    durable = True
    """Whether what was written outlives the object that wrote it: two of one folder are then the same store."""

    async def make(self, folder: Path) -> Store:
        """Return a store, not yet open, that keeps its files in *folder*."""
        raise NotImplementedError

    @pytest.fixture
    def anyio_backend(self) -> str:
        """Run on asyncio: the suite needs no fixture of yours."""
        return "asyncio"

    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[Store]:
        made = await self.make(tmp_path)
        await made.open()
        yield made
        await made.aclose()

    async def reopened(self, store: Store, folder: Path) -> Store:
        """Close the store and return a new one of the same folder, or skip where nothing would be in it."""
        if not self.durable:
            pytest.skip("this store keeps nothing")
        await store.aclose()
        made = await self.make(folder)
        await made.open()
        return made
