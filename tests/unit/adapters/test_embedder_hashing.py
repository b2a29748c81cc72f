from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from lukasa.adapters.embedders.hashing import HashingEmbedder
from lukasa.errors import ClosedError
from lukasa.retrieval.token_vectors import unit_vector

pytestmark = pytest.mark.anyio


async def dense(*texts: str) -> np.ndarray:
    embeddings = await HashingEmbedder().embed(texts, purpose="document")
    return np.stack([unit_vector(each.dense) for each in embeddings])


async def test_shared_words_make_texts_alike():
    question, answer, other = await dense(
        "when did the violin break", "the violin did break in march", "rain on the coast tomorrow"
    )

    assert question @ answer > question @ other + 0.3


async def test_an_inflected_word_is_nearer_than_another():
    word, inflected, other = await dense("repair", "repairs", "tomato")

    assert word @ inflected > word @ other + 0.02


async def test_letter_case_and_punctuation_do_not_matter():
    plain, marked = await dense("hello world", "Hello, WORLD!")

    assert np.array_equal(plain, marked)


async def test_each_word_has_a_token_vector_of_its_own():
    (embedding,) = await HashingEmbedder().embed(["one two one"], purpose="query")

    assert embedding.tokens is not None
    rows = np.frombuffer(embedding.tokens.codes, dtype=np.int8).reshape(3, 16)
    assert np.array_equal(rows[0], rows[2])
    assert not np.array_equal(rows[0], rows[1])


async def test_a_text_without_words_has_a_vector_and_no_tokens():
    (embedding,) = await HashingEmbedder().embed(["…"], purpose="document")

    assert np.linalg.norm(unit_vector(embedding.dense)) == pytest.approx(1.0)
    assert embedding.tokens is not None
    assert embedding.tokens.count == 0


async def test_another_process_gives_the_same_bytes():
    (embedding,) = await HashingEmbedder().embed(["the violin is repaired"], purpose="document")
    script = (
        "import asyncio, hashlib\n"
        "from lukasa.adapters.embedders.hashing import HashingEmbedder\n"
        "e = asyncio.run(HashingEmbedder().embed(['the violin is repaired'], purpose='document'))[0]\n"
        "print(hashlib.sha256(e.dense + e.tokens.codes).hexdigest())"
    )

    assert embedding.tokens is not None
    here = hashlib.sha256(embedding.dense + embedding.tokens.codes).hexdigest()
    there = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: ASYNC221
    assert there.stdout.strip() == here


async def test_after_closing_it_refuses():
    embedder = HashingEmbedder()
    await embedder.aclose()

    with pytest.raises(ClosedError):
        await embedder.embed(["one"], purpose="document")
