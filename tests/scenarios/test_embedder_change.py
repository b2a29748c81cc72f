"""Another embedder, a failing one, none at all: full-text works at once, it is said, and `reembed` catches up."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from _settings import SETTINGS

from lukasa import AsyncHandle, AsyncMemory, Memory, Settings
from lukasa.adapters.embedders.hashing import HashingEmbedder
from lukasa.domain.embedding import EmbedderSpec, Embedding, TokenVectors
from lukasa.errors import (
    BadReplyError,
    ModelMissingError,
    ProviderError,
    ProviderTimeoutError,
    RateLimitedError,
)
from lukasa.ports.embedder import Embedder, Purpose
from lukasa.testing.fakes import FailingEmbedder
from lukasa.wiring import build, now

pytestmark = pytest.mark.anyio

AT = "2026-03-01T10:00:00Z"
LINES = [
    "The violin broke on the way.",
    "We drank tea in Porto.",
    "The harbour was closed.",
    "Chess is on Fridays.",
]


class Other(HashingEmbedder):
    """Another embedder: half as many dimensions, and a fingerprint of its own."""

    async def spec(self) -> EmbedderSpec:
        return EmbedderSpec(fingerprint="other:1", dense_dims=128, token_width=16)

    async def embed(self, texts: Any, *, purpose: Purpose) -> list[Embedding]:
        made = await super().embed(texts, purpose=purpose)
        return [
            Embedding(each.dense[:128], TokenVectors(each.tokens.codes, 16)) for each in made if each.tokens
        ]


async def opened(path: Path, embedder: Embedder | None) -> AsyncMemory:
    """Open a memory with an embedder that no name stands for."""
    # Turns only: what is told of them is counted.
    parts = build(SETTINGS.with_(store=str(path), extractor="none"), clock=now)
    memory = AsyncMemory(dataclasses.replace(parts, embedder=embedder))
    await memory._parts.store.open()
    return memory


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memory.lukasa"


async def texts(handle: AsyncHandle, question: str) -> list[str]:
    return [hit.text for hit in await handle.recall(question)]


async def test_with_another_embedder_full_text_works_at_once_and_reembedding_does_the_rest(path: Path):
    async with await opened(path, HashingEmbedder()) as memory:
        for user in ("alice", "bob"):
            await memory.of(user).remember(LINES, at=AT)
        full = (await memory.of("alice").recall("Which violin?", explain=True)).hits

    async with await opened(path, Other()) as memory:
        alice = memory.of("alice")
        health = await memory.doctor()
        assert (health.embedder, health.embedder_problem, health.unembedded, health.ok) == (
            "other:1",
            None,
            8,
            False,
        )
        recalled = await alice.recall("Which violin?")
        assert (recalled.hits[0].text, recalled.mode) == (LINES[0], "lexical")
        assert list(recalled.warnings) == [
            "turns without vectors of the embedder in use: 4; `reembed()` makes them"
        ]
        block = await alice.context("Which violin?")
        assert LINES[0] in block.text
        assert block.mode == "lexical"
        assert block.warnings == recalled.warnings

        steps = []
        for _ in range(4):
            progress = await memory.reembed(limit=3)
            steps.append((progress.done, progress.remaining))
        assert steps == [(3, 5), (3, 2), (2, 0), (0, 0)]

        recalled = await alice.recall("Which violin?")
        assert (recalled.mode, list(recalled.warnings), recalled.hits[0].text) == ("full", [], LINES[0])
        assert "dense" in {signal.channel for signal in recalled.hits[0].signals}
        assert (await memory.doctor()).ok
        assert (await memory.stats()).vectors == {"hashing:2": 8, "other:1": 8}

    async with await opened(path, HashingEmbedder()) as memory:
        assert (await memory.of("alice").recall("Which violin?", explain=True)).hits == full
        assert (await memory.doctor()).unembedded == 0


async def test_reembedding_resumes_after_a_crash_in_the_middle(path: Path):
    async with await opened(path, None) as memory:
        await memory.of("alice").remember([f"Line {n} about tea." for n in range(200)], at=AT)

    class Crashing(Other):
        left = 2

        async def embed(self, texts: Any, *, purpose: Purpose) -> list[Embedding]:
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
            return await super().embed(texts, purpose=purpose)

    memory = await opened(path, Crashing())
    with pytest.raises(KeyboardInterrupt):
        await memory.reembed()
    await memory.aclose()

    async with await opened(path, Other()) as again:
        done = (await again.stats()).vectors["other:1"]
        assert 0 < done < 200
        progress = await again.reembed()
        assert (progress.done, progress.remaining) == (200 - done, 0)
        assert (await again.verify()).ok


async def test_forgotten_turns_are_embedded_too_and_stay_forgotten(path: Path):
    async with await opened(path, None) as memory:
        first, *_ = (await memory.of("alice").remember(LINES, at=AT)).turns
        await memory.of("alice").forget(first)

    async with await opened(path, Other()) as memory:
        assert (await memory.reembed()).done == 4
        alice = memory.of("alice")
        assert LINES[0] not in await texts(alice, "violin")
        await alice.restore(first)
        recalled = await alice.recall("violin")
        assert (recalled.hits[0].text, recalled.mode) == (LINES[0], "full")


@pytest.mark.parametrize(
    "error",
    [
        ProviderTimeoutError("it said nothing"),
        RateLimitedError("not now"),
        BadReplyError("nonsense"),
        ModelMissingError("no such file"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("warmed", [True, False], ids=["known before", "never seen"])
async def test_a_failing_embedder_costs_quality_and_never_data(
    path: Path, error: ProviderError, warmed: bool
):
    embedder = FailingEmbedder(HashingEmbedder())
    async with await opened(path, embedder) as memory:
        alice = memory.of("alice")
        if warmed:
            await alice.remember("Before.", at=AT)
        embedder.error = error

        receipt = await alice.remember(LINES, at=AT)
        assert (len(receipt.turns), receipt.unembedded, receipt.usage.embedded) == (4, 4, 0)
        assert [str(error) in warning for warning in receipt.warnings] == [True]

        for found in (await alice.recall("Which violin?"), await alice.context("Which violin?")):
            assert found.mode == "lexical"
            assert str(error) in found.warnings[0]
            assert "reembed" in found.warnings[0]
        assert (await texts(alice, "Which violin?"))[0] == LINES[0]
        with pytest.raises(type(error), match=str(error)):
            await memory.reembed()
        health = await memory.doctor()
        assert not health.ok
        if not warmed:
            assert str(error) in (health.embedder_problem or "")

    async with await opened(path, HashingEmbedder()) as memory:
        assert (await memory.doctor()).unembedded == 4
        assert (await memory.reembed()).done == 4
        recalled = await memory.of("alice").recall("Which violin?")
        assert (recalled.mode, recalled.hits[0].text, list(recalled.warnings)) == ("full", LINES[0], [])


async def test_an_embedder_that_comes_back_is_used_again(path: Path):
    embedder = FailingEmbedder(HashingEmbedder(), ProviderTimeoutError("asleep"))
    async with await opened(path, embedder) as memory:
        alice = memory.of("alice")
        await alice.remember("The violin broke.", at=AT)
        assert (await alice.recall("violin")).mode == "lexical"

        embedder.error = None
        assert (await memory.reembed()).done == 1
        assert (await alice.recall("violin")).mode == "full"


async def test_a_few_turns_without_vectors_do_not_blind_the_rest(path: Path):
    embedder = FailingEmbedder(HashingEmbedder())
    async with await opened(path, embedder) as memory:
        alice = memory.of("alice")
        await alice.remember([f"Line {n} about tea." for n in range(20)], at=AT)
        embedder.error = ProviderTimeoutError("asleep")
        await alice.remember("The violin broke.", at=AT)
        embedder.error = None

        recalled = await alice.recall("Which violin broke?", limit=30)
        assert recalled.mode == "full"
        assert list(recalled.warnings) == [
            "turns without vectors of the embedder in use: 1; `reembed()` makes them"
        ]
        assert "The violin broke." in {hit.text for hit in recalled}


async def test_without_an_embedder_everything_else_works_and_nobody_warns(path: Path):
    async with await opened(path, None) as memory:
        alice = memory.of("alice")
        receipt = await alice.remember(LINES, at=AT)
        recalled = await alice.recall("Which violin?")

        assert (receipt.unembedded, list(receipt.warnings)) == (4, [])
        assert (recalled.hits[0].text, recalled.mode, list(recalled.warnings)) == (LINES[0], "lexical", [])
        with pytest.raises(ProviderError, match="no embedder is configured"):
            await memory.reembed()
        health = await memory.doctor()
        assert (health.embedder, health.embedder_problem, health.ok) == (None, None, True)


def test_the_doctor_says_which_model_files_are_missing_and_what_to_do(path: Path, tmp_path: Path):
    settings = Settings(embedder="onnx", token_model=str(tmp_path / "no-model"), tokens="words")
    with Memory.open(path, settings=settings) as memory:
        alice = memory.of("alice")
        receipt = alice.remember(LINES, at=AT)
        health = memory.doctor()
        recalled = alice.recall("Which violin?")

    assert (len(receipt.turns), receipt.unembedded) == (4, 4)
    assert (health.ok, health.embedder) == (False, None)
    assert "no-model" in (health.embedder_problem or "")
    assert "model.onnx" in (health.embedder_problem or "")
    assert (recalled.mode, recalled.hits[0].text) == ("lexical", LINES[0])
    assert "no-model" in recalled.warnings[0]


@pytest.mark.model
def test_a_file_made_with_words_becomes_one_with_meaning(path: Path):
    with Memory.open(path, settings=Settings(embedder="hashing", extractor="none")) as memory:
        memory.of("alice").remember(LINES, at=AT)

    with Memory.open(path, settings=Settings(extractor="none")) as memory:
        alice = memory.of("alice")
        assert alice.recall("The violin?").mode == "lexical"
        assert alice.recall("Which instrument got damaged?").mode == "lexical"
        assert (memory.reembed(limit=3).remaining, memory.reembed().remaining) == (1, 0)
        recalled = alice.recall("Which instrument got damaged?")
        assert (recalled.mode, recalled.hits[0].text) == ("full", LINES[0])
        assert memory.doctor().ok
