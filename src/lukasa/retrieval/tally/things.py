"""Facts → the things or occasions that count, each once. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from lukasa.domain.fact import Fact
from lukasa.retrieval.tally.asked import ENGLISH, Wanted
from lukasa.text.analysis import fold, query_terms


@dataclass(slots=True)
class Thing:
    """One thing, or one occasion."""

    name: str
    facts: list[Fact] = field(default_factory=list)

    @property
    def first(self) -> Fact:
        """The earliest of its facts that says when; else the first that was said."""
        return min(self.facts, key=_time)

    @property
    def last(self) -> Fact:
        """The latest."""
        return max(self.facts, key=_time)


def matching(asked: Wanted, facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts that count, in order of time. None when it is not clear whose they are."""
    found = [fact for fact in facts if _counts(asked, fact)]
    if asked.subject is None and len({fold(fact.subject) for fact in found}) > 1:
        return []
    return sorted(found, key=_time)


def things(facts: Sequence[Fact]) -> list[Thing]:
    """Return the values of facts, each once, in order of time: "Portuguese and Dutch" are two."""
    found: dict[str, Thing] = {}
    for fact in facts:
        for part in _parts(fact.value or ""):
            key = re.sub(r"^(?:the|a|an) ", "", fold(part))
            found.setdefault(key, Thing(part)).facts.append(fact)
    return list(found.values())


def occasions(facts: Sequence[Fact]) -> list[Thing]:
    """Return when something happened: what is of the same time is told twice, and happened once."""
    found: dict[object, Thing] = {}
    for fact in facts:
        found.setdefault((fact.valid.start, fact.valid.end), Thing(fact.text)).facts.append(fact)
    return list(found.values())


def terms_of(text: str) -> frozenset[str]:
    """Return the terms of a text, as those of a question are made."""
    return frozenset(query_terms(text, language=ENGLISH))


def _counts(asked: Wanted, fact: Fact) -> bool:
    if fact.negated or not fact.live or (not asked.past and fact.status != "current"):
        return False
    if asked.subject is not None and fold(fact.subject) != fold(asked.subject):
        return False
    if asked.attribute is None:
        fits = fact.kind == "event"
    else:
        fits = fact.attribute == asked.attribute and fact.value is not None
    return fits and set(asked.words) <= terms_of(fact.text)


def _parts(value: str) -> list[str]:
    return [part.strip() for part in re.split(r",|\band\b", value) if part.strip()]


def _time(fact: Fact) -> tuple[float, int]:
    start = fact.valid.start
    if start is None:
        start = fact.sources[0].at if fact.sources else fact.learned_at
    return start.timestamp(), fact.seq
