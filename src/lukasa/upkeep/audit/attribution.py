"""What a fact of another store says, as far as its sentence tells: attribute and value, so that it can be compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lukasa.beliefs.keys import cardinality_of
from lukasa.domain.audit import AuditItem
from lukasa.upkeep.audit.attributes import Read, attributes_of

_SOMEBODY = "User"
"""Whom other stores' sentences are about when they do not say: "User likes tea", "The user likes tea", "Likes tea"."""


def attributed(item: AuditItem) -> AuditItem:
    """Return a fact with the attribute that its sentence states, unless it has one, or a store that would have told."""
    if item.attribute is not None or item.sources is not None:
        return item
    read = next(_read(item.text.strip(), item.subject or _SOMEBODY), None)
    if read is None:
        return item
    return replace(
        item,
        subject=read.subject,
        attribute=read.attribute,
        value=read.value,
        negated=read.negated,
        cardinality=cardinality_of(read.attribute, "multi"),
        # What is over excludes nothing.
        status="superseded" if read.ended else item.status,
    )


def _read(text: str, name: str) -> Iterator[Read]:
    bare = text.removeprefix("The ").removeprefix("user ").removeprefix("User ")
    for sentence in (text, f"{name} {bare[:1].lower()}{bare[1:]}"):
        yield from attributes_of(sentence, name, corrected=False)
