from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import log
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from lukasa.adapters import registry
from lukasa_evals.datasets.values import Conversation, Said, Session
from lukasa_evals.retrieval.baselines import BM25, Baseline, Dense, Fused, Packing, baselines
from lukasa_evals.retrieval.systems import Asked
from lukasa_evals.retrieval.units import Unit

NOW = datetime(2024, 3, 3, tzinfo=UTC)
WORDS = registry.token_counter("words")()


class Axes:
    """Texts with an `x` point one way, all others another way."""

    def query(self, text: str) -> npt.NDArray[np.float32]:
        return np.array([1, 0] if "x" in text else [0, 1], dtype=np.float32)

    def kept(self, texts: Sequence[str], folder: Path | None) -> npt.NDArray[np.float32]:
        return np.stack([self.query(text) for text in texts])


class Fixed:
    def __init__(self, *places: int) -> None:
        self._places = list(places)

    def rank(self, question: str) -> list[int]:
        return self._places


def asked(text: str, *, days: int | None = None) -> Asked:
    return Asked(text=text, now=NOW + timedelta(days=days or 0), past=days is not None)


def units(*texts: str, turns: Sequence[int] | None = None) -> list[Unit]:
    places = list(range(len(texts))) if turns is None else list(turns)
    return [
        Unit(
            turn=f"t{place}",
            place=place,
            part=places[:at].count(place),
            at=NOW + timedelta(days=place),
            head="[date] Ines: ",
            text=text,
        )
        for at, (place, text) in enumerate(zip(places, texts, strict=True))
    ]


def test_bm25_prefers_rare_words_and_short_texts():
    bm25 = BM25(["a cat sleeps", "a cat and a piano", "cat cat cat near rivers", "nothing"])

    assert bm25.rank("Which piano?") == [1]
    assert bm25.rank("cats?") == [2, 0, 1]
    assert bm25.rank("zebra") == []


def test_bm25_has_the_textbook_score():
    # Two texts of two terms, so the length norm is k1 alone; "cat" is in one of them, twice.
    bm25 = BM25(["cat cat", "dog bird"])

    assert bm25.scores("cat").tolist() == pytest.approx([log(1 + 1.5 / 1.5) * 2 * 2.2 / (2 + 1.2), 0.0])


def test_dense_ranks_every_text_by_likeness():
    vectors = Axes()

    assert Dense(vectors, vectors.kept(["y", "x", "y"], None)).rank("x?") == [1, 0, 2]


def test_agreement_beats_a_single_first_place():
    assert Fused([Fixed(0, 1), Fixed(2, 1)]).rank("?")[0] == 1


def test_a_turn_ranks_as_its_best_passage():
    packing = Packing(units("a", "b", "c", turns=[0, 1, 0]), WORDS)
    answered = Baseline("it", Fixed(2, 1, 0), packing).ask(asked("?"), [100])

    assert answered.ranked == ["t0", "t1"]


def test_what_is_said_later_is_not_found_when_only_the_past_may_be():
    answered = Baseline("it", Fixed(2, 1, 0), Packing(units("a", "b", "c"), WORDS)).ask(
        asked("?", days=2), [100]
    )

    assert answered.ranked == ["t1", "t0"]
    assert answered.contexts[100].turns == ("t0", "t1")


def test_a_context_has_the_best_that_fit_in_order_of_time():
    # A head costs two words, a text its words and the mark behind it.
    packing = Packing(units("one", "one two three four", "one two"), WORDS)

    assert packing.fill([2, 1, 0], 9) == ("[date] Ines: one\n[date] Ines: one two", ("t0", "t2"), (), False)
    assert packing.fill([1, 0], 3) == ("", (), (), True)


def test_passages_of_a_turn_share_its_head_and_show_what_is_left_out():
    packing = Packing(units("one", "two", "three", "four", turns=[0, 0, 0, 0]), WORDS)

    assert packing.fill([3, 0, 1], 100).text == "[date] Ines: one two … four"
    assert packing.fill([3, 0, 1], 8).text == "[date] Ines: one two … four"
    assert packing.fill([3, 0, 1], 7).text == "[date] Ines: one … four"


def test_a_context_never_has_more_tokens_than_its_budget():
    counter = registry.token_counter("estimate")()
    packing = Packing(units(*(f"word {place}, and [{place}] more!" for place in range(40))), counter)

    for budget in range(1, 400, 7):
        assert counter.count(packing.fill(range(40), budget).text) <= budget


@pytest.mark.parametrize(("vectors", "kinds"), [(Axes(), ["bm25", "dense", "rrf"]), (None, ["bm25"])])
def test_each_kind_is_asked_over_turns_and_over_passages(vectors: Axes | None, kinds: list[str]):
    said = [Said(id="1", speaker="Ines", text="x"), Said(id="2", speaker="Olu", text="y " * 200)]
    conversation = Conversation(
        id="one", split="test", sessions=[Session(name="s", at=NOW, turns=said)], questions=[]
    )
    found = {each.name: each for each in baselines(conversation, WORDS, vectors, None)}

    assert list(found) == [f"{kind}, {unit}" for unit in ("turns", "passages") for kind in kinds]
    assert {name: each.ask(asked("y"), [50]).ranked[0] for name, each in found.items()} == dict.fromkeys(
        found, "2"
    )
    # The whole turn has no room; two of its passages would have.
    assert found["bm25, turns"].ask(asked("y"), [150]).contexts[150].silent
    assert found["bm25, passages"].ask(asked("y"), [150]).contexts[150].turns == ("2",)
