"""Text → words, as the grammar reads them: contractions in two, and where each word stands."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from lukasa.extraction.rules.lexicon import table
from lukasa.text.patterns import LazyPattern


class ClauseWord(NamedTuple):
    """A word, half a contraction (`I`, `'m`; `do`, `n't`), a number or a mark."""

    text: str
    low: str
    """In lower case, with straight apostrophes."""

    start: int
    end: int
    """Characters of the text."""

    glue: str
    """What stands between it and the word before: a space or nothing."""


def words(text: str, start: int, end: int) -> list[ClauseWord]:
    """Return the words of `text[start:end]`, in order; their places are those in *text*."""
    tokens: list[ClauseWord] = []
    last = start
    for match in _TOKEN.finditer(text, start, end):
        glue = " " if match.start() > last and tokens else ""
        tokens += _parts(match.group(), match.start(), glue)
        last = match.end()
    return _split_is(tokens)


def _split_is(tokens: list[ClauseWord]) -> list[ClauseWord]:
    """Cut the "is" off a noun before what no possessive has behind it: `My sister's a judge`."""
    split: list[ClauseWord] = []
    for word, follows in pairwise([*tokens, ClauseWord("", "", 0, 0, "")]):
        if word.low.endswith("'s") and len(word.low) > _SUFFIX and follows.low in table("behind_is"):
            cut = len(word.text) - _SUFFIX
            split.append(ClauseWord(word.text[:cut], word.low[:cut], word.start, word.start + cut, word.glue))
            split.append(ClauseWord(word.text[cut:], "'s", word.start + cut, word.end, ""))
        else:
            split.append(word)
    return split


def joined(parts: Iterator[tuple[str, str]]) -> str:
    """Write words one after the other; each comes with its glue, and empty ones leave nothing behind."""
    text = ""
    for glue, word in parts:
        if word:
            text += (glue if text and word[0] != " " else "") + word
    return text.strip()


def is_word(word: ClauseWord) -> bool:
    """Whether it is more than a mark."""
    return word.low[0].isalnum() or word.low[0] == "'"


def _parts(raw: str, start: int, glue: str) -> list[ClauseWord]:
    low = raw.lower().replace("’", "'")
    if low.startswith("no") and low.split() == ["no", "longer"]:
        return [ClauseWord(raw, "no longer", start, start + len(raw), glue)]
    if len(low) != len(raw):  # İ and its like change length, and their places with it
        low = raw.replace("’", "'")
    cut = _contracted(low)
    if not cut:
        return [ClauseWord(raw, low, start, start + len(raw), glue)]
    return [
        ClauseWord(raw[:cut], low[:cut], start, start + cut, glue),
        ClauseWord(raw[cut:], low[cut:], start + cut, start + len(raw), ""),
    ]


def _contracted(low: str) -> int:
    """Return where a contraction is cut, or 0: `Ana's` may be a possessive, and stays whole."""
    if low.endswith("n't") and low != "n't":
        return len(low) - 3
    head, apostrophe, tail = low.rpartition("'")
    if not apostrophe or not head:
        return 0
    if tail in {"m", "re", "ve", "ll", "d"}:
        return len(head)
    return len(head) if tail == "s" and head in table("before_is") else 0


_SUFFIX = 2
"""Characters of `'s`."""

_TOKEN = LazyPattern(
    r"(?i:no\s+longer)\b|(?:https?://|www\.)[^\s<>]+|\d+(?:[.,:/]\d+)+|[^\W_]+(?:['’&_-][^\W_]+)*(?:\+\+?|#)?|\S"
)
