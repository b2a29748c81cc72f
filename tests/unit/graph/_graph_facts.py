"""Facts for tests of the graph."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from lukasa.domain.fact import Fact
from lukasa.domain.graph import Graph
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Source
from lukasa.graph.view import GraphView

ME = Partition("t", "u")
AT = datetime(2026, 1, 1, tzinfo=UTC)


def fact(subject: str, attribute: str | None, value: str | None, number: int = 0, **more: object) -> Fact:
    name = f"{subject}-{attribute}-{value}-{number}"
    source = Source(turn=f"t_{name}", start=0, end=1, at=AT + timedelta(days=number))
    fields = {
        "id": f"f_{name}", "key": name, "subject": subject, "text": f"{subject} {attribute} {value}.", "kind": "fact",
        "attribute": attribute, "value": value, "learned_at": AT, "recorded_at": AT, "sources": (source,), **more,
    }  # fmt: skip
    return Fact(**fields)  # type: ignore[arg-type]


def graph_of(facts: Sequence[Fact]) -> Graph:
    return GraphView(facts, ME).graph()
