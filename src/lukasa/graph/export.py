"""The graph as text: in the formats of other tools (GraphML, JSON-LD, Cypher of Neo4j, DOT of Graphviz), or as a page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from importlib.resources import files
from xml.sax.saxutils import escape, quoteattr

from lukasa.domain.graph import Entity, Graph, Relation
from lukasa.domain.labels import printable
from lukasa.domain.query import TurnQuery
from lukasa.domain.scope import Partition
from lukasa.domain.time import to_micros
from lukasa.ports.store import Store


def _graphml(graph: Graph) -> str:
    keys = [("node", name) for name in ("name", "type", "gist", "aliases")]
    keys += [
        ("edge", name) for name in ("label", "text", "status", "valid_from", "valid_to", "evidence", "fact")
    ]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    ]
    lines += [
        f'<key id="{name}" for="{element}" attr.name="{name}" attr.type="string"/>' for element, name in keys
    ]
    lines.append('<graph id="memory" edgedefault="directed">')
    for entity in graph.entities.values():
        lines.append(f"<node id={quoteattr(entity.id)}>{_data(_entity_fields(entity))}</node>")
    for number, relation in enumerate(graph.relations):
        ends = f"source={quoteattr(relation.source)} target={quoteattr(relation.target)}"
        lines.append(f'<edge id="r{number}" {ends}>{_data(_relation_fields(relation))}</edge>')
    return "\n".join([*lines, "</graph>", "</graphml>", ""])


def _data(values: Mapping[str, str]) -> str:
    return "".join(f'<data key="{name}">{escape(_clean(value))}</data>' for name, value in values.items())


def _clean(text: str) -> str:
    # XML cannot represent other control characters.
    return "".join(letter for letter in text if letter in "\t\n\r" or letter >= " ")


def _jsonld(graph: Graph) -> str:
    nodes = [
        {"@id": f"urn:lukasa:{entity.id}", "@type": entity.type, **_entity_fields(entity)}
        for entity in graph.entities.values()
    ]
    edges = [
        {
            "@id": f"urn:lukasa:{relation.fact}",
            "@type": "Relation",
            "source": {"@id": f"urn:lukasa:{relation.source}"},
            "target": {"@id": f"urn:lukasa:{relation.target}"},
            **_relation_fields(relation),
        }
        for relation in graph.relations
    ]
    document = {"@context": {"@vocab": "urn:lukasa:vocabulary:"}, "@graph": [*nodes, *edges]}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _cypher(graph: Graph) -> str:
    # Labels are no values in Cypher and could not be quoted: the label of an edge is a property.
    lines = [
        f"MERGE (e:Entity {{id: {_cypher_string(entity.id)}}}) SET e += {_cypher_map(_entity_fields(entity))};"
        for entity in graph.entities.values()
    ]
    lines += [
        f"MATCH (a:Entity {{id: {_cypher_string(relation.source)}}}), (b:Entity {{id: {_cypher_string(relation.target)}}}) "
        f"MERGE (a)-[r:RELATES {{fact: {_cypher_string(relation.fact)}}}]->(b) SET r += {_cypher_map(_relation_fields(relation))};"
        for relation in graph.relations
    ]
    return "\n".join([*lines, ""])


def _cypher_map(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{name}: {_cypher_string(value)}" for name, value in values.items()) + "}"


def _cypher_string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


def _dot(graph: Graph) -> str:
    lines = ["digraph memory {"]
    lines += [
        f"  {_dot_string(entity.id)} [label={_dot_string(entity.name)}, tooltip={_dot_string(entity.type)}];"
        for entity in graph.entities.values()
    ]
    lines += [
        f"  {_dot_string(relation.source)} -> {_dot_string(relation.target)} "
        f"[label={_dot_string(relation.label)}, tooltip={_dot_string(relation.text)}{_style(relation)}];"
        for relation in graph.relations
    ]
    return "\n".join([*lines, "}", ""])


def _style(relation: Relation) -> str:
    return "" if relation.status == "current" else ", style=dashed"


def _dot_string(text: str) -> str:
    escaped = printable(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _entity_fields(entity: Entity) -> dict[str, str]:
    aliases = ", ".join(entity.aliases)
    fields = {"name": entity.name, "type": entity.type, "gist": entity.gist, "aliases": aliases}
    return {name: printable(text) for name, text in fields.items()}


def _relation_fields(relation: Relation) -> dict[str, str]:
    return {
        "label": printable(relation.label),
        "text": printable(relation.text),
        "status": relation.status,
        "valid_from": _moment(relation.valid.start),
        "valid_to": _moment(relation.valid.end),
        "evidence": str(relation.evidence),
        "fact": relation.fact,
    }


def _moment(at: datetime | None) -> str:
    return "" if at is None else at.isoformat()


FORMATS: Mapping[str, Callable[[Graph], str]] = {
    "graphml": _graphml,
    "jsonld": _jsonld,
    "cypher": _cypher,
    "dot": _dot,
}
"""How each format is written."""


# --- one page to look at: no network, nothing loaded from elsewhere --------------------------------------------------

_QUOTES = 5
"""Quotes that are shown of each relation."""


async def quotes(store: Store, partition: Partition, graph: Graph) -> dict[str, list[str]]:
    """Return the words that each relation rests on, with when they were said, by fact."""
    ids = sorted({source.turn for relation in graph.relations for source in relation.sources})
    turns = {turn.id: turn for turn in await store.turns(partition, TurnQuery(ids=ids, include_retired=True))}
    return {
        relation.fact: [
            f"{turns[source.turn].text[source.start : source.end]} ({source.at:%Y-%m-%d})"
            for source in relation.sources[:_QUOTES]
            if source.turn in turns
        ]
        for relation in graph.relations
    }


def page(graph: Graph, *, title: str, quotes: dict[str, list[str]]) -> str:
    """Return a self-contained HTML page; *quotes* are the words that each fact rests on, by fact.

    What was remembered goes in as data, and is only ever shown as text.
    """
    data = {
        "title": title,
        "entities": [
            {"id": entity.id, "name": entity.name, "type": entity.type, "gist": entity.gist, "aliases": list(entity.aliases), "mentions": entity.mentions}
            for entity in graph.entities.values()
        ],
        "relations": [
            {
                "source": relation.source,
                "target": relation.target,
                "label": relation.label,
                "text": relation.text,
                "status": relation.status,
                "from": _milliseconds(relation.valid.start),
                "to": _milliseconds(relation.valid.end),
                "quotes": quotes.get(relation.fact, []),
            }
            for relation in graph.relations
        ],
    }  # fmt: skip
    template = files(__package__).joinpath("page.html").read_text("utf-8")
    # Inside a script element, only `<` could end it.
    return template.replace(
        "{{data}}", printable(json.dumps(data, ensure_ascii=False)).replace("<", "\\u003c")
    )


def _milliseconds(at: datetime | None) -> int | None:
    return None if at is None else to_micros(at) // 1000
