"""Whether a sentence affirms, denies or says that something is over, and whether two sentences agree in it. Pure.

A claim that drops the `not` of what was said is the worst kind of invention: all its words are supported.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from lukasa.text.analysis import content_words, stem_set, term_of
from lukasa.text.comparison import words
from lukasa.text.language_data import irregular
from lukasa.text.patterns import LazyPattern, WordLists, has_mark

_LISTS = WordLists("lukasa.gate", "polarity")


class Polarity(NamedTuple):
    """What a clause says of its content."""

    denied: bool
    """`not`, `never`, `no`."""

    ended: bool
    """`no longer`, `used to`, `stopped`."""

    @property
    def affirmed(self) -> bool:
        """Whether it simply says that it is so."""
        return not (self.denied or self.ended)


def agree(quote: str, statement: str, *, negated: bool = False) -> bool:
    """Whether *statement* affirms or denies as the clause of *quote* does that it was read from.

    *negated*: the claim denies its value, whatever its words.
    """
    quoted, stated = _clauses(quote), _clauses(statement)
    if len(quoted) * len(stated) > _MOST_PAIRS:
        return False
    clauses = [_PolarClause.of(text) for text in quoted]
    return all(_supported(_PolarClause.of(text), clauses, negated=negated) for text in stated)


_MOST_PAIRS = 2500
"""Pairs of clauses that are compared, as of fifty with fifty: what says more at once is no single fact."""


class _PolarClause(NamedTuple):
    text: str
    polarity: Polarity
    words: frozenset[str]
    """What it is about."""

    stems: frozenset[str]
    """Of all its words."""

    @classmethod
    def of(cls, text: str) -> _PolarClause:
        stems = frozenset(term_of(word.raw) for word in words(text))
        return cls(text, polarity(text), frozenset(content_words(text)), stems)

    def has(self, name: str, *, beside: frozenset[str] = frozenset()) -> bool:
        """Whether it has a word of a list; one that stands in *beside* too does not count."""
        return not stem_set(_LISTS[name]).isdisjoint(self.stems - beside)


def _supported(claim: _PolarClause, quoted: list[_PolarClause], *, negated: bool) -> bool:
    """Compare a clause with those that it shares most words with: with all, when it shares none."""
    shared = [len(claim.words & clause.words) for clause in quoted]
    most = max(shared)
    nearest = [clause for clause, count in zip(quoted, shared, strict=True) if count == most]
    return any(
        _compatible(clause, claim)
        and _feeling(claim) in {0, _feeling(clause), *([1] if not _feeling(clause) else [])}
        and not (negated and clause.polarity.affirmed and not clause.has("dislikes"))
        for clause in nearest
    )


def polarity(text: str) -> Polarity:
    lower = text.replace("’", "'").casefold()
    going_on = _ENDING.sub(" ", lower)
    ended = going_on != lower or has_mark(lower, _LISTS["unspaced_endings"])
    rest = _NO_DENIAL.sub(" ", going_on)
    denied = any(word.term in _LISTS.words("negations") for word in words(rest))
    return Polarity(denied or has_mark(rest, _LISTS["unspaced_negations"]), ended)


def _compatible(quoted: _PolarClause, claim: _PolarClause) -> bool:
    if quoted.polarity.affirmed and claim.polarity.affirmed:
        return True
    if quoted.polarity.affirmed:
        # "I hate olives" denies liking them; "I left Initech" ends working there.
        # What "Ana never left" denies is the leaving itself.
        return (claim.polarity.denied and quoted.has("dislikes", beside=claim.stems)) or quoted.has(
            "leaving", beside=claim.stems
        )
    if claim.polarity.affirmed:
        if quoted.polarity.denied:
            return claim.has("dislikes")
        return _in_the_past(claim.text)
    return True


def _feeling(clause: _PolarClause) -> int:
    """Return 1 for liking, -1 for its contrary, 0 for neither. Liking may be said in many ways; loathing must be said."""
    if clause.has("loathing") or _LOATHED.search(clause.text.casefold().replace("’", "'")):
        return -1
    if clause.has("liking"):
        return -1 if clause.polarity.denied else 1
    return 0


def _clauses(text: str) -> list[str]:
    """Return the statements that a text is made of; the whole, when it is one."""
    clauses = list(dict.fromkeys(clause for clause in _BETWEEN.split(text) if clause and clause.strip()))
    return clauses if len(clauses) > 1 else [text]


def _in_the_past(text: str) -> bool:
    return any(
        word.term in _PAST or (word.term.endswith("ed") and word.raw.islower()) for word in words(text)
    ) or (any(word.term in irregular() for word in words(text)))


_PAST = frozenset({"was", "were", "had", "did", "once", "until", "formerly", "previously"})
_ENDING = LazyPattern(
    r"\b(?:no longer|(?:not|n't)\b[^.;!?]{0,60}\b(?:any ?more|any longer)|used to(?! \w+ing\b)|stopped|quit|gave up|given up|former(?:ly)?|ex-\w+|ex (?:husband|wife|boyfriend|girlfriend|partner)|not .{0,40} any ?more|"
    r"nicht mehr|kein\w* .{0,40}mehr|ne .{0,40}plus|n'.{0,40}plus|ya no|dejé de|ha dejado de|dejó de|non .{0,40}più|não .{0,40}mais|ha smesso|niet meer|już nie|больше не|artık)\b"
)
_NO_DENIAL = LazyPattern(
    r"\b(?:can(?:no| ?')?t (?:wait|help|believe|stop|get enough|complain|thank|imagine life|recommend)|could(?:n't| not) (?:be happier|be more|agree more|believe|wait|help|stop|"
    r"have)|no (?:problem|worries|doubt|wonder|idea|matter|way|kidding|joke|big deal|pressure|rush|less than|more than|one knows)|not only|not just|not to mention|not bad|"
    r"do(?:n't| not) (?:worry|mind|forget|you think|get me wrong|know if|know about|hesitate)|why (?:not|don't)|nothing (?:but|like|beats)|never (?:mind|stops?|stopped|gets old|been happier|felt)|"
    r"(?:is|are|was|were|do|does|did|have|has|would|could|can|wo|sha|ai)n't (?:it|that|they|he|she|you|we|i)\b|if not|or not|whether or not|not (?:too|so|that|very|all that) \w+|"
    r"(?:as )?no one else|not (?:sure|long ago|far|so far|until)|can(?:no| ?')?t (?:stand|bear)|no\.? ?\d|no,|nope,|no matter|for no reason|not (?:quite )?yet)"
)
"""Negations that deny nothing, or (`can't stand`) are half of a word that does not need them."""

_LOATHED = LazyPattern(
    r"\bcan(?:no|'|no')?t (?:stand|bear)\b|\bcan ?not (?:stand|bear)\b|\bnot a (?:big |huge )?fan\b"
)
"""Who likes does not loathe: the one is never read from the other."""

_SUBJECTS = r"(?:i|i'm|i've|we|he|she|they|it|it's|you|my|our|his|her|their|there|this|that|the)\b"
_BETWEEN = LazyPattern(
    r"[.;!?\n。！？；]+|[—–]|\s-\s|(?:,|\s)\s*\b(?:but|although|though|however|whereas|because|instead|except|aber|sondern|weil|"
    rf"mais|pero|sino|ma|perché|mas|но|потому)\b|,\s*(?=not\b)|,\s*(?:and\s+|so\s+|or\s+)?(?={_SUBJECTS})|\band\s+(?={_SUBJECTS})"
    r"|^(?:no|nope|yes|yeah|yep|well|oh|actually|sorry)\b\s*[,.!]|\b(?:so|while)\s+(?=(?:i|we|he|she|they|my)\b)|[，、]",
    re.IGNORECASE,
)
"""What separates two statements; commas of a list do not."""
