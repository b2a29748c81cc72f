"""The next version of a fact, for everything that a person, or time, does to it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from lukasa.domain.fact import Fact
from lukasa.errors import InputError


def following(fact: Fact, now: datetime) -> Fact:
    """Return the same fact as its next version: what else changes is put upon it."""
    return replace(fact, revision=fact.revision + 1, recorded_at=now)


def hidden(fact: Fact, now: datetime) -> Fact | None:
    """Return the fact as forgotten; `None` when it is already."""
    return None if fact.retired_at is not None else replace(following(fact, now), retired_at=now)


def shown(fact: Fact, now: datetime) -> Fact | None:
    """Return the fact as remembered again; `None` when it was not forgotten."""
    return None if fact.retired_at is None else replace(following(fact, now), retired_at=None)


def approved(fact: Fact, now: datetime) -> Fact:
    """Return a quarantined fact as believed, on the word of the person who reviewed it."""
    _check_quarantined(fact)
    return replace(following(fact, now), status="current")


def rejected(fact: Fact, now: datetime) -> Fact:
    """Return a quarantined fact as withdrawn."""
    _check_quarantined(fact)
    return replace(following(fact, now), status="retracted")


def settled(facts: Sequence[Fact], keep: str, now: datetime) -> list[Fact]:
    """Decide a conflict: *keep* is believed, its rivals are withdrawn."""
    if keep not in {fact.id for fact in facts}:
        raise InputError(f"{keep!r} is no part of this conflict; keep one of {[fact.id for fact in facts]!r}")
    return [
        replace(
            following(fact, now),
            status="current" if fact.id == keep else "retracted",
            superseded_by=None if fact.id == keep else keep,
            rivals=(),
        )
        for fact in facts
    ]


def conflicts_in(facts: Sequence[Fact]) -> list[tuple[Fact, ...]]:
    """Return the facts that exclude each other and were not decided, together, oldest first."""
    by_id = {fact.id: fact for fact in facts}
    seen: set[str] = set()
    found = []
    for fact in facts:
        if not fact.rivals or fact.id in seen:
            continue
        group = _rivals(fact, by_id)
        seen |= {each.id for each in group}
        if len(group) > 1:
            found.append(tuple(sorted(group, key=lambda each: each.seq)))
    return found


def _rivals(fact: Fact, by_id: dict[str, Fact]) -> list[Fact]:
    group: dict[str, Fact] = {}
    todo = [fact]
    while todo:
        each = todo.pop()
        if each.id not in group:
            group[each.id] = each
            todo += [by_id[rival] for rival in each.rivals if rival in by_id]
    return list(group.values())


def _check_quarantined(fact: Fact) -> None:
    if fact.status != "quarantined":
        raise InputError(
            f"the fact {fact.id!r} is {fact.status}, not quarantined: there is nothing to review"
        )
