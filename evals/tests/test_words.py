from __future__ import annotations

import pytest

from lukasa_evals import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The two cats were running!", ["two", "cat", "run"]),
        ("Olu's tomatoes", ["olu", "tomato"]),
        ("12 jars for 1,250.50 in May 2024", ["12", "jar", "1250.50", "may", "2024"]),
        ("I don't, you’ve", []),
        ("", []),
        ("café Ærø", ["café", "ærø"]),
    ],
)
def test_content_words_are_stemmed_and_numbers_kept(text: str, expected: list[str]):
    assert words.content_words(text) == expected
    assert words.distinct_content_words(text) == set(expected)


def test_a_budget_is_counted_by_white_space():
    assert words.count("[3 March 2024]  Ines:\nnot-one, but two") == 7


def test_bare_words_have_a_space_on_either_side():
    assert words.bare("Well (the\n bakery)…") == " Well the bakery "
    assert words.bare("?!") == " "
