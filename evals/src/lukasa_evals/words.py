"""What counts as a word: of a budget, of a question, of an answer."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?|[^\W_]+")

_WORD = re.compile(r"\w+")

STOP_WORDS = frozenset(
    """
    a about after again all also am an and any are as at be because been before being both but by can could did do
    does doing down during each few for from further had has have having he her here hers him his how i if in into is
    it its just like me more most my no nor not of off on once only or other our out over own same she should so some
    such than that the their them then there these they this those through to too under until up us very was we were
    what when where which while who whom whose why will with would you your
    """.split()  # noqa: SIM905 - a page of quotes is harder to read
)


def count(text: str) -> int:
    """Count words by white space: the unit of every budget here."""
    return len(text.split())


def bare(text: str) -> str:
    """Return the words alone, with a space before and behind each: neither a layout nor changed marks hide what was said."""
    return " ".join(["", *_WORD.findall(text), ""])


def content_words(text: str) -> list[str]:
    """Return the words that carry meaning, in order: lower case, no stop words, stemmed; numbers stay whole."""
    return [word for token in _TOKEN.findall(text.lower()) if (word := _normal(token))]


def distinct_content_words(text: str) -> set[str]:
    """Return the same words, each once. Fast when the same lines come again and again, as in contexts they do."""
    return set().union(*map(_line, text.splitlines()))


@functools.lru_cache(maxsize=50_000)
def _line(text: str) -> frozenset[str]:
    return frozenset(content_words(text))


@functools.lru_cache(maxsize=100_000)
def _normal(token: str) -> str:
    if token[0].isdigit():
        return token.replace(",", "")
    bare = re.sub(r"['’]s$", "", token)
    if bare in STOP_WORDS or len(bare) < 2 or "'" in bare or "’" in bare:  # noqa: PLR2004 - a letter is no word
        return ""
    return _stemmer()(bare)


@functools.cache
def _stemmer() -> Callable[[str], str]:
    import snowballstemmer  # noqa: PLC0415 - the stemmers are a hundred modules

    stem: Callable[[str], str] = snowballstemmer.stemmer("english").stemWord
    return stem
