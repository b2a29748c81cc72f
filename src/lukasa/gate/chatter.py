"""Whether a claim is worth keeping: small talk, a state of the moment, the noise of tools, and empty words are not. Pure.

What lasts and what does not is judged by the words that were said, and by what was made of them: extractors dress small
talk up (`Ana is happy for Ben`).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, NamedTuple

from lukasa.domain.claim import Claim
from lukasa.domain.fact import KIND_TRAITS
from lukasa.gate import chatter_data as data
from lukasa.text.analysis import content_words, term_of
from lukasa.text.sentences import sentences

Junk = Literal["chatter", "task residue", "vacuous"]


class Found(NamedTuple):
    """Why a claim is not worth keeping."""

    junk: Junk
    detail: str


LONGEST = 2000
"""Characters looked at: what is longer is judged by how it begins."""


def junk_in(claim: Claim) -> Found | None:
    """Return why a claim is not worth keeping, or `None`."""
    said, claimed = _plain(claim.quote), _plain(claim.text)
    if found := _residue(said, claimed):
        return found
    if _is_small_talk(said):
        return Found("chatter", "small talk")
    if _is_question(said):
        return Found("chatter", "a question")
    if not KIND_TRAITS[claim.kind].instructs:
        if _patterns().moment.search(said) or _patterns().moment.search(claimed):
            return Found("chatter", "a state of the moment")
        if claim.attribute is None and _is_reaction(claim):
            return Found("chatter", "a reaction")
    return _emptiness(claim)


def _residue(said: str, claimed: str) -> Found | None:
    for pattern, detail in (
        (_patterns().assistant, "an assistant about itself"),
        (_patterns().task, "the noise of a task"),
    ):
        if pattern.search(said) or pattern.search(claimed):
            return Found("task residue", detail)
    return None


def _is_reaction(claim: Claim) -> bool:
    """Tell whether a claim reports a reaction and hardly anything that it was a reaction to."""
    text = claim.text[:LONGEST].replace("’", "'")
    rest = _patterns().reaction.sub(" ", text)
    if len(rest) == len(text):
        return False
    if any(character.isdigit() for character in rest):
        return False
    left = _told(claim, rest)
    # Names that the quote has only as `you` tell nothing; those that were said do.
    named = [word for word in re.findall(r"[^\W\d_]+", rest) if word[0].isupper() and word in claim.quote]
    return len(left) <= 1 and not any(term_of(word) in left for word in named)


def _told(claim: Claim, text: str) -> set[str]:
    """Return the terms that say something of the claim's subject."""
    about = {term_of(word) for word in re.findall(r"[^\W_]+", claim.subject)}
    return set(content_words(text)) - about - _stems(data.VACUOUS)


def _emptiness(claim: Claim) -> Found | None:
    """Tell that a claim has no subject, or nothing to say of it."""
    subject = claim.subject.strip().casefold()
    if not subject or subject in _words(data.NO_SUBJECT):
        return Found("vacuous", "no subject")
    return None if _told(claim, claim.text) else Found("vacuous", "nothing said")


def _is_small_talk(said: str) -> bool:
    """Tell whether every sentence is a formula, or a question, with little after it."""
    spans = sentences(said)
    parts = [said[start:end] for start, end in spans] or [said]
    return all(_is_formula(part) or _is_question(part) for part in parts)


def _is_formula(part: str) -> bool:
    """Tell whether formulas, joined by commas or not, are all that is said."""
    rest = part.strip(_AROUND)
    for _ in range(_FORMULAS):
        opened = _patterns().small_talk.match(rest)
        if opened is None or opened.end() == 0:
            break
        rest = rest[opened.end() :].lstrip(_AROUND)
        # `Thank you Farid, take care!`
        if named := _patterns().named.match(rest):
            rest = rest[named.end() :].lstrip(_AROUND)
        if not rest:
            return True
    else:
        return False
    if len(rest) == len(part.strip(_AROUND)):
        return not any(character.isalnum() for character in rest)
    left = [
        word
        for word in re.findall(r"[^\W_]+(?:'[^\W_]+)?", rest)
        if word not in _words(data.AFTER_SMALL_TALK)
    ]
    # A name that is greeted or thanked may remain.
    return len(left) <= 1 and not any(character.isdigit() for character in rest)


_AROUND = " ,.!?;:-–—…~*\"'“”‘()♥❤️\U0001f600\U0001f389\n\t"
_FORMULAS = 6


def _is_question(said: str) -> bool:
    """Tell whether something is asked, and nothing else said."""
    text = said.strip(" \"'“”)*_")
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
    return text[:LONGEST].replace("’", "'").casefold().strip()


class _Patterns(NamedTuple):
    small_talk: re.Pattern[str]
    named: re.Pattern[str]
    """One word before a comma or the end: whom the formula was for."""

    reaction: re.Pattern[str]
    moment: re.Pattern[str]
    task: re.Pattern[str]
    assistant: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    return _Patterns(
        small_talk=re.compile(data.SMALL_TALK + r"(?![\w'])"),
        named=re.compile(r"[^\W\d_]{2,20}[,.!]+(?=\s|$)"),
        reaction=_any(data.REACTIONS, re.IGNORECASE),
        moment=_any(data.MOMENT),
        task=_any(data.TASK),
        assistant=_any(data.ASSISTANT),
    )


def _any(patterns: tuple[str, ...], flags: re.RegexFlag = re.MULTILINE) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), flags)


@cache
def _words(table: str) -> frozenset[str]:
    return frozenset(table.split())


@cache
def _stems(table: str) -> frozenset[str]:
    return frozenset(term_of(word) for word in table.split())
