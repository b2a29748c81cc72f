from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lukasa.domain.embedding import TokenVectors
from lukasa.retrieval.token_vectors import TokenBlock, TokenRows, max_sim


def vectors(*rows: list[int]) -> TokenVectors:
    return TokenVectors(np.array(rows, np.int8).tobytes(), 2)


def picked(*documents: list[list[int]]) -> TokenBlock:
    rows = [row for document in documents for row in document]
    codes = np.array(rows, np.int8).reshape(-1, 2)
    return TokenBlock(codes, np.array([len(each) for each in documents], np.int64))


EAST, NORTH, SLANTED, WEST, SOUTH = [127, 0], [0, 127], [76, 102], [-127, 0], [0, -127]


def test_each_token_of_the_question_takes_its_best_match():
    found = max_sim(vectors(EAST, NORTH), picked([EAST, NORTH], [SLANTED], [WEST, SOUTH]))

    assert np.allclose(found, [[1, 1], [0.6, 0.8], [0, 0]], atol=0.01)


def test_a_document_without_tokens_gets_the_average_of_the_others():
    found = max_sim(vectors(EAST), picked([EAST], [], [NORTH]))

    assert np.allclose(found[:, 0], [1, 0.5, 0])
    assert max_sim(vectors(EAST, NORTH), picked([], [])).tolist() == [[0, 0], [0, 0]]


documents = st.lists(
    st.one_of(st.none(), st.lists(st.lists(st.integers(-127, 127), min_size=2, max_size=2), max_size=4)),
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
    assert found.codes.tolist() == [code for row in wanted for code in held[row] or []]
    assert rows.unknown(np.array(wanted)).tolist() == []


def test_what_was_forgotten_or_cleared_is_unknown_again_and_may_have_changed():
    rows = TokenRows()
    rows.grow(2)
    rows.put([(0, vectors(EAST)), (1, vectors(NORTH, NORTH))])

    rows.forget(0)
    assert rows.unknown(np.array([0, 1])).tolist() == [0]
    rows.put([(0, vectors(WEST, WEST, WEST))])
    assert rows.pick(np.array([1, 0])).codes.tolist() == [NORTH, NORTH, WEST, WEST, WEST]

    rows.clear()
    assert rows.unknown(np.array([0, 1])).tolist() == [0, 1]
    rows.put([(1, vectors(SOUTH))])
    assert rows.pick(np.array([1])).codes.tolist() == [SOUTH]


def test_growing_keeps_what_is_there():
    rows = TokenRows()
    rows.grow(1)
    rows.put([(0, vectors(EAST))])
    for size in range(2, 40):
        rows.grow(size)
        rows.put([(size - 1, vectors(*[NORTH] * (size % 3)))])

    assert rows.pick(np.arange(39)).counts.tolist() == [1, *(size % 3 for size in range(2, 40))]
    assert rows.pick(np.array([0])).codes.tolist() == [EAST]
