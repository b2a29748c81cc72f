"""A second opinion on the best candidates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Reranker(Protocol):
    """Reads question and candidate together: slower and sharper than vectors."""

    async def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return one relevance for each text, in order; higher is better, any range. Raises `ProviderError`."""
        ...

    async def aclose(self) -> None:
        """Release threads and connections; a second call does nothing."""
        ...
