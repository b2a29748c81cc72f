"""What `lukasa export` wrote: a turn a line, taken back as it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from lukasa.domain.turn import ORIGINS, Origin
from lukasa.errors import ImportFormatError
from lukasa.surfaces.cli.formats import shape
from lukasa.surfaces.cli.formats.records import records
from lukasa.surfaces.cli.formats.session import Assumptions, Session
from lukasa.surfaces.cli.formats.source import ImportFile

_OF_ROLE: Mapping[str, Origin] = {"user": "user", "assistant": "assistant", "system": "tool", "tool": "tool"}
"""The default origin of `remember`."""


def read(source: ImportFile, assumed: Assumptions) -> Iterator[Session]:
    """Yield turns that follow each other and were remembered alike together, so that their ids stay the same."""
    current: Session | None = None
    for location, record in records(source, assumed.notes):
        try:
            found, message = _session(record, location), _message(record, location, assumed)
        except ImportFormatError as error:
            assumed.notes.skip(str(error))
            continue
        if current is None or not _goes_on(current, found, record):
            if current:
                yield current
            current = found
        elif found.origin and not current.origin:
            # One call has one origin; where it is also the role's own, it doesn't show.
            current = replace(current, origin=found.origin)
        if record.get("retired_at") is not None:
            current.retired.append(len(current.messages))
        current.messages.append(message)
    if current:
        yield current


def _session(record: Mapping[str, object], location: str) -> Session:
    session = shape.label(record.get("session"), f"{location}: session")
    key = shape.label(record.get("key"), f"{location}: key")
    return Session(
        conversation=session or "",
        session=session,
        agent=shape.label(record.get("agent"), f"{location}: agent"),
        origin=_origin(record, location),
        key=key and key.rpartition("#")[0],
        location=location,
        messages=[],
    )


def _origin(record: Mapping[str, object], location: str) -> Origin | None:
    given = shape.text(record.get("origin"), f"{location}: origin")
    origin = next((known for known in ORIGINS if known == given), None)
    if origin is None:
        raise ImportFormatError(f"{location}: unknown origin {given!r}; known: {', '.join(ORIGINS)}")
    return None if origin == _OF_ROLE.get(shape.text(record.get("role"), f"{location}: role")) else origin


def _goes_on(current: Session, found: Session, record: Mapping[str, object]) -> bool:
    if (current.session, current.agent, current.key) != (found.session, found.agent, found.key):
        return False
    if current.key:
        # Keys are `key#0`, `key#1`, …: the place in the call is part of the turn's name, and a call is one.
        return record.get("key") == f"{current.key}#{len(current.messages)}"
    return current.origin == found.origin


def _message(record: Mapping[str, object], location: str, assumed: Assumptions) -> dict[str, object]:
    message: dict[str, object] = {
        "role": shape.text(record.get("role"), f"{location}: role"),
        "content": shape.text(record.get("text"), f"{location}: text"),
        "at": assumed.instant(shape.text(record.get("at"), f"{location}: at"), f"{location}: at"),
    }
    if speaker := shape.label(record.get("speaker"), f"{location}: speaker"):
        message["name"] = speaker
    if metadata := record.get("metadata"):
        message["metadata"] = dict(shape.mapping(metadata, f"{location}: metadata"))
    return message
