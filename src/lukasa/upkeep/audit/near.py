"""Facts that say the same in nearly the same words, found without comparing each with each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import ceil
from typing import NamedTuple

from lukasa.domain.audit import AuditItem, Flaw
from lukasa.text.difference import disagree
from lukasa.text.normalise import terms
from lukasa.upkeep.audit.standing import clip

_ALIKE = 0.75
"""Share of their words that two sentences have in common: one more adverb in a sentence of four words."""

_MOST = 64
"""Sentences with one rare word in common that another is compared with, the latest first: a store of one sentence with
ten thousand numbers in it is no reason to compare a hundred million pairs."""


class _Sentence(NamedTuple):
    item: AuditItem
    words: tuple[str, ...]
    rare: Sequence[str]
    """The rarest of its words: a sentence that is nearly the same has one of them among its own rarest."""


def near_duplicates(facts: Sequence[AuditItem]) -> Iterator[Flaw]:
    """Find facts that say the same with other little words; numbers, names, dates and negation must agree."""
    groups: list[list[_Sentence]] = []
    by_word: dict[tuple[str, str], list[list[_Sentence]]] = {}
    for sentence in _sentences(facts):
        group = _like(sentence, by_word)
        if group is not None:
            group.append(sentence)
            continue
        # Only the first of each group is compared with what follows.
        groups.append(group := [sentence])
        for word in sentence.rare:
            by_word.setdefault((sentence.item.owner, word), []).append(group)
    for group in groups:
        if len(group) > 1:
            said = " / ".join(clip(each.item.text) for each in group[:2])
            yield Flaw(sort="near duplicate", ids=tuple(each.item.id for each in group), detail=said)


def _sentences(facts: Sequence[AuditItem]) -> Iterator[_Sentence]:
    """Give each fact, of equal ones the first, with its rarest words."""
    worded = {(item.owner, terms(item.text)): item for item in reversed(facts)}
    frequency = Counter(word for _, words in worded for word in set(words))
    for (_, words), item in reversed(worded.items()):
        rarest = sorted(set(words), key=lambda word: (frequency[word], word))
        yield _Sentence(item, words, rarest[: len(rarest) - ceil(_ALIKE * len(rarest)) + 1])


def _like(
    sentence: _Sentence, by_word: dict[tuple[str, str], list[list[_Sentence]]]
) -> list[_Sentence] | None:
    """Return the group that a sentence belongs to, if there is one."""
    for word in sentence.rare:
        for group in reversed(by_word.get((sentence.item.owner, word), ())[-_MOST:]):
            if _same(group[0], sentence):
                return group
    return None


def _same(one: _Sentence, other: _Sentence) -> bool:
    return (
        _in_common(set(one.words), set(other.words)) >= _ALIKE
        and one.item.negated == other.item.negated
        and one.item.valid.overlaps(other.item.valid)
        and disagree(one.item.text, other.item.text) is None
    )


def _in_common(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other)
