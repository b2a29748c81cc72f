"""Text in, vectors out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from lukasa.domain.embedding import EmbedderSpec, Embedding

Purpose = Literal["document", "query"]


class Embedder(Protocol):
    """Turns texts into vectors. Blocking libraries are put in a thread by the adapter."""

    async def spec(self) -> EmbedderSpec:
        """Load the model if need be, and tell what it is.

        Raises `ModelMissingError` when the model cannot be loaded, another `ProviderError` when it fails.
        """
        ...

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> list[Embedding]:
        """Return one embedding for each text, in order; an empty text has one too.

        Raises `ProviderError`. A text longer than the model takes is cut, never refused.
        """
        ...

    async def aclose(self) -> None:
        """Release threads and connections; a second call does nothing."""
        ...
