"""`retrieval`: what is found, without any model that answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.progress import Progress

from lukasa import Settings
from lukasa_evals.cli.options import Asked, chosen, console, table_of
from lukasa_evals.datasets import locomo
from lukasa_evals.errors import EvalError
from lukasa_evals.retrieval import report
from lukasa_evals.retrieval.memory import with_policy
from lukasa_evals.retrieval.run import BUDGETS, Plan, run


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
    if asked.dataset != "locomo":
        raise EvalError(
            f"retrieval knows the evidence of locomo alone, not of {asked.dataset!r}; see `lukasa-evals run`"
        )
    dataset = chosen(locomo.load(asked.data), asked.split, asked.limit)
    now = datetime.now(UTC)
    settings = with_policy(Settings(embedder=embedder, extractor="rules", tokens="words"), policy)
    plan = Plan(
        dataset=dataset,
        settings=settings,
        budgets=_budgets(budgets),
        baselines=baselines,
        stores=kept.stores,
        rebuild=kept.rebuild,
        now=now,
    )
    folder = kept.out or Path("runs") / f"{now:%Y%m%dT%H%M%S}-{asked.dataset}-{asked.split}"
    told = console()
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(asked.dataset, total=sum(len(c.questions) for c in dataset.conversations))
        records = run(plan, folder, progress=lambda name, *_: bar.update(task, advance=1, description=name))
    for part in report.splits(records):
        told.print(table_of(f"{part}, categories 1-4, published labels, %", *report.summary(records, part)))
    told.print(table_of("goals", *report.goal_table(records)))
    told.print(f"Everything: {folder / 'report.md'}", highlight=False)


def _budgets(text: str) -> list[int]:
    try:
        budgets = [int(part) for part in text.split(",")]
    except ValueError as error:
        raise EvalError(f"--budgets must be numbers with commas, not {text!r}") from error
    if min(budgets) < 1:
        raise EvalError(f"--budgets must be 1 or more, not {text!r}")
    return budgets
