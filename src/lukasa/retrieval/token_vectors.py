"""Token vectors kept warm, as they are stored: signed bytes, a stretch of rows for each document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lukasa.domain.embedding import TokenVectors

_UNKNOWN = -1
_SCALE = np.float32(127)
"""`TokenVectors`: a component is `code / 127`."""


class Picked(NamedTuple):
    """The token vectors of some documents, one below the other."""

    codes: Codes
    """Tokens × dims."""

    counts: Ints
    """Tokens of each document; 0 where it has none."""


@dataclass(slots=True)
class TokenRows:
    """Token vectors by document row, filled as questions need them."""

    codes: Codes = field(default_factory=lambda: np.empty((0, 0), np.int8))
    used: int = 0
    """Rows of `codes` in use; those of changed documents stay until all is dropped."""

    starts: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    counts: Ints = field(default_factory=lambda: np.empty(0, np.int64))

    @property
    def bytes(self) -> int:
        """How much memory this takes."""
        return self.codes.nbytes + self.starts.nbytes + self.counts.nbytes

    def grow(self, documents: int) -> None:
        """Make room for so many documents; the new ones are unknown."""
        if documents > len(self.counts):
            room = max(documents, 2 * len(self.counts))
            self.starts = grown(self.starts, room)
            counts = np.full(room, _UNKNOWN, np.int64)
            counts[: len(self.counts)] = self.counts
            self.counts = counts

    def forget(self, row: int) -> None:
        """Take a document's token vectors for unknown: it has changed."""
        self.counts[row] = _UNKNOWN

    def wipe(self, row: int) -> None:
        """Destroy a document's token vectors: it was erased."""
        if self.counts[row] > 0:
            self.codes[self.starts[row] : self.starts[row] + self.counts[row]] = 0
        self.counts[row] = 0

    def clear(self) -> None:
        """Drop everything."""
        self.codes, self.used = np.empty((0, 0), np.int8), 0
        self.counts[:] = _UNKNOWN

    def unknown(self, rows: Ints) -> Ints:
        """Return those of the rows that must be read from the store."""
        return np.asarray(rows[self.counts[rows] == _UNKNOWN], np.int64)

    def put(self, found: Iterable[tuple[int, TokenVectors | None]]) -> None:
        """Take in what the store holds of some rows; `None`: it has no token vectors."""
        held = list(found)
        total = sum(vectors.count for _, vectors in held if vectors is not None)
        dims = next((vectors.dims for _, vectors in held if vectors is not None), self.codes.shape[1])
        if self.used + total > len(self.codes):
            room = max(self.used + total, 2 * len(self.codes)) if self.used else total
            self.codes = grown(self.codes.reshape(-1, dims), room)
        for row, vectors in held:
            self.starts[row] = self.used
            self.counts[row] = 0 if vectors is None else vectors.count
            if vectors is not None and vectors.count:
                end = self.used + vectors.count
                self.codes[self.used : end] = np.frombuffer(vectors.codes, np.int8).reshape(-1, dims)
                self.used = end

    def pick(self, rows: Ints) -> Picked:
        """Return the token vectors of known rows, in order."""
        starts, counts = self.starts[rows], self.counts[rows]
        ends = starts + counts
        if len(rows) and (starts[1:] == ends[:-1]).all():
            return Picked(self.codes[starts[0] : ends[-1]], counts)  # A partition read in one go: no copy.
        pieces = [self.codes[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        return Picked(np.concatenate(pieces) if pieces else self.codes[:0], counts)


def max_sim(question: TokenVectors, picked: Picked) -> Floats:
    """Return documents × question tokens: the best cosine of each question token in each document.

    That is MaxSim before its sum (Khattab & Zaharia 2020). A document without token vectors gets the others' average.
    """
    asked = np.frombuffer(question.codes, np.int8).reshape(-1, question.dims).astype(np.float32)
    best = np.zeros((len(picked.counts), len(asked)), np.float32)
    present = picked.counts > 0
    if not present.any():
        return best
    # One row a question token: the maximum then runs over neighbouring numbers, several times faster.
    likeness = (asked / _SCALE**2) @ picked.codes.astype(np.float32).T
    counts = picked.counts[present]
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    best[present] = np.maximum.reduceat(likeness, starts, axis=1).T
    best[~present] = best[present].mean(axis=0)
    return best


Floats: TypeAlias = NDArray[np.float32]


Ints: TypeAlias = NDArray[np.int64]


Bools: TypeAlias = NDArray[np.bool_]


Codes: TypeAlias = NDArray[np.int8]


def grown(array: NDArray[Any], rows: int) -> NDArray[Any]:
    """Return a copy with room for so many rows; the new ones are zero."""
    larger = np.zeros((rows, *array.shape[1:]), array.dtype)
    larger[: len(array)] = array
    return larger
