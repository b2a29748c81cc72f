from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lukasa.adapters.embedders.onnx import batches
from lukasa.adapters.models.vectors import (
    Matrix,
    dense_bytes,
    pooled,
    project,
    quantise,
    unit_rows,
)
from lukasa.domain.embedding import TokenVectors


def random_rows(count: int, width: int = 8, *, seed: int = 7) -> Matrix:
    return unit_rows(np.random.default_rng(seed).normal(size=(count, width)).astype(np.float32))


def components(stored: TokenVectors) -> Matrix:
    packed = np.frombuffer(stored.codes, np.int8).reshape(-1, stored.width)
    return unit_rows(np.concatenate([packed << 4 >> 4, packed >> 4], axis=1).astype(np.float32))


def test_rows_come_out_at_length_one_and_zeros_stay():
    rows = unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]], dtype=np.float32))

    assert rows.tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0.0, 0.0]]


def test_without_a_basis_all_dimensions_are_kept():
    rows = random_rows(3)

    assert np.allclose(project(rows * 5, None), rows, atol=1e-6)


def test_the_first_dimensions_are_brought_back_to_length_one():
    projected = project(np.array([[3.0, 4.0, 12.0]], dtype=np.float32), np.eye(3, 2, dtype=np.float32))

    assert np.allclose(projected, [[0.6, 0.8]])


def test_an_orthonormal_basis_of_the_rows_keeps_their_products():
    low = random_rows(6, 3)
    turned, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(8, 8)))
    rows = (low @ turned[:3]).astype(np.float32)

    projected = project(rows, turned[:3].T.astype(np.float32))

    assert np.allclose(projected @ projected.T, rows @ rows.T, atol=1e-5)


def test_stored_rows_are_close_to_what_they_were():
    rows = random_rows(50, 384)

    stored = quantise(rows)

    assert (stored.count, stored.width) == (50, 192)
    assert (components(stored) * rows).sum(axis=1).min() > 0.98


def test_two_components_share_a_byte_and_the_largest_takes_the_largest_code():
    stored = quantise(
        np.array([[1.0, -1.0, 0.5, 0.0], [0.0, 0.0, 0.0, 0.0], [0.1, 0.0, 0.0, -0.1]], np.float32)
    )

    assert stored.codes == bytes([0x47, 0x09, 0, 0, 0x07, 0x90])
    assert quantise(np.array([[1.0, 0.5, -1.0]], np.float32)).codes == bytes([0x97, 0x04])
    assert quantise(np.empty((0, 6), np.float32)) == TokenVectors(b"", 3)


def test_rows_that_are_few_enough_are_not_merged():
    rows = random_rows(4)

    assert pooled(rows, 4) is rows
    assert pooled(rows, 0) is rows


def test_similar_rows_are_merged_into_their_mean():
    rows = unit_rows(np.array([[1, 0, 0.1], [0, 1, 0], [1, 0, -0.1], [0, 0, 1]], np.float32))

    assert np.allclose(pooled(rows, 3), [[1, 0, 0], [0, 1, 0], [0, 0, 1]], atol=1e-6)
    assert np.array_equal(pooled(rows, 3), pooled(rows, 3))


@settings(max_examples=settings().max_examples // 2)
@given(st.integers(2, 40), st.integers(1, 12), st.integers(0, 99))
def test_clusters_are_those_of_merging_one_cheapest_pair_at_a_time(count: int, most: int, seed: int):
    rows = random_rows(count, 6, seed=seed)

    assert np.allclose(pooled(rows, most), wards(rows, most), atol=1e-5)


def wards(rows: Matrix, most: int) -> Matrix:
    """Ward's clustering, plainly."""
    clusters = [[row] for row in range(len(rows))]
    while len(clusters) > most:
        costs = {
            (one, other): np.square(rows[clusters[one]].mean(0) - rows[clusters[other]].mean(0)).sum()
            * len(clusters[one]) * len(clusters[other]) / (len(clusters[one]) + len(clusters[other]))
            for one in range(len(clusters)) for other in range(one + 1, len(clusters))
        }  # fmt: skip
        one, other = min(costs, key=costs.__getitem__)
        clusters[one] += clusters.pop(other)
    ordered = sorted(clusters, key=min)
    return (
        unit_rows(np.array([rows[cluster].mean(0) for cluster in ordered], np.float32))
        if most < len(rows)
        else rows
    )


@pytest.mark.parametrize("row", [[1.0, 1.0], [0.0, 0.0]])
def test_rows_that_are_all_alike_become_as_many_as_may_be(row: list[float]):
    assert len(pooled(unit_rows(np.array([row] * 50, np.float32)), 8)) == 8


def test_a_dense_vector_takes_a_byte_a_component_and_keeps_its_direction():
    assert dense_bytes(np.array([3.0, 4.0, -4.0, 0.0], np.float32)) == bytes([95, 127, 129, 0])
    vectors = random_rows(50, 384)
    stored = np.stack([np.frombuffer(dense_bytes(vector * 9), np.int8) for vector in vectors]).astype(float)
    stored /= np.linalg.norm(stored, axis=1, keepdims=True)

    assert np.abs(stored @ stored.T - vectors @ vectors.T).max() < 2e-3


def test_a_vector_of_zeros_still_has_a_direction():
    assert dense_bytes(np.zeros(3, dtype=np.float32)) == bytes([127, 0, 0])


def test_without_a_budget_every_text_is_alone_short_ones_first():
    assert batches([5, 2, 9], 0) == [[1], [0], [2]]


def test_texts_of_like_length_share_a_batch_within_the_budget():
    assert batches([10, 3, 10, 4, 50], 20) == [[1, 3], [0, 2], [4]]


@given(st.lists(st.integers(1, 512)), st.integers(0, 2048))
def test_every_text_is_in_one_batch_and_no_batch_costs_more_than_it_may(lengths: list[int], budget: int):
    groups = batches(lengths, budget)

    assert sorted(place for group in groups for place in group) == list(range(len(lengths)))
    assert all(
        len(group) == 1 or len(group) * max(lengths[place] for place in group) <= budget for group in groups
    )
