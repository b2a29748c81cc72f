"""`lukasa-evals`: the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from lukasa import LukasaError, Settings
from lukasa_evals.datasets import locomo
from lukasa_evals.datasets.values import Dataset
from lukasa_evals.errors import EvalError
from lukasa_evals.retrieval import compare as comparing
from lukasa_evals.retrieval import report
from lukasa_evals.retrieval.memory import with_policy
from lukasa_evals.retrieval.record import Labels
from lukasa_evals.retrieval.run import BUDGETS, Plan, run
from lukasa_evals.training import learn as training
from lukasa_evals.training.confidence import KINDS, SIZES
from lukasa_evals.training.fusion import TOPS

app = App(name="lukasa-evals", help="How well Lukasa finds what was said.")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; an expected error is one line and exit code 1."""
    try:
        app(arguments)
    except (EvalError, LukasaError) as error:
        Console(stderr=True).print(f"[red]error:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        sys.exit(1)


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which questions to ask.

    Parameters
    ----------
    data
        Folder of the data set; for LoCoMo it holds locomo10.json and, for corrected labels, label_errors.json.
    dataset
        Which data set it is.
    split
        dev (conversations 1-5), test (6-10) or all.
    limit
        Only the first so many conversations of the split.
    """

    data: Path
    dataset: Literal["locomo"] = "locomo"
    split: Literal["dev", "test", "all"] = "all"
    limit: int | None = None


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is left on disk.

    Parameters
    ----------
    out
        Folder for records, settings and report; default: runs/ and a name made of date, data set and split.
    stores
        Keep the stores in this folder, and use them again when data set and embedder are the same. Say --rebuild
        after changing how turns are written: that cannot be seen from outside.
    rebuild
        Build stores anew even if they could be used again.
    """

    out: Path | None = None
    stores: Path | None = None
    rebuild: bool = False


@app.command
def retrieval(
    *,
    asked: Asked,
    kept: Kept | None = None,
    baselines: bool = True,
    budgets: str = ",".join(map(str, BUDGETS)),
    embedder: str = "onnx",
    policy: Annotated[tuple[str, ...], Parameter(negative=())] = (),
) -> None:
    """Ask every question of a data set, and measure how much of its evidence is found.

    Parameters
    ----------
    asked
        Which questions to ask.
    kept
        What is left on disk.
    baselines
        Also run the baselines.
    budgets
        Sizes of contexts in words, with commas.
    embedder
        As in the settings of Lukasa: onnx, hashing, none, openai:MODEL.
    policy
        Change a constant of the recall policy for this run, as NAME=VALUE; may be given several times.
    """
    kept = kept or Kept()
    chosen = _chosen(locomo.load(asked.data), asked.split, asked.limit)
    now = datetime.now(UTC)
    settings = with_policy(Settings(embedder=embedder, extractor="rules", tokens="words"), policy)
    plan = Plan(
        dataset=chosen,
        settings=settings,
        budgets=_budgets(budgets),
        baselines=baselines,
        stores=kept.stores,
        rebuild=kept.rebuild,
        now=now,
    )
    folder = kept.out or Path("runs") / f"{now:%Y%m%dT%H%M%S}-{asked.dataset}-{asked.split}"
    console = _console()
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(asked.dataset, total=sum(len(c.questions) for c in chosen.conversations))
        records = run(plan, folder, progress=lambda name, *_: bar.update(task, advance=1, description=name))
    for part in report.splits(records):
        console.print(_table(f"{part}, categories 1-4, published labels, %", *report.summary(records, part)))
    console.print(_table("goals", *report.goal_table(records)))
    console.print(f"Everything: {folder / 'report.md'}", highlight=False)


@app.command
def compare(
    before: Path,
    after: Path,
    /,
    *,
    system: str = "lukasa",
    labels: Labels = "published",
    everything: bool = False,
) -> None:
    """Compare two runs question by question.

    Parameters
    ----------
    before
        Folder of the earlier run.
    after
        Folder of the later run.
    system
        Which system of theirs.
    labels
        published or corrected.
    everything
        Also show figures that did not change.
    """
    found = comparing.compare(before, after, system=system, labels=labels)
    rows = [
        [
            d.split,
            d.category,
            d.measure,
            str(d.questions),
            f"{100 * d.before:.1f}",
            f"{100 * d.after:.1f}",
            f"{100 * (d.after - d.before):+.1f}",
            f"+{d.gained} −{d.lost}",
            f"{d.p:.3f}",
        ]
        for d in found
        if everything or d.gained or d.lost
    ]
    head = [
        "split",
        "category",
        "measure",
        "questions",
        "before",
        "after",
        "difference",
        "questions changed",
        "p",
    ]
    title = f"{before.name} → {after.name}: {system}, {labels} labels, mean over questions in %"
    _console().print(_table(title, head, rows) if rows else f"{title}: nothing changed")


@app.command
def train(*, data: Path, what: training.What = "all", embedder: str = "onnx") -> None:
    """Learn the weights of the recall policy anew from the dev split, and print them as Python for the policy.

    Nothing is changed. It takes some minutes.

    Parameters
    ----------
    data
        Folder of LoCoMo, as for retrieval; conversations 6-10 are not used.
    what
        fusion (how the evidence is weighed), confidence (when to abstain) or all.
    embedder
        As in the settings of Lukasa. onnx learns one set of weights for each mode; another learns its own mode and
        that without an embedder.
    """
    dev = _chosen(locomo.load(data), "dev", None).conversations
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        learned = training.learn(
            dev,
            embedder=embedder,
            what=what,
            progress=lambda name, done, total: bar.update(
                task, description=name, completed=done, total=total
            ),
        )
    console = _console()
    for each in learned.fusion:
        rows = [[name, *(f"{100 * found[top]:.1f}" for top in TOPS)] for name, found in each.recall.items()]
        title = f"{each.mode}: {each.questions} questions, {each.evidence} evidence turns of dev, recall in %"
        console.print(_table(title, [each.mode, *(f"@{top}" for top in TOPS)], rows))
        moved = training.differences(each.weights, each.features, each.mode)[:5]
        text = "; ".join(f"{name} {was:.3f} → {is_:.3f}" for name, was, is_ in moved)
        console.print(f"furthest from the policy: {text or 'nothing differs'}\n", highlight=False)
    if learned.confidence:
        console.print(_refused(learned.confidence))
        console.print(
            "no answerable question would be refused, by models that had not seen its conversation, "
            f"below {learned.confidence.silent:.3f}\n",
            highlight=False,
        )
    # Plain, so that it can be pasted: no colours, no wrapped lines.
    if learned.fusion:
        print(training.fusion_source(learned.fusion))
    if learned.confidence:
        print(training.confidence_source(learned.confidence))


def _refused(learned: training.ConfidenceLearned) -> Table:
    pairs = [(kind, size) for kind in KINDS for size in SIZES]
    rows = [
        [
            f"{kind}, {size}",
            *(f"{100 * found.get((kind, size), 0.0):.1f}" for found in learned.refused.values()),
        ]
        for kind, size in pairs
    ]
    title = f"{learned.model}: refused below {learned.threshold}, in %"
    return _table(title, ["question", *learned.refused], rows)


def _chosen(dataset: Dataset, split: str, limit: int | None) -> Dataset:
    conversations = [c for c in dataset.conversations if split in ("all", c.split)][:limit]
    if not conversations:
        raise EvalError(f"the data set has no conversation in split {split!r} (limit {limit!r})")
    return replace(dataset, conversations=conversations)


def _budgets(text: str) -> list[int]:
    try:
        budgets = [int(part) for part in text.split(",")]
    except ValueError as error:
        raise EvalError(f"--budgets must be numbers with commas, not {text!r}") from error
    if min(budgets) < 1:
        raise EvalError(f"--budgets must be 1 or more, not {text!r}")
    return budgets


def _console() -> Console:
    """Return a console wide enough for the tables when the output goes into a file."""
    console = Console()
    return console if console.is_terminal else Console(width=160)


def _table(title: str, head: list[str], rows: list[list[str]]) -> Table:
    table = Table(title=title, title_justify="left")
    for place, name in enumerate(head):
        table.add_column(name, justify="left" if place == 0 else "right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table
