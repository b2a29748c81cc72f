"""What a claim may rest on: the turn that it was read from, what was said before it in the session, the names that are known.

A quote only locates: what `that one` or `rollover` means was often said a message earlier. Everything is worked out when a
claim first asks for it, and kept for the turn's other claims.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from lukasa.domain.claim import Scene
from lukasa.domain.erasure import text_cache
from lukasa.domain.turn import Turn
from lukasa.text.analysis import analyse, term_of
from lukasa.text.comparison import Word, words
from lukasa.text.rendering import speaker

LONGEST = 20_000
"""Characters of a turn that are looked at, as many as the rules read."""

_PREFIX = 5
"""Letters that two forms of a word share (`volunteer`, `voluntary`); shorter words must be the same."""

_UNSPACED = 3
"""Letters of a term in scripts without spaces between words, which have no endings to lose."""

_ONE = frozenset(
    {"a", "an", "one", "my", "once", "single", "ein", "eine", "un", "une", "una", "um", "uma", "один", "одна"}
)
_AMOUNTS = {
    "couple": "2", "pair": "2", "both": "2", "twins": "2", "twice": "2", "double": "2", "dozen": "12", "once": "1",
    "thrice": "3", "triple": "3", "half": "50", "quarter": "25",
}  # fmt: skip


@dataclass(frozen=True)
class Ground:
    """Of the claims of one turn."""

    turn: Turn
    earlier: Sequence[Turn] = ()
    """What was said before it in the session, oldest first."""

    names: Collection[str] = ()
    """Of people who are known."""

    together: Sequence[Turn] = ()
    """The exchange that the turn was read in, itself included; empty: it was read by itself."""

    summary: str = ""
    """What the reader was shown of all that was said before."""

    @classmethod
    def of(cls, turn: Turn, scene: Scene) -> Ground:
        """Return what the claims of a turn may rest on, in its scene."""
        others = tuple(other for other in scene.together if other.id != turn.id)
        return cls(turn, (*scene.earlier, *others), scene.names, scene.together, scene.summary)

    @cached_property
    def here(self) -> _Vocabulary:
        """What the turn itself says."""
        return _vocabulary(f"{speaker(self.turn)}: {self.turn.text[:LONGEST]}")

    @cached_property
    def said(self) -> _Vocabulary:
        """What was said here, and before: most words stand here already, and need no look at it."""
        before = (_vocabulary(f"{speaker(turn)}: {turn.text[:LONGEST]}") for turn in self.earlier)
        parts = [self.here, *before, _vocabulary(self.summary)]
        terms, numbers = (part.terms for part in parts), (part.numbers for part in parts)
        return _Vocabulary(frozenset().union(*terms), frozenset().union(*numbers))

    @cached_property
    def known(self) -> frozenset[str]:
        """The terms of the names that are known."""
        return _terms(" ; ".join((*self.names, "user")))

    def has(self, word: Word) -> bool:
        """Whether a name was said, or is known."""
        forms = {word.term, term_of(re.sub(r"['’]s?$", "", word.raw))}
        return self.here.has(word, forms) or not forms.isdisjoint(self.known) or self.said.has(word, forms)

    def counts(self, number: str) -> bool:
        """Whether a number was said; `1` is by `a`, `17:30` by `17.30`."""
        return self.here.counts(number) or self.said.counts(number)

    def quotes(self, quote: str) -> frozenset[str]:
        """Return the numbers of the words that are quoted."""
        return _vocabulary(quote).numbers

    def says(self, term: str) -> bool:
        """Whether a plain word was said, in this form or another."""
        return self.here.says(term) or self.said.says(term)


@dataclass(frozen=True)
class _Vocabulary:
    """The words of a text."""

    terms: frozenset[str]
    """As they are compared, and their stems."""

    numbers: frozenset[str]

    @cached_property
    def prefixes(self) -> set[str]:
        """What forms of the terms have in common."""
        return set(map(prefix_of, self.terms))

    @cached_property
    def roots(self) -> set[str]:
        """The longer terms without their last letters: `Colombian` speaks of Colombia."""
        return roots_of(self.terms)

    def has(self, word: Word, forms: Collection[str]) -> bool:
        if not self.terms.isdisjoint(forms) or not self.roots.isdisjoint(roots_of(forms)):
            return True
        parts = analyse(word.raw)
        return bool(parts) and (parts[0] in self.terms or self.terms.issuperset(parts[1:] or ("",)))

    def counts(self, number: str) -> bool:
        if number in self.numbers or (number == "1" and not self.terms.isdisjoint(_ONE)):
            return True
        pieces = [piece.lstrip("0") or "0" for piece in re.split(r"[:/.-]", number) if piece]
        return len(pieces) > 1 and self.numbers.issuperset(pieces)

    def says(self, term: str) -> bool:
        return term in self.terms or prefix_of(term) in self.prefixes


def prefix_of(term: str) -> str:
    """Return what forms of a word have in common."""
    if term.isascii():
        return term[: min(_PREFIX, len(term) - 1)] if len(term) >= _PREFIX else term
    return term[: min(_PREFIX, max(_UNSPACED, len(term) - 2))]


def roots_of(terms: Collection[str]) -> set[str]:
    """Return longer terms without up to two of their last letters."""
    return {term[: len(term) - cut] for term in terms for cut in range(3) if len(term) - cut >= _ROOT}


_ROOT = 6


@text_cache(256)
def _vocabulary(text: str) -> _Vocabulary:
    """Return the words of a text; the turns of a session are each other's ground."""
    terms, numbers = set(analyse(text)), set[str]()
    for word in words(text):
        terms.add(word.term)
        if not word.term.isalpha():
            numbers.update(numerals(word))
        if word.term in _AMOUNTS:
            numbers.add(_AMOUNTS[word.term])
    return _Vocabulary(frozenset(terms), frozenset(numbers))


def _terms(text: str) -> frozenset[str]:
    return frozenset(analyse(text)).union(word.term for word in words(text))


def spoken(text: str) -> set[str]:
    """Return the words of a text as they are spoken, pronouns and all."""
    return set(re.findall(r"[^\W_]+", text.casefold()))


def bare(word: Word) -> str:
    """Return a number without its signs and its ending."""
    return re.sub(r"(?:st|nd|rd|th)$", "", word.term.strip("$€£¥₹%+-"))


def numerals(word: Word) -> Iterator[str]:
    """Yield the numbers that a word stands for: whole, and its parts where it is a date, a time or an amount."""
    if not any(character.isdigit() for character in word.term):
        return
    yield word.term
    yield bare(word)
    for piece in re.findall(r"\d+", bare(word).replace(",", "")):
        yield piece.lstrip("0") or "0"
