"""What every reranker must do. Subclass `RerankerContract`, say how to make yours, and run pytest.

class TestMyReranker(RerankerContract):
    async def make(self) -> Reranker:
        return MyReranker()
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator

import anyio
import pytest

from lukasa.ports.reranker import Reranker

QUESTION = "Where did my sister move?"
TEXTS = ["The violin is being repaired.", "My sister moved to Lisbon last month.", "My sister plays chess."]
STRANGE = {
    "nothing": ("", ""),
    "white space": (" \n\t", "\u00a0\u3000"),
    "NUL bytes": ("a\0b", "\0"),
    "emoji with joiners": ("👩‍👩‍👧‍👦", "🏳️‍🌈 🇵🇹"),
    "other scripts": ("我上个月搬到了哪里?", "ฉันย้ายไปลิสบอน مرحبا"),
    "half a surrogate pair": ("broken \ud83d emoji", "\ud83d"),
    "one endless word": ("x" * 30_000, "y" * 30_000),
    "five megabytes": ("why? " * 2_000, "lorem ipsum " * 430_000),
    "markup": ("[CLS] [SEP] </s>", "<script>{{x}} %s \\"),
}


class RerankerContract:
    """The promises of `lukasa.ports.reranker`, as tests."""

    pytestmark = pytest.mark.anyio

    tolerance = 1e-3
    """How far a text's score may move when other texts are scored beside it, as a share of the range of scores."""

    async def make(self) -> Reranker:
        """Return a new reranker; whoever calls this closes it."""
        raise NotImplementedError

    @pytest.fixture
    def anyio_backend(self) -> str:
        """Run on asyncio: the suite needs no fixture of yours."""
        return "asyncio"

    @pytest.fixture
    async def reranker(self) -> AsyncIterator[Reranker]:
        """Make one for each test. Override it with a wider scope where that is slow."""
        made = await self.make()
        yield made
        await made.aclose()

    async def test_the_text_that_answers_has_the_highest_score(self, reranker: Reranker) -> None:
        scores = await reranker.score(QUESTION, TEXTS)

        assert len(scores) == len(TEXTS)
        assert scores.index(max(scores)) == 1

    async def test_the_order_of_texts_is_kept(self, reranker: Reranker) -> None:
        forwards = await reranker.score(QUESTION, TEXTS)
        backwards = await reranker.score(QUESTION, TEXTS[::-1])

        assert backwards[::-1] == pytest.approx(forwards, abs=self._slack(forwards))

    async def test_a_text_has_the_score_that_it_has_alone(self, reranker: Reranker) -> None:
        together = await reranker.score(QUESTION, [*TEXTS, " ".join(TEXTS * 20)])
        alone = [(await reranker.score(QUESTION, [text]))[0] for text in TEXTS]

        assert together[: len(TEXTS)] == pytest.approx(alone, abs=self._slack(together))

    async def test_the_same_again_has_the_same_scores(self, reranker: Reranker) -> None:
        assert await reranker.score(QUESTION, TEXTS) == await reranker.score(QUESTION, TEXTS)

    async def test_equal_texts_have_equal_scores(self, reranker: Reranker) -> None:
        one, other = await reranker.score(QUESTION, [TEXTS[1], TEXTS[1]])

        assert one == pytest.approx(other, rel=1e-6)

    async def test_no_texts_have_no_scores(self, reranker: Reranker) -> None:
        assert await reranker.score(QUESTION, []) == []

    @pytest.mark.parametrize("name", list(STRANGE))
    async def test_strange_text_has_a_score_like_any_other(self, reranker: Reranker, name: str) -> None:
        question, text = STRANGE[name]

        strange = [
            *await reranker.score(question, [text, TEXTS[0]]),
            *await reranker.score(QUESTION, [text, TEXTS[0]]),
        ]
        assert [type(score) for score in strange] == [float] * 4
        assert all(math.isfinite(score) for score in strange)

    async def test_many_texts_come_back_complete(self, reranker: Reranker) -> None:
        texts = [f"item {number}" for number in range(40)]

        scores = await reranker.score("item 7", texts)

        (last,) = await reranker.score("item 7", texts[-1:])
        assert len(scores) == len(texts)
        assert scores[-1] == pytest.approx(last, abs=self._slack(scores))

    async def test_concurrent_calls_get_their_own_results(self, reranker: Reranker) -> None:
        results: dict[int, list[float]] = {}

        async def ask(place: int) -> None:
            results[place] = await reranker.score(QUESTION, TEXTS[place % 3 :])

        async with anyio.create_task_group() as group:
            for place in range(9):
                group.start_soon(ask, place)

        scores = await reranker.score(QUESTION, TEXTS)
        for place, found in results.items():
            assert found == pytest.approx(scores[place % 3 :], abs=self._slack(scores))

    async def test_closing_twice_does_nothing(self) -> None:
        made = await self.make()
        await made.score(QUESTION, TEXTS[:1])

        await made.aclose()
        await made.aclose()

    async def test_a_reranker_that_was_never_used_can_be_closed(self) -> None:
        made = await self.make()

        await made.aclose()

    def _slack(self, scores: list[float]) -> float:
        return self.tolerance * (max(scores) - min(scores))
