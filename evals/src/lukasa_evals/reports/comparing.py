"""Two runs of the same questions, system by system: what changed from one to the other."""

from __future__ import annotations

from typing import NamedTuple

from lukasa_evals.reports import measures
from lukasa_evals.reports.measures import Measure
from lukasa_evals.reports.records import Records
from lukasa_evals.reports.tables import answerable, categories
from lukasa_evals.statistics import Paired, paired


class Change(NamedTuple):
    """How one system's figure changed."""

    system: str
    category: str
    """`all`, or its name."""

    measure: str
    before: float
    after: float
    found: Paired


def compare(before: Records, after: Records) -> list[Change]:
    """Return every measure of every system that both runs have, over the questions that both have a figure for."""
    pairs = list(zip(_all(before), _all(after), strict=False))
    groups = [(None, "all"), *((each, before.dataset.categories[each]) for each in categories(before))]
    changes = []
    for system in (name for name in before.systems if name in after.systems):
        for old, new in pairs:
            for category, called in groups:
                ours, theirs = old.figures.get(system, {}), new.figures.get(system, {})
                keys = [key for key in answerable(before, category) if key in ours and key in theirs]
                if keys:
                    first, second = [ours[key] for key in keys], [theirs[key] for key in keys]
                    found = paired(first, second)
                    means = (sum(first) / len(keys), sum(second) / len(keys))
                    changes.append(Change(system, called, old.name, *means, found))
    return changes


def _all(records: Records) -> list[Measure]:
    judged = [measures.judged(records, judge, leniency) for judge, leniency in records.benches]
    return [measures.complete(records), measures.contained(records), *measures.overlap(records), *judged]
