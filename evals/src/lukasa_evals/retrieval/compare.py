"""Two runs, question by question: what was gained, what was lost, and whether that could be chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from lukasa_evals.datasets.values import ANSWERABLE, CATEGORIES
from lukasa_evals.errors import EvalError
from lukasa_evals.retrieval import record as records_of
from lukasa_evals.retrieval.record import Labels, Record
from lukasa_evals.retrieval.report import DEPTHS
from lukasa_evals.statistics import sign_test

RECORDS = "records.jsonl"
BASELINES = "baselines.jsonl"

Key: TypeAlias = tuple[str, int]
Figure: TypeAlias = Callable[[Record], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One figure in two runs."""

    split: str
    category: str
    measure: str
    questions: int
    before: float
    """Mean over questions."""

    after: float
    gained: int
    """Questions with a better figure than before."""

    lost: int
    p: float
    """How likely so uneven a count is by chance (sign test; McNemar's for yes or no)."""


def compare(
    before: Path, after: Path, *, system: str = "lukasa", labels: Labels = "published"
) -> list[Difference]:
    """Compare one system in two runs, over the questions that both have asked."""
    old, new = _load(before, system), _load(after, system)
    common = sorted(old.keys() & new.keys())
    if not common:
        raise EvalError(
            f"the runs {before.name!r} and {after.name!r} have no question of {system!r} in common"
        )
    pairs = [(old[key], new[key]) for key in common]
    if any(a.gold(labels) != b.gold(labels) for a, b in pairs):
        raise EvalError(
            f"the runs {before.name!r} and {after.name!r} were scored with different labels; repeat one"
        )
    asked = [(a, b) for a, b in pairs if a.category in ANSWERABLE and a.gold(labels)]
    return [
        found
        for split in (*sorted({a.split for a, _ in asked}, reverse=True), "whole")
        for category in (None, *ANSWERABLE)
        for found in _differences(asked, split, category, labels)
    ]


def _differences(
    asked: Sequence[tuple[Record, Record]], split: str, category: int | None, labels: Labels
) -> list[Difference]:
    mine = [(a, b) for a, b in asked if split in ("whole", a.split) and category in (None, a.category)]
    if not mine:
        return []
    found: list[Difference] = []
    for measure, figure in _figures(mine, labels).items():
        figures = [(figure(a), figure(b)) for a, b in mine]
        gained, lost = sum(b > a for a, b in figures), sum(b < a for a, b in figures)
        found.append(
            Difference(
                split=split,
                category="all" if category is None else f"{category} {CATEGORIES[category]}",
                measure=measure,
                questions=len(mine),
                before=sum(a for a, _ in figures) / len(figures),
                after=sum(b for _, b in figures) / len(figures),
                gained=gained,
                lost=lost,
                p=sign_test(gained, lost),
            )
        )
    return found


def _figures(pairs: Sequence[tuple[Record, Record]], labels: Labels) -> Mapping[str, Figure]:
    def recall(k: int) -> Figure:
        return lambda r: sum(r.ranks.get(id_, k + 1) <= k for id_ in r.gold(labels)) / len(r.gold(labels))

    def complete(budget: int) -> Figure:
        return lambda r: float(r.complete(budget, labels))

    old, new = pairs[0]
    budgets = [budget for budget in old.shown if budget in new.shown]
    return {
        **{f"recall@{k}, a question": recall(k) for k in DEPTHS},
        **{f"all evidence in {budget:,} words": complete(budget) for budget in budgets},
    }


def _load(run: Path, system: str) -> dict[Key, Record]:
    # Baselines lie in a file of their own, so that a run can be kept without them.
    path = run / (RECORDS if system == "lukasa" else BASELINES)
    return {(r.conversation, r.question): r for r in records_of.read(path) if r.system == system}
