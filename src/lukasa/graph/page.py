"""The graph as one page to look at: no network, nothing loaded from elsewhere."""

from __future__ import annotations

import json
from datetime import datetime
from importlib.resources import files

from lukasa.domain.graph import Graph
from lukasa.domain.query import TurnQuery
from lukasa.domain.scope import Partition
from lukasa.domain.time import to_micros
from lukasa.ports.store import Store

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
    return template.replace("{{data}}", json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"))


def _milliseconds(at: datetime | None) -> int | None:
    return None if at is None else to_micros(at) // 1000
