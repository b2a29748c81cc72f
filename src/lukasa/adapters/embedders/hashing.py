"""An embedder without weights, for tests and demonstrations: shared words make vectors alike, meaning does not."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Sequence

import numpy as np

from lukasa.adapters.models.vectors import Matrix, dense_bytes, quantise, unit_rows
from lukasa.domain.embedding import EmbedderSpec, Embedding, TokenVectors
from lukasa.domain.erasure import text_cache
from lukasa.errors import ClosedError
from lukasa.off_loop import collected
from lukasa.ports.embedder import Purpose

_DENSE_DIMS = 256
_TOKEN_DIMS = 32
_TRIGRAM_WEIGHT = 0.5
"""Of all trigrams of a word together. They bring inflections near each other, but less near than the same word."""

_MAX_CHARS = 16_384
_MAX_WORDS = 512

_WORD = re.compile(r"\w+")


class HashingEmbedder:
    """Signed feature hashing of words and their letter trigrams; the same in every process and on every machine."""

    def __init__(self) -> None:
        self._closed = False

    async def spec(self) -> EmbedderSpec:
        """See the port."""
        return EmbedderSpec(fingerprint="hashing:2", dense_dims=_DENSE_DIMS, token_width=_TOKEN_DIMS // 2)

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> list[Embedding]:
        """See the port. Questions and documents are treated alike."""
        if self._closed:
            raise ClosedError("the embedder was closed; open the memory again")
        return await collected(map(_embedding, texts))

    async def aclose(self) -> None:
        """See the port."""
        self._closed = True


def _embedding(text: str) -> Embedding:
    words = _WORD.findall(text[:_MAX_CHARS].lower())
    return Embedding(_dense(words), _tokens(words[:_MAX_WORDS]))


def _dense(words: Iterable[str]) -> bytes:
    total = np.zeros(_DENSE_DIMS, dtype=np.float32)
    for word in words:
        total += _vector(word, _DENSE_DIMS)
    return dense_bytes(total)


def _tokens(words: Sequence[str]) -> TokenVectors:
    rows = [_vector(word, _TOKEN_DIMS) for word in words]
    return quantise(unit_rows(np.array(rows, dtype=np.float32).reshape(-1, _TOKEN_DIMS)))


@text_cache(16_384)
def _vector(word: str, dims: int) -> Matrix:
    """Return a word's own vector. Callers must not change it."""
    padded = f"<{word}>"
    trigrams = [padded[start : start + 3] for start in range(len(padded) - 2)]
    share = _TRIGRAM_WEIGHT / math.sqrt(len(trigrams))
    features = [(word, 1.0), *((f"#{trigram}", share) for trigram in trigrams)]
    vector = np.zeros(dims, dtype=np.float32)
    for feature, weight in features:
        for index, sign in _buckets(feature, dims):
            vector[index] += sign * weight
    return vector


def _buckets(feature: str, dims: int) -> list[tuple[int, float]]:
    """Return four signed places: with one, two words that share it by chance would look the same."""
    # Half a surrogate pair can be in a text; it must hash like anything else.
    raw = hashlib.blake2b(feature.encode("utf-8", "surrogatepass"), digest_size=12).digest()
    chunks = [int.from_bytes(raw[start : start + 3], "little") for start in range(0, 12, 3)]
    return [((chunk >> 1) % dims, 1.0 if chunk & 1 else -1.0) for chunk in chunks]
