"""An agent file of Letta (`.af`): each line of a memory block is a fact, what was said is messages.

Two shapes are read: `agents` beside `blocks`, and the older one of a single agent with `core_memory`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from lukasa.errors import ImportFormatError
from lukasa.integrations.moving import ImportedFact
from lukasa.surfaces.cli.formats import shape
from lukasa.surfaces.cli.formats.records import records
from lukasa.surfaces.cli.formats.source import ImportFile
from lukasa.surfaces.cli.memories.contents import Contents, instant, made_id
from lukasa.surfaces.cli.memories.letta_messages import sessions

_NO_MEMORY = ("tools", "files", "sources", "groups", "mcp_servers", "skills")
_OF_USER = frozenset({"human", "user"})


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
            contents.sessions += sessions(said, contents, name, (f"{where}: messages", saved_at))
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
                id=made_id(agent, label, text.strip()),
                text=text.strip().lstrip("-*•# \t"),
                subject=subject,
                valid_from=at,
                metadata={"block": label, "agent": agent or None, "block_id": block.get("id")},
                location=f"{where}.value, line {line + 1}",
            )
