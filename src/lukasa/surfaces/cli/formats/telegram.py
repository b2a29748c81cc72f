"""Telegram Desktop's `result.json`: one chat, or all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from lukasa.errors import ImportFormatError
from lukasa.surfaces.cli.formats import shape
from lukasa.surfaces.cli.formats.records import records
from lukasa.surfaces.cli.formats.session import Assumptions, DayGroups, Session
from lukasa.surfaces.cli.formats.source import ImportFile


def read(source: ImportFile, assumed: Assumptions) -> Iterator[Session]:
    """One session for each day of a chat."""
    for location, record in records(source, assumed.notes):
        chats = shape.mapping_or_empty(record.get("chats"), f"{location}.chats")
        left = shape.mapping_or_empty(record.get("left_chats"), f"{location}.left_chats")
        if not chats and not left:
            yield from _chat(record, location, assumed)
            continue
        for name, group in (("chats", chats), ("left_chats", left)):
            for n, value in enumerate(shape.sequence_or_empty(group.get("list"), f"{location}.{name}.list")):
                where = f"{location}.{name}.list[{n}]"
                chat = assumed.notes.attempt(shape.mapping, value, where)
                if chat is not None:
                    yield from _chat(chat, where, assumed)


def _chat(chat: Mapping[str, object], location: str, assumed: Assumptions) -> Iterator[Session]:
    title = chat.get("name") if isinstance(chat.get("name"), str) and chat["name"] else chat.get("type")
    groups = DayGroups(str(title or "chat"))
    listed = assumed.notes.attempt(shape.sequence_or_empty, chat.get("messages"), f"{location}.messages")
    values = ((f"{location}.messages[{n}]", value) for n, value in enumerate(listed or []))
    yield from groups.sessions(values, partial(_message, assumed=assumed), assumed.notes)


def _message(value: object, location: str, assumed: Assumptions) -> dict[str, object] | None:
    record = shape.mapping(value, location)
    if record.get("type") != "message":
        assumed.notes.leave_out("notices of the application")
        return None
    text = _text(record.get("text"))
    if not text.strip():
        assumed.notes.leave_out("media without words")
        return None
    sender = record.get("from") or record.get("from_id") or record.get("actor")
    if not sender:
        raise ImportFormatError(f"{location}: it cannot be told who speaks")
    message: dict[str, object] = {
        "role": "user",
        "name": str(sender),
        "content": text,
        "at": assumed.dated(record, location, names=("date_unixtime", "date")),
    }
    if "forwarded_from" in record:
        # The words are not those of who passed them on.
        message["name"] = str(record["forwarded_from"] or "unknown")
        message["metadata"] = {"forwarded_by": str(sender)}
    return message


def _text(value: object) -> str:
    """Return a text that may be in pieces, some of them with a style."""
    pieces = value if isinstance(value, list) else [value]
    texts = (piece.get("text") if isinstance(piece, dict) else piece for piece in pieces)
    return "".join(text for text in texts if isinstance(text, str))
