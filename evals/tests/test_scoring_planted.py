"""Answers that are wrong on purpose. All conversations are invented."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lukasa_evals.datasets.values import Category, Label, Question
from lukasa_evals.scoring.planted import Planted, wrong_answers


def question(
    index: int, text: str, answer: str | None, category: Category = 4, *, corrected: str | None = None
) -> Question:
    return Question(
        index=index,
        text=text,
        category=category,
        published=Label((), answer),
        corrected=Label((), corrected) if corrected else None,
    )


ASKED = [
    question(0, "When did Ines leave Porto?", "14 June 2024"),
    question(1, "What did Olu sell to Ines?", "12 jars of sauce"),
    question(2, "What is the cat called?", "Miso"),
    question(3, "When did Ines go?", "in spring", category=2),
    question(4, "What does Olu paint?", "harbours", category=5),
    question(5, "Who taught Ines to sail?", "her uncle Olu"),
]


def sorts(asked: Question, seed: int = 0, questions: list[Question] | None = None) -> dict[str, str]:
    return {planted.sort: planted.text for planted in wrong_answers(asked, questions or ASKED, seed=seed)}


def test_the_same_seed_plants_the_same_answers():
    assert wrong_answers(ASKED[0], ASKED, seed=4) == wrong_answers(ASKED[0], ASKED, seed=4)
    assert len({tuple(wrong_answers(ASKED[0], ASKED, seed=seed)) for seed in range(20)}) > 1


def test_another_questions_answer_is_of_the_same_category_and_shares_no_word():
    found = {sorts(ASKED[0], seed)["other answer"] for seed in range(30)}

    assert found == {"12 jars of sauce", "Miso", "her uncle Olu"}


def test_an_answer_that_shares_a_word_or_is_of_an_adversarial_question_is_not_planted():
    asked = [
        question(0, "What does Olu paint?", "boats and harbours"),
        question(1, "What does Ines draw?", "A harbour"),
        question(2, "What does Petra carve?", "spoons", category=5),
    ]

    assert "other answer" not in sorts(asked[0], questions=asked)


def test_what_a_corrected_label_calls_right_is_not_planted():
    asked = [
        question(0, "What is the cat called?", "Miso", corrected="Kiwi"),
        question(1, "What is the dog called?", "Kiwi"),
    ]

    assert "other answer" not in sorts(asked[0], questions=asked)


def test_a_changed_answer_that_a_corrected_label_calls_right_is_not_planted():
    asked = question(0, "When did Ines leave?", "14 June", corrected="on 17 June 2024")

    assert "changed" not in sorts(asked)


def test_no_is_not_planted_where_no_is_right():
    asked = [
        question(0, "Does Olu sail?", "No"),
        question(1, "Does Ines?", "No"),
        question(2, "Did he?", "not yet"),
    ]

    assert {sorts(asked[0], seed, asked)["other answer"] for seed in range(10)} == {"not yet"}


def test_a_vague_answer_touches_on_the_topic_and_says_nothing():
    found = {sorts(ASKED[0], seed)["vague"] for seed in range(30)}

    assert len(found) > 3
    assert all("Porto" in text and not set("0123456789") & set(text) for text in found)


@pytest.mark.parametrize(
    ("gold", "changed"),
    [
        ("14 June 2024", "17 June 2024"),
        ("on the 29th", "on the 26th"),  # no month has a 32nd
        ("at 22:15", "at 19:15"),
        ("007", "010"),
        ("in June", "in September"),
        ("last November", "last February"),
        ("on Saturday", "on Tuesday"),
        ("three cats", "six cats"),
        ("twelve", "four"),
    ],
)
def test_a_number_or_a_date_is_changed(gold: str, changed: str):
    assert sorts(question(9, "When or how many?", gold))["changed"] == changed


def test_a_name_is_changed_for_another_of_the_conversation():
    assert sorts(ASKED[5])["changed"] in {"her uncle Ines", "her uncle Porto"}


@pytest.mark.parametrize("gold", ["Miso", "a red kite", "she may go", "the one by the sea"])
def test_a_gold_answer_without_number_date_or_known_name_is_not_changed(gold: str):
    assert "changed" not in sorts(question(9, "What is it?", gold))


def test_without_gold_answer_only_a_vague_one_is_planted():
    assert set(sorts(question(9, "Where is the kayak?", None))) == {"vague"}


def test_a_question_without_topic_gets_no_vague_answer():
    assert "vague" not in sorts(question(9, "What did she do?", "Miso"))


GOLDS = st.sampled_from(
    ["no", "14 June", "12 jars", "Miso", "uncle Olu", "in spring", "six", "On Friday, Ines"]
)


@given(st.lists(GOLDS, min_size=1, max_size=6), st.integers(0, 50))
def test_nothing_planted_is_the_gold_answer(golds: list[str], seed: int):
    asked = [question(place, "What did Ines tell Olu?", gold) for place, gold in enumerate(golds)]

    found: list[Planted] = wrong_answers(asked[0], asked, seed=seed)

    assert all(planted.text.strip() and planted.text != golds[0] for planted in found)
    assert len({planted.sort for planted in found}) == len(found)
