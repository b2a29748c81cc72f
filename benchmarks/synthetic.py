"""Embedders that cost next to nothing and give vectors of the real size, so that the engine's own work can be timed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import numpy as np
from table import DIMS, SIZE, Table, pieces

from lukasa.adapters.models.manifest import MODELS
from lukasa.adapters.models.vectors import dense_bytes, quantise
from lukasa.domain.embedding import EmbedderSpec, Embedding, TokenVectors
from lukasa.ports.embedder import Embedder, Purpose

MOST_VECTORS = MODELS["colbert-small-states"].usage.document_vectors


class Synthetic:
    """Looks each piece of a word up in a table of random vectors: some microseconds a text."""

    def __init__(self, token_dims: int | None) -> None:
        self._table = Table()
        self._token_dims = token_dims
        if token_dims is not None:
            states = self._table.chance.standard_normal((SIZE, token_dims)).astype(np.float32)
            packed = quantise(states)
            self._width = packed.width
            self._codes = np.frombuffer(packed.codes, np.int8).reshape(-1, packed.width)

    async def spec(self) -> EmbedderSpec:
        """See the port."""
        return EmbedderSpec(
            fingerprint=f"synthetic:{self._token_dims}",
            dense_dims=DIMS,
            token_width=None if self._token_dims is None else self._width,
        )

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> list[Embedding]:
        """See the port."""
        return [self._one(text) for text in texts]

    async def aclose(self) -> None:
        """See the port."""

    def _one(self, text: str) -> Embedding:
        dense = dense_bytes(self._table.dense(text))
        if self._token_dims is None:
            return Embedding(dense)
        return Embedding(dense, TokenVectors(self._codes[pieces(text)[:MOST_VECTORS]].tobytes(), self._width))


class Counted:
    """Another embedder, called beside the event loop as the real one works there; counts the processor time that it takes."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.seconds = 0.0

    async def spec(self) -> EmbedderSpec:
        """See the port."""
        return await self._embedder.spec()

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> list[Embedding]:
        """See the port."""

        def work() -> list[Embedding]:
            before = time.thread_time()
            made = asyncio.run(self._embedder.embed(texts, purpose=purpose))
            self.seconds += time.thread_time() - before
            return made

        return await asyncio.to_thread(work)

    async def aclose(self) -> None:
        """See the port."""
        await self._embedder.aclose()


class SyntheticDocuments:
    """Documents by table, questions by the real model.

    So a large store can be filled in seconds, and a recall still does all of the real work: the model encodes the
    question, and the engine compares vectors of the real number and size. Only what is found means nothing.
    """

    def __init__(self, real: Embedder, token_dims: int | None) -> None:
        self._real = real
        self._documents = Synthetic(token_dims)

    async def spec(self) -> EmbedderSpec:
        """See the port. The documents decide."""
        return await self._documents.spec()

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> list[Embedding]:
        """See the port."""
        if purpose == "document":
            return await self._documents.embed(texts, purpose=purpose)
        return await self._real.embed(texts, purpose=purpose)

    async def aclose(self) -> None:
        """See the port."""
        await self._real.aclose()
