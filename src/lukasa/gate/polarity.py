"""Whether a sentence affirms, denies or says that something is over, and whether two sentences agree in it. Pure.

A claim that drops the `not` of what was said is the worst kind of invention: all its words are supported.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from lukasa.gate import grounding_data as data
from lukasa.text.analysis import content_words, term_of
from lukasa.text.language_data import irregular
from lukasa.text.normalise import words


class Polarity(NamedTuple):
    """What a clause says of its content."""

    denied: bool
    """`not`, `never`, `no`."""

    ended: bool
    """`no longer`, `used to`, `stopped`."""

    @property
    def affirmed(self) -> bool:
        """Tell whether it says simply that it is so."""
        return not (self.denied or self.ended)


def agree(said: str, claimed: str, *, negated: bool = False) -> bool:
    """Tell whether *claimed* affirms or denies as the clause of *said* does that it was read from.

    *negated*: the claim denies its value, whatever its words.
    """
    said_clauses = [_Clause.of(text) for text in _clauses(said)]
    return all(_supported(_Clause.of(text), said_clauses, negated=negated) for text in _clauses(claimed))


class _Clause(NamedTuple):
    text: str
    polarity: Polarity
    words: frozenset[str]
    """What it is about."""

    @classmethod
    def of(cls, text: str) -> _Clause:
        return cls(text, polarity(text), frozenset(content_words(text)))


def _supported(claim: _Clause, said: list[_Clause], *, negated: bool) -> bool:
    """Compare a clause with those that it shares most words with: with all, when it shares none."""
    shared = [len(claim.words & clause.words) for clause in said]
    nearest = [clause for clause, count in zip(said, shared, strict=True) if count == max(shared)]
    return any(
        _compatible(clause, claim)
        and _feeling(claim) in {0, _feeling(clause), *([1] if not _feeling(clause) else [])}
        and not (negated and clause.polarity.affirmed and not _has(clause.text, data.DISLIKES))
        for clause in nearest
    )


def polarity(text: str) -> Polarity:
    """Return what a clause says of its content."""
    lower = text.replace("’", "'").casefold()
    ended = _patterns().ending.search(lower) is not None or _any_of(lower, data.UNSPACED_ENDINGS)
    rest = _patterns().no_denial.sub(" ", _patterns().ending.sub(" ", lower))
    denied = any(word.term in _set(data.NEGATIONS) for word in words(rest))
    return Polarity(denied or _any_of(rest, data.UNSPACED_NEGATIONS), ended)


def _compatible(said: _Clause, claim: _Clause) -> bool:
    if said.polarity.affirmed and claim.polarity.affirmed:
        return True
    if said.polarity.affirmed:
        # "I hate olives" denies liking them; "I left Initech" ends working there.
        return (claim.polarity.denied and _has(said.text, data.DISLIKES)) or _has(said.text, data.LEAVING)
    if claim.polarity.affirmed:
        if said.polarity.denied:
            return _has(claim.text, data.DISLIKES)
        return _in_the_past(claim.text)
    return True


def _feeling(clause: _Clause) -> int:
    """Return 1 for liking, -1 for its contrary, 0 for neither. Liking may be said in many ways; loathing must be said."""
    if _has(clause.text, data.LOATHING) or _patterns().loathed.search(
        clause.text.casefold().replace("’", "'")
    ):
        return -1
    if _has(clause.text, data.LIKING):
        return -1 if clause.polarity.denied else 1
    return 0


def _clauses(text: str) -> list[str]:
    """Return the statements that a text is made of; the whole, when it is one."""
    clauses = [clause for clause in _patterns().between.split(text) if clause and clause.strip()]
    return clauses if len(clauses) > 1 else [text]


def _has(text: str, table: str) -> bool:
    return not _stems(table).isdisjoint(term_of(word.raw) for word in words(text))


def _in_the_past(text: str) -> bool:
    return any(
        word.term in _PAST or (word.term.endswith("ed") and word.raw.islower()) for word in words(text)
    ) or (any(word.term in _irregular_pasts() for word in words(text)))


_PAST = frozenset({"was", "were", "had", "did", "once", "until", "formerly", "previously"})


@cache
def _irregular_pasts() -> frozenset[str]:
    return frozenset(irregular())


def _any_of(text: str, table: str) -> bool:
    return not text.isascii() and any(mark in text for mark in table.split())


@cache
def _set(table: str) -> frozenset[str]:
    return frozenset(table.split())


@cache
def _stems(table: str) -> frozenset[str]:
    return frozenset(term_of(word) for word in table.split())


class _Patterns(NamedTuple):
    ending: re.Pattern[str]
    no_denial: re.Pattern[str]
    loathed: re.Pattern[str]
    between: re.Pattern[str]
    """What separates two statements; commas of a list do not."""


@cache
def _patterns() -> _Patterns:
    subjects = r"(?:i|i'm|i've|we|he|she|they|it|it's|you|my|our|his|her|their|there|this|that|the)\b"
    return _Patterns(
        ending=re.compile(data.ENDINGS),
        no_denial=re.compile(data.NOT_DENIALS),
        loathed=re.compile(data.LOATHED),
        between=re.compile(
            r"[.;!?\n。！？；]+|[—–]|\s-\s|(?:,|\s)\s*\b(?:but|although|though|however|whereas|because|instead|except|aber|sondern|weil|"
            rf"mais|pero|sino|ma|perché|mas|но|потому)\b|,\s*(?=not\b)|,\s*(?:and\s+|so\s+|or\s+)?(?={subjects})|\band\s+(?={subjects})"
            r"|^(?:no|nope|yes|yeah|yep|well|oh|actually|sorry)\b\s*[,.!]|\b(?:so|while)\s+(?=(?:i|we|he|she|they|my)\b)|[，、]",
            re.IGNORECASE,
        ),
    )
