"""Every figure of a report, one a line: `figures.csv`. Shares from 0 to 1, times in seconds."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from lukasa_evals.datasets.values import Labels
from lukasa_evals.reports import costs, judges, measures
from lukasa_evals.reports.cells import interval, values
from lukasa_evals.reports.measures import Measure
from lukasa_evals.reports.published import KEPT, TABLE_1, TABLE_2, Quality
from lukasa_evals.reports.records import Key, Records
from lukasa_evals.statistics import Share, paired

FIGURES = "figures.csv"
ALL = "all"

_ASKING: Mapping[str, Callable[[costs.Asking], float]] = {
    "tokens of a context": lambda found: found.tokens,
    "search p50": lambda found: found.search.p50,
    "search p95": lambda found: found.search.p95,
    "total p50": lambda found: found.total.p50,
    "total p95": lambda found: found.total.p95,
}

_EFFORT: Mapping[str, Callable[[costs.Effort], float]] = {
    "items kept": lambda found: found.items,
    "tokens kept": lambda found: found.tokens,
    "bytes kept": lambda found: found.bytes,
    "seconds to take in, median": lambda found: found.seconds,
    "unreadable replies": lambda found: found.unread,
    "calls to take in": lambda found: found.taking.calls,
    "tokens in to take in": lambda found: found.taking.tokens_in,
    "tokens out to take in": lambda found: found.taking.tokens_out,
    "calls to answer": lambda found: found.asking.calls,
    "tokens in to answer": lambda found: found.asking.tokens_in,
    "tokens out to answer": lambda found: found.asking.tokens_out,
    "dollars": lambda found: found.spent.dollars,
    "calls without a price": lambda found: found.spent.unpriced,
    "calls to judge": lambda found: found.judging.calls,
    "tokens in to judge": lambda found: found.judging.tokens_in,
    "tokens out to judge": lambda found: found.judging.tokens_out,
    "dollars to judge": lambda found: found.judging.dollars,
}


class Figure(NamedTuple):
    """One figure."""

    system: str
    measure: str
    value: float | None
    """`None`: not measured."""

    split: str = ALL
    category: str = ALL
    labels: str = ""
    """Where it depends on them: `published` or `corrected`."""

    of: int | None = None
    """Questions, answers or conversations that it is of."""

    low: float | None = None
    high: float | None = None
    """Its 95 % interval."""

    deviation: float | None = None
    """One standard deviation over repetitions of the whole set."""

    p: float | None = None
    against: str = ""
    """The system that a difference is to; the judge that another is compared with."""

    source: str = "run"
    """`run`, or `published` for what the paper prints."""


def write(records: Records, out: Path) -> None:
    """Write every figure into a folder."""
    with (out / FIGURES).open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(Figure._fields)
        lines.writerows([_text(value) for value in figure] for figure in figures(records))


def _text(value: str | float | None) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def figures(records: Records) -> Iterator[Figure]:
    """Return every figure, those that the paper prints last."""
    for labels in records.labels:
        for measure in measures.all_of(records, labels):
            yield from _shares(records, measure, labels)
        yield from _judged(records, labels)
    if records.answers:
        yield from _refused(records)
    for system in records.systems:
        yield from _asking(records, system)
        yield from _effort(records, system)
    yield from _differences(records)
    yield from _benches(records)
    if records.dataset.name == "locomo":
        yield from _published(records.dataset.categories)


def _groups(records: Records) -> Iterator[tuple[str, str, list[Key]]]:
    """Go through the splits and categories with their answerable questions; all of them first."""
    splits = [None, *sorted(set(records.splits.values()))]
    for split in splits:
        for category in (None, *records.categories):
            named = ALL if category is None else records.dataset.categories[category]
            yield split or ALL, named, records.answerable(category, split)


def _shares(records: Records, measure: Measure, labels: Labels) -> Iterator[Figure]:
    for system in records.systems:
        for split, category, keys in _groups(records):
            yield _share(measure, system, keys)._replace(split=split, category=category, labels=labels)


def _share(measure: Measure, system: str, keys: Sequence[Key]) -> Figure:
    found = values(measure, system, keys)
    if not found:
        return Figure(system, measure.name, None, of=0)
    low, high = interval(measure, found)
    return Figure(system, measure.name, sum(found) / len(found), of=len(found), low=low, high=high)


def _judged(records: Records, labels: Labels) -> Iterator[Figure]:
    """Return J over repetitions of the whole set, and of the first of them."""
    for bench in records.benches:
        verdicts = measures.verdicts_of(records, bench, labels)
        for system in records.systems:
            own = [verdict for verdict in verdicts if verdict.system == system]
            for split, category, keys in _groups(records):
                found = judges.judged(own, keys)
                place = Figure(system, f"J {bench}, by repetition", None, split, category, labels, of=0)
                if found is not None:
                    spread = found.spread
                    place = place._replace(value=spread.value, deviation=spread.deviation, of=spread.of)
                yield place
                if found is not None:
                    yield _of_share(place._replace(measure=f"J {bench}, first repetition"), found.first)
            unreadable = sum(verdict.label == "unreadable" for verdict in own)
            yield Figure(system, f"unreadable verdicts, {bench}", unreadable, labels=labels, of=len(own))


def _of_share(place: Figure, share: Share) -> Figure:
    low, high = share.interval
    return place._replace(value=share.value, of=share.of, low=low, high=high, deviation=None)


def _refused(records: Records) -> Iterator[Figure]:
    refused = measures.refused(records)
    unknown = [key for key, question in records.asked.items() if question.abstains]
    for system in records.systems:
        yield _share(refused, system, unknown)._replace(measure="refused, rightly")
        yield _share(refused, system, records.answerable())._replace(measure="refused, wrongly")
        own = [answer.text for answer in records.answers if answer.system == system]
        yield Figure(system, "empty answers", sum(not text.strip() for text in own), of=len(own))


def _asking(records: Records, system: str) -> Iterator[Figure]:
    found = costs.asking(records, system)
    for name, figure in _ASKING.items():
        value = None if found is None else figure(found)
        yield Figure(system, name, value, of=found.questions if found else 0)


def _effort(records: Records, system: str) -> Iterator[Figure]:
    found = costs.effort(records, system)
    for name, figure in _EFFORT.items():
        value = None if found is None else figure(found)
        yield Figure(system, name, value, of=found.conversations if found else 0)


def _differences(records: Records) -> Iterator[Figure]:
    """Return how every system differs from the first, by the measure that decides."""
    measure = measures.deciding(records)
    first, *others = records.systems
    ours = measure.figures.get(first, {})
    for system in others:
        theirs = measure.figures.get(system, {})
        for split, category, keys in _groups(records):
            both = [key for key in keys if key in ours and key in theirs]
            found = paired([ours[key] for key in both], [theirs[key] for key in both])
            yield Figure(
                system, f"{measure.name}, difference", found.difference, split, category, "published", found.of,
                found.interval.low, found.interval.high, None, found.p, first,
            )  # fmt: skip


def _benches(records: Records) -> Iterator[Figure]:
    for agreed in judges.agreements(records):
        place = Figure("", f"J {agreed.one}, agreement", None, labels="published", against=str(agreed.other))
        yield _of_share(place, agreed.same)
    for accepted in judges.acceptances(records):
        place = Figure(f"planted: {accepted.sort}", f"J {accepted.bench}, accepted", None, labels="published")
        yield _of_share(place, accepted.share)


def _published(categories: Mapping[int | str, str]) -> Iterator[Figure]:
    for name, cells in TABLE_1.items():
        for category, cell in cells.items():
            for field, measure in zip(Quality._fields, ("F1", "BLEU-1", "J"), strict=False):
                value = getattr(cell, field)
                if value is not None:
                    spread = cell.deviation / 100 if measure == "J" and cell.deviation is not None else None
                    printed = _printed(name, measure, value / 100)
                    yield printed._replace(category=categories[category], deviation=spread)
    for name, cost in TABLE_2.items():
        yield _printed(name, "J", cost.judged / 100)._replace(deviation=cost.deviation / 100)
        yield _printed(name, "tokens of a context", cost.tokens)
        for what, pair in (("search", cost.search), ("total", cost.total)):
            for percentile, value in zip(("p50", "p95"), pair or (), strict=False):
                yield _printed(name, f"{what} {percentile}", value)

    for name, memory in KEPT.items():
        yield _printed(name, "tokens kept", memory.tokens)


def _printed(name: str, measure: str, value: float) -> Figure:
    return Figure(name, measure, value, labels="published", source="published")
