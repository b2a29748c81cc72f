"""A fact as a triple of subject, attribute and value, and which attributes relate two entities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from lukasa.domain.attribute import ATTRIBUTES, DISTINCT
from lukasa.domain.fact import Fact, Status
from lukasa.domain.interval import Interval
from lukasa.domain.turn import Source

Key: TypeAlias = tuple[str, ...]
"""What a name is compared by (`names.words_of`)."""

NAMING = frozenset(row.name for row in ATTRIBUTES.values() if row.joins_names)
"""Attributes that join two names."""

LITERAL = frozenset(row.name for row in ATTRIBUTES.values() if row.value_type == "literal")
"""Attributes whose value is words, a number or a date, and not an entity that other facts speak of."""

_TYPE_OF = {row.name: row.value_type for row in ATTRIBUTES.values()}
_NO_RELATION = LITERAL | NAMING | {DISTINCT}


def type_of_value(attribute: str) -> str:
    """Return of what type the value of an attribute is; `concept` where nothing better is known."""
    return _TYPE_OF.get(attribute, "concept")


@dataclass(frozen=True, slots=True)
class Triple:
    """A fact, with the keys of the names in it. It takes a tenth of the memory of the fact."""

    id: str
    seq: int
    subject: str
    subject_key: Key
    attribute: str | None
    value: str | None
    value_key: Key | None
    """`None`: the value is no name."""

    text: str
    valid: Interval
    status: Status
    negated: bool
    confidence: float
    evidence: int
    sources: tuple[Source, ...]

    @property
    def relates(self) -> bool:
        """Whether it is a relation between two entities."""
        return self.value_key is not None and self.attribute not in _NO_RELATION

    @property
    def names(self) -> bool:
        """Whether it states that two names are one entity's."""
        return self.attribute in NAMING and self.value_key is not None and not self.negated

    @property
    def keys(self) -> tuple[Key, ...]:
        """The names in it."""
        return (self.subject_key,) if self.value_key is None else (self.subject_key, self.value_key)

    @property
    def order(self) -> tuple[int, str]:
        """Sorts triples as they were learned."""
        return self.seq, self.id

    @property
    def rank(self) -> tuple[int, int, str]:
        """Sorts triples by evidence, the best attested first, then as they were learned."""
        return -self.evidence, self.seq, self.id


def triple_of(fact: Fact, key_of: Callable[[str], Key]) -> Triple:
    named = fact.attribute is not None and fact.attribute not in LITERAL
    return Triple(
        id=fact.id,
        seq=fact.seq,
        subject=fact.subject,
        subject_key=key_of(fact.subject),
        attribute=fact.attribute,
        value=fact.value,
        value_key=key_of(fact.value) if named and fact.value is not None else None,
        text=fact.text,
        valid=fact.valid,
        status=fact.status,
        negated=fact.negated,
        confidence=fact.confidence,
        evidence=fact.evidence,
        sources=fact.sources,
    )
