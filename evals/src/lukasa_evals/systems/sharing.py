"""What all conversations of a run share, and none of them may close."""

from __future__ import annotations

from collections.abc import Sequence

from lukasa.domain.embedding import EmbedderSpec, Embedding
from lukasa.ports.embedder import Embedder, Purpose


class Unclosed:
    """An embedder that stays open when the memory that uses it is closed."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner

    async def spec(self) -> EmbedderSpec:
        """See the port."""
        return await self._inner.spec()

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> list[Embedding]:
        """See the port."""
        return await self._inner.embed(texts, purpose=purpose)

    async def aclose(self) -> None:
        """Nothing is closed: others use it."""
