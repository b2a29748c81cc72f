"""ChatGPT's data export, `conversations.json`: trees of messages, of which one path was last on the screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from lukasa.errors import ImportFormatError
from lukasa.surfaces.cli.formats import shape
from lukasa.surfaces.cli.formats.records import records
from lukasa.surfaces.cli.formats.session import Assumptions, Session
from lukasa.surfaces.cli.formats.source import ImportFile

_SPOKEN = frozenset({"text", "multimodal_text"})
"""Other kinds of content (code for tools, thoughts, search results) were not said to anybody."""


def read(source: ImportFile, assumed: Assumptions) -> Iterator[Session]:
    """One session a conversation; only what user and assistant said to each other on the current path."""
    for place, conversation in records(source):
        started = shape.epoch(conversation.get("create_time"), f"{place}.create_time")
        title = shape.label(conversation.get("title"), f"{place}.title")
        name = (
            shape.label(conversation.get("conversation_id") or conversation.get("id"), f"{place}.id") or title
        )
        messages: list[dict[str, object]] = []
        for where, message in _path(conversation, place):
            at = shape.epoch(message.get("create_time"), f"{where}.create_time") or started
            if (spoken := _spoken(message, where)) is None:
                continue
            # Some messages have no time of their own; they were said no earlier than the one before.
            started = at = at or assumed.undated(where)
            messages.append(_turn(spoken, at, title))
        if messages:
            yield Session(
                conversation=name or place,
                session=name or str(messages[0]["at"]),
                place=place,
                messages=messages,
            )


def _turn(spoken: dict[str, object], at: datetime, title: str | None) -> dict[str, object]:
    return spoken | {"at": at} | ({"metadata": {"title": title}} if title else {})


def _path(conversation: Mapping[str, object], place: str) -> list[tuple[str, Mapping[str, object]]]:
    nodes = shape.mapping(conversation.get("mapping"), f"{place}.mapping")
    name = shape.label(conversation.get("current_node"), f"{place}.current_node") or _last_leaf(nodes, place)
    path: list[tuple[str, Mapping[str, object]]] = []
    seen: set[str] = set()
    while name is not None:
        where = f"{place}.mapping[{name!r}]"
        if name in seen:
            raise ImportFormatError(f"{where} is its own ancestor")
        seen.add(name)
        node = shape.mapping(nodes.get(name), where)
        if node.get("message") is not None:
            path.append((f"{where}.message", shape.mapping(node["message"], f"{where}.message")))
        name = shape.label(node.get("parent"), f"{where}.parent")
    return path[::-1]


def _last_leaf(nodes: Mapping[str, object], place: str) -> str | None:
    leaves = [
        name
        for name, node in nodes.items()
        if not shape.mapping(node, f"{place}.mapping[{name!r}]").get("children")
    ]
    return leaves[-1] if leaves else None


def _spoken(message: Mapping[str, object], place: str) -> dict[str, object] | None:
    role = shape.mapping(message.get("author"), f"{place}.author").get("role")
    content = shape.mapping(message.get("content"), f"{place}.content")
    if role not in {"user", "assistant"} or message.get("recipient", "all") != "all":
        return None
    if content.get("content_type", "text") not in _SPOKEN:
        return None
    parts = shape.sequence(content.get("parts"), f"{place}.content.parts")
    texts = [
        text for n, part in enumerate(parts) if (text := _part(part, f"{place}.content.parts[{n}]")).strip()
    ]
    return {"role": role, "content": "\n".join(texts)} if texts else None


def _part(part: object, place: str) -> str:
    if isinstance(part, str):
        return part
    # Pictures and sound are pointers to other files; a transcription is what was said.
    transcript = shape.mapping(part, place).get("text")
    return transcript if isinstance(transcript, str) else ""
