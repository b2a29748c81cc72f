"""Messages of a Letta agent: what people and the agent said, without what the program around them says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from lukasa.errors import ImportFormatError
from lukasa.surfaces.cli.formats import shape
from lukasa.surfaces.cli.formats.session import DayGroups, Session
from lukasa.surfaces.cli.memories.contents import Contents, instant

_UNSAID = {
    "system": "system messages",
    "tool": "tool results",
    "approval": "approvals",
    "summary": "summaries",
}
_NOTICES = ("heartbeat", "login", "system_alert")
"""What the program around an agent says with the role of the user, as JSON. Other JSON is the user's own."""


def sessions(
    messages: Iterable[object], contents: Contents, agent: str, saved: tuple[str, datetime | None]
) -> Iterator[Session]:
    """Yield what was said, by day; *saved*: where the messages stand, and when the file was written. Raises `ImportFormatError`."""
    location, saved_at = saved
    days = DayGroups(agent)
    for number, each in enumerate(messages):
        where = f"{location}[{number}]"
        message = shape.mapping(each, where)
        role = shape.text(message.get("role"), f"{where}.role")
        said, name = _said(message, role, where, contents)
        if not said:
            continue
        at = instant(message.get("created_at"), f"{where}.created_at") or saved_at
        if at is None:
            raise ImportFormatError(f"{where}.created_at must be a time, and is missing")
        turn: dict[str, object] = {"role": role, "content": said, "at": at}
        if (id_ := message.get("id")) is not None:
            turn["metadata"] = {"letta_id": str(id_)}
        speaker = shape.label(message.get("name") or name, f"{where}.name")
        if speaker and role == "user":
            turn["name"] = speaker
        if finished := days.add(turn, where):
            yield replace(finished, agent=agent)
    for rest in days.rest():
        yield replace(rest, agent=agent)


def _said(message: Mapping[str, object], role: str, location: str, contents: Contents) -> tuple[str, object]:
    """Return the words between people and the agent, without what the program around them says, and the name packed with them."""
    if role in _UNSAID:
        contents.left_out[_UNSAID[role]] += 1
        return "", None
    texts = list(_texts(message.get("content", message.get("text")), f"{location}.content", contents))
    sent = list(_sent(message, f"{location}.tool_calls", contents))
    if sent:
        contents.left_out["thoughts"] += len(texts)
        return "\n".join(sent), None
    text = "\n".join(texts)
    if role == "user" and text.startswith("{"):
        try:
            packed = json.loads(text)
        except (ValueError, RecursionError):
            return text, None
        if packed.get("type") == "user_message":
            return shape.text(packed.get("message"), f"{location}.content: message"), packed.get("name")
        if packed.get("type") in _NOTICES:
            contents.left_out["notices"] += 1
            return "", None
    return text, None


def _texts(content: object, location: str, contents: Contents) -> Iterator[str]:
    if isinstance(content, str):
        yield content
        return
    for number, each in enumerate(shape.sequence_or_empty(content, location)):
        part = shape.mapping(each, f"{location}[{number}]")
        if part.get("type", "text") == "text":
            yield shape.text(part.get("text"), f"{location}[{number}].text")
        else:
            contents.left_out[f"parts of type {part.get('type')}"[:60]] += 1


def _sent(message: Mapping[str, object], location: str, contents: Contents) -> Iterator[str]:
    """Yield what an older agent says by calling `send_message`; other calls are counted."""
    for number, each in enumerate(shape.sequence_or_empty(message.get("tool_calls"), location)):
        where = f"{location}[{number}].function"
        call = shape.mapping_or_empty(shape.mapping(each, f"{location}[{number}]").get("function"), where)
        if call.get("name") != "send_message":
            contents.left_out["tool calls"] += 1
            continue
        try:
            arguments = json.loads(shape.text(call.get("arguments"), f"{where}.arguments"))
        except (ValueError, RecursionError) as error:
            raise ImportFormatError(f"{where}.arguments is not JSON: {error}") from error
        yield shape.text(
            shape.mapping(arguments, f"{where}.arguments").get("message"), f"{where}.arguments: message"
        )
