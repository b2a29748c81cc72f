"""Whether a claim is of the one of whom the words are, and of no other: who speaks, whose sister, who did it to whom. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Sequence
from itertools import pairwise

from lukasa.domain.claim import Claim
from lukasa.gate.ground import Ground
from lukasa.text.analysis import content_words, is_stop_word, stem_set, term_of
from lukasa.text.comparison import Word, words
from lukasa.text.patterns import LazyPattern, WordLists
from lukasa.text.rendering import speaker

_LISTS = WordLists("lukasa.gate", "grounding")
_NEARBY = 2
"""Words after `my sister` among which her name stands."""


def misattributed(claim: Claim, ground: Ground, sentence: str) -> bool:
    """Whether words of a speaker about themselves are claimed of another one: "I moved" is about who says it.

    *sentence* is the one that the quote lies in.
    """
    subject, me = claim.subject.strip().casefold(), speaker(ground.turn).casefold()
    people = {name.casefold() for name in (*ground.names, *map(speaker, ground.earlier))} - {me}
    quote = _spoken(claim.quote)
    told = _TOLD.match(claim.text)
    if told is not None and told["who"].casefold() in people and me in claim.text.casefold():
        return not quote & _FIRST_PERSON  # It is who speaks that advises, offers, promises.
    if subject == me:
        return _TO_ANOTHER.match(sentence) is not None and not _FIRST_PERSON & _spoken(sentence)
    if me in claim.text.casefold():
        return False  # What the one does to the other has both names.
    if subject not in people or claim.quote.rstrip().endswith("?"):
        return False
    spoken = quote if quote & (_FIRST_PERSON | _SECOND_PERSON) else _spoken(sentence) | quote
    if set(subject.split()) & spoken:
        return False
    return not spoken & _SECOND_PERSON


def _spoken(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.casefold()))


_FIRST_PERSON = frozenset({"i", "my", "me", "mine", "myself", "im", "ive", "we", "us", "our", "ours"})
"""Whoever speaks of "us" means the other one too only where the claim names both."""

_SECOND_PERSON = frozenset({"you", "your", "yours", "yourself", "u", "ya"})
_TOLD = LazyPattern(
    r"(?P<who>[^\W\d_]+)(?:['’]s advice|\s+(?:advised|suggested|recommended|told|encouraged|offered|promised))\b"
)
_TO_ANOTHER = LazyPattern(r"(?i)\W*you(?:'re|’re|'ve|’ve| are| have)\b")


def of_another(claim: Claim) -> bool:
    """Whether the quote speaks of a relative of whom the claim does not: `my brother's favourite is …`."""
    match = _OF_KIN.match(claim.quote.replace("’", "'"))
    if match is None:
        return False
    statement = f"{claim.text} {claim.subject}"
    stems = {term_of(word.raw.removesuffix("'s")) for word in words(statement)}
    nearby = match["after"].replace("'s", "").split()[:_NEARBY]
    named = {term_of(word.strip(",")) for word in nearby if word[:1].isupper()}
    return term_of(match["kin"]) not in stems and not stems & named


def _kin() -> str:
    return "|".join(sorted(_LISTS.words("kin"), key=lambda word: (-len(word), word)))


_OF_KIN = LazyPattern(
    lambda: (
        rf"^\W*(?:(?:and|but|so|well|oh|yes|yeah|no)\W+)?(?:my|our|his|her|their)\s+(?:\w+\s+)?(?P<kin>{_kin()})(?:'s)?\b"
        r"(?!\s+and\s+(?:i|me|we)\b)(?P<after>.{0,60})"
    ),
    re.IGNORECASE | re.DOTALL,
)


# --- who did it to whom ----------------------------------------------------------------------------------------------


def exchanged(quote: str, statement: str, ground: Ground) -> bool:
    """Whether two names stand the other way round about the same word: `Ana called Ben` for `Ben called me`."""
    me, you = _first_name(ground.turn.speaker), _first_name(_addressee(ground))
    quote_terms, claim_terms = _terms(quote, me, you), _terms(statement, me, you)
    content = content_words(statement)
    # A word that only begins a sentence with a capital is no name.
    inside = {
        term_of(word.raw) for text in (quote, statement) for word in words(text)[1:] if word.raw[:1].isupper()
    }
    names = {term_of(word.raw) for word in words(statement) if is_name(word, content)} & inside | {
        me,
        you,
    } - {""}
    telling = {*content, *_PASSIVE}
    people = {me, you, *map(_first_name, ground.names)}
    order = [(term, index) for index, term in enumerate(claim_terms) if term in names]
    for (first, start), (second, end) in pairwise(order):
        # `and` or `met` say the same in either order.
        between = frozenset(claim_terms[start + 1 : end]) - stem_set(_EVEN)
        link = between if len(between) == 1 else between & telling
        if (
            first == second
            or not link - _PASSIVE
            or not ({first, second} & people or _single(quote_terms, first, second))
        ):
            continue
        if _linked(quote_terms, second, first, link) and not _linked(quote_terms, first, second, link):
            return True
    return False


def is_name(word: Word, content: Collection[str]) -> bool:
    """Whether a word is a name: it has a capital, and is none of those that sentences begin with.

    *content* are the content words of its sentence: a word that is none in its language is no name.
    """
    raw = word.raw
    if not raw[:1].isupper() or is_stop_word(raw):
        return False
    term = term_of(raw)
    return term not in stem_set(_LISTS["scaffolding"]) and (
        term in content or not raw.isalpha() or not raw.isascii()
    )


def _single(terms: Sequence[str], first: str, second: str) -> bool:
    """Whether two names stand once each: only then their order tells something, whatever they name."""
    return terms.count(first) == 1 == terms.count(second)


def _addressee(ground: Ground) -> str | None:
    """Return who "you" is: the only other one who is known to speak."""
    others = {name for name in ground.names if name != ground.turn.speaker}
    return others.pop() if len(others) == 1 else None


def _first_name(name: str | None) -> str:
    return term_of(name.split()[0]) if name and name.split() else ""


def _terms(text: str, me: str, you: str) -> list[str]:
    """Return the terms of a text in order, with the speaker's name for `I`, `me` and `my`, the other's for `you`."""
    persons = {**dict.fromkeys(("i", "me", "my", "myself"), me), **dict.fromkeys(_SECOND_PERSON, you)}
    return [persons.get(word.term) or term_of(word.raw.removesuffix("'s")) for word in words(text)]


_EVEN = "and or with a the an meet marry together are is was were be have has had both also in on at"
_PASSIVE = frozenset({"by", "of"})
"""Between two names, these turn the order round: `taught by Ben`, `the teacher of Ana` (`Ana's teacher`)."""

_FARTHEST = 25
"""Words between two names that one verb can tie together."""


def _linked(terms: Sequence[str], first: str, second: str, link: frozenset[str]) -> bool:
    """Whether the two names stand in this order around a word of the link; `by` turns the order round."""
    passive = bool(link & _PASSIVE)
    straight = _between(terms, first, second, link)
    return any(turned == passive for turned in straight) or any(
        turned != passive for turned in _between(terms, second, first, link)
    )


def _between(terms: Sequence[str], first: str, second: str, link: frozenset[str]) -> list[bool]:
    """Return, for each time that the names stand in this order around a word of the link, whether `by` is there."""
    turned = []
    seconds = [index for index, term in enumerate(terms) if term == second]
    for start in (index for index, term in enumerate(terms) if term == first):
        index = bisect_right(seconds, start)
        if index == len(seconds) or seconds[index] - start > _FARTHEST:
            continue
        between = set(terms[start + 1 : seconds[index]])
        if between & (link - _PASSIVE):
            turned.append(bool(between & _PASSIVE))
    return turned
