from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from lukasa.errors import ProviderError
from lukasa.retrieval.rank import rerank

pytestmark = pytest.mark.anyio


class Saying:
    """A reranker with fixed opinions."""

    def __init__(self, *said: float) -> None:
        self.said = said
        self.asked: list[Sequence[str]] = []

    async def score(self, question: str, texts: Sequence[str]) -> list[float]:
        self.asked.append(texts)
        return list(self.said)

    async def aclose(self) -> None:
        """Nothing to release."""


SCORES = np.array([1.0, 4.0, 3.0, 2.0, 0.0], np.float32)
ORDER = np.array([1, 2, 3, 0, 4])


async def order_after(*said: float) -> list[int]:
    texts = [f"text {place}" for place in ORDER[: len(said)]]
    scores, _ = await rerank(Saying(*said), "q", texts, scores=SCORES, order=ORDER)
    return np.argsort(-scores, kind="stable").tolist()


async def test_a_strong_opinion_moves_a_turn_up_among_those_that_were_read():
    assert await order_after(-9.0, -9.0, 9.0) == [1, 3, 2, 0, 4]
    assert await order_after(-9.0, 9.0, -9.0) == [2, 1, 3, 0, 4]


async def test_without_an_opinion_the_first_order_stays():
    assert await order_after(1.0, 1.0, 1.0) == [1, 2, 3, 0, 4]


async def test_what_was_read_stays_above_what_was_not():
    assert set((await order_after(-50.0, 9.0, -99.0))[:3]) == {1, 2, 3}


async def test_what_was_said_is_told_by_place():
    _, told = await rerank(Saying(0.5, -1.5), "q", ["a", "b"], scores=SCORES, order=ORDER)

    assert told == {1: 0.5, 2: -1.5}
    assert SCORES.tolist() == [1, 4, 3, 2, 0], "what was handed in is not changed"


async def test_a_reranker_that_fails_is_not_hidden_here():
    class Failing(Saying):
        async def score(self, question: str, texts: Sequence[str]) -> list[float]:
            raise ProviderError("gone")

    with pytest.raises(ProviderError, match="gone"):
        await rerank(Failing(), "q", ["a"], scores=SCORES, order=ORDER)
