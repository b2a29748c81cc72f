"""Episodes of Zep and Graphiti as messages; those of text and data are documents, which nothing is believed of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from lukasa.errors import ImportFormatError
from lukasa.surfaces.cli.formats import shape
from lukasa.surfaces.cli.formats.session import Session
from lukasa.surfaces.cli.memories.contents import instant

_SPEAKER = re.compile(r"(?P<name>[^\s:()][^:()\n]{0,60}?)\s*(?:\((?P<role>\w+)\))?:\s")
_ROLES = {"user": "user", "human": "user", "assistant": "assistant", "ai": "assistant", "agent": "assistant", "system": "system", "tool": "tool", "function": "tool"}  # fmt: skip


def episode(record: Mapping[str, object], location: str) -> Session:
    """Return the messages of an episode. Raises `ImportFormatError`, which names the field."""
    at = instant(record.get("valid_at") or record.get("created_at"), f"{location}.valid_at")
    if at is None:
        raise ImportFormatError(f"{location}.valid_at must be a time, and is missing")
    content = shape.text(record.get("content"), f"{location}.content")
    kind = shape.text_or_empty(record.get("source"), f"{location}.source") or "message"
    user = shape.label(record.get("group_id") or record.get("user_id"), f"{location}.group_id")
    thread = shape.label(record.get("thread_id") or record.get("session_id"), f"{location}.thread_id")
    about = {"graphiti_id": record.get("uuid"), "episode": record.get("name") if kind != "message" or not record.get("role") else None, "source_description": record.get("source_description") or None}  # fmt: skip
    turn: dict[str, object] = {"at": at, "metadata": {name: value for name, value in about.items() if value}}
    role = shape.text_or_empty(record.get("role_type") or record.get("role"), f"{location}.role").lower()
    if kind != "message":
        turns = [{**turn, "role": "user", "content": content}]
    elif role:
        name = shape.label(record.get("name") or record.get("role"), f"{location}.name")
        turn |= {"name": name} if name and name.lower() not in _ROLES and role != "assistant" else {}
        turns = [{**turn, "role": _ROLES.get(role, "user"), "content": content}]
    else:
        turns = [{**turn, **said} for said in _lines(content)]
    session = Session(
        messages=turns,
        session=thread or f"{user or 'graph'} {at:%Y-%m-%d}",
        conversation=thread or "",
        user=user,
        location=location,
    )
    return session if kind == "message" else replace(session, origin="document")


def _lines(content: str) -> Iterator[dict[str, object]]:
    """Yield the messages of an episode: `name: words`, `name (role): words`; what has no name is its user's."""
    marks = [
        mark for mark in _SPEAKER.finditer(content) if mark.start() == 0 or content[mark.start() - 1] == "\n"
    ]
    if not marks or marks[0].start():
        yield {"role": "user", "content": content}
        return
    for mark, end in zip(marks, [*(each.start() for each in marks[1:]), len(content)], strict=True):
        name = mark["name"].strip()
        role = _ROLES.get((mark["role"] or name).lower(), "user")
        named = {"name": name} if name.lower() not in _ROLES and role == "user" else {}
        yield {"role": role, "content": content[mark.end() : end].strip()} | named
