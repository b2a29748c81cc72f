"""Patterns that are compiled late, and tables of words."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from random import Random

import pytest
from _secret_shapes import CONTEXTS, SENTENCES, SHAPES
from hypothesis import given
from hypothesis import strategies as st

from lukasa.text import analysis, patterns, secrets, sentences
from lukasa.text.analysis import stem_set
from lukasa.text.patterns import LazyPattern, WordLists, has_mark, scan, slices, word_set


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
    assert LazyPattern("big").is_in("a BIG wolf")
    assert LazyPattern(r"\s+").split("a  b c") == ["a", "b", "c"]


SCANNED = (
    *(shape.pattern for _, shape in secrets._shapes() if shape.check != "pem"),
    *(secrets._MARK, secrets._PIN, secrets._PASSWORD, secrets._KEY, sentences._STOP, sentences._LINK),
    *(LazyPattern(pattern.pattern, pattern.flags) for pattern in (analysis._TOKEN, analysis._RUN)),
)


def long_text(random: Random) -> str:
    """Return secrets in sentences, links, emoji and other scripts, in any order."""
    parts = [random.choice(list(CONTEXTS.values())).format(draw(random)) for draw in SHAPES.values()]
    parts += [sentence.format(draw(random)) for sentence, draw in SENTENCES.values()]
    parts += [
        "See https://a.example/b?c=1, then 我住在罗马。 Great! 🎉 :) 안녕 v1.2.3",
        "[REDACTED:pin]",
        "a" * 300,
        "-" * 300,
    ]
    parts = random.sample(parts, len(parts) // 3)
    return "\n".join(parts)


@pytest.mark.parametrize("size", [200, 997])
def test_a_text_that_is_scanned_in_slices_has_the_same_matches(monkeypatch: pytest.MonkeyPatch, size: int):
    text = long_text(Random(size))
    monkeypatch.setattr(patterns, "_SLICE", size)

    for pattern in SCANNED:
        in_slices = [match.span() for match in pattern.scan(text)]
        assert in_slices == [match.span() for match in pattern.finditer(text)], pattern.compiled.pattern


def test_no_call_looks_at_more_than_a_slice_and_what_a_match_may_need():
    looked = []

    class Recorded:
        def search(self, text: str, start: int, end: int) -> None:
            looked.append(end - start)

    assert list(scan(Recorded(), "-" * 100_000, reach=50)) == []  # type: ignore[arg-type]

    assert max(looked) <= patterns._SLICE + 50
    assert sum(looked) <= 110_000


def test_a_match_may_be_longer_than_a_slice(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(patterns, "_SLICE", 100)

    matches = [
        match.group()
        for match in scan(re.compile(r"key=\w{3,}(?!!)"), "key=" + "a" * 5_000 + " key=b!", reach=50)
    ]

    assert matches == ["key=" + "a" * 5_000]


@given(st.text(alphabet="ab ·が가各각가\u0301\u3099\u1161ﾞｶ\u200d\u200b\u3000你ʼ1ﬃ"))
def test_a_text_that_is_normalised_in_slices_is_normalised(text: str):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patterns, "_SLICE", 2)

        assert "".join(slices(text)) == text
        assert "".join(unicodedata.normalize("NFKC", part) for part in slices(text)) == unicodedata.normalize(
            "NFKC", text
        )


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
