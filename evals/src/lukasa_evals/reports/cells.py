"""Figures → text. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

from lukasa_evals.reports.measures import Measure
from lukasa_evals.reports.records import Key, Records
from lukasa_evals.scoring.overall import overall
from lukasa_evals.statistics import Interval, Share, mean

NOTHING = "–"
"""Not measured."""


def values(measure: Measure, system: str, keys: Collection[Key]) -> list[float]:
    """Return a system's figures of those of the questions that have one."""
    figures = measure.figures.get(system, {})
    return [figures[key] for key in keys if key in figures]


def interval(measure: Measure, found: Sequence[float]) -> Interval:
    """Return the 95 % interval of the mean: Wilson's where each figure is yes or no, else by normal approximation."""
    if measure.yes_or_no:
        return Share(int(sum(found)), len(found)).interval
    middle = mean(found)
    return Interval(middle.value - middle.half, middle.value + middle.half)


def cell(measure: Measure, system: str, keys: Collection[Key]) -> str:
    """Return a system's mean over those questions in percent, with its 95 % interval."""
    found = values(measure, system, keys)
    if not found:
        return NOTHING
    middle, (low, high) = sum(found) / len(found), interval(measure, found)
    if measure.yes_or_no:
        return f"{percent(middle)} [{percent(low)}–{percent(high)}]"
    return percent(middle) if len(found) == 1 else f"{percent(middle)} ± {percent(high - middle)}"


def bare(measure: Measure, system: str, keys: Collection[Key]) -> str:
    """Return the mean alone."""
    found = values(measure, system, keys)
    return percent(sum(found) / len(found)) if found else NOTHING


def of_all(measure: Measure, system: str, records: Records) -> float | None:
    """Return the mean over all answerable questions, from those of the categories; `None` where nothing was measured."""
    found = {
        category: values(measure, system, records.answerable(category)) for category in records.categories
    }
    means = {category: sum(each) / len(each) for category, each in found.items() if each}
    return overall(means, {category: len(each) for category, each in found.items()}) if means else None


def percent(value: float | None) -> str:
    """Return a share in percent; what was not measured as such."""
    return NOTHING if value is None else number(100 * value, 1)


def number(value: float, places: int = 0) -> str:
    """Return a figure with so many places; what is not a number as not measured."""
    return NOTHING if math.isnan(value) else f"{value:,.{places}f}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
