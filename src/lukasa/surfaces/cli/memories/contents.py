"""What a file of another memory holds, in our terms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from lukasa.bounds import LIMITS
from lukasa.domain.attribute import attribute
from lukasa.domain.scope import Partition, digest
from lukasa.errors import ImportFormatError, InputError
from lukasa.integrations.moving import ImportedFact, Unusable
from lukasa.surfaces.cli.formats.mend import mend
from lukasa.surfaces.cli.formats.notes import Notes
from lukasa.surfaces.cli.formats.session import Assumptions, Session

_TIMES = Assumptions(zone="UTC")


@dataclass(slots=True)
class Contents:
    """Facts and messages, in the order of the file."""

    facts: list[ImportedFact | Unusable] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    """What is neither, by kind."""


def instant(value: object, location: str) -> datetime | None:
    """Return a time as files have it, UTC where it says nothing. Raises `ImportFormatError`."""
    return _TIMES.written(value, location)


def made_id(*parts: str) -> str:
    """Return an id for what has none in its file: the same for the same content."""
    return digest([_encodable(part) for part in parts])


def _encodable(text: str) -> str:
    """Return a text without halves of characters, which JSON may have."""
    return text.encode("utf-8", "replace").decode()


def related(fact: ImportedFact, name: str, value: str) -> ImportedFact:
    """Return a fact with the attribute and the value of a relation.

    One that we hold to have a single value at a time is kept in words alone: the other memory did not see it so, and of two that it holds
    to be true, one would end by the other.
    """
    known = attribute(name)
    if not name or not value or (known is not None and known.cardinality == "single"):
        return fact
    return replace(fact, attribute=name, value=value)


def check_user(session: Session) -> None:
    """Raise `ImportFormatError` for a session of somebody who can have no memory."""
    try:
        Partition("default", session.user or "-")
    except InputError as error:
        raise ImportFormatError(f"{session.location}: {error}") from error


def storable(
    fact: ImportedFact | Unusable, notes: Notes, *, one_user: bool = False
) -> Iterator[ImportedFact | Unusable]:
    """Yield a fact with what cannot be stored mended, as in messages: in pieces where it is too long. *one_user*: whoever's it is."""
    if isinstance(fact, Unusable):
        yield fact
        return
    pieces = _pieces(fact, fact.text, notes, dict(fact.metadata))
    earlier = tuple(str(piece["content"]) for text in fact.earlier for piece in _pieces(fact, text, notes))
    for number, piece in enumerate(pieces):
        yield replace(
            fact,
            id=_encodable(fact.id if number == 0 else f"{fact.id}#{number}"),
            subject=_encodable(fact.subject),
            value=fact.value and _encodable(fact.value),
            attribute=fact.attribute and _encodable(fact.attribute),
            user=None if one_user else fact.user and _encodable(fact.user),
            text=str(piece["content"]),
            earlier=earlier if number == 0 else (),
            metadata=cast(dict[str, object], piece["metadata"]),
        )


def _pieces(
    fact: ImportedFact, text: str, notes: Notes, metadata: Mapping[str, object] | None = None
) -> list[dict[str, object]]:
    message: dict[str, object] = {"role": "user", "content": text, "metadata": metadata or {}}
    whole = Session(messages=[message], session=None, conversation="", location=fact.location)
    return mend(whole, notes, limit=LIMITS.fact_bytes).messages
