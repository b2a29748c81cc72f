"""Vectors that cost next to nothing: a word always has the same ones. Needs numpy alone, so that every product can have them."""

from __future__ import annotations

import re
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

DIMS = 384
SIZE = 4096
"""Distinct random vectors."""

_PIECE = re.compile(r"\w{1,4}|[^\w\s]")
"""About as many pieces as a word-piece tokenizer makes."""


class Table:
    """Looks each piece of a word up in a table of random vectors: some microseconds a text."""

    def __init__(self) -> None:
        self.chance = np.random.default_rng(11)
        rows = self.chance.standard_normal((SIZE, DIMS)).astype(np.float32)
        self._rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def dense(self, text: str) -> NDArray[np.float32]:
        """Return the vector of a text, of length 1."""
        vector = self._rows[pieces(text)].sum(axis=0)
        return np.asarray(vector / np.linalg.norm(vector), np.float32)


def pieces(text: str) -> list[int]:
    """Return the rows of a table that stand for a text."""
    return [crc32(piece.encode()) % SIZE for piece in _PIECE.findall(text.lower())] or [0]
