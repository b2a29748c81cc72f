"""What a name is compared by, and what relatives are called. Pure.

"Ana's sister" is somebody else than Ana: its key keeps the possessive, and is no part of another name.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

from lukasa.extraction.rules.people import ATTRIBUTE_OF
from lukasa.graph.triples import Key

_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof", "sir", "the", "herr", "frau", "señor", "señora", "monsieur", "madame"})  # fmt: skip
_OF = "'s"
"""Stands in a key between whose relative it is, and which."""

_PHRASE = re.compile(r"(?P<whose>.+?)['’]s? (?P<kin>[^\W\d_-]+(?:-in-law)?)")
_POSSESSIVE = re.compile(r"['’]s\b")
_WORD = re.compile(r"[^\W_]+(?:\+\+|#)?")
"""C, C++ and C# are three languages."""

_UNDECOMPOSED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
"""Latin letters that Unicode does not take apart."""

_SUFFIXES = frozenset({"inc", "incorporated", "gmbh", "ltd", "limited", "llc", "corp", "corporation", "plc", "ag", "sa", "bv", "oy", "srl", "kg", "co", "company"})  # fmt: skip

_SURE_SUFFIXES = frozenset({"inc", "gmbh", "ltd", "llc", "plc"})
"""Those that nothing but a firm has."""

COUNTED = frozenset({"thing", "concept", "event", "animal"})
"""Types of which a plural is the same; "Smith" and "the Smiths" are not."""

_SHORTEST_PLURAL = 4
"""Letters of a word from which a final s is taken for a plural: "gas" and "bus" are none."""

_OTHER_THINGS = frozenset({"glasses", "goods", "arms", "customs", "spirits", "news", "shorts", "means"})
"""Words with an s that mean something else than without it."""

_SHORTEST_SLIP = 5
"""Letters of the shorter word from which a slip is told from another name: "Jon" and "Jan" differ by as much."""


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
    return word if word.isascii() else "".join(map(_bare_letter, word.translate(_UNDECOMPOSED)))


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
        len(word) < _SHORTEST_PLURAL
        or word in _OTHER_THINGS
        or not word.endswith("s")
        or word.endswith(("ss", "us", "is"))
    ):
        return word
    if word.endswith("ies") and len(word) > _SHORTEST_PLURAL:
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("ches", "shes", "sses", "xes")) else word[:-1]


def slipped(one: Key, other: Key) -> bool:
    """Tell whether two names differ by one letter, or two that changed places, inside one long word.

    First and last letters agree: those are rarely mistyped, and the last tells Maria from Mario.
    """
    if len(one) != len(other):
        return False
    differing = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return len(differing) == 1 and _one_slip(*differing[0])


def _one_slip(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    if (
        len(shorter) < _SHORTEST_SLIP
        or len(longer) - len(shorter) > 1
        or (one[0], one[-1]) != (other[0], other[-1])
    ):
        return False
    start = next(
        (place for place, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter)
    )
    if len(shorter) < len(longer):
        return shorter[start:] == longer[start + 1 :]
    return (
        shorter[start + 1 :] == longer[start + 1 :]
        or (shorter[start : start + 2] == longer[start : start + 2][::-1] and shorter[start + 2 :] == longer[start + 2 :])
    )  # fmt: skip


class NameParts:
    """Names of people by their words, to find those that one is a part of: "Adam" of "Adam Smith"."""

    def __init__(self, people: Iterable[Key]) -> None:
        self._words = {key: frozenset(plain(key)) for key in people}
        self._by_word: defaultdict[tuple[str, int], set[Key]] = defaultdict(set)
        for key in self._words:
            for word in self._words[key]:
                self._by_word[word, len(plain(key))].add(key)
        self._lengths = {length for _, length in self._by_word}

    def __contains__(self, key: Key) -> bool:
        return key in self._words

    def fuller(self, key: Key) -> Iterator[Key]:
        """Return the names that one is a part of."""
        words = self._words[key]
        for length in self._lengths:
            if length > len(plain(key)):
                # Names with the rarest word are the fewest to look at.
                candidates = min((self._by_word.get((word, length), set()) for word in words), key=len)
                yield from (name for name in candidates if words < self._words[name])
