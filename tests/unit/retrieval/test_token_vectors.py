from __future__ import annotations

import math
import os
import subprocess
import sys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lukasa.domain.embedding import TokenVectors
from lukasa.retrieval.token_vectors import TokenBlock, TokenRows, evenly, first_best, max_sim


def vectors(*rows: list[int]) -> TokenVectors:
    """Two components a row, from -7 to 7."""
    return TokenVectors(bytes(first & 15 | (second & 15) << 4 for first, second in rows), 1)


def picked(*documents: list[list[int]]) -> TokenBlock:
    rows = TokenRows()
    rows.grow(len(documents))
    rows.put((row, vectors(*each)) for row, each in enumerate(documents))
    return rows.pick(np.arange(len(documents)))


_ALONE = """
import time
import numpy as np
from lukasa.adapters.models.vectors import pooled, project
from lukasa.domain.embedding import TokenVectors
from lukasa.retrieval.token_vectors import TokenBlock, lengths, max_sim, products

chance = np.random.default_rng(5)
states, basis = (chance.standard_normal(shape).astype(np.float32) for shape in ((300, 384), (384, 64)))
codes = chance.integers(-7, 8, (9_000, 64)).astype(np.int8)
tokens, block = TokenVectors(bytes(32 * 32), 32), TokenBlock(codes, lengths(codes), np.array([9_000]))

def compute():
    products(codes.reshape(-1, 384), basis[:, 0].copy())
    max_sim(tokens, block)
    pooled(project(states, basis), 100)

compute()
time.sleep(0.2)  # Threads that the library made when it was loaded go to sleep.
begun = time.process_time(), time.thread_time()
for _ in range(5):
    compute()
print((time.process_time() - begun[0]) / (time.thread_time() - begun[1]))
"""
"""Prints how much processor time is spent for each second of the thread that computes."""


def test_products_use_one_thread_however_many_the_library_has():
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "4"}  # noqa: TID251 - numpy's own setting
    code = [sys.executable, "-c", _ALONE]
    done = subprocess.run(code, env=environment, capture_output=True, text=True, check=True)

    assert float(done.stdout) < 1.5


EAST, NORTH, SLANTED, WEST, SOUTH = [7, 0], [0, 7], [3, 4], [-7, 0], [0, -7]


def test_each_token_of_the_question_takes_its_best_match():
    found = max_sim(vectors(EAST, NORTH), picked([EAST, NORTH], [SLANTED], [WEST, SOUTH]))

    assert np.allclose(found, [[1, 1], [0.6, 0.8], [0, 0]])


def test_a_passage_without_tokens_matches_nothing():
    found = max_sim(vectors(EAST), picked([SLANTED], [], [EAST]))

    assert np.allclose(found[:, 0], [0.6, 0, 1])
    assert max_sim(vectors(EAST, NORTH), picked([], [])).tolist() == [[0, 0], [0, 0]]


documents = st.lists(
    st.one_of(st.none(), st.lists(st.lists(st.integers(-7, 7), min_size=2, max_size=2), max_size=4)),
    min_size=1,
    max_size=12,
)


@given(st.data(), documents)
def test_what_was_put_is_picked_in_any_order(data: st.DataObject, held: list[list[list[int]] | None]):
    rows = TokenRows()
    rows.grow(len(held))
    order = data.draw(st.permutations(range(len(held))))
    for start in range(0, len(held), 3):
        piece = order[start : start + 3]
        assert rows.unknown(np.array(piece)).tolist() == list(piece)
        rows.put((row, None if (each := held[row]) is None else vectors(*each)) for row in piece)

    wanted = data.draw(st.lists(st.sampled_from(range(len(held))), min_size=1))
    found = rows.pick(np.array(wanted))

    assert found.counts.tolist() == [len(held[row] or []) for row in wanted]
    assert found.codes.reshape(-1, 2).tolist() == [code for row in wanted for code in held[row] or []]
    assert rows.unknown(np.array(wanted)).tolist() == []


def test_only_the_direction_of_a_stored_vector_counts():
    found = max_sim(vectors([2, 0], [0, 0]), picked([[1, 0]], [[-2, 2], [5, 5]], [[0, 0]]))

    assert np.allclose(found, [[1, 0], [math.sqrt(0.5), 0], [0, 0]])


def test_what_was_forgotten_or_cleared_is_unknown_again_and_may_have_changed():
    rows = TokenRows()
    rows.grow(2)
    rows.put([(0, vectors(EAST)), (1, vectors(NORTH, NORTH))])

    rows.forget(slice(0, 1))
    assert rows.unknown(np.array([0, 1])).tolist() == [0]
    rows.put([(0, vectors(WEST, WEST, WEST))])
    assert rows.pick(np.array([1, 0])).codes.tolist() == [NORTH, NORTH, WEST, WEST, WEST]

    kept = rows.codes
    rows.clear()
    assert not kept.any()
    assert rows.unknown(np.array([0, 1])).tolist() == [0, 1]
    rows.put([(1, vectors(SOUTH))])
    assert rows.pick(np.array([1])).codes.tolist() == [SOUTH]
    assert rows.codes is kept, "the memory is used again"


def test_growing_keeps_what_is_there():
    rows = TokenRows()
    rows.grow(1)
    rows.put([(0, vectors(EAST))])
    for size in range(2, 40):
        rows.grow(size)
        rows.put([(size - 1, vectors(*[NORTH] * (size % 3)))])

    assert rows.pick(np.arange(39)).counts.tolist() == [1, *(size % 3 for size in range(2, 40))]
    assert rows.pick(np.array([0])).codes.tolist() == [EAST]


@given(st.lists(st.lists(st.sampled_from([0.0, 0.5, 1.0, -np.inf]), min_size=1, max_size=5), max_size=8))
def test_the_first_best_of_each_stretch_is_found(stretches: list[list[float]]):
    scores = np.array([score for stretch in stretches for score in stretch], np.float32)
    offsets = np.cumsum([0, *(len(stretch) for stretch in stretches)])

    found = first_best(scores, offsets) - offsets[:-1]

    assert found.tolist() == [stretch.index(max(stretch)) for stretch in stretches]


def test_what_all_passages_match_alike_counts_no_more_than_what_tells_them_apart():
    late = np.array([[0.9, 0.1], [0.8, 0.7], [0.0, 0.0]], np.float32)
    scores = evenly(late, np.array([True, True, False]))

    assert np.isneginf(scores[2])
    assert scores[1] > scores[0]
    assert np.isneginf(evenly(late, np.zeros(3, np.bool_))).all()


def test_one_match_that_stands_out_counts_more_than_several_that_do_not():
    late = np.full((2_000, 4), 0.6, np.float32)
    late[::2] += 0.05
    late[0] = [0.95, 0.6, 0.6, 0.6]
    late[1] = 0.7

    scores = evenly(late, np.ones(2_000, np.bool_))

    assert late[1].mean() > late[0].mean()
    assert scores[0] > scores[1] > scores[2:].max()
