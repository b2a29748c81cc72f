from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from lukasa import Handle, Memory, Settings
from lukasa_evals.datasets.values import Conversation, Label, Question, Said, Session
from lukasa_evals.retrieval.memory import remember
from lukasa_evals.training import confidence, ranking

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)


def question_seen(*rows: tuple[float, float], evidence: int, wanted: int = 1) -> ranking.Seen:
    return ranking.Seen(
        names=("late", "unlikely_speaker"),
        features=np.array(rows, np.float32),
        evidence=np.arange(len(rows)) == evidence,
        tokens=np.full(len(rows), 40, np.float32),
        wanted=wanted,
    )


MISLED = [question_seen((3.0, 1.0), *[(2.9, 1.0)] * 12, (2.5, 0.0), evidence=13)] * 4
"""The best match is the assistant's, and the evidence is the user's."""


LEVEL = [question_seen((3.0, 0.0), (1.0, 0.0), evidence=0)] * 4
"""The speaker makes no difference."""


def test_evidence_that_is_no_candidate_counts_as_missed():
    missed = ranking.measure([question_seen((1, 0), (2, 0), evidence=1, wanted=2)], {"late": 1.0})

    assert missed == (50.0, 50.0, 0.0)


def test_a_context_holds_what_fits_into_it():
    questions = [question_seen(*[(60.0 - place, 0.0) for place in range(60)], evidence=55)]

    assert ranking.measure(questions, {"late": 1.0}).complete == 0.0
    assert ranking.measure(questions, {"late": -1.0}).complete == 100.0


def test_the_search_finds_a_weight_that_helps_and_leaves_the_others_in_the_middle():
    weights = ranking.Search({"a": MISLED, "b": MISLED}, count=200).chosen()

    assert weights["late"] == ranking.START["late"]
    assert ranking.measure(MISLED, weights).at_3 == 100.0
    assert weights["later"] == pytest.approx(-2.0, abs=0.8)
    assert weights["before"] == weights["after"]


def test_a_set_that_is_left_out_has_no_say():
    search = ranking.Search({"misled": MISLED, "level": LEVEL}, count=200)

    assert search.chosen(without="misled") == ranking.Search({"level": LEVEL}, count=200).chosen()
    assert search.chosen(without="level") == search.chosen()


def example(late: float, covered: float, *, own: bool) -> confidence.Example:
    return confidence.Example({"late": late, "covered": covered}, own)


def test_the_confidence_separates_own_from_foreign_questions():
    rng = np.random.default_rng(7)
    examples = [
        example(0.5 + 0.2 * own + rng.normal(0, 0.05), rng.uniform(), own=bool(own))
        for own in (0, 1)
        for _ in range(60)
    ]

    model = confidence.fit({"a": examples[::2], "b": examples[1::2]})
    chances = model.chances(examples)

    assert confidence.refused(examples, chances, 0.5, own=True) < 10
    assert confidence.refused(examples, chances, 0.5, own=False) > 90
    assert abs(model.weights[1]) < abs(model.weights[0])


@pytest.fixture
def asked() -> Conversation:
    lines = ["The violin broke.", "We drank tea in Porto.", "The harbour was closed."]
    turns = [
        Said(id=str(place), speaker="Ines", text=text, at=AT + timedelta(days=place))
        for place, text in enumerate(lines)
    ]
    questions = [
        Question(
            index=0, text="What broke?", category="x", published=Label(answer="the violin", evidence=("0",))
        )
    ]
    return Conversation(
        id="c", split="dev", sessions=[Session(name="s", at=AT, turns=turns)], questions=questions
    )


def test_what_recall_saw_is_collected(asked: Conversation):
    with Memory.open("memory:", settings=Settings(embedder="hashing", extractor="none")) as memory:
        remember(memory, asked, vectors=True)
        handle: Handle = memory.of(user="c")

        (seen,) = ranking.collect(handle, asked)
        examples = list(confidence.collect(handle, asked, [], random.Random(1)))

    assert seen.features.shape == (3, len(seen.names))
    assert {"late", "lexical", "words"} <= set(seen.names)
    assert (seen.evidence.sum(), seen.wanted) == (1, 1)
    assert [each.own for each in examples] == [True]
    assert {"late", "covered", "size"} <= set(examples[0].features)
