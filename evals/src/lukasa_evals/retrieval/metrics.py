"""Figures over many records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lukasa_evals.retrieval.record import Labels, Record
from lukasa_evals.statistics import Mean, Share, mean, percentile


class Latency(NamedTuple):
    """Milliseconds."""

    p50: float
    p95: float


def recall_at(records: Iterable[Record], k: int, labels: Labels) -> Share:
    """Return how many of all evidence turns are among the first *k*, every turn counting alike (micro)."""
    hits = of = 0
    for record in records:
        gold = record.gold(labels)
        hits += sum(record.ranks.get(id_, k + 1) <= k for id_ in gold)
        of += len(gold)
    return Share(hits, of)


def complete_at(records: Iterable[Record], budget: int, labels: Labels) -> Share:
    """Return for how many questions every evidence turn stands in the context of that budget.

    Questions without any readable evidence are left out: they would all count as complete.
    """
    asked = [record for record in records if record.gold(labels)]
    return Share(sum(record.complete(budget, labels) for record in asked), len(asked))


def containment_at(records: Iterable[Record], budget: int, labels: Labels) -> Mean:
    """Return the mean share of the gold answers' content words in the context of that budget."""
    figures = [figures[budget] for record in records if (figures := record.containment(labels)) is not None]
    return mean(figures)


def abstained(records: Iterable[Record]) -> Share:
    """Return how often the system said that it knows nothing."""
    said = [record.abstained for record in records]
    return Share(sum(said), len(said))


def words_at(records: Iterable[Record], budget: int) -> Mean:
    """Return how many words of the budget were used."""
    return mean([float(record.words[budget]) for record in records])


def over_budget(records: Iterable[Record]) -> Share:
    """Return how many contexts have more words than they were allowed."""
    counts = [count > budget for record in records for budget, count in record.words.items()]
    return Share(sum(counts), len(counts))


def recall_latency(records: Sequence[Record]) -> Latency:
    """Return how long ranking took."""
    times = [record.recall_ms for record in records]
    return Latency(percentile(times, 0.5), percentile(times, 0.95))


def context_latency(records: Sequence[Record]) -> Latency:
    """Return how long contexts took, over all budgets."""
    times = [ms for record in records for ms in record.context_ms.values()]
    return Latency(percentile(times, 0.5), percentile(times, 0.95))
