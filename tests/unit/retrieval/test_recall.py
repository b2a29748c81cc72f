from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from lukasa import AsyncHandle, AsyncMemory, Settings
from lukasa.errors import InputError, ProviderError
from lukasa.policy import RecallPolicy
from lukasa.wiring import build, now

pytestmark = pytest.mark.anyio

# What the weights of the evidence are is tuned elsewhere, for the real model.
PLAIN = {best: {"lexical": 1.0, "late_raw": 5.0} for best in ("late", "dense", "lexical")}
AT = "2026-03-01T10:00:00Z"
LINES = [
    "The violin broke on the way.",
    "We drank tea in Porto.",
    "The harbour was closed.",
    "Chess is on Fridays.",
]


class Preferring:
    """A reranker that likes texts with a certain word."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.read: list[str] = []

    async def score(self, question: str, texts: Sequence[str]) -> list[float]:
        self.read = list(texts)
        return [9.0 if self.word in text else -9.0 for text in texts]

    async def aclose(self) -> None:
        """Nothing to release."""


async def memory(*, reranker: Any = None, **policy: Any) -> AsyncMemory:
    limits = RecallPolicy(**{"min_confidence": 0.0, "fusion": PLAIN, **policy})
    parts = build(Settings(store="memory:", embedder="hashing", tokens="words", recall=limits), clock=now)
    made = AsyncMemory(replace(parts, reranker=reranker))
    await made._parts.store.open()
    await made.of("alice").remember(LINES, at=AT)
    return made


@pytest.fixture
async def alice() -> AsyncIterator[AsyncHandle]:
    async with await memory() as made:
        yield made.of("alice")


async def test_hits_come_best_first_with_falling_scores(alice: AsyncHandle):
    recalled = await alice.recall("Which harbour was closed?", limit=3)

    assert recalled.hits[0].text == "The harbour was closed."
    scores = [hit.score for hit in recalled]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert len(recalled) == 3
    assert recalled.question == "Which harbour was closed?"


async def test_below_the_least_confidence_it_abstains_and_shows_nothing():
    async with await memory(min_confidence=1.01) as made:
        alice = made.of("alice")
        recalled, block = await alice.recall("harbour"), await alice.context("harbour")

    assert (recalled.abstained, list(recalled.hits), bool(recalled)) == (True, [], False)
    assert recalled.searched == 4, "it did look"
    assert (block.abstained, block.text, list(block.turns)) == (True, "", [])


async def test_a_confidence_comes_with_every_answer_and_what_it_rests_on_when_asked(alice: AsyncHandle):
    plain, explained = await alice.recall("harbour"), await alice.recall("harbour", explain=True)

    assert plain.confidence == explained.confidence > 0
    assert not plain.signs
    assert explained.signs["covered"] == 1.0


async def test_every_step_is_timed(alice: AsyncHandle):
    timings = (await alice.recall("harbour")).timings

    assert {"warm", "understand", "lexical", "encode", "channels", "fuse", "judge", "fetch", "total"} <= set(
        timings
    )
    assert timings["total"] >= max(timings.values())
    assert "compose" in (await alice.context("harbour")).timings


async def test_a_reranker_is_asked_when_the_call_says_so():
    reranker = Preferring("Chess")
    async with await memory(reranker=reranker, rerank=3) as made:
        alice = made.of("alice")
        assert (await alice.recall("Which harbour was closed?")).hits[0].text == "The harbour was closed."
        assert reranker.read == []

        recalled = await alice.recall("Which harbour was closed?", rerank=True)
        assert len(reranker.read) == 3
        assert all(text.startswith("[1 March 2026] User: ") for text in reranker.read)
        told = {hit.text: {s.channel: s.score for s in hit.signals} for hit in recalled}
        assert sum("rerank" in signals for signals in told.values()) == 3


async def test_a_reranker_changes_the_order_of_what_it_read():
    async with await memory(reranker=Preferring("tea"), rerank=4) as made:
        recalled = await made.of("alice").recall("harbour", rerank=True, kinds=["turn"])

    assert [hit.text for hit in recalled][:2] in (
        ["We drank tea in Porto.", "The harbour was closed."],
        ["The harbour was closed.", "We drank tea in Porto."],
    )
    tea = next(hit for hit in recalled if "tea" in hit.text)
    assert [signal.score for signal in tea.signals if signal.channel == "rerank"] == [9.0]


async def test_without_a_reranker_asking_for_one_is_an_error(alice: AsyncHandle):
    with pytest.raises(InputError, match="no reranker is configured"):
        await alice.context("harbour", rerank=True)


async def test_a_reranker_that_fails_costs_its_opinion_and_is_told():
    class Failing(Preferring):
        async def score(self, question: str, texts: Sequence[str]) -> list[float]:
            raise ProviderError("it broke")

    async with await memory(reranker=Failing("")) as made:
        recalled = await made.of("alice").recall("Which harbour was closed?", rerank=True)

    assert recalled.hits[0].text == "The harbour was closed."
    assert ["it broke" in warning for warning in recalled.warnings] == [True]


@pytest.mark.parametrize("exact", [1, 1000])
async def test_a_large_partition_answers_like_a_small_one(exact: int):
    async with await memory(exact_documents=exact, per_channel=20) as made:
        alice = made.of("alice")
        await alice.remember([f"Number {n} likes the sea." for n in range(300)], at=AT, session="s")

        recalled = await alice.recall("Which harbour was closed?")
        assert recalled.hits[0].text == "The harbour was closed."
        assert recalled.searched == 304
