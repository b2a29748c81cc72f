"""What a name is compared by, and what relatives are called. Pure.

"Ana's sister" is somebody else than Ana: its key keeps the possessive, and is no part of another name.
"""

from __future__ import annotations

import re
import unicodedata

from lukasa.extraction.rules.people import ATTRIBUTE_OF
from lukasa.graph.triples import Key

_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof", "sir", "the", "herr", "frau", "señor", "señora", "monsieur", "madame"})  # fmt: skip
_OF = "'s"
"""Stands in a key between whose relative it is, and which."""

_PHRASE = re.compile(r"(?P<whose>.+?)['’]s? (?P<kin>[^\W\d_-]+(?:-in-law)?)")
_POSSESSIVE = re.compile(r"['’]s\b")
_WORD = re.compile(r"[^\W_]+(?:\+\+|#)?")
"""C, C++ and C# are three languages."""


def words_of(name: str) -> Key:
    """Return what a name is compared by: its words without case, titles and possessives."""
    bare = name.casefold() if name.isascii() else unicodedata.normalize("NFC", name.casefold())
    if "'" in bare or "’" in bare:
        if (kin := kinship(name)) is not None:
            return (*words_of(kin[0]), _OF, kin[1])
        bare = _POSSESSIVE.sub("", bare)
    words = tuple(_WORD.findall(bare)) or (bare.strip(),)
    return tuple(word for word in words if word not in _TITLES) or words


def kinship(name: str) -> tuple[str, str] | None:
    """Return whose relative a phrase such as "Ana's sister" means, and which; `None` for a plain name."""
    found = _PHRASE.fullmatch(name.strip())
    if found is None or found["kin"].casefold() not in ATTRIBUTE_OF:
        return None
    return found["whose"], found["kin"].casefold()


def is_phrase(key: Key) -> bool:
    """Tell whether a key is of "Ana's sister" and the like."""
    return _OF in key


def depth(key: Key) -> int:
    """Return how many relatives away a phrase is: 2 for "Ana's sister's husband"; 0 for a plain name."""
    return key.count(_OF)


def whose(key: Key) -> tuple[Key, str]:
    """Return the key of whose relative a phrase means, and which relative."""
    return key[:-2], key[-1]


def fullest(key: Key) -> tuple[bool, int, Key]:
    """Order names by how much they say: "Ana's sister" is nobody's name."""
    return is_phrase(key), -len(key), key
