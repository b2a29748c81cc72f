from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import anyio
import numpy as np
import pytest

from lukasa.adapters.embedders.onnx import MEAN_TOKENS, OnnxEmbedder
from lukasa.ports.embedder import Embedder
from lukasa.testing.conformance.embedder import EmbedderContract

pytestmark = pytest.mark.model


class TestOnnxEmbedder(EmbedderContract):
    batch_tolerance = 1e-6
    settings: ClassVar[dict[str, Any]] = {"threads": 2}

    async def make(self) -> Embedder:
        return OnnxEmbedder(**self.settings)

    @pytest.fixture(scope="class")
    @classmethod
    def embedder(cls) -> Iterator[Embedder]:
        made = OnnxEmbedder(**cls.settings)
        yield made
        anyio.run(made.aclose)


class TestOneEncoderForBothVectors(TestOnnxEmbedder):
    settings: ClassVar[dict[str, Any]] = {
        "dense": MEAN_TOKENS, "token_basis": np.eye(384, 96, dtype=np.float32), "threads": 1
    }  # fmt: skip


class TestBatches(TestOnnxEmbedder):
    # Dynamic int8 scales activations over the batch, so the texts beside a text leave a trace.
    batch_tolerance = 0.05
    settings: ClassVar[dict[str, Any]] = {"dense": MEAN_TOKENS, "batch_tokens": 1024, "threads": 1}
