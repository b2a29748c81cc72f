"""What is made of token states: unit rows, fewer dimensions, fewer rows, few bits. Pure."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from lukasa.domain.embedding import TokenVectors

Matrix: TypeAlias = npt.NDArray[np.float32]
Ints: TypeAlias = npt.NDArray[np.intp]

_LARGEST = 7.0
"""Of four bits, so that codes are symmetric."""

_LARGEST_BYTE = 127.0

_ALONE = 262_144
"""Most multiplications of a product that OpenBLAS does in the calling thread: as many texts are encoded at once as there are
threads to, and its own would only compete with them."""


def unit_rows(rows: Matrix) -> Matrix:
    """Return the rows at length 1; a row of zeros stays what it is."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    lengths[lengths == 0.0] = 1.0
    return np.asarray(rows / lengths, dtype=np.float32)


def project(rows: Matrix, basis: Matrix | None) -> Matrix:
    """Return unit rows in fewer dimensions.

    *basis* is `width × dims` with orthonormal columns. MaxSim compares by inner product, so a learned one must
    come from the uncentred second moment of the states (their right singular vectors), not from centred PCA.
    """
    return unit_rows(rows if basis is None else product(rows, basis))


def product(one: Matrix, other: Matrix) -> Matrix:
    """Return the product of two matrices, computed in this thread."""
    found = np.empty((len(one), other.shape[1]), np.float32)
    at_once = max(1, _ALONE // max(1, other.size))
    for start in range(0, len(one), at_once):
        np.matmul(one[start : start + at_once], other, out=found[start : start + at_once])
    return found


def pooled(rows: Matrix, most: int) -> Matrix:
    """Return at most so many unit rows for the unit *rows* of a text: the means of clusters of similar ones (0: all rows).

    The clusters are Ward's, as in token pooling for late interaction (Clavié et al. 2024).
    """
    if not 0 < most < len(rows):
        return rows
    cluster = _clusters(rows, most)
    order = np.argsort(cluster, kind="stable")
    starts = np.flatnonzero(np.diff(cluster[order], prepend=-1))
    return unit_rows(np.add.reduceat(rows[order], starts, axis=0))


def _clusters(rows: Matrix, count: int) -> Ints:
    """Return which of *count* clusters each row is in, as the place of the cluster's first row."""
    owner = list(range(len(rows)))
    for one, other in _merges(rows, len(rows) - count).tolist():
        first, second = sorted((_root(owner, one), _root(owner, other)))
        owner[second] = first
    return np.array([_root(owner, place) for place in range(len(owner))], np.intp)


def _root(owner: list[int], place: int) -> int:
    while owner[place] != place:
        place = owner[place]
    return place


def _merges(rows: Matrix, count: int) -> Ints:
    """Return the first *count* merges of Ward's clustering, each as the first rows of the two clusters.

    Clusters that are nearest to each other merge sooner or later whatever else does, so all such pairs go at once: some ten
    rounds over a shrinking matrix instead of a step for each merge. A merge costs more than those before it that it
    rests on, so in order of cost they are those of the classic algorithm.
    """
    means, sizes, first = rows.copy(), np.ones(len(rows), np.float32), np.arange(len(rows))
    costs = np.empty(0, np.float32)
    pairs = np.empty((0, 2), np.intp)
    while len(means) > 1:
        cost = _merge_costs(means, sizes)
        nearest = cost.argmin(axis=1)
        places = np.arange(len(nearest))
        left = np.flatnonzero((nearest[nearest] == places) & (places < nearest))
        if not len(left):  # a circle of equal costs
            left = cost.min(axis=1).argmin(keepdims=True)
        right = nearest[left]
        lowest = cost[left, right]
        if (costs <= lowest.min()).sum() >= count:
            break  # all that would follow costs more
        costs = np.concatenate([costs, lowest])
        pairs = np.concatenate([pairs, np.stack([first[left], first[right]], axis=1)])
        total = sizes[left] + sizes[right]
        share = (sizes[left] / total)[:, None]
        means[left] = share * means[left] + (1 - share) * means[right]
        sizes[left] = total
        means, sizes, first = (
            np.delete(means, right, axis=0),
            np.delete(sizes, right),
            np.delete(first, right),
        )
    return pairs[np.argsort(costs, kind="stable")[:count]]


def _merge_costs(means: Matrix, sizes: Matrix) -> Matrix:
    """Return by how much merging each two clusters would raise the squared distances of rows to their cluster's mean."""
    squares = np.einsum("ij,ij->i", means, means)
    cost = product(means, means.T)
    cost *= -2
    cost += squares
    cost += squares[:, None]
    cost *= sizes * sizes[:, None] / (sizes + sizes[:, None])
    np.fill_diagonal(cost, np.inf)
    return cost


def quantise(rows: Matrix) -> TokenVectors:
    """Return rows in four bits a component, as `TokenVectors` has them; an odd row gets a component of zero more."""
    largest = np.abs(rows).max(axis=1, keepdims=True, initial=0.0)
    largest[largest == 0.0] = 1.0
    codes = np.rint(rows * (_LARGEST / largest)).astype(np.int8)
    codes = np.pad(codes, ((0, 0), (0, codes.shape[1] % 2)))
    width = codes.shape[1] // 2
    packed = (codes[:, :width] & 0x0F) | (codes[:, width:] << 4)
    return TokenVectors(packed.tobytes(), width)


def dense_bytes(vector: Matrix) -> bytes:
    """Return the direction of one vector, as `Embedding.dense` has it. A vector of zeros becomes the first axis."""
    largest = float(np.abs(vector).max())
    if largest == 0.0:
        vector, largest = np.eye(1, len(vector), dtype=np.float32)[0], 1.0
    return bytes(np.rint(vector * (_LARGEST_BYTE / largest)).astype(np.int8))
