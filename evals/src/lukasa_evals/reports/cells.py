"""Figures → text. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from lukasa_evals.reports.measures import Measure
from lukasa_evals.reports.records import Key
from lukasa_evals.statistics import Share, mean

NOTHING = "–"
"""Not measured."""


def cell(measure: Measure, system: str, keys: Collection[Key]) -> str:
    """Return a system's mean over those questions in percent, with its 95 % interval."""
    values = _values(measure, system, keys)
    if not values:
        return NOTHING
    if measure.yes_or_no:
        share = Share(int(sum(values)), len(values))
        low, high = share.interval
        return f"{percent(share.value)} [{percent(low)}–{percent(high)}]"
    found = mean(values)
    return f"{percent(found.value)} ± {percent(found.half)}" if len(values) > 1 else percent(found.value)


def bare(measure: Measure, system: str, keys: Collection[Key]) -> str:
    """Return the mean alone."""
    values = _values(measure, system, keys)
    return percent(sum(values) / len(values)) if values else NOTHING


def average(measure: Measure, system: str, keys: Collection[Key]) -> float | None:
    """Return the mean from 0 to 1; `None` where nothing was measured."""
    values = _values(measure, system, keys)
    return sum(values) / len(values) if values else None


def percent(value: float) -> str:
    """Return a share in percent."""
    return f"{100 * value:.1f}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _values(measure: Measure, system: str, keys: Collection[Key]) -> list[float]:
    figures: Mapping[Key, float] = measure.figures.get(system, {})
    return [figures[key] for key in keys if key in figures]
