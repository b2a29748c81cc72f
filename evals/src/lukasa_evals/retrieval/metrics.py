"""Figures over many records: by data set, by category, and over data sets, each of which counts alike. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from lukasa_evals.retrieval.record import Record
from lukasa_evals.statistics import Estimate, macro, percentile

DEPTHS = (1, 3, 5, 10)

Key: TypeAlias = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Measure:
    """What is averaged over questions."""

    name: str
    of: Callable[[Record], float | None]
    """From 0 to 1; `None` for a question that it is not about."""


class Latency(NamedTuple):
    """Milliseconds."""

    p50: float
    p95: float


def measures(budgets: Sequence[int]) -> list[Measure]:
    """Return all measures, in the order to show them."""
    return [
        *(Measure(f"recall@{k}", _recall(k)) for k in DEPTHS),
        *(Measure(all_evidence(budget), _complete(budget)) for budget in budgets),
        *(Measure(f"said, {budget:,}", _said(budget)) for budget in budgets),
        *(Measure(f"whole, {budget:,}", _whole(budget)) for budget in budgets),
        *(Measure(f"words, {budget:,}", _words(budget)) for budget in budgets),
        Measure("silent, answerable", _silent(max(budgets), answerable=True)),
        Measure("silent, unanswerable", _silent(max(budgets), answerable=False)),
    ]


def all_evidence(budget: int) -> str:
    """Return the name of the measure that the others stand beside."""
    return f"all, {budget:,}"


def values(records: Iterable[Record], measure: Measure) -> dict[Key, float]:
    """Return the figure of each question that has one."""
    return {record.key: value for record in records if (value := measure.of(record)) is not None}


def mean(records: Sequence[Record], measure: Measure) -> float:
    """Return the mean over questions within each data set, then over those data sets that have such questions."""
    groups = _by_dataset(values(records, measure)).values()
    return math.fsum(math.fsum(group) / len(group) for group in groups) / len(groups) if groups else math.nan


def estimate(records: Sequence[Record], measure: Measure) -> Estimate:
    """Return the same with its interval."""
    return macro(list(_by_dataset(values(records, measure)).values()))


def difference(before: Sequence[Record], after: Sequence[Record], measure: Measure) -> Estimate:
    """Return how much higher *after* is, over the questions that both have, each data set counting alike."""
    old, new = values(before, measure), values(after, measure)
    changes = {key: new[key] - old[key] for key in old if key in new}
    return macro(list(_by_dataset(changes).values()))


def latency(records: Iterable[Record]) -> Latency:
    """Return how long ranking took, encoding of the question included."""
    times = [record.milliseconds for record in records]
    return Latency(percentile(times, 0.5), percentile(times, 0.95))


def by_system(records: Iterable[Record]) -> dict[str, list[Record]]:
    """Return the records of each system, in the order in which systems were asked."""
    found: dict[str, list[Record]] = {}
    for record in records:
        found.setdefault(record.system, []).append(record)
    return found


def strongest(systems: Mapping[str, Sequence[Record]], measure: Measure) -> str:
    """Return which of the systems has the highest mean; the first of equals."""
    return max(systems, key=lambda name: mean(systems[name], measure))


def _by_dataset(figures: Mapping[Key, float]) -> dict[str, list[float]]:
    groups: dict[str, list[float]] = {}
    for (dataset, *_), value in figures.items():
        groups.setdefault(dataset, []).append(value)
    return groups


def _asked(record: Record) -> bool:
    return record.answerable and bool(record.evidence)


def _recall(k: int) -> Callable[[Record], float | None]:
    def of(record: Record) -> float | None:
        found = sum(record.ranks.get(id_, k + 1) <= k for id_ in record.evidence)
        return found / len(record.evidence) if _asked(record) else None

    return of


def _complete(budget: int) -> Callable[[Record], float | None]:
    def of(record: Record) -> float | None:
        return float(set(record.evidence) <= set(record.contexts[budget].shown)) if _asked(record) else None

    return of


def _said(budget: int) -> Callable[[Record], float | None]:
    def of(record: Record) -> float | None:
        return float(set(record.evidence) <= set(record.contexts[budget].said)) if _asked(record) else None

    return of


def _whole(budget: int) -> Callable[[Record], float | None]:
    def of(record: Record) -> float | None:
        return float(set(record.evidence) <= set(record.contexts[budget].whole)) if _asked(record) else None

    return of


def _words(budget: int) -> Callable[[Record], float | None]:
    return lambda record: record.contexts[budget].words if _asked(record) else None


def _silent(budget: int, *, answerable: bool) -> Callable[[Record], float | None]:
    def of(record: Record) -> float | None:
        if record.answerable != answerable:
            return None
        return float(record.contexts[budget].silent or not record.hits)

    return of
