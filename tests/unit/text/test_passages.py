from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lukasa.text.passages import MOST_CHARACTERS, MOST_WORDS, WORDS, passages

WORD = "harbour"


def pieces(text: str) -> list[str]:
    return [text[start:end] for start, end in passages(text)]


def sizes(text: str) -> list[int]:
    return [len(piece.split()) for piece in pieces(text)]


def prose(words: int, *, sentence: int = 9) -> str:
    """Return so many words in sentences."""
    made = [f"{WORD}." if n % sentence == 0 else WORD for n in range(1, words + 1)]
    return " ".join(made)


@pytest.mark.parametrize("text", ["", "  ", "\n", "Hi!", "  Hi!\n", prose(1), prose(MOST_WORDS - 8)])
def test_a_short_text_is_one_passage(text: str):
    assert pieces(text) == [text.strip()]


@pytest.mark.parametrize("words", [131, 140, 199, 201, 255, 310, 777])
def test_passages_are_of_about_one_size(words: int):
    counts = sizes(prose(words))

    assert sum(counts) == words
    assert max(counts) <= MOST_WORDS
    assert max(counts) - min(counts) < WORDS / 2
    assert abs(words / len(counts) - WORDS) <= WORDS / 2


def test_a_passage_ends_with_a_sentence():
    assert all(piece.endswith(".") for piece in pieces(prose(900)))


def test_a_passage_ends_with_a_paragraph_rather_than_with_a_sentence():
    text = "\n\n".join(prose(words) for words in (80, 40, 50, 90))

    assert sizes(text) == [80, 90, 90]


def test_a_list_is_cut_between_its_items_and_stays_with_the_line_before_it():
    items = "\n".join(f"- {prose(19)}" for _ in range(12))
    _, *others = pieces(f"{prose(60)}\nBring these:\n{items}")

    assert all(piece.startswith(("- ", "Bring these:")) for piece in others)


def test_code_is_cut_between_its_lines():
    code = "\n".join(f"    total_{n} = price[{n}] * count[{n}]  # of the shop" for n in range(60))

    assert all(piece.startswith("total_") for piece in pieces(code))


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("aGVsbG8gd29ybGQ" * 500, 700),
        ("x" * 10_000, 700),
        ("我昨天搬到了里斯本因为旧自行车被偷了" * 100, 2 * MOST_WORDS),
        ("Вчера мы переехали в Лиссабон и купили велосипед. " * 60, 500),
        ("어제 리스본으로 이사했고 낡은 자전거를 도난당했습니다. " * 60, 450),
        ("x=(a[i]+b[j])*c; " * 200, 500),
    ],
)
def test_what_takes_more_tokens_a_word_makes_shorter_passages(text: str, most: int):
    found = pieces(text)

    assert max(map(len, found)) <= most
    assert min(map(len, found)) >= most / 8


def test_a_stop_of_another_script_ends_a_sentence():
    assert all(piece.endswith("。") for piece in pieces("私は昨日リスボンに引っ越しました。" * 40))


letters = st.characters(exclude_categories=["Cs"]) | st.sampled_from(
    ["a", "Word ", " ", " ", "\n", "\n\n", ". ", "- ", "```", "。", "里", "é", "9", "😀", "\u00a0", "\u200b"]
)


@given(st.lists(letters, max_size=60).map("".join), st.integers(1, 30))
def test_every_letter_is_in_one_passage_and_none_is_too_large(part: str, times: int):
    text = part * times
    spans = passages(text)
    covered = 0

    assert spans
    for start, end in spans:
        assert text[covered:start].strip() == ""
        assert start <= end
        assert len(" ".join(text[start:end].split())) <= MOST_CHARACTERS
        covered = end
    assert text[covered:].strip() == ""
    if len(text) <= MOST_CHARACTERS and text.isascii() and text.replace(" ", "").isalpha():
        assert (len(spans) == 1) is (len(text.split()) <= MOST_WORDS)


@given(st.integers(1, 400))
def test_words_alone_are_cut_by_their_number(words: int):
    assert len(sizes(" ".join(["tea"] * words))) == (
        1 if words <= MOST_WORDS else max(2, round(words / WORDS))
    )
