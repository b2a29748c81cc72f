"""Whether a claim says no more than what was said: every name, number and date, most of its content, its denial. Pure.

A model that invents does so fluently; what it cannot do is make the words stand in the conversation. Every name, number and
date must, somewhere in the ground (`ground.py`): the quote only locates. Words of its own it may use, a few at a time, and
each one costs confidence; what only ties a sentence together need not be said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from lukasa.dates.atoms import Atom
from lukasa.domain.attribute import IS_A
from lukasa.domain.claim import Claim
from lukasa.gate.attribution import is_name, misattributed, of_another
from lukasa.gate.ground import Ground, bare, spoken
from lukasa.gate.moments import days_of, follows, moments
from lukasa.gate.polarity import agree, polarity
from lukasa.text.analysis import content_words, stem_set, term_of
from lukasa.text.comparison import Word, months, words
from lukasa.text.language_data import WEEKDAYS
from lukasa.text.patterns import LazyPattern, WordLists, has_mark

_LISTS = WordLists("lukasa.gate", "grounding")

_MIN_SUPPORT = 0.5
"""Of a claim's content words, names and numbers apart, that must have been said. Of 1,872 facts of a strong model, four in
five had all of them, and one in fifty lacked two."""


def support(claim: Claim, ground: Ground, sentence: str) -> float | None:
    """Return how much of a claim was said, from 0 to 1; `None`: it must not be believed, since something in it was not.

    *sentence* is the one that the quote lies in.
    """
    turn = ground.turn
    in_turn = claim.source.turn == turn.id and turn.text[claim.source.start : claim.source.end] == claim.quote
    too_long = max(map(len, (claim.text, claim.subject, claim.value or ""))) > _LONGEST_CLAIM
    if not in_turn or not claim.quote.strip() or len(claim.quote) > _LONGEST_QUOTE or too_long:
        return None
    if ground.together and claim.attribute is not None:
        return 1.0 if _is_related(claim, sentence, ground) else None
    # When something was may be read in the turn, or be the caller's word.
    when = claim.valid.phrase if claim.found_by == "caller" and claim.valid is not None else ""
    texts = (claim.text, claim.subject, claim.value or "", when)
    if not all(_named_and_counted(text, claim, ground) for text in filter(None, texts)):
        return None
    said = _said(claim, ground)
    if said is None or not _affirms_alike(claim, sentence, ground):
        return None
    if ground.together and _needs_another(claim, ground):
        return said  # Whose words they are, only question and answer say.
    return None if of_another(claim) or misattributed(claim, ground, sentence) else said


def _is_related(claim: Claim, sentence: str, ground: Ground) -> bool:
    """Whether both ends of a relation were said, and nothing denies it: how they are related may be implied."""
    is_type = claim.attribute == IS_A
    ends = [claim.subject] if is_type or claim.value is None else [claim.subject, claim.value]
    said = all(
        _named_and_counted(end, claim, ground)
        and all(ground.says(term) or term in ground.known for term in content_words(end))
        for end in ends
    )
    return said and (is_type or _affirms_alike(claim, sentence, ground))


_LONGEST_QUOTE = 4000
"""Characters of a quote: one that is longer does not show what is read from it."""

_LONGEST_CLAIM = 2000
"""Characters of what is claimed: no fact needs so many, and each of its words is looked for."""


# --- names, numbers, dates -------------------------------------------------------------------------------------------


def _named_and_counted(text: str, claim: Claim, ground: Ground) -> bool:
    """Whether every name, number and date of a text was said, or follows from what was."""
    at = ground.turn.at
    dates = moments(text, at)
    if not all(follows(date, ground) or _is_resolved_date(date, claim, at) for date in dates):
        return False
    content, rest = content_words(text), words(_without(text, dates))
    quoted = ground.quotes(claim.quote) if sum(map(_is_number, rest)) == 1 else frozenset()
    for word in rest:
        if _is_number(word):
            if quoted and quoted.isdisjoint({word.term, bare(word)}):
                return False  # The words that are quoted have another one.
            if not (ground.counts(word.term) or ground.counts(bare(word)) or ground.has(word)):
                return False
        elif is_name(word, content) and not (
            ground.has(word) or _is_weekday(word, dates, ground) or _is_resolved(word, claim)
        ):
            return False
    return True


def _is_number(word: Word) -> bool:
    return not word.term.isalpha() and any(character.isdigit() for character in word.term)


def _without(text: str, dates: Sequence[Atom]) -> str:
    for date in reversed(dates):
        text = f"{text[: date.start]} {text[date.end :]}"
    return text


def _is_weekday(word: Word, dates: Sequence[Atom], ground: Ground) -> bool:
    """Whether a word is the day of the week of a date beside it, or of one that an expression means."""
    name = word.term.casefold()
    return name in WEEKDAYS and (
        bool(dates) or any(name == WEEKDAYS[day.weekday()] for day in days_of(ground))
    )


def _is_resolved(word: Word, claim: Claim) -> bool:
    """Whether an extractor that is told who is meant put a name for something in the quote that can stand for one.

    `I` is only the speaker, who is known.
    """
    entries = {term_of(part) for entry in claim.resolved for part in entry.split()}
    if term_of(word.raw.removesuffix("'s")) not in entries:
        return False
    references = _LISTS.words("other_persons") | _LISTS.words("kin")
    return not references.isdisjoint(spoken(claim.quote)) or not claim.quote.isascii()


def _is_resolved_date(date: Atom, claim: Claim, at: datetime) -> bool:
    """Whether an extractor worked a date out from something in the quote that can stand for one."""
    if not any(each.span == date.span for entry in claim.resolved for each in moments(entry, at)):
        return False
    quote, said = claim.quote, spoken(claim.quote)
    timed = any(map(str.isdigit, quote)) or has_mark(quote, _LISTS["unspaced_times"])
    return timed or not said.isdisjoint(_LISTS.words("times") | months().keys())


# --- content ---------------------------------------------------------------------------------------------------------


def _said(claim: Claim, ground: Ground) -> float | None:
    """Return the share of a claim's content that was said; `None`: too little was, or two words in a row were not: a detail."""
    content = _content(claim.text, ground.turn.at)
    if not content:
        return 1.0
    said = [ground.says(term) for term in content]
    invented = any(not (one or other) for one, other in pairwise(said))
    return None if invented or sum(said) < _MIN_SUPPORT * len(said) else sum(said) / len(said)


def _content(text: str, at: datetime) -> list[str]:
    """Return the terms of a text that could be invented: without names, numbers, dates and scaffolding."""
    text = _without(text, moments(text, at))
    content, spoken = content_words(text), words(text)
    checked = {term_of(word.raw) for word in spoken if is_name(word, content) or _is_number(word)}
    scaffolding = stem_set(_LISTS["scaffolding"])
    return [
        term
        for term in content
        if term not in checked and term not in scaffolding and not any(map(str.isdigit, term))
    ]


def _needs_another(claim: Claim, ground: Ground) -> bool:
    """Whether a word of a claim stands in another turn of its exchange, and not in its own."""
    at, others = ground.turn.at, [turn for turn in ground.together if turn.id != ground.turn.id]
    parts = [replace(ground, turn=turn).here for turn in others]
    named = words(_without(claim.text, moments(claim.text, at)))
    names = [word for word in named if _is_number(word) or word.raw[:1].isupper()]
    return any(
        not ground.here.says(term) and any(part.says(term) for part in parts)
        for term in _content(claim.text, at)
    ) or any(
        not ground.here.has(word, {word.term})
        and term_of(word.raw) not in ground.known
        and any(part.has(word, {word.term}) for part in parts)
        for word in names
    )


def _affirms_alike(claim: Claim, sentence: str, ground: Ground) -> bool:
    """Whether a claim affirms or denies as its quote does, or the sentence around it; of a question, as the answer does."""
    texts = [claim.quote, sentence]
    if ground.together:
        # Turns as one text, in which a question that was answered with `no` is a denial.
        exchange = [turn.text[:_NEAR] for turn in ground.together]
        for at, answer in enumerate(exchange[1:]):
            if exchange[at].rstrip().endswith("?") and _DENIAL.match(answer):
                exchange[at] = _CLAUSES.sub(r" not \g<0>", exchange[at])
        texts = [*([] if sentence.rstrip().endswith("?") else texts), "\n".join(exchange)]
    # "Without a plan" denies the plan, and not the rest.
    claimed = dict.fromkeys((claim.text, _WITHOUT.sub(" ", claim.text)))

    def agrees(text: str) -> bool:
        return any(agree(text, each, negated=claim.negated) for each in claimed)

    if any(map(agrees, dict.fromkeys(texts))):
        return True
    # That something is not so must be said here; that it is, may be said beside it.
    beside = not ground.together and not claim.negated and polarity(claim.text).affirmed
    return beside and agrees(ground.turn.text[:_NEAR])


_DENIAL = LazyPattern(r"(?i)\W*(?:no|nope|nah|never|not|none|neither|sadly not|nein|non|nie|нет)\b")
_CLAUSES = LazyPattern(r"[^.;!?,]*\?")
_WITHOUT = LazyPattern(r"\bwithout (?:\w+ ){0,3}\w+")
_NEAR = 2000
"""Characters of a turn whose clauses are compared with a claim's."""
