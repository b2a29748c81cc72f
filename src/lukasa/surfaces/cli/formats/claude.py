"""Claude's data export, `conversations.json`: a list of conversations, each a list of messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lukasa.errors import ImportFormatError
from lukasa.surfaces.cli.formats import shape
from lukasa.surfaces.cli.formats.records import records
from lukasa.surfaces.cli.formats.session import Assumptions, Session
from lukasa.surfaces.cli.formats.source import ImportFile

_ROLES = {"human": "user", "assistant": "assistant"}


def read(source: ImportFile, assumed: Assumptions) -> Iterator[Session]:
    """One session a conversation, named by its uuid."""
    for place, conversation in records(source):
        name = shape.text(conversation.get("uuid"), f"{place}.uuid")
        title = shape.label(conversation.get("name"), f"{place}.name")
        chat = shape.sequence(conversation.get("chat_messages"), f"{place}.chat_messages")
        messages = []
        for n, given in enumerate(chat):
            where = f"{place}.chat_messages[{n}]"
            message = _message(shape.mapping(given, where), where, assumed)
            if message is not None:
                messages.append(message | ({"metadata": {"title": title}} if title else {}))
        if messages:
            yield Session(conversation=name, session=name, place=place, messages=messages)


def _message(given: Mapping[str, object], place: str, assumed: Assumptions) -> dict[str, object] | None:
    sender = shape.text(given.get("sender"), f"{place}.sender")
    if sender not in _ROLES:
        raise ImportFormatError(f"{place}.sender is {sender!r}; known: {', '.join(_ROLES)}")
    text = _text(given, place)
    if not text.strip():
        return None
    written = given.get("created_at")
    if written is None:
        at = assumed.undated(place)
    else:
        at = assumed.instant(shape.text(written, f"{place}.created_at"), f"{place}.created_at")
    return {"role": _ROLES[sender], "content": text, "at": at}


def _text(given: Mapping[str, object], place: str) -> str:
    # Newer exports have the content in parts, where tool calls stand apart; `text` mixes them in.
    parts = shape.sequence(given.get("content") or [], f"{place}.content")
    texts = []
    for n, part in enumerate(parts):
        piece = shape.mapping(part, f"{place}.content[{n}]")
        if piece.get("type") == "text":
            texts.append(shape.text(piece.get("text"), f"{place}.content[{n}].text"))
    return "\n".join(texts) or shape.text(given.get("text", ""), f"{place}.text")
