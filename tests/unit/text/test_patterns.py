"""Patterns that are compiled late, and tables of words."""

from __future__ import annotations

import re

import pytest

from lukasa.text.analysis import stem_set
from lukasa.text.patterns import LazyPattern, has_mark, word_set


def test_a_pattern_is_compiled_when_it_is_first_used():
    broken = LazyPattern("(")

    with pytest.raises(re.error):
        broken.search("text")


def test_a_pattern_does_what_a_compiled_one_does():
    pattern = LazyPattern(r"(?P<word>B\w+)", re.IGNORECASE)
    text = "a big bad wolf"

    assert pattern.match(text) is None
    assert pattern.match(text, 2, 5)["word"] == "big"
    assert pattern.search(text, 4)["word"] == "bad"
    assert pattern.fullmatch("bad") is not None
    assert [found.span() for found in pattern.finditer(text)] == [(2, 5), (6, 9)]
    assert pattern.sub("_", text) == "a _ _ wolf"
    assert LazyPattern(r"\s+").split("a  b c") == ["a", "b", "c"]


def test_tables_are_sets_of_words_or_of_stems():
    assert word_set("lives live") == {"lives", "live"}
    assert stem_set("baking baked") == stem_set("bake")


def test_marks_are_looked_for_in_scripts_without_spaces_alone():
    assert has_mark("我不吃肉", "不 没")
    assert not has_mark("no meat", "no")
