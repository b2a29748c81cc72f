"""Patterns that are compiled late, and tables of words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lukasa.text.analysis import stem_set
from lukasa.text.patterns import LazyPattern, WordLists, has_mark, word_set


def test_a_pattern_is_compiled_when_it_is_first_used():
    broken = LazyPattern("(")

    with pytest.raises(re.error):
        broken.search("text")


def test_a_pattern_reads_its_source_when_it_is_first_used():
    sources = ["first"]
    pattern = LazyPattern(lambda: sources[-1])
    sources.append("later")

    assert pattern.search("sooner or later")


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


def test_lists_are_read_from_a_file_beside_a_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    package = tmp_path / "package_with_lists"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "kin.txt").write_text(
        "# What the file is.\n\n[people]\n# Not all of them.\nmother father\nson\n\n[patterns]\n#{4,}\nan? |\n     aunt\n\n[empty]\n"
    )
    monkeypatch.syspath_prepend(tmp_path)

    lists = WordLists("package_with_lists", "kin")

    assert lists.names == ("people", "patterns", "empty")
    assert lists.rows("people") == ("mother father", "son")
    assert lists["people"] == "mother father son"
    assert lists.words("people") == {"mother", "father", "son"}
    assert lists.rows("patterns") == ("#{4,}", "an? | aunt")
    assert lists.rows("empty") == ()
