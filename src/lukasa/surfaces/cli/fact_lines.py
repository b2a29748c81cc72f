"""Facts as lines to read: the sentence, then its dates, kind and status."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from rich.table import Table
from rich.text import Text

from lukasa import Fact, Handle, Interval
from lukasa.domain.fact import STATUSES
from lukasa.surfaces.cli.output import count, when

_LONGEST = {
    "day": timedelta(hours=25),
    "month": timedelta(days=31, hours=1),
    "year": timedelta(days=366, hours=1),
}
"""The longest a unit can be, a clock change included; a longer interval is shown with both ends."""

_STYLES = {
    "current": "",
    "superseded": "dim",
    "retracted": "dim strike",
    "conflicting": "yellow",
    "quarantined": "red",
}


def fact_table(facts: Sequence[Fact]) -> Table:
    """Return facts two lines each, beside their ids."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for fact in facts:
        table.add_row(Text(fact.id, style="cyan"), fact_lines(fact))
    return table


def fact_lines(fact: Fact) -> Text:
    """Return the sentence, and under it what is known about it."""
    return Text.assemble((fact.text, _STYLES[fact.status]), "\n", (about(fact), "dim"))


def about(fact: Fact) -> str:
    """Return the dates, kind and status of a fact."""
    parts = [
        span(fact.valid),
        fact.kind,
        "" if fact.status == "current" else fact.status,
        f"said {fact.evidence:,} times" if fact.evidence > 1 else "",
        "pinned" if fact.pinned else "",
        f"expires {when(fact.expires_at)}" if fact.expires_at else "",
        "forgotten" if fact.retired_at else "",
    ]
    return " · ".join(part for part in parts if part)


def span(valid: Interval) -> str:
    """Return when a fact is true, no finer than it was said; empty when that is not known."""
    match (valid.start, valid.end):
        case None, None:
            return ""
        case None, datetime() as end:
            return f"before {when(end)}"
        case datetime() as start, None:
            return f"since {when(start)}"
        case datetime() as start, datetime() as end:
            return _between(start, end, valid.granularity)
    return ""


def known_facts(memory: Handle, ids: Sequence[str]) -> list[Fact]:
    """Return facts of any status by id, in the order of the ids."""
    if not ids:
        return []
    found = memory.facts(status=STATUSES, filter={"id": {"in": list(ids)}}, include_retired=True)
    by_id = {fact.id: fact for fact in found}
    return [by_id[id_] for id_ in ids if id_ in by_id]


def said_of(facts: Sequence[Fact], done: str) -> str:
    """Return `1 fact believed.`."""
    return f"{count(len(facts), 'fact')} {done}."


def _between(start: datetime, end: datetime, granularity: str) -> str:
    if granularity in _LONGEST and end - start <= _LONGEST[granularity]:
        return start.strftime({"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}[granularity])
    last = end - timedelta(microseconds=1)
    if start.date() == last.date():
        return f"{when(start)} to {end:%H:%M}"
    return f"{start:%Y-%m-%d} to {last:%Y-%m-%d}"
