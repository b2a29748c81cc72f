from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from math import log

import numpy as np
import numpy.typing as npt
import pytest

from lukasa_evals.retrieval.baselines import BM25, Baseline, Chance, Dense, Fused, Recency, Widened, baselines
from lukasa_evals.retrieval.render import Line

AT = datetime(2024, 3, 3, tzinfo=UTC)


def lines(*texts: str, session: str = "s1") -> list[Line]:
    return [
        Line(id=f"D1:{place + 1}", place=place, session=session, at=AT, speaker="Ines", text=text)
        for place, text in enumerate(texts)
    ]


class Axes:
    """Texts with `x` point one way, all others the other way."""

    def documents(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return np.stack([self.query(text) for text in texts])

    def query(self, text: str) -> npt.NDArray[np.float32]:
        return np.array([1, 0] if "x" in text else [0, 1], dtype=np.float32)


class Fixed:
    def __init__(self, *ids: str) -> None:
        self._ids = list(ids)

    def rank(self, question: str) -> list[str]:
        return self._ids


def test_bm25_prefers_rare_words_and_short_turns():
    bm25 = BM25(lines("a cat sleeps", "a cat and a piano", "cat cat cat near rivers", "nothing"))

    assert bm25.rank("Which piano?") == ["D1:2"]
    assert bm25.rank("cats?") == ["D1:3", "D1:1", "D1:2"]
    assert bm25.rank("zebra") == []


def test_bm25_has_the_textbook_score():
    bm25 = BM25(lines("cat", "dog"))
    # Every line has 5 terms with date and name (3, march, 2024, ine, word): the length norm is k1 alone.
    scores = {"D1:1": log(1 + 1.5 / 1.5) * 2.2 / 2.2}

    assert bm25.rank("cat") == list(scores)
    assert [round(norm, 9) for norm in bm25._norms] == [1.2, 1.2]


def test_dense_ranks_every_turn_by_likeness():
    stored = lines("y", "x", "y")
    vectors = Axes()
    dense = Dense(stored, vectors, vectors.documents([line.text for line in stored]))

    assert dense.rank("x?") == ["D1:2", "D1:1", "D1:3"]


def test_agreement_beats_a_single_first_place():
    assert Fused([Fixed("a", "b"), Fixed("c", "b")]).rank("?")[0] == "b"


def test_neighbours_stay_in_their_session():
    first = lines("one", "two", "three")
    other = [Line(id="D2:1", place=3, session="s2", at=AT, speaker="Olu", text="four")]
    widened = Widened(Fixed("D1:3", "D1:1"), [*first, *other])

    assert widened.rank("?") == ["D1:3", "D1:2", "D1:1"]


def test_recency_is_newest_first():
    assert Recency(lines("one", "two")).rank("?") == ["D1:2", "D1:1"]


def test_chance_is_the_same_in_every_run_and_another_for_each_question():
    stored = lines(*"abcdefgh")

    assert Chance(stored).rank("one?") == Chance(stored).rank("one?")
    assert Chance(stored).rank("one?") != Chance(stored).rank("two?")
    assert sorted(Chance(stored).rank("one?")) == sorted(line.id for line in stored)


def test_a_baseline_fills_each_budget_from_one_ranking():
    answered = Baseline("newest", Recency(lines("one", "two", "three")), lines("one", "two", "three")).ask(
        "?", [5, 10]
    )

    assert answered.ranked == ["D1:3", "D1:2", "D1:1"]
    assert {budget: timed.shown.turns for budget, timed in answered.contexts.items()} == {
        5: ("D1:3",),
        10: ("D1:2", "D1:3"),
    }


@pytest.mark.parametrize(
    ("vectors", "names"),
    [
        (Axes(), ["bm25", "bm25 ± 2", "dense", "rrf", "recency", "random"]),
        (None, ["bm25", "bm25 ± 2", "recency", "random"]),
    ],
)
def test_baselines_with_vectors_need_vectors(vectors: Axes | None, names: list[str]):
    stored = lines("one", "two")
    matrix = vectors and vectors.documents(["one", "two"])

    assert [baseline.name for baseline in baselines(stored, vectors, matrix)] == names
