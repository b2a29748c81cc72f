"""Flaws between items: what is stored twice, says nearly the same, or excludes each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from math import ceil
from typing import NamedTuple

from lukasa.beliefs.keys import refines, same_words, slot_of
from lukasa.domain.audit import AuditItem, Flaw
from lukasa.text.comparison import disagree, terms
from lukasa.upkeep.audit.items import clip

_FEWEST_WORDS = 12
"""Anybody says a shorter turn again; the same long one twice was stored twice."""

_MOST_STATEMENTS = 50
"""Different statements about one thing that are compared in pairs."""

_SHOWN = 3
"""Facts of a contradiction that its detail shows."""

_ALIKE = 0.75
"""Share of their words that two sentences have in common: one more adverb in a sentence of four words."""

_MOST_GROUPS = 64
"""Sentences with a rare word in common that another is compared with, the latest first: a store of one sentence with ten
thousand numbers in it is no reason to compare a hundred million pairs."""


def duplicates(items: Iterable[AuditItem]) -> Iterator[Flaw]:
    """Find facts, and long turns of one speaker, that are equal but for case, spacing, punctuation and the like."""
    for group in _groups((_content(item), item) for item in items):
        # What was so at two different times is no duplicate.
        same = [item for item in group if item is group[0] or item.valid.overlaps(group[0].valid)]
        if len(same) > 1:
            yield Flaw(sort="duplicate", ids=_ids(same), detail=f"{len(same)} × {clip(same[0].text)}")


def contradictions(facts: Sequence[AuditItem]) -> Iterator[Flaw]:
    """Find facts that exclude each other at the same time, and are both believed, or disputed and not decided."""
    slots = (((item.owner, slot), item) for item in facts if (slot := _slot(item)) is not None)
    for group in _groups(slots):
        statements = {_statement(item): item for item in reversed(group)}
        first = list(statements.items())[-_MOST_STATEMENTS:]
        excluded = {key for key, one in first if any(_exclude(one, other) for _, other in first)}
        flawed = [item for item in group if _statement(item) in excluded]
        if flawed:
            detail = " / ".join(dict.fromkeys(clip(item.text) for item in flawed[:_SHOWN]))
            yield Flaw(sort="contradiction", ids=_ids(flawed), detail=detail)


def _groups(keyed: Iterable[tuple[Hashable, AuditItem]]) -> Iterator[list[AuditItem]]:
    groups: dict[Hashable, list[AuditItem]] = {}
    for key, item in keyed:
        if key is not None:
            groups.setdefault(key, []).append(item)
    return (group for group in groups.values() if len(group) > 1)


def _content(item: AuditItem) -> Hashable:
    """Return what two copies have in common; `None` for a turn that may well have been said twice."""
    if item.kind == "fact":
        return (item.owner, "fact", terms(item.text))
    words = tuple(item.text.casefold().split())
    return (item.owner, item.role, item.speaker, words) if len(words) >= _FEWEST_WORDS else None


def _slot(item: AuditItem) -> str | None:
    return slot_of(item.subject or "", item.attribute, item.value, item.cardinality)


def _statement(item: AuditItem) -> Hashable:
    return (item.attribute, item.value, item.negated, item.valid)


def _exclude(one: AuditItem, other: AuditItem) -> bool:
    """Whether two facts of one slot cannot both be true."""
    if not one.valid.overlaps(other.valid):
        return False
    same = same_words(one.value, other.value)
    if one.negated != other.negated:
        return same and one.attribute == other.attribute
    if one.negated:
        return False
    if one.attribute != other.attribute:
        return True  # They share the slot, so one says the contrary of the other.
    return not (same or refines(one.value, other.value) or refines(other.value, one.value))


def _ids(items: Iterable[AuditItem]) -> tuple[str, ...]:
    return tuple(item.id for item in items)


# --- nearly the same words -------------------------------------------------------------------------------------------


class _Sentence(NamedTuple):
    item: AuditItem
    words: frozenset[str]
    rare: Sequence[str]
    """The rarest of its words: a sentence that is nearly the same has one of them among its own rarest."""


def near_duplicates(facts: Sequence[AuditItem]) -> Iterator[Flaw]:
    """Find facts that differ in little words only; numbers, names, dates and negation must agree."""
    groups: list[list[_Sentence]] = []
    by_word: dict[tuple[str, str], list[list[_Sentence]]] = {}
    for sentence in _sentences(facts):
        group = _group_of(sentence, by_word)
        if group is not None:
            group.append(sentence)
            continue
        # Only the first of each group is compared with what follows.
        groups.append(group := [sentence])
        for word in sentence.rare:
            by_word.setdefault((sentence.item.owner, word), []).append(group)
    for group in groups:
        if len(group) > 1:
            items = [sentence.item for sentence in group]
            detail = " / ".join(clip(item.text) for item in items[:2])
            yield Flaw(sort="near duplicate", ids=_ids(items), detail=detail)


def _sentences(facts: Sequence[AuditItem]) -> Iterator[_Sentence]:
    """Return each fact with its rarest words; of equal facts, the first."""
    worded = {(item.owner, terms(item.text)): item for item in reversed(facts)}
    frequency = Counter(word for _, words in worded for word in set(words))
    for (_, words), item in reversed(worded.items()):
        rarest = sorted(set(words), key=lambda word: (frequency[word], word))
        # A prefix filter: sets whose Jaccard similarity is at least _ALIKE share one of these words.
        yield _Sentence(item, frozenset(words), rarest[: len(rarest) - ceil(_ALIKE * len(rarest)) + 1])


def _group_of(
    sentence: _Sentence, by_word: dict[tuple[str, str], list[list[_Sentence]]]
) -> list[_Sentence] | None:
    for word in sentence.rare:
        for group in reversed(by_word.get((sentence.item.owner, word), ())[-_MOST_GROUPS:]):
            if _nearly_equal(group[0], sentence):
                return group
    return None


def _nearly_equal(one: _Sentence, other: _Sentence) -> bool:
    return (
        len(one.words & other.words) >= _ALIKE * len(one.words | other.words)
        and one.item.negated == other.item.negated
        and one.item.valid.overlaps(other.item.valid)
        and disagree(one.item.text, other.item.text) is None
    )
