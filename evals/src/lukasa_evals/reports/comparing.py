"""Two runs of the same questions, system by system: what changed from one to the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lukasa_evals.errors import EvalError
from lukasa_evals.reports import measures
from lukasa_evals.reports.measures import Measure
from lukasa_evals.reports.records import Records
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
    """Return every measure of every system that both runs have, over the questions that both have a figure for.

    J is compared where the same judge judged both. Raises `EvalError` where they have no system in common.
    """
    systems = [name for name in before.systems if name in after.systems]
    if not systems:
        raise EvalError(
            f"the runs have no system in common: one has {', '.join(before.systems)}; "
            f"the other {', '.join(after.systems)}"
        )
    # By name, which names the judge: another judge's J is another measure.
    later = {measure.name: measure for measure in measures.all_of(after)}
    pairs = [(old, later[old.name]) for old in measures.all_of(before) if old.name in later]
    return [
        change for system in systems for old, new in pairs for change in _changes(before, system, old, new)
    ]


def _changes(records: Records, system: str, old: Measure, new: Measure) -> Iterator[Change]:
    ours, theirs = old.figures.get(system, {}), new.figures.get(system, {})
    for category in (None, *records.categories):
        keys = [key for key in records.answerable(category) if key in ours and key in theirs]
        if keys:
            first, second = [ours[key] for key in keys], [theirs[key] for key in keys]
            means = (sum(first) / len(keys), sum(second) / len(keys))
            called = "all" if category is None else records.dataset.categories[category]
            yield Change(system, called, old.name, *means, paired(first, second))
