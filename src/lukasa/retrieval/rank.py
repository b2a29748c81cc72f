"""A second opinion on the best candidates, by a cross-encoder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from lukasa.ports.reranker import Reranker
from lukasa.retrieval.features import scaled
from lukasa.retrieval.token_vectors import Floats, Ints


async def rerank(
    reranker: Reranker, question: str, texts: Sequence[str], *, scores: Floats, order: Ints
) -> tuple[Floats, Mapping[int, float]]:
    """Return new scores, and what the reranker said of each place it read.

    *texts* are those of the first places of *order*. What was read stays above what was not: the reranker orders
    the best among themselves, by its own view and the first one together.
    """
    read = order[: len(texts)]
    said = np.array(await reranker.score(question, texts), np.float32)
    together = scaled(scores[read]) + scaled(said)
    changed = scores.copy()
    changed[read] = scores.max() + 1 + (together - together.min())
    return changed, {int(place): float(score) for place, score in zip(read, said, strict=True)}
