"""The file of the reference MCP memory server: an entity or a relation a line. Observations and relations are facts."""

from __future__ import annotations

from lukasa.errors import ImportFormatError
from lukasa.integrations.moving import ImportedFact
from lukasa.surfaces.cli.formats import shape
from lukasa.surfaces.cli.formats.records import records
from lukasa.surfaces.cli.formats.source import ImportFile
from lukasa.surfaces.cli.memories.contents import Contents, made_id, related


def read(source: ImportFile) -> Contents:
    """Return the facts about each entity. Raises `ImportFormatError`, which names the line and the field."""
    contents = Contents()
    for location, record in records(source):
        match record.get("type"):
            case "entity":
                name = shape.text(record.get("name"), f"{location}: name")
                kind = shape.text_or_empty(record.get("entityType"), f"{location}: entityType")
                if kind:
                    contents.facts.append(
                        related(_fact(f"{name} is of the type {kind}", name, location), "entity_type", kind)
                    )
                observations = shape.sequence_or_empty(
                    record.get("observations"), f"{location}: observations"
                )
                for number, each in enumerate(observations):
                    where = f"{location}: observations[{number}]"
                    words = shape.text(each, where)
                    if name.casefold() not in words.casefold():
                        words = f"{name}: {words}"
                    contents.facts.append(_fact(words, name, where))
            case "relation":
                ends = [shape.text(record.get(end), f"{location}: {end}") for end in ("from", "to")]
                label = shape.text(record.get("relationType"), f"{location}: relationType")
                words = f"{ends[0]} {label} {ends[1]}"
                contents.facts.append(related(_fact(words, ends[0], location), label, ends[1]))
            case other:
                raise ImportFormatError(f"{location}: type must be entity or relation, not {other!r:.40}")
    return contents


def _fact(text: str, subject: str, location: str) -> ImportedFact:
    id_ = made_id(subject, text)
    return ImportedFact(source="mcp_memory", id=id_, text=text, subject=subject, location=location)
