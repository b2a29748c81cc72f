"""A Discord channel as DiscordChatExporter writes it in JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from lukasa.errors import ImportFormatError
from lukasa.surfaces.cli.formats import shape
from lukasa.surfaces.cli.formats.records import records
from lukasa.surfaces.cli.formats.session import Assumptions, DayGroups, Session
from lukasa.surfaces.cli.formats.source import ImportFile

_SPOKEN = frozenset({"Default", "Reply", "ThreadStarterMessage", "ChatInputCommand", "ContextMenuCommand"})


def read(source: ImportFile, assumed: Assumptions) -> Iterator[Session]:
    """One session for each day of a channel."""
    for location, record in records(source, assumed.notes):
        channel = assumed.notes.attempt(shape.mapping_or_empty, record.get("channel"), "channel")
        groups = DayGroups(str((channel or {}).get("name") or "channel"))
        listed = assumed.notes.attempt(
            shape.sequence_or_empty, record.get("messages"), f"{location}.messages"
        )
        values = ((f"{location}.messages[{n}]", value) for n, value in enumerate(listed or []))
        yield from groups.sessions(values, partial(_message, assumed=assumed), assumed.notes)


def _message(value: object, location: str, assumed: Assumptions) -> dict[str, object] | None:
    record = shape.mapping(value, location)
    if record.get("type", "Default") not in _SPOKEN:
        assumed.notes.leave_out("notices of the application")
        return None
    text = shape.text_or_empty(record.get("content"), f"{location}.content")
    if not text.strip():
        assumed.notes.leave_out("media without words")
        return None
    author = shape.mapping_or_empty(record.get("author"), f"{location}.author")
    name = _name(author)
    if name is None:
        raise ImportFormatError(f"{location}: it cannot be told who speaks")
    return {
        # What a bot posts is nobody's own word.
        "role": "tool" if author.get("isBot") is True else "user",
        "name": name,
        "content": text,
        "at": assumed.dated(record, location, names=("timestamp",)),
    }


def _name(author: Mapping[str, object]) -> str | None:
    names = (author.get(key) for key in ("nickname", "name", "id"))
    return next((str(name) for name in names if name), None)
