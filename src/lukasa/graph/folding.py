"""Spellings of one name that differ by nothing a reader would stop at: accents, "&", "St.", a firm's suffix, a plural. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache

from lukasa.graph.triples import Key

_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
"""Latin letters that Unicode does not take apart."""

_SUFFIXES = frozenset({"inc", "incorporated", "gmbh", "ltd", "limited", "llc", "corp", "corporation", "plc", "ag", "sa", "bv", "oy", "srl", "kg", "co", "company"})  # fmt: skip
_SURE_SUFFIXES = frozenset({"inc", "gmbh", "ltd", "llc", "plc"})
"""Those that nothing but a firm has."""

COUNTED = frozenset({"thing", "concept", "event", "animal"})
"""Types of which a plural is the same; "Smith" and "the Smiths" are not."""

_SHORTEST = 4
"""Letters of a word from which a final s is taken for a plural: "gas" and "bus" are none."""


_OTHER_THINGS = frozenset({"glasses", "goods", "arms", "customs", "spirits", "news", "shorts", "means"})
"""Words with an s that mean something else than without it."""


def spellings(key: Key, type_: str) -> Iterator[tuple[str, Key]]:
    """Return what a name of a type is alike under: names that have one of these in common are spelled alike."""
    light = plain(key)
    yield "", light
    if type_ == "organisation":
        yield type_, _without_suffix(light)
    elif type_ in COUNTED:
        yield type_, (*light[:-1], _singular(light[-1])) if light else light


def plain(key: Key) -> Key:
    """Return a key without accents, with "and" left out and "St" as "saint"."""
    words = [_bare(word) for word in key]
    if "and" not in words and "st" not in words:
        return tuple(words)
    last = len(words) - 1
    return tuple(
        "saint" if word == "st" and place != last else word
        for place, word in enumerate(words)
        if word != "and" or last == 0
    )


def is_firm(key: Key) -> bool:
    """Tell whether a name is a firm's by its last word."""
    return len(key) > 1 and key[-1] in _SURE_SUFFIXES


def _bare(word: str) -> str:
    """Return a word without accents, of Latin and Greek letters only: elsewhere a mark makes another letter."""
    return word if word.isascii() else "".join(map(_bare_letter, word.translate(_LETTERS)))


@cache
def _bare_letter(letter: str) -> str:
    apart = unicodedata.normalize("NFD", letter)
    return (
        apart[0]
        if len(apart) > 1 and unicodedata.name(apart[0], "").startswith(("LATIN", "GREEK"))
        else letter
    )


def _without_suffix(words: Key) -> Key:
    end = len(words)
    while end > 1 and words[end - 1] in _SUFFIXES:
        end -= 1
    return words[:end]


def _singular(word: str) -> str:
    if (
        len(word) < _SHORTEST
        or word in _OTHER_THINGS
        or not word.endswith("s")
        or word.endswith(("ss", "us", "is"))
    ):
        return word
    if word.endswith("ies") and len(word) > _SHORTEST:
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("ches", "shes", "sses", "xes")) else word[:-1]
