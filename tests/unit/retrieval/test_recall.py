from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from lukasa import AsyncHandle, AsyncMemory, Settings
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


async def memory(**policy: Any) -> AsyncMemory:
    limits = RecallPolicy(**{"min_confidence": 0.0, "fusion": PLAIN, **policy})
    parts = build(Settings(store="memory:", embedder="hashing", tokens="words", recall=limits), clock=now)
    made = AsyncMemory(parts)
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
    assert not plain.confidence_features
    assert explained.confidence_features["covered"] == 1.0


async def test_every_step_is_timed(alice: AsyncHandle):
    timings = (await alice.recall("harbour")).timings

    assert {"warm", "understand", "lexical", "encode", "channels", "fuse", "judge", "fetch", "total"} <= set(
        timings
    )
    assert timings["total"] >= max(timings.values())
    assert "compose" in (await alice.context("harbour")).timings


@pytest.mark.parametrize("exact", [1, 1000])
async def test_a_large_partition_answers_like_a_small_one(exact: int):
    async with await memory(exact_documents=exact, per_channel=20) as made:
        alice = made.of("alice")
        await alice.remember([f"Number {n} likes the sea." for n in range(300)], at=AT, session="s")

        recalled = await alice.recall("Which harbour was closed?")
        assert recalled.hits[0].text == "The harbour was closed."
        assert recalled.searched == 304
