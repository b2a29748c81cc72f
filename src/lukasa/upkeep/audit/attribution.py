"""Attribute and value of a fact of another store, as far as its sentence states them, so that it can be compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lukasa.beliefs.keys import cardinality_of
from lukasa.domain.audit import AuditItem
from lukasa.extraction.rules.grammar import Reading, readings

_USER = "User"
"""Whom other stores' sentences are about when they do not say: "User likes tea", "The user likes tea", "Likes tea"."""


def attributed(item: AuditItem) -> AuditItem:
    """Return a fact with the attribute that its sentence states, unless its store has attributes of its own."""
    if item.attribute is not None or item.sources is not None:
        return item
    name = item.subject or _USER
    stated = next(_stated(item.text.strip(), name), None)
    if stated is None:
        return item
    return replace(
        item,
        subject=name,
        attribute=stated.attribute,
        value=stated.value,
        negated=stated.negated,
        cardinality=cardinality_of(stated.attribute, "multi"),
        # What is over excludes nothing.
        status="superseded" if stated.ended else item.status,
    )


def _stated(text: str, name: str) -> Iterator[Reading]:
    bare = text.removeprefix("The ").removeprefix("user ").removeprefix("User ")
    for sentence in (text, f"{name} {bare[:1].lower()}{bare[1:]}"):
        yield from attributes_of(sentence, name)


def attributes_of(text: str, name: str) -> Iterator[Reading]:
    """Return what a sentence in the third person says of *name*: "Ana lives in Lisbon"."""
    if text.startswith(name):
        yield from readings(text, 0, len(text), name=name)
