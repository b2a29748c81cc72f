"""Junk: small talk, states of the moment, the noise of tools, empty words. Pure.

Both the words that were said and the claim are looked at: extractors dress small talk up (`Ana is happy for Ben`).
"""

from __future__ import annotations

import re
from typing import Literal

from lukasa.domain.claim import Claim
from lukasa.domain.fact import KIND_TRAITS
from lukasa.gate.ground import Ground
from lukasa.text.analysis import content_words, stem_set, term_of
from lukasa.text.patterns import LazyPattern, WordLists
from lukasa.text.sentences import sentences

_LISTS = WordLists("lukasa.gate", "chatter")

Junk = Literal["chatter", "task residue", "vacuous"]


_LONGEST = 2000
"""Characters that are looked at; a longer text is judged by its beginning."""


def junk_in(claim: Claim, ground: Ground | None = None) -> Junk | None:
    """Return why a claim is not worth keeping, or `None`.

    "Yes, exactly!" is small talk, and an answer where the *ground* has the question.
    """
    quote, text = _plain(claim.quote), _plain(claim.text)
    if any(pattern.search(words) for pattern in (_ASSISTANT, _TASK) for words in (quote, text)):
        return "task residue"
    if (_is_small_talk(quote) or _is_question(quote)) and not _answers(claim, ground):
        return "chatter"
    if not KIND_TRAITS[claim.kind].instructs and (
        _MOMENT.search(text)
        or (_MOMENT.search(quote) and not _PROPOSAL.search(quote))
        or (claim.attribute is None and _is_reaction(claim))
    ):
        return "chatter"
    return "vacuous" if _is_empty(claim) else None


def _answers(claim: Claim, ground: Ground | None) -> bool:
    """Whether what a claim says of its subject stands in what was said before."""
    if ground is None or not ground.earlier:
        return False
    said = [term for term in _content(claim, claim.text) if any(part.says(term) for part in ground.before)]
    return len(said) >= _FEWEST_SAID


_FEWEST_SAID = 2
_PROPOSAL = LazyPattern(r"^\W*let(?:'s| us)\b")
"""It may be accepted: what comes of it, the claim says."""


def _is_reaction(claim: Claim) -> bool:
    """Whether a claim reports a reaction and hardly anything that it was a reaction to."""
    text = claim.text[:_LONGEST].replace("’", "'")
    rest = _REACTION.sub(" ", text)
    if len(rest) == len(text):
        return False
    if any(character.isdigit() for character in rest):
        return False
    content = _content(claim, rest)
    # Names that the quote has only as `you` tell nothing; those that were said do.
    named = [word for word in re.findall(r"[^\W\d_]+", rest) if word[0].isupper() and word in claim.quote]
    return len(content) <= 1 and not any(term_of(word) in content for word in named)


def _content(claim: Claim, text: str) -> set[str]:
    """Return the terms of a text that say something of the claim's subject."""
    about = {term_of(word) for word in re.findall(r"[^\W_]+", claim.subject)}
    return set(content_words(text)) - about - stem_set(_LISTS["vacuous"])


def _is_empty(claim: Claim) -> bool:
    subject = claim.subject.strip().casefold()
    return not subject or subject in _LISTS.words("no_subject") or not _content(claim, claim.text)


def _is_small_talk(quote: str) -> bool:
    """Whether every sentence is a formula or a question, with little after it."""
    spans = sentences(quote)
    parts = [quote[start:end] for start, end in spans] or [quote]
    return all(_is_formula(part) or _is_question(part) for part in parts)


def _is_formula(part: str) -> bool:
    """Whether the part consists of formulas, joined by commas or not."""
    rest = part.strip(_AROUND)
    for _ in range(_FORMULAS):
        formula = _SMALL_TALK.match(rest)
        if formula is None or formula.end() == 0:
            break
        rest = rest[formula.end() :].lstrip(_AROUND)
        # `Thank you Farid, take care!`
        if addressee := _ADDRESSEE.match(rest):
            rest = rest[addressee.end() :].lstrip(_AROUND)
        if not rest:
            return True
    else:
        return False
    if len(rest) == len(part.strip(_AROUND)):
        return not any(character.isalnum() for character in rest)
    words = [
        word
        for word in re.findall(r"[^\W_]+(?:'[^\W_]+)?", rest)
        if word not in _LISTS.words("after_small_talk")
    ]
    # A name that is greeted or thanked may remain.
    return len(words) <= 1 and not any(character.isdigit() for character in rest)


_AROUND = " ,.!?;:-–—…~*\"'“”‘()♥❤️\U0001f600\U0001f389\n\t"
_FORMULAS = 6


def _is_question(quote: str) -> bool:
    """Whether there are only questions, perhaps with small talk among them."""
    text = quote.strip(" \"'“”)*_")
    if not text.endswith(("?", "？", "؟")):
        return False
    spans = sentences(text)
    if len(spans) <= 1:
        return True
    return all(
        text[start:end].rstrip(" \"'”)").endswith(("?", "？", "؟")) or _is_formula(text[start:end])
        for start, end in spans
    )


def _plain(text: str) -> str:
    return text[:_LONGEST].replace("’", "'").casefold().strip()


def _any(name: str, flags: int = re.MULTILINE) -> LazyPattern:
    return LazyPattern(lambda: "|".join(f"(?:{pattern})" for pattern in _LISTS.rows(name)), flags)


_SMALL_TALK = LazyPattern(lambda: _LISTS["small_talk"] + r"(?![\w'])")
_ADDRESSEE = LazyPattern(r"[^\W\d_]{2,20}[,.!]+(?=\s|$)")
"""One word before a comma or the end: whom the formula was for."""

_REACTION = _any("reactions", re.IGNORECASE)
_MOMENT = _any("moment")
_TASK = _any("task")
_ASSISTANT = _any("assistant")
