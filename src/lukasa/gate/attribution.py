"""Whether a claim is of the one of whom the words are, and of no other: who speaks, whose sister. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

from lukasa.domain.claim import Claim
from lukasa.gate.ground import Ground, spoken
from lukasa.text.analysis import is_stop_word, stem_set, term_of
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
    quote = spoken(claim.quote)
    told = _TOLD.match(claim.text)
    if told is not None and told["who"].casefold() in people and me in claim.text.casefold():
        return not quote & _FIRST_PERSON  # It is who speaks that advises, offers, promises.
    if subject == me:
        return _TO_ANOTHER.match(sentence) is not None and not _FIRST_PERSON & spoken(sentence)
    if me in claim.text.casefold():
        return False  # What the one does to the other has both names.
    if subject not in people or claim.quote.rstrip().endswith("?"):
        return False
    said = quote if quote & (_FIRST_PERSON | _SECOND_PERSON) else spoken(sentence) | quote
    return not (set(subject.split()) | _SECOND_PERSON) & said


_FIRST_PERSON = frozenset({"i", "my", "me", "mine", "myself", "im", "ive", "we", "us", "our", "ours"})
"""Whoever speaks of "us" means the other one too only where the claim names both."""

_SECOND_PERSON = frozenset({"you", "your", "yours", "yourself", "u", "ya"})
_TOLD = LazyPattern(
    r"(?P<who>[^\W\d_]+)(?:['’]s advice|\s+(?:advised|suggested|recommended|told|encouraged|offered|promised))\b"
)
_TO_ANOTHER = LazyPattern(r"(?i)\W*(?:you(?:'re|’re|'ve|’ve| are| have)|your)\b")


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


_OF_KIN = LazyPattern(
    lambda: (
        rf"^\W*(?:(?:and|but|so|well|oh|yes|yeah|no)\W+)?(?:my|our|his|her|their)\s+(?:\w+\s+)?(?P<kin>{'|'.join(sorted(_LISTS.words('kin'), key=len, reverse=True))})(?:'s)?\b"
        r"(?!\s+and\s+(?:i|me|we)\b)(?P<after>.{0,60})"
    ),
    re.IGNORECASE | re.DOTALL,
)


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
