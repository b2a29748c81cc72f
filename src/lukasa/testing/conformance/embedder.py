"""What every embedder must do. Subclass `EmbedderContract`, say how to make yours, and run pytest.

class TestMyEmbedder(EmbedderContract):
    async def make(self) -> Embedder:
        return MyEmbedder()
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import anyio
import numpy as np
import pytest

from lukasa.domain.embedding import EmbedderSpec, Embedding
from lukasa.ports.embedder import Embedder, Purpose

TEXTS = (
    "The violin is being repaired.",
    "Rain is expected on the coast tomorrow, and wind from the north until late in the evening.",
    "yes",
    "How many books did she read over the summer?",
)
STRANGE = {
    "nothing": "",
    "white space": " \n\t\u00a0\u3000 ",
    "NUL bytes": "a\0b\0",
    "control characters": "\x01\x02\x1b[31mred\x7f",
    "emoji with joiners": "👩‍👩‍👧‍👦 🏳️‍🌈 🇵🇹",
    "right to left": "\u202eשלום עליכם مرحبا\u202c",
    "Chinese and Thai": "我上个月搬到了里斯本。 ฉันย้ายไปลิสบอน",
    "combining marks": "Z͑ͫ̓ͪ̂ͫ̽a̴̙̤̞͉l̷͖̥̖̠̻̭͔g̸̡̫͚̤o̷",
    "half a surrogate pair": "broken \ud83d emoji",
    "no letter": "!?… --- ///",
    "one endless word": "x" * 30_000,
    "markup": "<script>[CLS] [SEP] [MASK] </s> {{x}} %s \\",
}


class EmbedderContract:
    """The promises of `lukasa.ports.embedder`, as tests."""

    pytestmark = pytest.mark.anyio

    batch_tolerance = 1e-3
    """How far the cosine of a text's vector may be from 1 when other texts are embedded beside it."""

    async def make(self) -> Embedder:
        """Return a new embedder; whoever calls this closes it."""
        raise NotImplementedError

    @pytest.fixture
    def anyio_backend(self) -> str:
        """Run on asyncio: the suite needs no fixture of yours."""
        return "asyncio"

    @pytest.fixture
    async def embedder(self) -> AsyncIterator[Embedder]:
        """Make one for each test. Override it with a wider scope where that is slow."""
        made = await self.make()
        yield made
        await made.aclose()

    async def test_the_order_of_texts_is_kept(self, embedder: Embedder) -> None:
        forwards = await embedder.embed(TEXTS, purpose="document")
        backwards = await embedder.embed(TEXTS[::-1], purpose="document")

        likeness = _dense(forwards) @ _dense(backwards).T
        assert likeness.argmax(axis=1).tolist() == [3, 2, 1, 0]

    async def test_the_same_text_has_the_same_vectors(self, embedder: Embedder) -> None:
        first = await embedder.embed(TEXTS, purpose="document")
        second = await embedder.embed(TEXTS, purpose="document")

        assert first == second

    async def test_two_embedders_of_one_kind_agree(self, embedder: Embedder) -> None:
        other = await self.make()

        try:
            assert await other.spec() == await embedder.spec()
            assert await other.embed(TEXTS[:1], purpose="query") == await embedder.embed(
                TEXTS[:1], purpose="query"
            )
        finally:
            await other.aclose()

    async def test_a_text_in_a_batch_has_the_vector_it_has_alone(self, embedder: Embedder) -> None:
        together = await embedder.embed([*TEXTS, " ".join(TEXTS * 20)], purpose="document")
        alone = [(await embedder.embed([text], purpose="document"))[0] for text in TEXTS]

        cosines = (_dense(together[: len(TEXTS)]) * _dense(alone)).sum(axis=1)
        assert cosines.min() >= 1.0 - self.batch_tolerance
        assert [_count(each) for each in together[: len(TEXTS)]] == [_count(each) for each in alone]

    async def test_different_texts_have_different_vectors(self, embedder: Embedder) -> None:
        vectors = _dense(await embedder.embed(TEXTS, purpose="document"))

        likeness = vectors @ vectors.T - np.eye(len(TEXTS))
        assert likeness.max() < 0.999

    @pytest.mark.parametrize("purpose", ["document", "query"])
    async def test_vectors_have_the_promised_shape_and_unit_length(
        self, embedder: Embedder, purpose: Purpose
    ) -> None:
        spec = await embedder.spec()

        for embedding in await embedder.embed(TEXTS, purpose=purpose):
            assert_sound(embedding, spec)
            assert spec.token_width is None or _count(embedding) > 0

    @pytest.mark.parametrize("purpose", ["document", "query"])
    @pytest.mark.parametrize("name", list(STRANGE))
    async def test_strange_text_is_embedded_like_any_other(
        self, embedder: Embedder, name: str, purpose: Purpose
    ) -> None:
        spec = await embedder.spec()
        strange, plain = await embedder.embed([STRANGE[name], TEXTS[0]], purpose=purpose)
        (expected,) = await embedder.embed(TEXTS[:1], purpose=purpose)

        assert_sound(strange, spec)
        assert _dense([plain])[0] @ _dense([expected])[0] >= 1.0 - self.batch_tolerance

    async def test_a_text_of_five_megabytes_is_cut(self, embedder: Embedder) -> None:
        start = " ".join(TEXTS) * 500
        long = (start + " lorem ipsum" * 500_000)[: 5 * 1024 * 1024]

        (embedding,) = await embedder.embed([long], purpose="document")

        assert_sound(embedding, await embedder.spec())
        (cut,) = await embedder.embed([start], purpose="document")
        assert _dense([embedding])[0] @ _dense([cut])[0] >= 0.99

    async def test_no_texts_have_no_embeddings(self, embedder: Embedder) -> None:
        assert await embedder.embed([], purpose="document") == []

    async def test_many_texts_come_back_complete(self, embedder: Embedder) -> None:
        texts = [f"item {number}" for number in range(70)]

        embeddings = await embedder.embed(texts, purpose="document")

        (last,) = await embedder.embed(texts[-1:], purpose="document")
        assert len(embeddings) == len(texts)
        assert _dense(embeddings[-1:])[0] @ _dense([last])[0] >= 1.0 - self.batch_tolerance

    async def test_the_spec_does_not_change(self, embedder: Embedder) -> None:
        before = await embedder.spec()
        await embedder.embed(TEXTS, purpose="query")

        assert await embedder.spec() == before
        assert before.fingerprint

    async def test_concurrent_calls_get_their_own_results(self, embedder: Embedder) -> None:
        results: dict[int, list[Embedding]] = {}

        async def ask(place: int) -> None:
            results[place] = await embedder.embed([TEXTS[place % 4], TEXTS[0]], purpose="document")

        async with anyio.create_task_group() as group:
            for place in range(12):
                group.start_soon(ask, place)

        alone = [(await embedder.embed([text], purpose="document"))[0] for text in TEXTS]
        for place, (first, second) in results.items():
            for found, expected in ((first, alone[place % 4]), (second, alone[0])):
                assert _dense([found])[0] @ _dense([expected])[0] >= 1.0 - self.batch_tolerance

    async def test_closing_twice_does_nothing(self) -> None:
        made = await self.make()
        await made.embed(TEXTS[:1], purpose="query")

        await made.aclose()
        await made.aclose()

    async def test_an_embedder_that_was_never_used_can_be_closed(self) -> None:
        made = await self.make()

        await made.aclose()


def assert_sound(embedding: Embedding, spec: EmbedderSpec) -> None:
    """Check that vectors have the dimensions that were promised, and that the dense one has a direction."""
    (dense,) = _dense([embedding])
    assert dense.shape == (spec.dense_dims,)
    assert abs(float(np.linalg.norm(dense)) - 1.0) < 1e-3
    if spec.token_width is None:
        assert embedding.tokens is None
        return
    assert embedding.tokens is not None
    assert embedding.tokens.width == spec.token_width
    rows = np.frombuffer(embedding.tokens.codes, dtype=np.int8).reshape(-1, spec.token_width)
    halves = np.concatenate([rows << 4 >> 4, rows >> 4], axis=1)
    # A vector has a direction, and its codes are symmetric.
    assert np.all(halves.any(axis=1))
    assert np.all(halves >= -7)


def _dense(embeddings: Sequence[Embedding]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    rows = np.stack([np.frombuffer(each.dense, np.int8) for each in embeddings]).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def _count(embedding: Embedding) -> int:
    return 0 if embedding.tokens is None else embedding.tokens.count
