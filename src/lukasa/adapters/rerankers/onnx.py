"""A cross-encoder on this machine; slower and sharper than vectors, so off unless asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from lukasa.adapters.models.manifest import Reference
from lukasa.adapters.models.session import LocalModel, Workers, default_threads


class OnnxReranker:
    """Scores each candidate beside the question. About 20 ms a pair on one core: rerank tens, not hundreds."""

    def __init__(
        self,
        *,
        model: Reference = "ms-marco-MiniLM-L-12-v2",
        threads: int | None = None,
        directory: Path | None = None,
    ) -> None:
        """Prepare; the model loads when it is first used. The arguments are those of `OnnxEmbedder`."""
        self._model = LocalModel(model, "reranker", directory=directory)
        self._workers = Workers(threads or default_threads(), "lukasa-rerank")

    async def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """See the port. Each pair runs alone: in a batch, its score would depend on the pairs beside it."""
        jobs = [partial(self._model.pairs, [(question, text)]) for text in texts]
        return [score for (score,) in await self._workers.all(jobs)]

    async def aclose(self) -> None:
        """See the port."""
        await self._workers.aclose()
        self._model.release()
