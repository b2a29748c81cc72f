"""The graph in the formats of other tools: GraphML, JSON-LD, Cypher (Neo4j), DOT (Graphviz). Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from lukasa.domain.graph import Entity, Graph, Relation


def exported(graph: Graph, format: str) -> str:
    """Return the graph as text; raises `KeyError` for a format that is none of `FORMATS`."""
    return FORMATS[format](graph)


def _graphml(graph: Graph) -> str:
    keys = [
        *(("node", name) for name in ("name", "type", "gist", "aliases")),
        *(
            ("edge", name)
            for name in ("label", "text", "status", "valid_from", "valid_to", "evidence", "fact")
        ),
    ]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    ]
    lines += [f'<key id="{name}" for="{of}" attr.name="{name}" attr.type="string"/>' for of, name in keys]
    lines.append('<graph id="memory" edgedefault="directed">')
    for entity in graph.entities.values():
        lines.append(f"<node id={quoteattr(entity.id)}>{_data(_of_entity(entity))}</node>")
    for number, relation in enumerate(graph.relations):
        ends = f"source={quoteattr(relation.source)} target={quoteattr(relation.target)}"
        lines.append(f'<edge id="r{number}" {ends}>{_data(_of_relation(relation))}</edge>')
    return "\n".join([*lines, "</graph>", "</graphml>", ""])


def _data(values: Mapping[str, str]) -> str:
    return "".join(f'<data key="{name}">{escape(_clean(value))}</data>' for name, value in values.items())


def _clean(text: str) -> str:
    """Leave out what XML has no way to write."""
    return "".join(letter for letter in text if letter in "\t\n\r" or letter >= " ")


def _jsonld(graph: Graph) -> str:
    nodes = [
        {"@id": f"urn:lukasa:{entity.id}", "@type": entity.type, **_of_entity(entity)}
        for entity in graph.entities.values()
    ]
    edges = [
        {
            "@id": f"urn:lukasa:{relation.fact}",
            "@type": "Relation",
            "source": {"@id": f"urn:lukasa:{relation.source}"},
            "target": {"@id": f"urn:lukasa:{relation.target}"},
            **_of_relation(relation),
        }
        for relation in graph.relations
    ]
    document = {"@context": {"@vocab": "urn:lukasa:vocabulary:"}, "@graph": [*nodes, *edges]}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _cypher(graph: Graph) -> str:
    """Return statements that make the graph anew in Neo4j; values are literals, labels of edges are a property."""
    lines = [
        f"MERGE (e:Entity {{id: {_literal(entity.id)}}}) SET e += {_map(_of_entity(entity))};"
        for entity in graph.entities.values()
    ]
    lines += [
        f"MATCH (a:Entity {{id: {_literal(relation.source)}}}), (b:Entity {{id: {_literal(relation.target)}}}) "
        f"MERGE (a)-[r:RELATES {{fact: {_literal(relation.fact)}}}]->(b) SET r += {_map(_of_relation(relation))};"
        for relation in graph.relations
    ]
    return "\n".join([*lines, ""])


def _map(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{name}: {_literal(value)}" for name, value in values.items()) + "}"


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


def _dot(graph: Graph) -> str:
    lines = ["digraph memory {"]
    lines += [
        f"  {_quoted(entity.id)} [label={_quoted(entity.name)}, tooltip={_quoted(entity.type)}];"
        for entity in graph.entities.values()
    ]
    lines += [
        f"  {_quoted(relation.source)} -> {_quoted(relation.target)} "
        f"[label={_quoted(relation.label)}, tooltip={_quoted(relation.text)}{_style(relation)}];"
        for relation in graph.relations
    ]
    return "\n".join([*lines, "}", ""])


def _style(relation: Relation) -> str:
    return "" if relation.status == "current" else ", style=dashed"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _of_entity(entity: Entity) -> dict[str, str]:
    aliases = ", ".join(entity.aliases)
    return {"name": entity.name, "type": entity.type, "gist": entity.gist, "aliases": aliases}


def _of_relation(relation: Relation) -> dict[str, str]:
    return {
        "label": relation.label,
        "text": relation.text,
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
