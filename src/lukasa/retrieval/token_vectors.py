"""Vectors in memory, a byte a component: how they are compared, and token vectors, a stretch of rows for each passage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lukasa.domain.embedding import TokenVectors

Floats: TypeAlias = NDArray[np.float32]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]
Codes: TypeAlias = NDArray[np.int8]

_UNKNOWN = -1
_BLOCK = 1_024
"""Vectors compared at a time."""

_MATRIX_ALONE = 262_144
_VECTOR_ALONE = 9_216
"""Most multiplications of a product of matrices, and of a matrix with a vector, that OpenBLAS does in the calling thread. Above,
it wakes its others, and whenever the processor has something else to do, waiting for them takes far longer than the product."""

_MORE = 4_000_000
"""Most bytes of token vectors for which room is made ahead: twice the room, as long as that is little."""

_EVEN = 0.02
"""Keeps a token that all passages match alike from being weighed without bound."""

_BELOW = 0.1
"""How much a difference counts below what is usual."""

_SMALL = 20
"""So many passages or turns are half a sample: five are none to judge by."""


def grown(array: NDArray[Any], rows: int) -> NDArray[Any]:
    """Return a copy with room for so many rows; the new ones are zero."""
    larger = np.zeros((rows, *array.shape[1:]), array.dtype)
    larger[: len(array)] = array
    return larger


def _no_lengths() -> Floats:
    return np.empty(0, np.float32)


class TokenBlock(NamedTuple):
    """The token vectors of some passages, one below the other."""

    codes: Codes
    """Tokens × dims; only the direction of a row counts."""

    lengths: Floats
    """Of the rows of `codes`."""

    counts: Ints
    """Tokens of each passage; 0 where it has none."""


@dataclass(slots=True)
class TokenRows:
    """Token vectors by passage, filled as questions need them.

    The vectors of passage `row` are `codes[starts[row] : starts[row] + counts[row]]`.
    """

    codes: Codes = field(default_factory=lambda: np.empty((0, 0), np.int8))
    lengths: Floats = field(default_factory=_no_lengths)
    used: int = 0
    """Rows of `codes` in use; those of changed passages stay until all is dropped."""

    starts: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    counts: Ints = field(default_factory=lambda: np.empty(0, np.int64))

    @property
    def bytes_used(self) -> int:
        """How many bytes the token vectors take that are known."""
        return self.codes[: self.used].nbytes + self.lengths[: self.used].nbytes

    @property
    def bytes(self) -> int:
        return self.codes.nbytes + self.lengths.nbytes + self.starts.nbytes + self.counts.nbytes

    def grow(self, passages: int) -> None:
        """Make room for so many passages; the new ones are unknown."""
        if passages > len(self.counts):
            room = max(passages, 2 * len(self.counts))
            self.starts = grown(self.starts, room)
            counts = np.full(room, _UNKNOWN, np.int64)
            counts[: len(self.counts)] = self.counts
            self.counts = counts

    def forget(self, rows: slice) -> None:
        """Mark passages as unknown because their document has changed."""
        self.counts[rows] = _UNKNOWN

    def wipe(self, rows: slice) -> None:
        """Destroy the token vectors of passages that are gone."""
        for start, count in zip(self.starts[rows].tolist(), self.counts[rows].tolist(), strict=True):
            if count > 0:
                self.codes[start : start + count] = 0
        self.counts[rows] = 0

    def clear(self) -> None:
        """Destroy all. The memory is kept for those that come: given back and asked for again, pieces of it would be lost."""
        self.codes[: self.used] = 0
        self.used = 0
        self.counts[:] = _UNKNOWN

    def unknown(self, rows: Ints) -> Ints:
        """Return those of the rows that must be read from the store."""
        return np.asarray(rows[self.counts[rows] == _UNKNOWN], np.int64)

    def put(self, vectors_by_row: Iterable[tuple[int, TokenVectors | None]]) -> None:
        """Add what the store has for some rows; `None`: no token vectors."""
        pairs = list(vectors_by_row)
        stored = [vectors for _, vectors in pairs if vectors is not None and vectors.count]
        if stored:
            added = unpacked(b"".join(vectors.codes for vectors in stored), stored[0].width)
            total = self.used + len(added)
            if total > len(self.codes):
                room = max(total, len(self.codes) + min(len(self.codes), _MORE // added.shape[1]))
                self.codes = grown(self.codes.reshape(-1, added.shape[1]), room)
                self.lengths = grown(self.lengths, room)
            self.codes[self.used : total] = added
            self.lengths[self.used : total] = lengths(added)
        for row, vectors in pairs:
            self.starts[row] = self.used
            self.counts[row] = 0 if vectors is None else vectors.count
            self.used += int(self.counts[row])

    def pick(self, rows: Ints) -> TokenBlock:
        """Return the token vectors of known rows, in order."""
        starts, counts = self.starts[rows], self.counts[rows]
        ends = starts + counts
        if len(rows) and (starts[1:] == ends[:-1]).all():  # A partition read in one go: no copy.
            whole = slice(starts[0], ends[-1])
            return TokenBlock(self.codes[whole], self.lengths[whole], counts)
        places, _ = stretches(starts, counts)
        return TokenBlock(self.codes.take(places, axis=0), self.lengths.take(places), counts)


def stretches(starts: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Return the numbers of the stretches from `starts[i]`, `counts[i]` long, one behind the other, and where each begins among them.

    The last of the beginnings is the end.
    """
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return np.repeat(starts - offsets[:-1], counts) + np.arange(offsets[-1]), offsets


def unit_vector(dense: bytes) -> Floats:
    """Return `Embedding.dense` at length 1."""
    vector = np.frombuffer(dense, np.int8).astype(np.float32)
    return vector / np.float32(np.linalg.norm(vector) or 1)


def lengths(codes: Codes) -> Floats:
    """Return the length of each row; 1 for a row of zeros."""
    squares = np.empty(len(codes), np.float32)
    for rows, block in _blocks(codes):
        np.einsum("ij,ij->i", block, block, out=squares[rows])
    squares[squares == 0] = 1
    return np.sqrt(squares, out=squares)


def products(codes: Codes, vector: Floats) -> Floats:
    """Return the inner product of each row with a vector."""
    found = np.empty(len(codes), np.float32)
    for rows, block in _blocks(codes):
        inner(block, vector, out=found[rows])
    return found


def inner(rows: Floats, vector: Floats, *, out: Floats) -> Floats:
    """Write the inner product of each row with a vector to *out*, in this thread, and return it."""
    at_once = max(1, _VECTOR_ALONE // (len(vector) + 1))
    whole = len(rows) - len(rows) % at_once
    groups = rows[:whole].reshape(-1, at_once, len(vector))
    np.matmul(groups, vector, out=out[:whole].reshape(-1, at_once))
    np.matmul(rows[whole:], vector, out=out[whole:])
    return out


def _blocks(codes: Codes, size: int = _BLOCK) -> Iterator[tuple[slice, Floats]]:
    """Yield rows as floats, a few at a time, in the same place: all of them would not fit into the processor's cache."""
    floats = np.empty((min(size, len(codes)), codes.shape[1]), np.float32)
    for start in range(0, len(codes), size):
        rows = slice(start, min(start + size, len(codes)))
        block = floats[: rows.stop - start]
        block[...] = codes[rows]
        yield rows, block


def unpacked(codes: bytes, width: int) -> Codes:
    """Return the rows of `TokenVectors.codes`, a byte a component."""
    packed = np.frombuffer(codes, np.int8).reshape(-1, width)
    components = np.empty((len(packed), 2 * width), np.int8)
    # Shifts of signed bytes keep the sign.
    np.right_shift(packed << 4, 4, out=components[:, :width])
    np.right_shift(packed, 4, out=components[:, width:])
    return components


def max_sim(question: TokenVectors, passages: TokenBlock) -> Floats:
    """Return passages × question tokens: the best cosine of each question token in each passage; 0 without token vectors.

    That is MaxSim before its sum (Khattab & Zaharia 2020).
    """
    codes = unpacked(question.codes, question.width)
    tokens = codes / lengths(codes)[:, None]
    best = np.zeros((len(passages.counts), len(tokens)), np.float32)
    present = passages.counts > 0
    if not present.any():
        return best
    # One row a question token: the maximum then runs over neighbouring numbers, several times faster.
    cosines = np.empty((len(tokens), len(passages.codes)), np.float32)
    at_once = max(1, min(_BLOCK, _MATRIX_ALONE // tokens.size))
    for rows, block in _blocks(passages.codes, at_once):
        np.matmul(tokens, block.T, out=cosines[:, rows])
    cosines /= passages.lengths
    counts = passages.counts[present]
    # Passages without tokens take no columns, so the others' columns are adjacent: each begins where the one before ends.
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    best[present] = np.maximum.reduceat(cosines, starts, axis=1).T
    return best


def spread(count: int) -> float:
    """Return how far apart the scores of so many candidates can be, from 0 to 1: the best of few stands out of them by little."""
    return count / (count + _SMALL)


def evenly(late: Floats, present: Bools) -> Floats:
    """Return how far each passage's matches stand out, averaged over tokens; those that separate the passages less are made as heavy.

    What counts is by how much a token matches better than usual, half a standard deviation above the mean of the passages; below, a match
    says little, and the difference counts a tenth. A passage without token vectors has minus infinity.
    """
    found = late[present]
    if not len(found):
        return np.full(len(late), -np.inf, np.float32)
    deviation = found.std(axis=0)
    usual = (found.mean(axis=0) + deviation / 2) * spread(len(found))
    beyond = late - usual
    even = (np.maximum(beyond, _BELOW * beyond) / np.sqrt(deviation + _EVEN)).mean(axis=1)
    return np.where(present, even, np.float32(-np.inf)).astype(np.float32)


def first_best(scores: Floats, offsets: Ints) -> Ints:
    """Return where each stretch `scores[offsets[i] : offsets[i + 1]]` has its first highest number, counted over all.

    No stretch may be empty.
    """
    sizes = np.diff(offsets)
    highest = np.repeat(np.maximum.reduceat(scores, offsets[:-1]), sizes) if len(sizes) else scores
    places = np.flatnonzero(scores == highest)
    found = np.empty(len(sizes), np.int64)
    # Backwards, so that of several the first is written last.
    found[np.repeat(np.arange(len(sizes)), sizes)[places][::-1]] = places[::-1]
    return found
