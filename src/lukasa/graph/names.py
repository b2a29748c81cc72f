"""Names: what they are compared by, which ones are spelled alike, and which are part of a fuller one. Pure."""

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
"""Between owner and relative in the key of a phrase: "Ana's sister" is not Ana, and not a part of another name."""

_PHRASE = re.compile(r"(?P<owner>.+?)['’]s? (?P<kin>[^\W\d_-]+(?:-in-law)?)")
_POSSESSIVE = re.compile(r"['’]s\b")
_WORD = re.compile(r"[^\W_]+(?:\+\+|#)?")
"""C, C++ and C# are three words."""

_UNDECOMPOSED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
"""Latin letters that Unicode does not decompose."""

_SUFFIXES = frozenset({"inc", "incorporated", "gmbh", "ltd", "limited", "llc", "corp", "corporation", "plc", "ag", "sa", "bv", "oy", "srl", "kg", "co", "company"})  # fmt: skip

_SURE_SUFFIXES = frozenset({"inc", "gmbh", "ltd", "llc", "plc"})
"""Suffixes that only firms have."""

_COUNTED = frozenset({"thing", "concept", "event", "animal"})
"""Types whose plural is the same entity; "Smith" and "the Smiths" are not."""

_SHORTEST_PLURAL = 4
"""Letters from which a final s makes a plural: "gas" is too short."""

_NO_PLURALS = frozenset({"glasses", "goods", "arms", "customs", "spirits", "news", "shorts", "means"})
"""Words that mean something else without their s."""

_SHORTEST_MISSPELLED = 5
"""Letters from which a word can be misspelled: "Jon" and "Jan" are two names."""


def words_of(name: str) -> Key:
    """Return what a name is compared by: its words without case, titles and possessives."""
    bare = name.casefold() if name.isascii() else unicodedata.normalize("NFC", name.casefold())
    if "'" in bare or "’" in bare:
        phrase = _PHRASE.fullmatch(name.strip())
        if phrase is not None and (kin := phrase["kin"].casefold()) in ATTRIBUTE_OF:
            return (*words_of(phrase["owner"]), _OF, kin)
        bare = _POSSESSIVE.sub("", bare)
    words = tuple(_WORD.findall(bare)) or (bare.strip(),)
    return tuple(word for word in words if word not in _TITLES) or words


def is_phrase(key: Key) -> bool:
    """Return True for the key of a phrase such as "Ana's sister"."""
    return _OF in key


def phrase_depth(key: Key) -> int:
    """Return how many relatives away a phrase is: 2 for "Ana's sister's husband"; 0 for a name."""
    return key.count(_OF)


def owner_and_kin(key: Key) -> tuple[Key, str]:
    """Return the two parts of a phrase: the key of "Ana", and "sister"."""
    return key[:-2], key[-1]


def fullest(key: Key) -> tuple[bool, int, Key]:
    """Sort names by length, the longest first, and phrases last."""
    return is_phrase(key), -len(key), key


def spellings(key: Key, type_: str) -> Iterator[tuple[str, Key]]:
    """Return the forms of a name of this type; two names with a form in common are spelled alike."""
    words = plain(key)
    yield "", words
    if type_ == "organisation":
        yield type_, _without_suffix(words)
    elif type_ in _COUNTED:
        yield type_, (*words[:-1], _singular(words[-1])) if words else words


def plain(key: Key) -> Key:
    """Return a key without accents, with "and" left out and "St" as "saint"."""
    words = [_bare(word) for word in key]
    if "and" not in words and "st" not in words:
        return tuple(words)
    last = len(words) - 1
    return tuple(
        "saint" if word == "st" and index != last else word
        for index, word in enumerate(words)
        if word != "and" or last == 0
    )


def is_firm(key: Key) -> bool:
    """Return True if the last word of a name is one that only firms have."""
    return len(key) > 1 and key[-1] in _SURE_SUFFIXES


def _bare(word: str) -> str:
    # Of Latin and Greek letters only: elsewhere a mark makes another letter.
    return word if word.isascii() else "".join(map(_bare_letter, word.translate(_UNDECOMPOSED)))


@cache
def _bare_letter(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)[0]
    return base if unicodedata.name(base, "").startswith(("LATIN", "GREEK")) else letter


def _without_suffix(words: Key) -> Key:
    end = len(words)
    while end > 1 and words[end - 1] in _SUFFIXES:
        end -= 1
    return words[:end]


def _singular(word: str) -> str:
    if (
        len(word) < _SHORTEST_PLURAL
        or word in _NO_PLURALS
        or not word.endswith("s")
        or word.endswith(("ss", "us", "is"))
    ):
        return word
    if word.endswith("ies") and len(word) > _SHORTEST_PLURAL:
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("ches", "shes", "sses", "xes")) else word[:-1]


def is_misspelling(one: Key, other: Key) -> bool:
    """Return True if two names differ by one letter, or two that changed places, inside one long word.

    First and last letters agree: those are rarely mistyped, and the last tells Maria from Mario.
    """
    if len(one) != len(other):
        return False
    differing = [words for words in zip(one, other, strict=True) if words[0] != words[1]]
    return len(differing) == 1 and _is_slip(*sorted(differing[0], key=len))


def _is_slip(shorter: str, longer: str) -> bool:
    if len(shorter) < _SHORTEST_MISSPELLED or (shorter[0], shorter[-1]) != (longer[0], longer[-1]):
        return False
    letters = enumerate(zip(shorter, longer, strict=False))
    start = next((index for index, (one, other) in letters if one != other), len(shorter))
    one, other = shorter[start:], longer[start:]
    if len(one) < len(other):
        return one == other[1:]
    return one[1:] == other[1:] or (one[:2] == other[1::-1] and one[2:] == other[2:])


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
