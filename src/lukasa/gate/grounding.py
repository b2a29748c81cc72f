"""Whether a claim says no more than the words that it cites: names, numbers, dates, content, direction, negation. Pure.

A model that invents does so fluently; what it cannot do is make the words stand in the turn. Every name and number must,
and most of the content; what only ties a sentence together need not.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lukasa.domain.claim import Claim
from lukasa.domain.turn import Turn
from lukasa.gate.polarity import agree
from lukasa.text.analysis import analyse, content_words, is_stop_word, stem_set, term_of
from lukasa.text.comparison import Word, months, words
from lukasa.text.language_data import MONTHS
from lukasa.text.patterns import LazyPattern, WordLists, has_mark
from lukasa.text.rendering import speaker

_LISTS = WordLists("lukasa.gate", "grounding")

_MIN_SUPPORT = 0.6
"""Of a claim's content words, names and numbers apart, that must stand in the quote. Rewriting a sentence in the third
person keeps four in five; a sentence that shares a topic with an invention has one in two."""


def is_grounded(claim: Claim, turn: Turn, known_names: Collection[str]) -> bool:
    """Whether the quote of a claim stands in the turn and supports all that the claim says."""
    in_turn = claim.source.turn == turn.id and turn.text[claim.source.start : claim.source.end] == claim.quote
    if not in_turn or not claim.quote.strip() or _is_too_long(claim):
        return False
    ground = _ground(claim, turn, known_names)
    return (
        all(_supports(ground, text) for text in (claim.text, claim.subject, claim.value or ""))
        and agree(claim.quote, claim.text, negated=claim.negated)
        and not _exchanged(claim.quote, claim.text, speaker=turn.speaker)
        and not _of_another(claim)
    )


def _is_too_long(claim: Claim) -> bool:
    return len(claim.quote) > _LONGEST_QUOTE or any(
        len(text) > _LONGEST_CLAIM for text in (claim.text, claim.subject, claim.value or "")
    )


_LONGEST_QUOTE = 4000
"""Characters of a quote: one that is longer does not show what is read from it."""

_LONGEST_CLAIM = 2000
"""Characters of what is claimed: no fact needs so many, and each of its words is looked for in the quote."""


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a claim may say."""

    terms: frozenset[str]
    """Words, as they are compared, and their stems."""

    stems: frozenset[str]
    """The terms without their last letters."""

    numbers: frozenset[str]
    spoken: frozenset[str]
    """The plain words of the quote alone, in lower case."""

    def holds(self, word: Word) -> bool:
        """Whether a word is supported, in any of its forms."""
        if word.term in self.terms or term_of(word.raw.removesuffix("'s").removesuffix("’s")) in self.terms:
            return True
        parts = analyse(word.raw)
        return bool(parts) and (parts[0] in self.terms or self.terms.issuperset(parts[1:] or ("",)))

    def says(self, term: str) -> bool:
        """Whether a plain word is supported, in this form or one with another ending: `wohne`, `wohnt`."""
        if term in self.terms:
            return True
        if not self.spoken.isdisjoint(_ENGLISH):
            return False  # English has stems that hold: `farm` does not make a `farmer`.
        size = max(len(term) - _ENDING, _STEM if term.isascii() else _STEM - 1)
        return len(term) >= size and term[:size] in self.stems and len(term) - size <= _ENDING

    def counts(self, number: str) -> bool:
        """Whether a number is supported; `1` is by `a`, `17:30` by `17.30`."""
        if number in self.numbers or (number == "1" and not self.spoken.isdisjoint(_ONE)):
            return True
        pieces = [piece.lstrip("0") or "0" for piece in re.split(r"[:/.-]", number) if piece]
        return len(pieces) > 1 and self.numbers.issuperset(pieces)


_ONE = frozenset(
    {"a", "an", "one", "my", "once", "single", "ein", "eine", "un", "une", "una", "um", "uma", "один", "одна"}
)
_STEM = 4
"""Letters that two forms of a word share; one less in scripts other than Latin."""

_ENDING = 2
"""Letters in which they may differ."""

_ENGLISH = frozenset({"i", "my", "the", "is", "was", "and", "of", "we", "our", "you", "have", "with"})
_NEARBY = 2
"""Words after `my sister` among which her name stands."""

_AMOUNTS = {
    "couple": "2", "pair": "2", "both": "2", "twins": "2", "twice": "2", "dozen": "12", "once": "1", "thrice": "3",
}  # fmt: skip


def _ground(claim: Claim, turn: Turn, known_names: Collection[str]) -> _Ground:
    quote = claim.quote
    spoken = frozenset(re.findall(r"[^\W_]+", quote.casefold()))
    texts = [quote, turn.speaker or "", speaker(turn), *_resolved(claim, turn, known_names, spoken)]
    if _refers(spoken, quote):
        texts.extend(known_names)
    terms: set[str] = set()
    numbers: set[str] = {_AMOUNTS[word] for word in spoken & _AMOUNTS.keys()}
    for text in texts:
        for word in words(text):
            terms.add(word.term)
            numbers.update(_numerals(word))
        terms.update(analyse(text))
    terms |= _named_by_number(quote)
    stems = {
        term[: len(term) - cut]
        for term in terms
        for cut in range(_ENDING + 1)
        if len(term) - cut >= _STEM - 1
    }
    return _Ground(frozenset(terms), frozenset(stems), frozenset(numbers), spoken)


def _resolved(
    claim: Claim, turn: Turn, known_names: Collection[str], spoken: frozenset[str]
) -> Iterator[str]:
    """Yield what the extractor resolved, as far as something in the quote can stand for it.

    `I` is only the speaker: a name that is not known, and stands nowhere in the turn, needs another pronoun.
    """
    names = {name.casefold() for name in (*known_names, speaker(turn), "user")}
    for entry in claim.resolved:
        if _is_date(entry):
            if _timed(spoken, claim.quote):
                yield entry
        elif entry.casefold() in names or entry in turn.text:
            if _refers(spoken, claim.quote) or entry.casefold() == speaker(turn).casefold():
                yield entry
        elif (
            not spoken.isdisjoint(_LISTS.words("other_persons") | _LISTS.words("kin"))
            or not claim.quote.isascii()
        ):
            yield entry


def _refers(spoken: frozenset[str], quote: str) -> bool:
    """Whether something in the quote can stand for a name."""
    references = _LISTS.words("first_person") | _LISTS.words("other_persons") | _LISTS.words("kin")
    return not spoken.isdisjoint(references) or has_mark(quote, _LISTS["unspaced_references"])


def _timed(spoken: frozenset[str], quote: str) -> bool:
    """Whether something in the quote can stand for a date."""
    timed = not spoken.isdisjoint(_LISTS.words("times")) or any(word in months() for word in spoken)
    return (
        timed or any(character.isdigit() for character in quote) or has_mark(quote, _LISTS["unspaced_times"])
    )


def _is_date(entry: str) -> bool:
    lower = set(re.findall(r"[^\W\d_]+", entry.casefold()))
    return any(character.isdigit() for character in entry) or not lower.isdisjoint(_LISTS.words("times"))


def _named_by_number(quote: str) -> set[str]:
    """Return the months that dates in figures can mean: `7/5/2023`."""
    dates = [match.group() for match in _FIGURES.finditer(quote)]
    named = {int(part) for date in dates for part in re.split(r"\D", date) if part}
    return {MONTHS[number - 1] for number in named if 1 <= number <= len(MONTHS)}


def _numerals(word: Word) -> Iterator[str]:
    """Yield the numbers that a word stands for: whole, and its parts where it is a date, a time or an amount."""
    if not any(character.isdigit() for character in word.term):
        return
    yield word.term
    bare = word.term.strip("$€£¥₹%+-")
    yield bare
    for piece in re.findall(r"\d+", bare.replace(",", "")):
        yield piece.lstrip("0") or "0"


# --- names, numbers, content -----------------------------------------------------------------------------------------


def _supports(ground: _Ground, text: str) -> bool:
    """Whether every name and number of a text is supported, and enough of the rest."""
    tokens, content = words(text), content_words(text)
    for word in tokens:
        if any(character.isdigit() for character in word.term):
            bare = re.sub(r"(?:st|nd|rd|th)$", "", word.term.strip("$€£¥₹%+"))
            if not (ground.counts(bare) or ground.counts(word.term) or ground.holds(word)):
                return False
        elif _is_name(word, content) and not ground.holds(word):
            return False
    inventable = _content(tokens, content)
    return sum(ground.says(term) for term in inventable) >= _MIN_SUPPORT * len(inventable)


def _content(tokens: Sequence[Word], content: Collection[str]) -> list[str]:
    """Return the terms of a text that could be invented: without names, numbers and scaffolding."""
    checked = {term_of(word.raw) for word in tokens if _is_name(word, content)}
    for word in tokens:
        if any(map(str.isdigit, word.term)):
            checked.update(term_of(part) for part in re.split(r"[\s-]+", word.raw))
    scaffolding = stem_set(_LISTS["scaffolding"])
    return [
        term
        for term in content
        if term not in checked and term not in scaffolding and not any(map(str.isdigit, term))
    ]


# --- about whom -----------------------------------------------------------------------------------------------------


def _of_another(claim: Claim) -> bool:
    """Whether the quote speaks of a relative of whom the claim does not: `my brother's favourite is …`."""
    match = _OF_KIN.match(claim.quote.replace("’", "'"))
    if match is None:
        return False
    statement = f"{claim.text} {claim.subject}"
    stems = {term_of(word.raw.removesuffix("'s")) for word in words(statement)}
    nearby = match["after"].replace("'s", "").split()[:_NEARBY]
    named = {term_of(word.strip(",")) for word in nearby if word[:1].isupper()}
    return term_of(match["kin"]) not in stems and not stems & named


_FIGURES = LazyPattern(r"(?<!\d)\d{1,4}[-/.]\d{1,2}(?:[-/.]\d{1,4})?(?!\d)")


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


def _exchanged(quote: str, statement: str, *, speaker: str | None) -> bool:
    """Whether two names stand the other way round about the same word: `Ana called Ben` for `Ben called me`."""
    me = term_of(speaker.split()[0]) if speaker and speaker.split() else ""
    quote_terms, claim_terms = _terms(quote, me), _terms(statement, me)
    content = content_words(statement)
    names = {term_of(word.raw) for word in words(statement) if _is_name(word, content)} | (
        {me} if me else set()
    )
    order = [(term, index) for index, term in enumerate(claim_terms) if term in names]
    for (first, start), (second, end) in pairwise(order):
        # `and` or `met` say the same in either order.
        link = frozenset(claim_terms[start + 1 : end]) - stem_set(_EVEN)
        if first == second or not link:
            continue
        if _linked(quote_terms, second, first, link) and not _linked(quote_terms, first, second, link):
            return True
    return False


def _is_name(word: Word, content: Collection[str]) -> bool:
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


def _terms(text: str, me: str) -> list[str]:
    """Return the terms of a text in order, with the speaker's name for `I`, `me` and `my`."""
    first = {"i", "me", "my", "myself"}
    return [me if me and word.term in first else term_of(word.raw.removesuffix("'s")) for word in words(text)]


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
