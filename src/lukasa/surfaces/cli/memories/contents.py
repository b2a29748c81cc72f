"""What a file of another memory holds, in our terms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from lukasa.bounds import LIMITS
from lukasa.domain.attribute import attribute
from lukasa.integrations.moving import ImportedFact
from lukasa.surfaces.cli.formats.mend import mend
from lukasa.surfaces.cli.formats.notes import Notes
from lukasa.surfaces.cli.formats.session import Assumptions, Session

_TIMES = Assumptions(zone="UTC")


@dataclass(slots=True)
class Contents:
    """Facts and messages, in the order of the file."""

    facts: list[ImportedFact] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    """What is neither, by kind."""


def instant(value: object, location: str) -> datetime | None:
    """Return a time as files have it, UTC where it says nothing. Raises `ImportFormatError`."""
    return _TIMES.written(value, location)


def related(fact: ImportedFact, name: str, value: str) -> ImportedFact:
    """Return a fact with the attribute and the value of a relation.

    One that we hold to have a single value at a time is kept in words alone: the other memory did not see it so, and of two that it holds
    to be true, one would end by the other.
    """
    known = attribute(name)
    if not name or not value or (known is not None and known.cardinality == "single"):
        return fact
    return replace(fact, attribute=name, value=value)


def storable(fact: ImportedFact, notes: Notes) -> Iterator[ImportedFact]:
    """Yield a fact with what cannot be stored mended, as in messages: in pieces where it is too long."""
    message: dict[str, object] = {"role": "user", "content": fact.text, "metadata": dict(fact.metadata)}
    whole = Session(messages=[message], session=None, conversation="", location=fact.location)
    pieces = mend(whole, notes, limit=LIMITS.fact_bytes).messages
    for number, piece in enumerate(pieces):
        yield replace(
            fact,
            id=fact.id if number == 0 else f"{fact.id}#{number}",
            text=str(piece["content"]),
            metadata=cast(dict[str, object], piece["metadata"]),
        )
