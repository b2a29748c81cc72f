"""Tables for people: Markdown for `report.md`, a short one for the terminal."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lukasa_evals.datasets.values import ADVERSARIAL, ANSWERABLE, CATEGORIES, CONTAINMENT
from lukasa_evals.retrieval import metrics
from lukasa_evals.retrieval.record import Labels, Record
from lukasa_evals.statistics import Mean, Share

DEPTHS = (5, 10, 20, 50)
"""Recall is counted among so many turns."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What design.md asks for: over categories 1–4, and for multi-hop alone."""

    name: str
    budget: int | None
    """All evidence in so many words; `None`: recall@20 instead."""

    everything: float
    multi_hop: float | None

    def reached(self, records: Sequence[Record]) -> Share:
        """Return the figure that the goal is about."""
        if self.budget is None:
            return metrics.recall_at(records, 20, "published")
        return metrics.complete_at(records, self.budget, "published")


GOALS = (
    Goal("all evidence in 2,400 words", 2400, 0.94, 0.78),
    Goal("all evidence in 1,200 words", 1200, 0.90, 0.62),
    Goal("evidence recall@20", None, 0.83, None),
)

Rows = list[list[str]]
Cell = Callable[[Sequence[Record]], str]

METHOD = """\
## How it was measured

- **Splits**: `dev` is conversations 1–5 by position in the file, `test` 6–10. Lukasa's weights and its token projection
  are learned on `dev`, so its figures on `dev` and on the whole are partly in-sample: **`test` is the figure to quote**.
- **Evidence recall@k**: of all evidence turns of all questions, the share among the first k turns of `recall(limit=76)` (a fact counts for its turn);
  every evidence turn counts alike (micro average).
- **All evidence in context**: the share of questions for which *every* evidence turn is listed by `context` and its
  words, with the caption of a photo, really stand in the text (line breaks aside). Budgets are words by white space.
- **A fact counts for its turn** in a context only if it has every content word of the gold answer that the turn has; where
  the turn has none of them, only if it has all of them. `lukasa, turns only` is shown no facts.
- **Answer containment**: the mean share of the gold answer's distinct content words (lower case, no stop words, English
  Snowball stems, numbers whole) that stand in the context; categories 1, 2 and 4. Answers without such words are left out.
- **Brackets** are 95 % intervals: Wilson for shares, ± for means by the normal approximation. Evidence turns of one
  question and questions of one conversation are not independent, so true uncertainty is somewhat larger.
- **Corrected labels**: questions on the list of known errors get its evidence (where it gives any) and its answer; all
  others stay as published. "Unlisted" leaves the listed questions out.
- **Baselines** index and show every turn as `[date] speaker: text`, take turns best first as long as they fit (passing
  over those that do not), and show them oldest first; no baseline is tuned. `dense` is bge-small-en-v1.5 (or the
  configured embedder, where that is another than the bundled one). `lukasa, plain` is Lukasa's ranking with this
  same rendering: the difference from `lukasa` is what its composition brings.
- **Latency** is wall time around the public call, one call at a time, with the model loaded; a context is asked right
  after the recall of the same question. Baselines rank in memory, without a store or a transaction.
"""


def report(settings: Mapping[str, Any], records: Sequence[Record]) -> str:
    """Return `report.md`."""
    parts_of = splits(records)
    parts = [
        f"# Retrieval on {settings['dataset']['name']}\n",
        _about(settings),
        "## Against the goals\n",
        table(*goal_table(records)),
    ]
    labels: Labels
    for labels in ("published", "corrected"):
        for split in parts_of:
            asked = [record for record in records if _within(record, split) and record.category in ANSWERABLE]
            parts += [
                f"## {split}, {labels} labels\n",
                "Evidence recall of turns, %\n",
                table(
                    ["category", "questions", "system", *(f"@{k}" for k in DEPTHS)], _recall(asked, labels)
                ),
                "All evidence in the context, %, by words\n",
                table(["category", "questions", "system", *_headings(asked)], _complete(asked, labels)),
                "Answer containment, %, by words\n",
                table(["category", "answers", "system", *_headings(asked)], _containment(asked, labels)),
            ]
    unlisted = [record for record in records if record.corrected is None and record.category in ANSWERABLE]
    parts += [
        "## Unlisted questions only, all evidence in the context, %\n",
        table(["category", "questions", "system", *_headings(unlisted)], _complete(unlisted, "published")),
        "## Questions without an answer (category 5)\n",
        table(
            ["split", "questions", "system", "abstained", *(f"@{k}" for k in DEPTHS)],
            _adversarial(records, parts_of),
        ),
        "## Cost\n",
        table(_COST_HEAD + [f"words of {b:,}" for b in _budgets(records)], _cost(records)),
        _import(settings),
        METHOD,
    ]
    return "\n".join(part for part in parts if part)


def goal_table(records: Sequence[Record], system: str = "lukasa") -> tuple[list[str], Rows]:
    """Return heading and rows: the goals, and what was reached by split, over all categories and for multi-hop."""
    rows: Rows = []
    head = ["goal", *(f"{split}: {which}" for split in splits(records) for which in ("all", "multi-hop"))]
    for goal in GOALS:
        if goal.budget is not None and goal.budget not in _budgets(records):
            continue
        hops = f"; multi-hop ≥ {goal.multi_hop:.0%}" if goal.multi_hop else ""
        row = [f"{goal.name} (≥ {goal.everything:.0%}{hops})"]
        for split in splits(records):
            mine = [
                r for r in records if r.system == system and _within(r, split) and r.category in ANSWERABLE
            ]
            row += [share(goal.reached(mine)), share(goal.reached([r for r in mine if r.category == 1]))]
        rows.append(row)
    return head, rows


def summary(records: Sequence[Record], split: str) -> tuple[list[str], Rows]:
    """Return heading and rows of a table with one line a system: categories 1–4 together."""
    asked = [record for record in records if _within(record, split) and record.category in ANSWERABLE]
    head = ["system", *(f"@{k}" for k in DEPTHS), *_headings(asked), "ms p50/p95"]
    rows = []
    for name, mine in _by_system(asked):
        latency = metrics.recall_latency(mine)
        rows.append(
            [
                name,
                *(percent(metrics.recall_at(mine, k, "published")) for k in DEPTHS),
                *(percent(metrics.complete_at(mine, budget, "published")) for budget in _budgets(asked)),
                f"{latency.p50:.1f}/{latency.p95:.1f}",
            ]
        )
    return head, rows


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def share(figure: Share) -> str:
    """Write a proportion with its interval."""
    if not figure.of:
        return "–"
    low, high = figure.interval
    return f"{100 * figure.value:.1f} [{100 * low:.1f}–{100 * high:.1f}]"


def percent(figure: Share) -> str:
    """Write a proportion alone."""
    return f"{100 * figure.value:.1f}" if figure.of else "–"


def average(figure: Mean, scale: float = 100) -> str:
    """Write a mean with its interval."""
    if not figure.of:
        return "–"
    half = "" if math.isnan(figure.half) else f" ± {scale * figure.half:.1f}"
    return f"{scale * figure.value:.1f}{half}"


_COST_HEAD = ["system", "recall p50 ms", "p95", "context p50 ms", "p95", "contexts over budget", "hollow"]


def _about(settings: Mapping[str, Any]) -> str:
    dataset, code = settings["dataset"], settings["code"]
    dirty = " with uncommitted changes" if code["dirty"] else ""
    files = ", ".join(f"`{name}` sha256 `{digest[:16]}…`" for name, digest in dataset["sha256"].items())
    machine = settings["machine"]
    size = f"{dataset['conversations']} conversations, {dataset['turns']:,} turns"
    left_out = f"{dataset['unreadable']} citations name no turn; {dataset['without_evidence']} questions have no evidence"
    facts = [
        f"{settings['date']}, Lukasa {code['lukasa']}, commit `{code['commit']}`{dirty}",
        f"Embedder: {settings['embedder'] or 'none (full-text only)'}",
        f"Python {machine['python']}, {machine['cpus']} CPUs, {machine['platform']}",
        f"Data: {files}; {size}, {dataset['words']:,.0f} words a conversation on average",
        f"Left out: {left_out}. Known to be wrong: {dataset['corrected']} labels",
        *(f"**Warning**: {warning}" for warning in settings["warnings"]),
    ]
    return "".join(f"- {fact}\n" for fact in facts)


def _import(settings: Mapping[str, Any]) -> str:
    stores = settings["stores"]
    said = []
    if stores["reused"]:
        of = stores["built"] + stores["reused"]
        said.append(f"{stores['reused']} of {of} stores were reused, built by commit `{stores['by']}`.")
    if stores["built"]:
        rate = stores["turns"] / stores["seconds"]
        said.append(
            f"Import: {stores['turns']:,} turns in {stores['seconds']:.1f} s, {rate:.0f} turns/s, encoding included."
        )
    return " ".join(said) + "\n"


def _recall(asked: Sequence[Record], labels: Labels) -> Rows:
    def cell(k: int) -> Cell:
        return lambda records: share(metrics.recall_at(records, k, labels))

    return _rows(asked, labels, [cell(k) for k in DEPTHS])


def _complete(asked: Sequence[Record], labels: Labels) -> Rows:
    def cell(budget: int) -> Cell:
        return lambda records: share(metrics.complete_at(records, budget, labels))

    return _rows(asked, labels, [cell(budget) for budget in _budgets(asked)])


def _containment(asked: Sequence[Record], labels: Labels) -> Rows:
    def cell(budget: int) -> Cell:
        return lambda records: average(metrics.containment_at(records, budget, labels))

    asked = [r for r in asked if r.category in CONTAINMENT and r.containment(labels) is not None]
    return _rows(asked, labels, [cell(budget) for budget in _budgets(asked)])


def _rows(asked: Sequence[Record], labels: Labels, cells: Sequence[Cell]) -> Rows:
    """One row for each category and system; only questions with evidence are counted."""
    rows: Rows = []
    for category in (None, *ANSWERABLE):
        name = "all" if category is None else f"{category} {CATEGORIES[category]}"
        for system, mine in _by_system(r for r in asked if category in (None, r.category)):
            count = sum(bool(r.gold(labels)) for r in mine)
            rows.append([name, str(count), system, *(cell(mine) for cell in cells)])
    return rows


def _adversarial(records: Sequence[Record], parts: Sequence[str]) -> Rows:
    rows: Rows = []
    for split in parts:
        asked = [r for r in records if _within(r, split) and r.category == ADVERSARIAL]
        for system, mine in _by_system(asked):
            depths = [share(metrics.recall_at(mine, k, "published")) for k in DEPTHS]
            rows.append([split, str(len(mine)), system, share(metrics.abstained(mine)), *depths])
        for system, mine in _by_system(r for r in records if _within(r, split) and r.category in ANSWERABLE):
            if system.startswith("lukasa"):
                said = share(metrics.abstained(mine))
                rows.append(
                    [
                        split,
                        str(len(mine)),
                        f"{system}, categories 1–4 (wrongly)",
                        said,
                        *["" for _ in DEPTHS],
                    ]
                )
    return rows


def _cost(records: Sequence[Record]) -> Rows:
    rows: Rows = []
    for system, mine in _by_system(records):
        recall, context = metrics.recall_latency(mine), metrics.context_latency(mine)
        times = [f"{ms:.1f}" for ms in (*recall, *context)]
        over = metrics.over_budget(mine)
        words = [average(metrics.words_at(mine, budget), 1) for budget in _budgets(records)]
        rows.append([system, *times, f"{over.hits} of {over.of}", str(sum(r.hollow for r in mine)), *words])
    return rows


def _by_system(records: Iterable[Record]) -> list[tuple[str, list[Record]]]:
    found: dict[str, list[Record]] = {}
    for record in records:
        found.setdefault(record.system, []).append(record)
    return list(found.items())


def splits(records: Sequence[Record]) -> list[str]:
    """Return the splits that were asked, and `whole` when there are both."""
    present = {record.split for record in records}
    return [*sorted(present, reverse=True), *(["whole"] if len(present) > 1 else [])]


def _within(record: Record, split: str) -> bool:
    return split in ("whole", record.split)


def _budgets(records: Sequence[Record]) -> list[int]:
    return list(records[0].shown) if records else []


def _headings(records: Sequence[Record]) -> list[str]:
    return [f"{budget:,}" for budget in _budgets(records)]
