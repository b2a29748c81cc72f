"""Attributes of a sentence that is in the third person already, as other stores keep them: "Ana lives in Lisbon"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lukasa.domain.attribute import attribute
from lukasa.domain.fact import FactKind
from lukasa.extraction.rules.frames import readings
from lukasa.extraction.rules.parse import parse
from lukasa.extraction.rules.people import favourite
from lukasa.extraction.rules.statement import is_over
from lukasa.extraction.rules.tokens import joined, words


class Read(NamedTuple):
    """What a sentence says of one attribute."""

    attribute: str
    value: str
    kind: FactKind
    subject: str
    negated: bool = False
    ended: bool = False
    corrects: str | None = None
    """As `Claim.corrects`."""


def attributes_of(text: str, name: str, *, corrected: bool = False) -> Iterator[Read]:
    """Give what a sentence says of attributes of *name*, nothing where it is about somebody else; *corrected*: it takes back."""
    if not text.startswith(name):
        return
    clause = parse(words(text, 0, len(text)))
    if clause is None:
        return
    found = favourite(text)
    rest = joined((word.glue, word.text) for word in clause.rest).strip(" .!")
    about_name = joined((word.glue, word.text) for word in clause.words[: clause.subject]) == name
    every = [found] if found else readings(clause, rest, ended=is_over(clause)) if about_name else []
    for each in every:
        known = attribute(each.attribute)
        if known is not None and (each.subject or name) == name:
            yield Read(
                each.attribute,
                each.value,
                known.kind,
                name,
                each.negated,
                each.ended,
                "" if corrected else None,
            )
