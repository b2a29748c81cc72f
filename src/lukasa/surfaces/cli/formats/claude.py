"""Claude's data export, `conversations.json`: a list of conversations, each a list of messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from lukasa.errors import ImportFormatError
from lukasa.surfaces.cli.formats import shape
from lukasa.surfaces.cli.formats.session import Assumptions, Session, by_record
from lukasa.surfaces.cli.formats.source import ImportFile

_ROLES = {"human": "user", "user": "user", "assistant": "assistant"}


def read(source: ImportFile, assumed: Assumptions) -> Iterator[Session]:
    """One session a conversation, named by its uuid; of a tree, the branch that was last on the screen."""
    return by_record(source, assumed, _session)


def _session(conversation: Mapping[str, object], location: str, assumed: Assumptions) -> Session:
    notes = assumed.notes
    title = notes.attempt(shape.label, conversation.get("name"), f"{location}.name")
    name = notes.attempt(shape.label, conversation.get("uuid") or conversation.get("id"), f"{location}.uuid")
    chat = shape.sequence(conversation.get("chat_messages"), f"{location}.chat_messages")
    numbered = [
        (f"{location}.chat_messages[{n}]", value) for n, value in enumerate(chat) if value is not None
    ]
    numbered = _branch(numbered, conversation.get("current_leaf_message_uuid"), location, assumed)
    date = _date(conversation, location, assumed)
    messages: list[dict[str, object]] = []
    for where, value in numbered:
        message = notes.attempt(_message, value, where, assumed, date)
        if message is None:
            continue
        date = message["at"] if isinstance(message["at"], datetime) else date
        messages.append(message | ({"metadata": {"title": title}} if title else {}))
    name = name or title or (str(messages[0]["at"]) if messages else location)
    return Session(conversation=name, session=name, location=location, messages=messages)


def _date(conversation: Mapping[str, object], location: str, assumed: Assumptions) -> datetime | None:
    for name in ("created_at", "updated_at"):
        try:
            if at := assumed.written(conversation.get(name), f"{location}.{name}"):
                return at
        except ImportFormatError:
            continue
    return None


def _branch(
    chat: list[tuple[str, object]], leaf: object, location: str, assumed: Assumptions
) -> list[tuple[str, object]]:
    """Return the messages from the root to *leaf*: what was edited away or generated again is on other branches."""
    by_uuid = {
        str(value["uuid"]): (where, value)
        for where, value in chat
        if isinstance(value, dict) and isinstance(value.get("uuid"), str)
    }
    if leaf is None or not any("parent_message_uuid" in value for _, value in by_uuid.values()):
        return chat
    uuid = str(leaf)
    if uuid not in by_uuid:
        uuid = next(reversed(list(by_uuid)))
        assumed.notes.mend(
            location, f"the current message {leaf!r:.60} is not there; the branch of the last one is taken"
        )
    path: list[tuple[str, object]] = []
    while uuid in by_uuid:
        where, value = by_uuid.pop(uuid)
        path.append((where, value))
        uuid = str(value.get("parent_message_uuid"))
    if left := len(chat) - len(path):
        assumed.notes.leave_out("messages of other branches", left)
    return path[::-1]


def _message(
    value: object, location: str, assumed: Assumptions, date: datetime | None
) -> dict[str, object] | None:
    record = shape.mapping(value, location)
    sender = record.get("sender") or record.get("role")
    if sender not in _ROLES:
        raise ImportFormatError(f"{location}.sender is {sender!r:.40}; known: {', '.join(_ROLES)}")
    texts = [
        text for text in (_text(record, location, assumed), *_attached(record, location)) if text.strip()
    ]
    if not texts:
        return None
    at = assumed.dated(record, location, date, names=("created_at", "updated_at"))
    return {"role": _ROLES[str(sender)], "content": "\n\n".join(texts), "at": at}


def _text(record: Mapping[str, object], location: str, assumed: Assumptions) -> str:
    # Newer exports have the content in parts, where tool calls stand apart; `text` mixes them in.
    content = record.get("content")
    if isinstance(content, str):
        return content
    texts = []
    for n, part in enumerate(shape.sequence_or_empty(content, f"{location}.content")):
        piece = shape.mapping_or_empty(part, f"{location}.content[{n}]")
        if piece.get("type") == "text":
            texts.append(shape.text_or_empty(piece.get("text"), f"{location}.content[{n}].text"))
        elif piece:
            assumed.notes.leave_out(f"content of the kind {piece.get('type')!r:.40}")
    return "\n".join(text for text in texts if text) or shape.text_or_empty(
        record.get("text"), f"{location}.text"
    )


def _attached(record: Mapping[str, object], location: str) -> Iterator[str]:
    """Yield long pastes, which Claude turns into attachments; fenced, for they are not the user's own words."""
    for n, value in enumerate(shape.sequence_or_empty(record.get("attachments"), f"{location}.attachments")):
        attachment = shape.mapping_or_empty(value, f"{location}.attachments[{n}]")
        text = shape.text_or_empty(attachment.get("extracted_content"), f"{location}.attachments[{n}]")
        if text.strip():
            fence = "```"
            while fence in text:
                fence += "`"
            name = attachment.get("file_name")
            yield f"[attachment{f': {name}' if isinstance(name, str) and name else ''}]\n{fence}\n{text}\n{fence}"
