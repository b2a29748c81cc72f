"""Attribute and value of a fact of another store, as far as its sentence states them, so that it can be compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from lukasa.beliefs.keys import cardinality_of
from lukasa.domain.attribute import attribute
from lukasa.domain.audit import AuditItem
from lukasa.extraction.rules.frames import readings
from lukasa.extraction.rules.parse import parse
from lukasa.extraction.rules.people import favourite
from lukasa.extraction.rules.statement import is_over
from lukasa.extraction.rules.tokens import joined, words

_USER = "User"
"""Whom other stores' sentences are about when they do not say: "User likes tea", "The user likes tea", "Likes tea"."""


class StatedAttribute(NamedTuple):
    """What a sentence says of one attribute."""

    attribute: str
    value: str
    subject: str
    negated: bool
    ended: bool


def attributed(item: AuditItem) -> AuditItem:
    """Return a fact with the attribute that its sentence states, unless its store has attributes of its own."""
    if item.attribute is not None or item.sources is not None:
        return item
    stated = next(_stated(item.text.strip(), item.subject or _USER), None)
    if stated is None:
        return item
    return replace(
        item,
        subject=stated.subject,
        attribute=stated.attribute,
        value=stated.value,
        negated=stated.negated,
        cardinality=cardinality_of(stated.attribute, "multi"),
        # What is over excludes nothing.
        status="superseded" if stated.ended else item.status,
    )


def _stated(text: str, name: str) -> Iterator[StatedAttribute]:
    bare = text.removeprefix("The ").removeprefix("user ").removeprefix("User ")
    for sentence in (text, f"{name} {bare[:1].lower()}{bare[1:]}"):
        yield from attributes_of(sentence, name)


def attributes_of(text: str, name: str) -> Iterator[StatedAttribute]:
    """Return what a sentence in the third person says of *name*: "Ana lives in Lisbon"."""
    if not text.startswith(name):
        return
    clause = parse(words(text, 0, len(text)))
    if clause is None:
        return
    preferred = favourite(text)
    rest = joined((word.glue, word.text) for word in clause.rest).strip(" .!")
    about_name = joined((word.glue, word.text) for word in clause.words[: clause.subject]) == name
    by_frames = readings(clause, rest, ended=is_over(clause)) if about_name else []
    for reading in [preferred] if preferred else by_frames:
        if attribute(reading.attribute) is not None and (reading.subject or name) == name:
            yield StatedAttribute(reading.attribute, reading.value, name, reading.negated, reading.ended)
