"""Who did it to whom: whether two names have changed places between what was said and what is claimed of it. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from functools import cache
from itertools import pairwise

from lukasa.gate import grounding_data as data
from lukasa.text.analysis import content_words, is_stop_word, term_of
from lukasa.text.normalise import Word, words


def exchanged(said: str, claimed: str, *, speaker: str | None) -> tuple[str, str] | None:
    """Return two names that stand the other way round about the same word: `Ana called Ben` for `Ben called me`."""
    me = _first_name(speaker)
    quote, claim = _terms(said, me), _terms(claimed, me)
    telling = content_words(claimed)
    names = {term_of(word.raw) for word in words(claimed) if is_name(word, telling)} | ({me} if me else set())
    order = [(term, at) for at, term in enumerate(claim) if term in names]
    for (first, start), (second, end) in pairwise(order):
        # `and` or `met` say the same in either order.
        link = frozenset(claim[start + 1 : end]) - _even()
        if first == second or not link:
            continue
        if _linked(quote, second, first, link) and not _linked(quote, first, second, link):
            return first, second
    return None


def is_name(word: Word, telling: Collection[str]) -> bool:
    """Tell whether a word is a name: it has a capital, and is none of those that sentences begin with.

    *telling* are the content words of its sentence: those that are none in its language are no names.
    """
    raw = word.raw
    if not raw[:1].isupper() or is_stop_word(raw):
        return False
    term = term_of(raw)
    return term not in _scaffolding() and (term in telling or not raw.isalpha() or not raw.isascii())


def _terms(text: str, me: str) -> list[str]:
    """Return the terms in order, with the speaker's name for `I`, `me` and `my`."""
    first = {"i", "me", "my", "myself"}
    return [me if me and word.term in first else term_of(word.raw.removesuffix("'s")) for word in words(text)]


def _first_name(name: str | None) -> str:
    return term_of(name.split()[0]) if name and name.split() else ""


_EVEN = "and or with a the an meet marry together are is was were be have has had both also in on at"
_PASSIVE = frozenset({"by", "of"})
"""Between two names, these turn the order round: `taught by Ben`, `the teacher of Ana` (`Ana's teacher`)."""

_FARTHEST = 25
"""Words between two names that one verb can tie together."""


def _linked(terms: Sequence[str], first: str, second: str, link: frozenset[str]) -> bool:
    """Tell whether the two names stand in this order around a word of the link; `by` turns the order round."""
    passive = bool(link & _PASSIVE)
    straight = _between(terms, first, second, link)
    return any(turned == passive for turned in straight) or any(
        turned != passive for turned in _between(terms, second, first, link)
    )


def _between(terms: Sequence[str], first: str, second: str, link: frozenset[str]) -> list[bool]:
    """Return, for each time that the names stand in this order around a word of the link, whether `by` is there."""
    found = []
    seconds = [at for at, term in enumerate(terms) if term == second]
    for start in (at for at, term in enumerate(terms) if term == first):
        place = bisect_right(seconds, start)
        if place == len(seconds) or seconds[place] - start > _FARTHEST:
            continue
        between = set(terms[start + 1 : seconds[place]])
        if between & (link - _PASSIVE):
            found.append(bool(between & _PASSIVE))
    return found


@cache
def _even() -> frozenset[str]:
    return frozenset(term_of(word) for word in _EVEN.split())


@cache
def _scaffolding() -> frozenset[str]:
    return frozenset(term_of(word) for word in data.SCAFFOLDING.split())
