"""Whether the grammar may read a sentence at all."""

from __future__ import annotations

import re
from functools import cache

from lukasa.text.language_data import FUNCTION_WORDS

_FEW = 3
"""Words up to which a sentence is taken for English: `Lisbon, since March.` has none that tells."""


def is_english(sentence: str) -> bool:
    """Tell whether most function words of a sentence are English, as far as it has any."""
    if sentence.isascii() and _telltale().search(sentence):
        return True
    found = [word.lower() for word in _word().findall(sentence)]
    if any(ord(letter) > _LATIN for letter in sentence if letter.isalpha()):
        return False
    english = sum(word in _english() for word in found)
    foreign = sum(word in _foreign() for word in found)
    return english >= foreign if len(found) > _FEW else foreign <= english


@cache
def _telltale() -> re.Pattern[str]:
    return re.compile(r"\b(?:I|I'm|I've|my|we|our|the|and|with|was|have)\b")


@cache
def _word() -> re.Pattern[str]:
    return re.compile(r"[^\W\d_]+")


@cache
def _english() -> frozenset[str]:
    return frozenset(FUNCTION_WORDS["en"].split())


@cache
def _foreign() -> frozenset[str]:
    return (
        frozenset(
            " ".join(
                FUNCTION_WORDS[code]
                for code in ("de", "fr", "es", "it", "pt", "nl")
                if code in FUNCTION_WORDS
            ).split()
        )
        - _english()
    )


_LATIN = 0x24F
