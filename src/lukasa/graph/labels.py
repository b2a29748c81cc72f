"""Which attributes relate two entities, and of what type the value is. Pure data."""

from __future__ import annotations

from collections.abc import Mapping

ALIAS = "also_known_as"
"""States that two names are one entity's."""

DISTINCT = "is_not"
"""States that two names are not one entity's, whatever they look like."""

RENAMED = "goes_by"
"""States that two names are one entity's, and that the second is the one to show."""

NAMING = frozenset({"name", ALIAS, RENAMED})
"""Attributes that join two names."""

LITERAL = frozenset({"age", "birthday", "pronouns", "contact", "works_as", "role", "relationship_status", "diet", "should", "does", "did", "plans", "wants", "started", "stopped"})  # fmt: skip
"""Attributes whose value is words, a number or a date, and nobody or nothing that other facts speak of."""

_TYPES: Mapping[str, tuple[str, ...]] = {
    "place": ("lives_in", "comes_from", "moved_to", "visited"),
    "organisation": ("works_at", "studies_at"),
    "person": ("partner", "child", "parent", "sibling", "relative", "friend"),
    "animal": ("pet",),
    "event": ("attended",),
    "thing": ("owns", "got"),
}
_TYPE_OF = {label: type_ for type_, labels in _TYPES.items() for label in labels}


def relates(attribute: str) -> bool:
    """Tell whether an attribute is a relation between two entities."""
    return attribute not in LITERAL and attribute not in NAMING and attribute != DISTINCT


def type_of_value(attribute: str) -> str:
    """Return of what type the value of an attribute is; `concept` where nothing better is known."""
    return _TYPE_OF.get(attribute, "concept")
