"""Words in common, against values worked out by hand, and BLEU-1 against NLTK's."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lukasa_evals.scoring.overlap import bleu1, exact_match, locomo_f1, paper_f1, squad_f1, tokens

WORDS = ["a", "the", "kite", "kites", "red,", "green.", "and", "sails", "sailing", "7", "2023", "don't"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)


@pytest.mark.parametrize(
    ("answer", "gold", "f1"),
    [
        ("Lisbon", "lisbon", 1.0),
        ("In Lisbon.", "Lisbon", 2 / 3),  # one of two words, one of one
        ("the the the cat", "the cat", 1.0),  # sets: repeated words are one
        ("red, green", "green and red", 0.8),  # 2 of 2 and 2 of 3
        ("7 May 2023", "May 7, 2023", 1.0),
        ("red,green", "red green", 1.0),  # a comma is a space
        ("3.5 hours", "3 5 hours", 1.0),  # so is a full stop within a number
        ("a kite; a sail", "kite sail", 0.4),  # no semicolon: "kite;" is another word; 1 of 3 and 1 of 2
        ("Ana's dog", "Anas dog", 0.5),  # an apostrophe is no space
        ("sailing", "sails", 0.0),  # no stems
        ("the kite", "kite", 2 / 3),  # articles count
        ("nothing alike", "Lisbon", 0.0),
        ("", "Lisbon", 0.0),
        ("...", "Lisbon", 0.0),
        ("", "", 0.0),
    ],
)
def test_f1_of_the_paper(answer: str, gold: str, f1: float):
    assert paper_f1(answer, gold) == pytest.approx(f1)


@pytest.mark.parametrize(
    ("answer", "gold", "f1"),
    [
        ("The cat!", "a cat", 1.0),
        ("cat cat dog", "cat dog dog", 2 / 3),  # two in common of three and three
        ("the the the cat", "the cat", 1.0),
        ("Ana's dog", "Anas dog", 1.0),
        ("red,green", "redgreen", 1.0),  # punctuation goes without leaving a space
        ("1,000", "1000", 1.0),
        ("theatre", "atre", 0.0),  # an article is a word of its own
        ("sailing", "sails", 0.0),
        ("", "x", 0.0),
        ("the", "a kite", 0.0),
    ],
)
def test_f1_of_squad(answer: str, gold: str, f1: float):
    assert squad_f1(answer, gold) == pytest.approx(f1)


@pytest.mark.parametrize(
    ("answer", "gold", "category", "f1"),
    [
        ("running", "runs", 4, 1.0),
        ("Red and green.", "red, green", 2, 1.0),  # "and" is left out
        ("cat cat dog", "cat dog dog", 4, 2 / 3),
        ("red, green, blue", "blue, red, green", 4, 1.0),  # no list: words in any order
        # Items: "swimming" is met in full, "hiking trips" by half of its words: 2 · (1 · ½) / (1 + ½) = ⅔.
        ("hiked, swims", "swimming, hiking trips", 1, (1 + 2 / 3) / 2),
        ("swims", "swimming, hiking, sailing", 1, 1 / 3),
        ("swims, hikes, sleeps, eats", "swimming", 1, 1.0),  # what is too much costs nothing
        ("a kite", "a kite", 1, 1.0),
        ("Likely yes", "Likely yes; she said so of her sister", 3, 1.0),
        ("Likely yes", "Likely yes; she said so of her sister", 4, 2 * (1 * 2 / 8) / (1 + 2 / 8)),
        ("", "kite", 4, 0.0),
        ("", "kite, sail", 1, 0.0),
    ],
)
def test_f1_of_locomo(answer: str, gold: str, category: int, f1: float):
    assert locomo_f1(answer, gold, category) == pytest.approx(f1)


@pytest.mark.parametrize("word", ["skies", "they", "key", "use", "axes", "dying", "says"])
def test_stems_are_those_of_nltk_where_snowballs_porter_differs(word: str):
    """LoCoMo stems by NLTK's; by Snowball's "keys" and "they" are "kei" and "thei", which matters for none but these."""
    stems = {
        "skies": "sky",
        "they": "they",
        "key": "key",
        "use": "use",
        "axes": "axe",
        "dying": "die",
        "says": "say",
    }

    assert locomo_f1(word, stems[word], 4) == 1.0


@pytest.mark.parametrize(
    ("answer", "gold", "same"),
    [
        ("The red house.", "red house", 1.0),
        ("a blue house", "red house", 0.0),
        ("house red", "red house", 0.0),
        ("7 May", "7 may", 1.0),
        ("", "red house", 0.0),
        ("", "", 0.0),
        (" ", "the", 0.0),
    ],
)
def test_exact_match_leaves_out_articles_case_and_punctuation(answer: str, gold: str, same: float):
    assert exact_match(answer, gold) == same


BLEU = [
    ("Lisbon", "Lisbon", 1.000000),
    ("In Lisbon", "Lisbon", 0.500000),
    ("Lisbon.", "Lisbon", 0.500000),
    ("Lisbon", "In Lisbon, by the river", 0.006738),
    ("She moved to Porto", "Porto", 0.250000),
    ("porto porto porto", "Porto", 0.333333),
    ("Blue and green", "green, blue", 0.666667),
    ("a red kite", "two red kites", 0.333333),
    ("7 May 2023", "May 7, 2023", 0.716531),
    ("on 7 May", "7 May 2023", 0.666667),
    ("7 May, 2023.", "7 May 2023", 0.600000),
    ("the week before 9 June 2023", "The week before 9 June 2023.", 0.846482),
    ("She can't swim", "She cannot swim", 0.500000),
    ("She doesn't know", "She does not know", 0.750000),
    ("don't", "do not", 0.500000),
    ("they're twins", "They are twins", 0.666667),
    ("Ines's dog", "the dog of Ines", 0.477688),
    ("Ines' dog", "Ines's dog", 0.666667),
    ('"Miso"', "Miso", 0.333333),
    ('the cat called "Miso"', '"Miso"', 0.500000),
    ("(about) 20", "about 20", 0.500000),
    ("$20", "20 dollars", 0.500000),
    ("20%", "20 percent", 0.500000),
    ("5:30", "5:30 pm", 0.367879),
    ("1,000 euros", "1000 euros", 0.500000),
    ("1,000 euros", "1,000 euros", 1.000000),
    ("3.5 hours", "3.5 hours a day", 0.367879),
    ("well-known", "well known", 0.000000),
    ("and/or", "and or", 0.000000),
    ("yes!", "Yes", 0.500000),
    ("really?!", "really", 0.333333),
    ("wait... what", "wait what", 0.666667),
    ("gonna sail", "going to sail", 0.333333),
    ("a kayak; a tent", "a kayak, a tent", 0.800000),
    ("mother-in-law", "her mother-in-law", 0.367879),
    ("a@b.example", "a@b.example", 1.000000),
    ("She sold it. She moved.", "She sold it and moved", 0.571429),
    ("She left in May. He stayed.", "He stayed", 0.250000),
    ("No. Never.", "no", 0.250000),
    ("kayak -- tent", "kayak tent", 0.666667),
    ("the the cat", "the cat the", 1.000000),
    ("a b c d e f", "a", 0.166667),
    ("a", "a b c d e f", 0.006738),
    ("x y z", "a b c", 0.000000),
    ("rock 'n' roll", "rock and roll", 0.500000),
    ("'90s songs", "songs of the 90s", 0.477688),
    ("tea, coffee, milk", "tea coffee milk", 0.600000),
    ("U.S. stamps", "U.S. stamps", 1.000000),
    ("Dr. Lima", "Dr. Lima, a dentist", 0.223130),
    ("", "Lisbon", 0.0),
    ("Lisbon", "", 0.0),
]
"""With NLTK 3.10: `sentence_bleu`, method 1, over the words of each sentence by `NLTKWordTokenizer`, sentences split by hand."""


@pytest.mark.parametrize(("answer", "gold", "bleu"), BLEU)
def test_bleu_is_that_of_nltk(answer: str, gold: str, bleu: float):
    assert bleu1(answer, gold) == pytest.approx(bleu, abs=1e-6)


@given(TEXTS, TEXTS)
def test_bleu_is_the_share_of_right_words_less_a_penalty_for_being_short(answer: str, gold: str):
    said, wanted = tokens(answer), tokens(gold)
    right = (Counter(said) & Counter(wanted)).total()
    short = math.exp(min(0.0, 1 - len(wanted) / len(said))) if said else 0.0

    assert bleu1(answer, gold) == pytest.approx(short * right / len(said) if right else 0.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("don't stop", ["do", "n't", "stop"]),
        ("in porto. then braga.", ["in", "porto", ".", "then", "braga", "."]),
        ("dr. lima, at 5:30", ["dr.", "lima", ",", "at", "5:30"]),
        ("$20 (about)", ["$", "20", "(", "about", ")"]),
        ("gonna", ["gon", "na"]),
        ('he said "go." she went', ["he", "said", "``", "go", ".", "''", "she", "went"]),
        ("j. k. lima. yes", ["j.", "k.", "lima", ".", "yes"]),
        ("tea at 3 p.m. or later", ["tea", "at", "3", "p.m.", "or", "later"]),
        # Without capitals a number and its full stop may be "the 2." of something: NLTK's own model says so, too.
        ("in may 2023. she left", ["in", "may", "2023.", "she", "left"]),
        ("", []),
    ],
)
def test_words_are_those_of_nltk(text: str, words: list[str]):
    assert tokens(text) == words


@given(
    st.lists(
        st.sampled_from(
            ["she sold it.", "is it (really) so?", "no!", "they can't sail...", "miso's asleep."]
        ),
        min_size=1,
    )
)
def test_sentences_are_split_wherever_they_end(sentences: list[str]):
    assert tokens(" ".join(sentences)) == [token for sentence in sentences for token in tokens(sentence)]


@given(TEXTS, TEXTS, st.sampled_from([1, 2, 3, 4]))
def test_no_score_is_below_0_or_above_1_and_no_empty_answer_scores(answer: str, gold: str, category: int):
    scores = [paper_f1(answer, gold), locomo_f1(answer, gold, category), bleu1(answer, gold)]

    assert all(0.0 <= score <= 1.0 + 1e-12 for score in [*scores, squad_f1(answer, gold)])
    assert answer or not any(scores)
