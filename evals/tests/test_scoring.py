"""What an answer is worth, against values worked out by hand or by the libraries that define them."""

from __future__ import annotations

import math

import pytest

from lukasa.ports.llm import LLMRequest
from lukasa.testing.llm import ScriptedLLM
from lukasa_evals.datasets.values import Label, Question
from lukasa_evals.scoring.abstention import says_unknown
from lukasa_evals.scoring.judge import judge
from lukasa_evals.scoring.overall import overall
from lukasa_evals.scoring.overlap import bleu1, exact_match, locomo_f1, paper_f1, squad_f1, tokens
from lukasa_evals.scoring.planted import wrong_answers


@pytest.mark.parametrize(
    ("answer", "gold", "f1"),
    [
        ("Lisbon", "Lisbon", 1.0),
        ("In Lisbon.", "Lisbon", 2 / 3),  # one of two words, one of one
        ("the the the cat", "the cat", 1.0),  # sets: repeated words are one
        ("red, green", "green and red", 0.8),  # 2 of 2 and 2 of 3
        ("7 May 2023", "May 7, 2023", 1.0),
        ("", "Lisbon", 0.0),
        ("nothing alike", "Lisbon", 0.0),
        ("Ana's dog", "Anas dog", 0.5),  # an apostrophe is no space
    ],
)
def test_f1_of_the_paper(answer: str, gold: str, f1: float):
    assert paper_f1(answer, gold) == pytest.approx(f1)


@pytest.mark.parametrize(
    ("answer", "gold", "f1"),
    [
        ("The cat!", "a cat", 1.0),
        ("cat cat dog", "cat dog dog", 2 / 3),  # two in common of three and three
        ("Ana's dog", "Anas dog", 1.0),
        ("", "", 1.0),
        ("", "x", 0.0),
    ],
)
def test_f1_of_squad(answer: str, gold: str, f1: float):
    assert squad_f1(answer, gold) == pytest.approx(f1)


def test_f1_of_locomo_takes_stems_and_the_best_match_of_each_part():
    assert locomo_f1("running", "runs", category=4) == 1.0
    # "swimming" is met in full, "hiking trips" by half of its words: 2·(1·½)/(1 + ½) = ⅔.
    assert locomo_f1("hiked, swims", "swimming, hiking trips", category=1) == pytest.approx((1 + 2 / 3) / 2)


@pytest.mark.parametrize(
    ("answer", "gold", "bleu"),
    [
        ("the cat sat", "the cat sat", 1.0),
        ("the cat", "the cat sat", math.exp(1 - 3 / 2)),  # all right, but too short
        ("the the the", "the cat", 1 / 3),  # "the" counts once
        ("a dog sat down", "the cat sat", 1 / 4),
        ("", "x", 0.0),
        ("She's in Porto.", "she 's in porto .", 1.0),
    ],
)
def test_bleu(answer: str, gold: str, bleu: float):
    assert bleu1(answer, gold) == pytest.approx(bleu)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("don't stop", ["do", "n't", "stop"]),
        ("in porto. then braga.", ["in", "porto", ".", "then", "braga", "."]),
        ("dr. lima, at 5:30", ["dr.", "lima", ",", "at", "5:30"]),
        ("$20 (about)", ["$", "20", "(", "about", ")"]),
        ("gonna", ["gon", "na"]),
    ],
)
def test_words_are_those_of_nltk(text: str, words: list[str]):
    assert tokens(text) == words


def test_exact_match_leaves_out_articles():
    assert exact_match("The red house.", "red house") == 1.0
    assert exact_match("a blue house", "red house") == 0.0


UNKNOWN = (
    """
I don't know.|I do not know|I really don't know.|We can't tell from this.|I cannot determine that.|I couldn't find anything.
I'm not sure.|I am not certain about that.|I'm unable to say.|I have no information on that.|I see no mention of it.|I found no record of a boat.
There is no information about a boat.|There's nothing about that.|There was no mention of it.|There isn't mentioned anything.|No information available.
No mention of this.|Not enough information.|Insufficient data|It is not mentioned.|This was not specified.|Not stated in the notes|Her age is not known.
That is not explicitly mentioned.|The notes do not say.|It doesn't say.|The conversation does not mention a boat.|They never mentioned it.|She never said.
The context doesn't contain that.|It cannot be determined.|It can't be inferred.|Unknown|Unclear.|unanswerable|N/A|n/a|None mentioned|Nothing is known about it
No idea.|I have no idea|The date isn't specified.|It hasn't been discussed.|The notes don’t tell.
""".strip()
    .replace("\n", "|")
    .split("|")
)

KNOWN = (
    """
Lisbon|Yes|No|No, she sold it.|None|Nothing|Two cats|In May 2023|She does not like fish.|He didn't go.|She doesn't own a car.|He never learned to swim.
Not in 2022, but in 2023|They do not eat meat.|I'm not sure, but she probably lives in Lisbon.|I don't know for certain, however she moved to Porto in May.
It is not the red one; the blue one.|She was unable to attend.|He is unaware of the party|She can't swim.|He couldn't find his keys.|He said that he knows.
There are three.|There is a bakery below.|She has no siblings.|He has no car.|No sugar|Not Porto|Nobody|She knows Petra.|Not long|He is not a doctor.
She told nobody.|It was clear weather.|Available on Monday|The record store|A note from Petra|Her notes on sailing|An unfinished novel|She lost her memory card.
""".strip()
    .replace("\n", "|")
    .split("|")
)


@pytest.mark.parametrize("answer", UNKNOWN)
def test_an_answer_that_says_that_nothing_is_known(answer: str):
    assert says_unknown(answer)


@pytest.mark.parametrize("answer", ["", " ", *KNOWN])
def test_an_answer_that_says_something(answer: str):
    assert not says_unknown(answer)


RIGHT = '{"reason": "same city", "label": "CORRECT"}'
WRONG = '{"reason": "another city", "label": "WRONG"}'


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("reply", "label"),
    [
        (RIGHT, "correct"),
        (WRONG, "wrong"),
        (f"```json\n{RIGHT}\n```", "correct"),
        (f"I would say CORRECT at first, but: {WRONG}", "wrong"),
        ('{"label": "correct"}', "correct"),
        ('{"label": "INCORRECT"}', "unreadable"),
        ('{"label": "NOT CORRECT"}', "unreadable"),
        ('{"label": "PARTIALLY CORRECT"}', "unreadable"),
        ("INCORRECT", "unreadable"),
        ("CORRECT", "unreadable"),
        (f"{WRONG} {RIGHT}", "unreadable"),
        ("", "unreadable"),
    ],
)
async def test_a_verdict_is_read_and_never_guessed(reply: str, label: str):
    model = ScriptedLLM([reply])
    found = await judge("Where?", "Lisbon", "In Lisbon", model, leniency="strict")
    assert found.label == label
    assert len(model.requests) == (2 if label == "unreadable" else 1)


@pytest.mark.anyio
async def test_a_verdict_that_could_not_be_read_is_asked_for_once_more():
    model = ScriptedLLM(["INCORRECT", WRONG])
    assert (await judge("Where?", "Lisbon", "Porto", model, leniency="strict")).label == "wrong"


@pytest.mark.anyio
async def test_an_empty_answer_is_wrong_without_asking():
    model = ScriptedLLM([RIGHT])
    assert (await judge("Where?", "Lisbon", "  ", model, leniency="lenient")).label == "wrong"
    assert not model.requests


@pytest.mark.anyio
async def test_the_judges_are_told_different_things_and_asked_for_json():
    told: list[LLMRequest] = []
    for leniency in ("lenient", "strict"):
        model = ScriptedLLM([RIGHT])
        await judge("Where?", "Lisbon", "In Lisbon", model, leniency=leniency)  # type: ignore[arg-type]
        told += model.requests
    assert told[0].messages[0] != told[1].messages[0]
    assert all(request.shape is not None and request.limits.temperature == 0 for request in told)
    assert all("In Lisbon" in request.messages[1].text for request in told)


def question(index: int, text: str, answer: str, category: int = 4) -> Question:
    return Question(index=index, text=text, category=category, published=Label((), answer))


def test_wrong_answers_are_wrong_and_the_same_every_time():
    asked = [
        question(0, "When did Ines leave Porto?", "14 June 2024"),
        question(1, "What did Olu sell?", "12 jars of sauce"),
        question(2, "What is the cat called?", "Miso"),
        question(3, "When did Ines go?", "in June 2024", category=2),
    ]
    first = wrong_answers(asked[0], asked, seed=0)
    assert first == wrong_answers(asked[0], asked, seed=0)
    by_sort = {planted.sort: planted.text for planted in first}
    assert by_sort["other answer"] in {"12 jars of sauce", "Miso"}
    assert "porto" in by_sort["vague"].lower()
    assert by_sort["changed"] == "17 June 2024"
    # Without a number nothing is changed; an answer that shares words is not used.
    assert {planted.sort for planted in wrong_answers(asked[2], asked, seed=0)} == {"other answer", "vague"}


PERMUTED = {"single-hop": 1, "multi-hop": 3, "open-domain": 4, "temporal": 2}
"""What the paper's names are in LoCoMo's ids."""

COUNTS = {1: 282, 2: 321, 3: 96, 4: 841}


@pytest.mark.parametrize(
    ("printed", "figures"),
    [
        (66.88, (67.13, 51.15, 72.93, 55.51)),  # Mem0
        (68.44, (65.71, 47.19, 75.71, 58.13)),  # its graph variant
        (65.99, (61.70, 41.35, 76.60, 49.31)),  # Zep
        (52.90, (63.79, 42.92, 62.29, 21.71)),  # OpenAI
        (58.10, (62.23, 47.92, 71.12, 23.43)),  # LangMem
        (48.38, (39.79, 18.85, 54.05, 49.91)),  # A-Mem
    ],
)
def test_the_papers_overall_figures_follow_from_its_categories(printed: float, figures: tuple[float, ...]):
    by_category = dict(zip(PERMUTED.values(), figures, strict=True))
    assert overall(by_category, COUNTS) == pytest.approx(printed, abs=0.015)


def test_overall_of_nothing_is_no_number():
    assert math.isnan(overall({}, {}))
