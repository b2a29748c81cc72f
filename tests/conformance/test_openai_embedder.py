from __future__ import annotations

from collections.abc import Iterator

import pytest

from lukasa.adapters.embedders.openai import OpenAIEmbedder, RequestPolicy
from lukasa.ports.embedder import Embedder
from lukasa.testing.conformance.embedder import EmbedderContract
from lukasa.testing.fakes import EmbeddingEndpoint


class TestOpenAIEmbedder(EmbedderContract):
    batch_tolerance = 1e-6

    @pytest.fixture(autouse=True)
    def endpoint(self) -> Iterator[None]:
        with EmbeddingEndpoint() as self._endpoint:
            yield

    async def make(self) -> Embedder:
        return OpenAIEmbedder(self._endpoint.base_url, "hash-16", policy=RequestPolicy(batch_size=8))
