from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lukasa.adapters.models.manifest import read
from lukasa.adapters.tokens import estimate
from lukasa.adapters.tokens.estimate import EstimatingCounter
from lukasa.adapters.tokens.words import WordCounter
from lukasa.ports.tokens import TokenCounter

CHAT = [
    "Hey! How was your weekend? I finally finished the pottery class I told you about, and the bowl came out a bit crooked.",
    "We went hiking with the kids on Saturday, and it didn't rain, which was a nice change.",
    "I've been thinking about changing jobs since January. My manager isn't supportive, and the commute takes an hour.",
    "Do you remember the name of that Italian restaurant near the station? We'd like to book a table for 7:30 pm on Friday.",
    "[23 November 2026] Maria: My therapist suggested journaling every evening, and I think it's helping with the anxiety.",
]
CODE = """
def fibonacci(limit: int) -> list[int]:
    values = [0, 1]
    while values[-1] + values[-2] < limit:
        values.append(values[-1] + values[-2])  # grows
    return values
"""

# Text that falls on every border between kinds of characters, which plain random text seldom does.
PIECES = st.sampled_from(["it's", "'s", "’ll", " ", "  ", "7", "2023", "HTTPServer", "Ab", "aB", "\n\n", "\t", "雨", "が",
    "한국", "мир", "é", "ß", "👩‍👧", "…", "—", "!?", "->", "''", "\0", "ไทย", "\u3000", "ı", "Ⅷ", "x"])  # fmt: skip
MIXED = st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=20).map("".join)


@pytest.mark.parametrize("counter", [EstimatingCounter(), WordCounter()])
@given(text=MIXED, cut=st.tuples(st.integers(0, 90), st.integers(0, 90)))
def test_no_part_counts_more_than_the_whole(counter: TokenCounter, text: str, cut: tuple[int, int]):
    assert counter.count(text[min(cut) : max(cut)]) <= counter.count(text)


@given(text=st.text(alphabet=st.characters(categories=["L", "N", "P", "S"]), min_size=1))
def test_whatever_can_be_seen_counts(text: str):
    assert EstimatingCounter().count(text) >= 1


@given(text=MIXED)
def test_counting_word_by_word_is_counting_run_by_run(text: str):
    assert EstimatingCounter().count(text) == estimate._runs(text)


def test_nothing_counts_nothing():
    assert EstimatingCounter().count("") == WordCounter().count("") == 0


# Counts of cl100k that its vendor publishes in its cookbook.
@pytest.mark.parametrize(
    ("text", "published"), [("antidisestablishmentarianism", 6), ("2 + 2 = 4", 7), ("お誕生日おめでとう", 9)]
)
def test_published_counts_are_reached_and_not_much_exceeded(text: str, published: int):
    assert published <= EstimatingCounter().count(text) <= 1.25 * published


def test_chat_costs_a_little_more_than_four_tokens_for_three_words_say():
    words = sum(WordCounter().count(text) for text in CHAT)

    tokens = sum(EstimatingCounter().count(text) for text in CHAT)

    assert 1.25 <= tokens / words <= 1.5


@pytest.mark.model
def test_prose_and_code_are_near_a_real_vocabulary():
    from tokenizers import Tokenizer  # noqa: PLC0415

    vocabulary = Tokenizer.from_str(read("bge-small-en-v1.5", "dense").tokenizer.decode())
    vocabulary.no_truncation()
    for text in (" ".join(CHAT), CODE):
        real = len(vocabulary.encode(text, add_special_tokens=False).ids)

        assert 0.9 * real <= EstimatingCounter().count(text) <= 1.2 * real


@pytest.mark.parametrize("text", ["我上个月搬到了里斯本", "ひらがなカタカナ", "서울에살아요", "ฉันย้ายไป"])
def test_scripts_without_spaces_cost_at_least_a_token_a_character(text: str):
    assert EstimatingCounter().count(text) >= len(text)


@pytest.mark.parametrize(
    ("text", "real"),  # by cl100k
    [
        ("أختي سلمى تعمل طبيبة بيطرية في عيادة للخيول.", 34),
        ("אחותי עובדת כווטרינרית במרפאה לסוסים.", 37),
        ("मेरी बहन गीता घोड़ों के अस्पताल में पशु चिकित्सक है।", 53),
        ("ห้องใหม่ของเราอยู่ที่เชียงใหม่ ชั้นสาม ไม่มีลิฟต์", 46),
    ],
)
def test_scripts_that_were_measured_are_near_the_real_vocabulary(text: str, real: int):
    assert 0.95 * real <= EstimatingCounter().count(text) <= 1.6 * real


def test_words_stand_between_white_space():
    assert WordCounter().count(" one\ttwo,three \n four ") == 3
