from __future__ import annotations

from collections.abc import Iterator

import anyio
import pytest

from lukasa.adapters.rerankers.onnx import OnnxReranker
from lukasa.ports.reranker import Reranker
from lukasa.testing.conformance.reranker import RerankerContract

pytestmark = pytest.mark.model


class TestOnnxReranker(RerankerContract):
    tolerance = 1e-6

    async def make(self) -> Reranker:
        return OnnxReranker(threads=2)

    @pytest.fixture(scope="class")
    @classmethod
    def reranker(cls) -> Iterator[Reranker]:
        made = OnnxReranker(threads=2)
        yield made
        anyio.run(made.aclose)
