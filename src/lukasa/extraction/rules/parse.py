"""A clause and its parts: who, and which verb in which tense. No parser: a scan from the left that gives up early."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lukasa.extraction.rules.lexicon import Verb, is_participle, is_past, table, verb, verb_forms
from lukasa.extraction.rules.tokens import ClauseWord, is_word

Tense = Literal["past", "present", "perfect", "future", "modal", "used"]
"""`used`: what used to be; `modal`: what can, could, should or would be."""


@dataclass(frozen=True, slots=True)
class Clause:
    """Words that belong together, read as subject and verb."""

    words: tuple[ClauseWord, ...]
    subject: int
    """How many words the subject has; 0: the speaker is left out (`Went hiking`)."""

    first_person: bool
    """The subject is the speaker, perhaps with others."""

    verb: int
    """The place of the main verb."""

    base: str
    """The main verb's base; empty when it is none that we know."""

    tense: Tense
    progressive: bool = False
    negated: bool = False
    modal: str = ""
    """`can`, `would`, …, when there is one."""

    @property
    def rest(self) -> tuple[ClauseWord, ...]:
        return self.words[self.verb + 1 :]


@dataclass(slots=True)
class _Group:
    """A group of verbs while it is read."""

    tense: Tense | None = None
    progressive: bool = False
    negated: bool = False
    modal: str = ""
    last: str = ""
    """The auxiliary before."""


def parse(words: Sequence[ClauseWord]) -> Clause | None:
    """Return the clause, or `None` when it does not begin with a subject that is followed by its verb."""
    size = _subject(words)
    if size is None:
        return None
    first = size == 0 or _is_speaker(words[:size])
    return _verb_group(tuple(words), size, first)


def skip_adverbs(words: Sequence[ClauseWord], index: int) -> int:
    """Return the first place from *index* on where no adverb stands."""
    while index < len(words) and is_adverb(words[index]):
        index += 1
    return index


def is_adverb(word: ClauseWord) -> bool:
    """Whether a word may stand between a subject and its verb."""
    return (
        word.low in table("adverbs")
        or word.low == "no longer"
        or (word.low.endswith("ly") and len(word.low) > _SHORTEST_LY and verb(word.low) is None)
    )


def finite(words: Sequence[ClauseWord], index: int) -> bool:
    """Whether a verb with a subject stands at a place, as far as one word and its neighbours tell."""
    low = words[index].low
    if low in table("finite"):
        return True
    forms = verb_forms(low)
    if index == 0 or not (forms or _seems_past(words, index)):
        return False
    before = words[index - 1].low
    if before in table("determiners") or before in table("prepositions") or before in {"to", "and", "or"}:
        return False
    if not forms or "past" in forms or "third" in forms:
        return True
    return "base" in forms and _plural(before)


def _seems_past(words: Sequence[ClauseWord], index: int) -> bool:
    """Whether an unknown word in -ed is a verb, as its object or a preposition follows: `flooded the basement`."""
    if not is_past(words[index].low) or index + 1 >= len(words):
        return False
    follows = words[index + 1].low
    return follows in table("determiners") or follows in table("prepositions") or follows in table("objects")


def _subject(words: Sequence[ClauseWord]) -> int | None:
    """Return how many words the subject has, or `None` when there is none to be seen."""
    if words and words[0].low in {"i", "we"}:
        return 1
    if not words or elided(words):
        return 0 if words else None
    for index in range(1, min(len(words), _LONGEST_SUBJECT)):
        word = words[index]
        if (
            not is_word(word)
            and word.text not in {"&", "'", "-"}
            and words[index - 1].low not in table("titles")
        ):
            return None
        if word.low in {"i", "we"}:
            # "My sister and I"; "The book I read" is not for us.
            return index + 1 if words[index - 1].low in {"and", "&"} else None
        if finite(words, index) or word.low in _SUFFIXES:
            return _without_adverbs(words, index)
    return None


def _without_adverbs(words: Sequence[ClauseWord], index: int) -> int:
    while index > 1 and is_adverb(words[index - 1]):
        index -= 1
    return index


def elided(words: Sequence[ClauseWord]) -> bool:
    """Whether the speaker is left out: `Just finished …`, `Been busy with …`, `Working on …`."""
    index = skip_adverbs(words, 0)
    if index >= len(words) - 1:
        return False
    low = words[index].low
    follows = words[index + 1].low
    if low in {"can", "ca", "wo"}:
        return follows in {"n't", "not"}
    if low == "would":
        return follows in {"love", "like"}
    if low in table("elided_gerunds"):
        return not _finite_later(words, index + 1)
    return low == "gonna" or _elided_past(low, follows)


def _elided_past(low: str, follows: str) -> bool:
    """Whether a past begins what the speaker did: not "Made me laugh", "Been ages"."""
    if low == "been":
        return follows not in table("been_long")
    lexeme = verb(low)
    if lexeme is None or follows in {"me", "us"} or lexeme.base in table("impressions") | {"be"}:
        return False
    return "past" in lexeme.forms and "base" not in lexeme.forms


def _finite_later(words: Sequence[ClauseWord], index: int) -> bool:
    """Whether a verb follows to which all before it is the subject: `Running in the park is fun`."""
    for later in range(index, len(words)):
        if words[later].low in table("breaks"):
            return False
        if finite(words, later):
            return True
    return False


def _is_speaker(subject: Sequence[ClauseWord]) -> bool:
    lows = {word.low for word in subject}
    return bool(lows & {"i", "we"}) or (subject[0].low == "me" and "and" in lows)


def _verb_group(words: tuple[ClauseWord, ...], size: int, first: bool) -> Clause | None:
    group = _Group()
    index = size
    while index < len(words):
        word = words[index]
        if is_adverb(word):
            group.negated |= word.low in {"not", "n't", "never"}
            index += 1
        elif step := _auxiliary(words, index, group):
            index += step
        else:
            return _closed(words, (size, first), index, group)
    return None


def _auxiliary(words: Sequence[ClauseWord], index: int, group: _Group) -> int:
    """Read an auxiliary; return how many words it has, 0 when the word is the main verb."""
    low = words[index].low
    follows = skip_adverbs(words, index + 1)
    next_low = words[follows].low if follows < len(words) else ""
    if low in table("modals"):
        return _modal(low, next_low, group)
    if low in _BE and not (low == "'s" and next_low in {"been", "got"}):
        return _be(low, next_low, group)
    if low in _HAVE:
        return _have(low, next_low, group)
    if low in {"do", "does", "did"}:
        return _do(low, next_low, group)
    if low == "gonna" or (next_low == "to" and low in {"going", "used"}):
        return _to(words, index, follows, group)
    return 0


def _do(low: str, next_low: str, group: _Group) -> int:
    if "base" not in verb_forms(next_low):
        return 0
    group.tense = group.tense or ("past" if low == "did" else "present")
    return 1


def _to(words: Sequence[ClauseWord], index: int, follows: int, group: _Group) -> int:
    """Read `gonna`, `going to`, `used to`; "going to Rome" is none of them."""
    low = words[index].low
    if low == "going" and not _verb_at(words, follows + 1):
        return 0
    group.tense = "used" if low == "used" else "future"
    return 1 if low == "gonna" else follows - index + 1


def _modal(low: str, next_low: str, group: _Group) -> int:
    if low == "'d" and (is_participle(next_low) or next_low in {"been", "better"}):
        group.tense = "past"
        return 1
    group.modal = {"'ll": "will", "'d": "would", "ca": "can", "wo": "will"}.get(low, low)
    group.tense = "future" if group.modal == "will" else "modal"
    return 1


def _be(low: str, next_low: str, group: _Group) -> int:
    if verb_forms(next_low) != {"gerund"}:
        return 0
    group.tense = group.tense or ("past" if low in {"was", "were"} else "present")
    group.progressive = True
    return 1


def _have(low: str, next_low: str, group: _Group) -> int:
    if next_low in {"been", "got"} or is_participle(next_low):
        group.tense = group.tense or ("past" if low == "had" else "perfect")
        return 1
    return 0


def _closed(
    words: tuple[ClauseWord, ...], subject: tuple[int, bool], index: int, group: _Group
) -> Clause | None:
    """Return the clause whose main verb stands at *index*; an unknown verb is taken for one behind "I" only."""
    low = words[index].low
    lexeme = verb(low)
    seen = subject[1] or low in _BE or _seems_past(words, index)
    if lexeme is None and not (seen and (low.isalpha() or low in _BE)):
        return None
    if low == "got" and group.tense == "perfect":
        # "I've got a bike": she has one.
        lexeme, group.tense = Verb("have", frozenset({"base"})), "present"
    return Clause(
        words=words,
        subject=subject[0],
        first_person=subject[1],
        verb=index,
        base="be" if low in _BE else lexeme.base if lexeme else "",
        tense=group.tense or _finite_tense(words, index),
        progressive=group.progressive,
        negated=group.negated or _negated_after(words, index),
        modal=group.modal,
    )


def _negated_after(words: Sequence[ClauseWord], index: int) -> bool:
    """Whether "not" follows a form of "be", as nothing else is negated so."""
    return (
        words[index].low in _BE and index + 1 < len(words) and words[index + 1].low in {"not", "n't", "never"}
    )


def _finite_tense(words: Sequence[ClauseWord], index: int) -> Tense:
    low = words[index].low
    if low in {"been", "gotten", "done", "gone", "seen"}:
        return "perfect"
    if not is_past(low):
        return "present"
    return "present" if "base" in verb_forms(low) and is_habitual(words) else "past"


def is_habitual(words: Sequence[ClauseWord]) -> bool:
    """Whether words say that something comes again and again: `every day`, `twice a week`."""
    lows = [word.low for word in words]
    return any(low in table("habitual") for low in lows) or any(
        lows[index] == "a"
        and lows[index + 1] in {"day", "week", "month", "year"}
        and lows[index - 1] not in {"for", "in", "after"}
        for index in range(1, len(lows) - 1)
    )


def _verb_at(words: Sequence[ClauseWord], index: int) -> bool:
    index = skip_adverbs(words, index)
    return index < len(words) and (words[index].low == "be" or "base" in verb_forms(words[index].low))


def _plural(low: str) -> bool:
    plural_s = low.endswith("s") and not low.endswith(("ss", "us", "'s"))
    return plural_s or low in {"people", "children", "men", "women"}


_BE = frozenset({"am", "is", "are", "was", "were", "be", "been", "'m", "'re", "'s"})
_HAVE = frozenset({"have", "has", "had", "'ve", "'s"})
_SUFFIXES = frozenset({"'s", "'re", "'ve", "'ll", "'d"})
_LONGEST_SUBJECT = 9
_SHORTEST_LY = 4
