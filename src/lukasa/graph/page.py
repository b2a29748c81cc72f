"""The graph as one page to look at: no network, nothing loaded from elsewhere. Pure."""

from __future__ import annotations

import json
from datetime import datetime
from importlib.resources import files

from lukasa.domain.graph import Graph
from lukasa.domain.time import to_micros


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
    return template.replace("{{data}}", json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"))


def _milliseconds(at: datetime | None) -> int | None:
    return None if at is None else to_micros(at) // 1000
