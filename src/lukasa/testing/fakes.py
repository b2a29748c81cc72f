"""Stand-ins for tests: real objects that behave, and misbehave, on demand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from lukasa.domain.embedding import EmbedderSpec, Embedding
from lukasa.domain.time import read_instant
from lukasa.ports.embedder import Embedder, Purpose
from lukasa.testing.endpoint import EndpointRequest, FakeEndpoint, Reply


class FrozenClock:
    """A clock that stands still until it is told to move. Call it for the time."""

    def __init__(self, now: datetime | str) -> None:
        self._now = read_instant(now)

    def __call__(self) -> datetime:
        return self._now

    def set(self, now: datetime | str) -> None:
        """Show another time; one without a UTC offset is refused."""
        self._now = read_instant(now)

    def advance(self, by: timedelta) -> datetime:
        """Move on, or back, and return the new time."""
        self._now += by
        return self._now


class FailingEmbedder:
    """Hands everything to another embedder, except while `error` is set: then it raises that instead."""

    def __init__(self, inner: Embedder, error: Exception | None = None) -> None:
        self._inner = inner
        self.error = error
        """What to raise; `None`: work."""

        self.embedded: list[str] = []
        """Every text that was embedded with success, in order."""

    async def spec(self) -> EmbedderSpec:
        """See the port."""
        self._fail()
        return await self._inner.spec()

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> list[Embedding]:
        """See the port."""
        self._fail()
        embeddings = await self._inner.embed(texts, purpose=purpose)
        self.embedded += texts
        return embeddings

    async def aclose(self) -> None:
        """See the port. Never fails."""
        await self._inner.aclose()

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error


class EmbeddingEndpoint(FakeEndpoint):
    """An endpoint that speaks OpenAI's `/embeddings`.

    Each text gets a vector made from its hash, in `dims` or as many `dimensions` as were asked for.
    """

    def __init__(self, *, dims: int = 16) -> None:
        super().__init__()
        self.dims = dims

    def respond(self, request: EndpointRequest) -> Reply:
        """Reply with a vector for each text."""
        texts: list[str] = request.body["input"]
        if not all(texts):
            return Reply(status=400, body=b'{"error": {"message": "input must not be empty"}}')
        dims = request.body.get("dimensions", self.dims)
        data = [{"index": index, "embedding": hashed_vector(text, dims)} for index, text in enumerate(texts)]
        return Reply(body=json.dumps({"data": data[::-1]}).encode())


def hashed_vector(text: str, dims: int) -> list[float]:
    """Return numbers between -1 and 1 that depend on nothing but the text."""
    raw = hashlib.shake_128(text.encode()).digest(dims)
    return [(byte - 127.5) / 127.5 for byte in raw]
