"""Zep's and Graphiti's JSON: episodes are messages, edges are facts; nodes name the two ends of an edge.

An object with lists of them (`episodes`, `nodes`, `edges`), or one of them a line or an element.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import cast

from lukasa.errors import ImportFormatError
from lukasa.integrations.moving import ImportedFact
from lukasa.surfaces.cli.formats import shape
from lukasa.surfaces.cli.formats.records import records
from lukasa.surfaces.cli.formats.session import Session
from lukasa.surfaces.cli.formats.source import ImportFile
from lukasa.surfaces.cli.memories.contents import Contents, instant, made_id, related
from lukasa.surfaces.cli.memories.graphiti_episodes import episode

_LISTS = (
    "episodes",
    "episodic_nodes",
    "messages",
    "nodes",
    "entities",
    "entity_nodes",
    "edges",
    "entity_edges",
    "facts",
)
_KEPT = ("name", "source_node_uuid", "target_node_uuid", "group_id", "episodes", "created_at", "valid_at", "invalid_at", "expired_at", "attributes")  # fmt: skip


def read(source: ImportFile) -> Contents:
    """Return the episodes and the edges. Raises `ImportFormatError`, which names the place and the field."""
    contents = Contents()
    names: dict[str, str] = {}
    nodes: list[tuple[str, Mapping[str, object]]] = []
    edges: list[tuple[str, Mapping[str, object]]] = []
    episodes: list[Session] = []
    for where, each in _unpacked(source):
        if "fact" in each:
            edges.append((where, each))
        elif "content" in each:
            episodes.append(episode(each, where))
        elif isinstance(each.get("name"), str) and "uuid" in each:
            names[str(each["uuid"])] = str(each["name"])
            nodes.append((where, each))
        elif {"source_node_uuid", "target_node_uuid"} <= each.keys():
            contents.left_out["edges without a fact"] += 1
        else:
            raise ImportFormatError(
                f"{where} is neither an episode (content), an edge (fact) nor a node (uuid, name)"
            )
    contents.sessions += sorted(episodes, key=lambda session: cast(datetime, session.messages[0]["at"]))
    stated = {str(each["fact"]).strip() for _, each in edges}
    for where, each in nodes:
        if summary := _summary(each, stated, where):
            contents.facts.append(summary)
    contents.facts += [_edge(each, names, where) for where, each in edges]
    return contents


def _unpacked(source: ImportFile) -> Iterator[tuple[str, Mapping[str, object]]]:
    for location, record in records(source):
        # Episodes, edges and nodes have such lists too, of ids.
        itself = any(name in record for name in ("uuid", "content", "fact"))
        lists = [name for name in _LISTS if not itself and isinstance(record.get(name), list)]
        if not lists:
            yield location, record
        for name in lists:
            for number, each in enumerate(shape.sequence(record[name], name)):
                where = f"{location}: {name}[{number}]"
                yield where, shape.mapping(each, where)


def _edge(edge: Mapping[str, object], names: Mapping[str, str], location: str) -> ImportedFact:
    ends = [_end(edge, end, names, location) for end in ("source", "target")]
    name = shape.text_or_empty(edge.get("name"), f"{location}.name").lower()
    times = {key: instant(edge.get(key), f"{location}.{key}") for key in _KEPT if key.endswith("_at")}
    fact = ImportedFact(
        source="graphiti",
        id=shape.label(edge.get("uuid"), f"{location}.uuid") or made_id(*ends, str(edge["fact"])),
        text=shape.text(edge.get("fact"), f"{location}.fact"),
        subject=ends[0] or "User",
        user=shape.label(edge.get("group_id"), f"{location}.group_id"),
        valid_from=times["valid_at"] or times["created_at"],
        valid_until=times["invalid_at"] or times["expired_at"],
        metadata={"relation" if key == "name" else key: edge.get(key) or None for key in _KEPT},
        location=location,
    )
    return related(fact, name, ends[1]) if all(ends) else fact


def _end(edge: Mapping[str, object], end: str, names: Mapping[str, str], location: str) -> str:
    field = f"{end}_node_uuid"
    id_ = shape.label(edge.get(field), f"{location}.{field}") or ""
    return names.get(id_) or shape.text_or_empty(edge.get(f"{end}_node_name"), f"{location}.{end}_node_name")


def _summary(node: Mapping[str, object], stated: Collection[str], location: str) -> ImportedFact | None:
    """Return what a summary has beside the facts of the edges: Graphiti repeats those in it, ended ones too."""
    lines = shape.text_or_empty(node.get("summary"), f"{location}.summary").strip().splitlines()
    summary = "\n".join(line for line in lines if line.strip() not in stated)
    if not summary:
        return None
    return ImportedFact(
        source="graphiti",
        id=f"{node['uuid']}/summary",
        text=summary,
        subject=str(node["name"]),
        user=shape.label(node.get("group_id"), f"{location}.group_id"),
        valid_from=instant(node.get("created_at"), f"{location}.created_at"),
        metadata={key: node.get(key) or None for key in ("labels", "group_id", "created_at", "attributes")},
        location=f"{location}.summary",
    )
