"""Which attributes relate two entities, and of what type the value is. Pure data."""

from __future__ import annotations

from lukasa.domain.attribute import ATTRIBUTES, DISTINCT

NAMING = frozenset(row.name for row in ATTRIBUTES.values() if row.joins_names)
"""Attributes that join two names."""

LITERAL = frozenset(row.name for row in ATTRIBUTES.values() if row.value_type == "literal")
"""Attributes whose value is words, a number or a date, and nobody or nothing that other facts speak of."""

_TYPE_OF = {row.name: row.value_type for row in ATTRIBUTES.values()}


def relates(attribute: str) -> bool:
    """Tell whether an attribute is a relation between two entities."""
    return attribute not in LITERAL and attribute not in NAMING and attribute != DISTINCT


def type_of_value(attribute: str) -> str:
    """Return of what type the value of an attribute is; `concept` where nothing better is known."""
    return _TYPE_OF.get(attribute, "concept")
