from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lukasa.adapters.embedders.onnx import batches
from lukasa.adapters.models.vectors import (
    Matrix,
    dense_bytes,
    project,
    quantise,
    unit_rows,
)


def random_rows(count: int, width: int = 8, *, seed: int = 7) -> Matrix:
    return unit_rows(np.random.default_rng(seed).normal(size=(count, width)).astype(np.float32))


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

    back = unit_rows(np.frombuffer(stored.codes, dtype=np.int8).reshape(-1, 384).astype(np.float32) / 127)
    assert (stored.count, stored.dims) == (50, 384)
    assert (back * rows).sum(axis=1).min() > 0.998


def test_codes_stay_within_the_symmetric_range():
    stored = quantise(np.array([[1.0, -1.0], [1.0000001, -1.0000001]], dtype=np.float32))

    assert np.frombuffer(stored.codes, dtype=np.int8).tolist() == [127, -127, 127, -127]


def test_a_dense_vector_is_little_endian_and_of_unit_length():
    stored = np.frombuffer(dense_bytes(np.array([3.0, 4.0], dtype=np.float32)), dtype="<f4")

    assert stored.tolist() == [pytest.approx(0.6), pytest.approx(0.8)]


def test_a_vector_of_zeros_still_becomes_a_unit_vector():
    assert np.frombuffer(dense_bytes(np.zeros(3, dtype=np.float32)), dtype="<f4").tolist() == [1.0, 0.0, 0.0]


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
