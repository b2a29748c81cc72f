"""An agent file of Letta (`.af`): each line of a memory block is a fact, what was said is messages.

Two shapes are read: `agents` beside `blocks`, and the older one of a single agent with `core_memory`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from lukasa.domain.scope import digest
from lukasa.errors import ImportFormatError
from lukasa.integrations.moving import ImportedFact
from lukasa.surfaces.cli.formats import shape
from lukasa.surfaces.cli.formats.records import records
from lukasa.surfaces.cli.formats.session import DayGroups, Session
from lukasa.surfaces.cli.formats.source import ImportFile
from lukasa.surfaces.cli.memories.contents import Contents, instant

_NO_MEMORY = ("tools", "files", "sources", "groups", "mcp_servers")
_OF_USER = frozenset({"human", "user"})
_UNSAID = {
    "system": "system messages",
    "tool": "tool results",
    "approval": "approvals",
    "summary": "summaries",
}


def read(source: ImportFile) -> Contents:
    """Return what the agents remember and what was said. Raises `ImportFormatError`, which names the field."""
    contents = Contents()
    for location, record in records(source):
        if "agents" in record:
            blocks = shape.sequence_or_empty(record.get("blocks"), f"{location}: blocks")
            agents = shape.sequence(record["agents"], f"{location}: agents")
        elif "core_memory" in record:
            blocks, agents = shape.sequence(record["core_memory"], f"{location}: core_memory"), [record]
        else:
            raise ImportFormatError(f"{location} has neither agents nor core_memory: it is no agent file")
        for name in _NO_MEMORY:
            if unread := len(shape.sequence_or_empty(record.get(name), f"{location}: {name}")):
                contents.left_out[name.replace("_", " ")] += unread
        saved_at = instant(record.get("created_at"), f"{location}: created_at")
        owners: dict[str, str] = {}
        for number, each in enumerate(agents):
            where = location if each is record else f"{location}: agents[{number}]"
            agent = shape.mapping(each, where)
            name = shape.label(agent.get("name"), f"{where}: name") or "agent"
            owners |= {
                str(id_): name
                for id_ in shape.sequence_or_empty(agent.get("block_ids"), f"{where}: block_ids")
            }
            if agent is record:
                owners[""] = name
            said = shape.sequence_or_empty(agent.get("messages"), f"{where}: messages")
            contents.sessions += _sessions(said, contents, name, (f"{where}: messages", saved_at))
            own = shape.sequence_or_empty(agent.get("memory_blocks"), f"{where}: memory_blocks")
            contents.facts += _facts(own, {"": name}, f"{where}: memory_blocks", saved_at)
        contents.facts += _facts(blocks, owners, f"{location}: blocks", saved_at)
    return contents


def _facts(
    blocks: Iterable[object], owners: Mapping[str, str], location: str, saved_at: datetime | None
) -> Iterator[ImportedFact]:
    for number, each in enumerate(blocks):
        where = f"{location}[{number}]"
        block = shape.mapping(each, where)
        label = shape.text(block.get("label"), f"{where}.label")
        value = shape.text_or_empty(block.get("value"), f"{where}.value")
        agent = owners.get(str(block.get("id") or ""), owners.get("", ""))
        at = instant(block.get("updated_at") or block.get("created_at"), f"{where}.updated_at") or saved_at
        subject = agent if label == "persona" and agent else "User" if label in _OF_USER else label
        for line, text in enumerate(value.splitlines()):
            if not any(map(str.isalnum, text)):
                continue
            yield ImportedFact(
                source="letta",
                id=digest([agent, label, text.strip()]),
                text=text.strip().lstrip("-*•# \t"),
                subject=subject,
                valid_from=at,
                metadata={"block": label, "agent": agent or None, "block_id": block.get("id")},
                location=f"{where}.value, line {line + 1}",
            )


def _sessions(
    messages: Iterable[object], contents: Contents, agent: str, saved: tuple[str, datetime | None]
) -> Iterator[Session]:
    location, saved_at = saved
    days = DayGroups(agent)
    for number, each in enumerate(messages):
        where = f"{location}[{number}]"
        message = shape.mapping(each, where)
        role = shape.text(message.get("role"), f"{where}.role")
        said = _said(message, role, where, contents)
        if not said:
            continue
        at = instant(message.get("created_at"), f"{where}.created_at") or saved_at
        if at is None:
            raise ImportFormatError(f"{where}.created_at must be a time, and is missing")
        turn: dict[str, object] = {"role": role, "content": said, "at": at}
        if (id_ := message.get("id")) is not None:
            turn["metadata"] = {"letta_id": str(id_)}
        speaker = shape.label(message.get("name"), f"{where}.name")
        if speaker and role == "user":
            turn["name"] = speaker
        if finished := days.add(turn, where):
            yield replace(finished, agent=agent)
    for rest in days.rest():
        yield replace(rest, agent=agent)


def _said(message: Mapping[str, object], role: str, location: str, contents: Contents) -> str:
    """Return the words of a message: those between people and the agent, without what the program around them says."""
    if role in _UNSAID:
        contents.left_out[_UNSAID[role]] += 1
        return ""
    texts = list(_texts(message.get("content", message.get("text")), f"{location}.content", contents))
    sent = list(_sent(message, f"{location}.tool_calls", contents))
    if sent:
        contents.left_out["thoughts"] += len(texts)
        return "\n".join(sent)
    text = "\n".join(texts)
    if role == "user" and text.startswith("{"):
        try:
            packed = json.loads(text)
        except (ValueError, RecursionError):
            return text
        if isinstance(packed, dict) and isinstance(packed.get("type"), str):
            if packed["type"] == "user_message":
                return shape.text(packed.get("message"), f"{location}.content: message")
            contents.left_out["notices"] += 1
            return ""
    return text


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
