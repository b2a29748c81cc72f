"""Flaws that lie between items: what is there twice, and what excludes each other."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

from lukasa.beliefs.keys import refines, same_words, slot_of
from lukasa.domain.audit import AuditItem, Flaw
from lukasa.text.normalise import terms
from lukasa.upkeep.audit.standing import clip

_FEWEST_WORDS = 12
"""Shorter turns are said again by anybody; the same long one twice was stored twice."""

_MOST = 50
"""Different statements about one thing that are compared in pairs."""

_SHOWN = 3
"""Facts of a contradiction that its detail shows."""


def duplicates(items: Iterable[AuditItem]) -> Iterator[Flaw]:
    """Find facts, and long turns of one speaker, that are equal but for case, spacing, punctuation and the like."""
    for group in _groups((_content(item), item) for item in items):
        same = _at_once(group)
        if len(same) > 1:
            yield Flaw(sort="duplicate", ids=_ids(same), detail=f"{len(same)} × {clip(same[0].text)}")


def contradictions(facts: Sequence[AuditItem]) -> Iterator[Flaw]:
    """Find facts that exclude each other at the same time, and are both believed, or disputed and not decided."""
    slots = (((item.owner, slot), item) for item in facts if (slot := _slot(item)) is not None)
    for group in _groups(slots):
        said = {_statement(item): item for item in reversed(group)}
        first = list(said.items())[-_MOST:]
        excluded = {key for key, one in first if any(_exclude(one, other) for _, other in first)}
        found = [item for item in group if _statement(item) in excluded]
        if found:
            detail = " / ".join(dict.fromkeys(clip(item.text) for item in found[:_SHOWN]))
            yield Flaw(sort="contradiction", ids=_ids(found), detail=detail)


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


def _at_once(group: Sequence[AuditItem]) -> list[AuditItem]:
    """Return those that hold at the same time as the first: what was so twice is no duplicate."""
    return [item for item in group if item is group[0] or item.valid.overlaps(group[0].valid)]


def _slot(item: AuditItem) -> str | None:
    return slot_of(item.subject or "", item.attribute, item.value, item.cardinality)


def _statement(item: AuditItem) -> Hashable:
    return (item.attribute, item.value, item.negated, item.valid)


def _exclude(one: AuditItem, other: AuditItem) -> bool:
    """Tell whether two facts of one slot cannot both be true."""
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
