from __future__ import annotations

from lukasa.adapters.embedders.hashing import HashingEmbedder
from lukasa.ports.embedder import Embedder
from lukasa.testing.conformance.embedder import EmbedderContract


class TestHashingEmbedder(EmbedderContract):
    batch_tolerance = 1e-6

    async def make(self) -> Embedder:
        return HashingEmbedder()
