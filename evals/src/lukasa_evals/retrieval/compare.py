"""Two runs, question by question: what was gained, what was lost, and whether that could be chance."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lukasa_evals.errors import EvalError
from lukasa_evals.retrieval import metrics
from lukasa_evals.retrieval import record as records_of
from lukasa_evals.retrieval.record import Record
from lukasa_evals.statistics import Estimate

RESULTS = "results.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One measure in two runs, over the questions that both have."""

    dataset: str | None
    """`None`: over all data sets, each counting alike."""

    measure: str
    questions: int
    before: float
    after: float
    difference: Estimate
    gained: int
    """Questions with a higher figure than before."""

    lost: int


def compare(before: Path, after: Path, system: str) -> list[Change]:
    """Compare one system in two runs. Raises `EvalError` when they have no question of it in common."""
    old, new = _load(before, system), _load(after, system)
    common = [key for key in old if key in new]
    if not common:
        raise EvalError(
            f"the runs {before.name!r} and {after.name!r} have no question of {system!r} in common"
        )
    if any(old[key].evidence != new[key].evidence for key in common):
        raise EvalError(
            f"the runs {before.name!r} and {after.name!r} were scored with different labels; repeat one"
        )
    names = list(dict.fromkeys(dataset for dataset, *_ in common))
    return [
        change
        for dataset in (*([None] if len(names) > 1 else []), *names)
        for change in _changes([(old[key], new[key]) for key in common], dataset)
    ]


def _changes(pairs: list[tuple[Record, Record]], dataset: str | None) -> list[Change]:
    before = [old for old, _ in pairs if dataset in (None, old.dataset)]
    after = [new for old, new in pairs if dataset in (None, old.dataset)]
    budgets = [budget for budget in before[0].contexts if budget in after[0].contexts]
    found: list[Change] = []
    for measure in metrics.measures(budgets):
        old, new = metrics.values(before, measure), metrics.values(after, measure)
        if old:
            found.append(
                Change(
                    dataset=dataset,
                    measure=measure.name,
                    questions=len(old),
                    before=metrics.mean(before, measure),
                    after=metrics.mean(after, measure),
                    difference=metrics.difference(before, after, measure),
                    gained=sum(new[key] > value for key, value in old.items()),
                    lost=sum(new[key] < value for key, value in old.items()),
                )
            )
    return found


def _load(run: Path, system: str) -> dict[metrics.Key, Record]:
    return {record.key: record for record in records_of.read(run / RESULTS) if record.system == system}
