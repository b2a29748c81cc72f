"""`retrieval`: what is found, without any model that answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.progress import Progress

from lukasa_evals.cli.options import console, settings_with, sources, table_of
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
        Folder for results, settings and report; default: runs/ and the date.
    cache
        Keep stores and vectors in this folder, and use them again when data, encoder, rules and schema are the same. Say
        --rebuild after another change of how turns are written: it cannot be seen from outside.
    rebuild
        Build stores anew even if they could be used again.
    """

    out: Path | None = None
    cache: Path | None = None
    rebuild: bool = False


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What is asked.

    Parameters
    ----------
    baselines
        Also ask BM25, vectors, and both together, over turns and over passages.
    turns_only
        Also ask Lukasa for turns alone, without facts.
    past
        Let no question that has a date find what was said at that moment or later, though it is in the store.
    extractor
        Who finds the facts: none, rules, llm, paper.
    model
        Of llm and paper, named as for `run`; scripted:DIR for facts on file.
    embedder
        As in the settings of Lukasa: onnx, hashing, none, openai:MODEL.
    dense_model
        Another bundled model for the vectors of the baselines, such as bge-small-en-v1.5; default: Lukasa's own encoder.
    policy
        Change a constant of the recall policy for this run, as NAME=VALUE; may be given several times.
    threads
        Of a model; 0: one a core, at most four.
    """

    baselines: bool = True
    turns_only: bool = False
    past: bool = False
    extractor: str = "rules"
    model: str = ""
    embedder: str = "onnx"
    dense_model: str | None = None
    policy: Annotated[tuple[str, ...], Parameter(negative=())] = ()
    threads: int = 0


def retrieval(
    *,
    dataset: Annotated[tuple[str, ...], Parameter(negative=())],
    limit: int | None = None,
    compared: Compared | None = None,
    kept: Kept | None = None,
    budgets: str = ",".join(map(str, BUDGETS)),
) -> None:
    """Ask every question of some data sets, and measure how much of its evidence is found.

    Parameters
    ----------
    dataset
        KIND:PATH, such as jsonl:chats.jsonl; KIND@SPLIT:PATH for dev or test alone, such as locomo@dev:DIR;
        KIND/VARIANT:PATH for one of several, such as longmemeval/oracle:FILE. May be given several times.
    limit
        Only the first so many conversations of each.
    compared
        What is asked.
    kept
        What is left on disk.
    budgets
        Sizes of contexts in tokens, with commas.
    """
    kept, compared = kept or Kept(), compared or Compared()
    now = datetime.now(UTC)
    settings = settings_with(compared.embedder).with_(extractor=compared.extractor, threads=compared.threads)
    plan = Plan(
        datasets=sources(dataset, limit),
        settings=with_policy(settings, compared.policy),
        budgets=_budgets(budgets),
        model=compared.model,
        baselines=compared.baselines,
        turns_only=compared.turns_only,
        past=compared.past,
        dense_model=compared.dense_model,
        cache=kept.cache,
        rebuild=kept.rebuild,
        now=now,
    )
    folder = kept.out or Path("runs") / f"{now:%Y%m%dT%H%M%S}-retrieval"
    questions = sum(len(c.questions) for each in plan.datasets.values() for c in each.conversations)
    told = console()
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=questions)
        records = run(
            plan, folder, progress=lambda name, done: bar.update(task, advance=done, description=name)
        )
    for each in report.summary(records):
        told.print(table_of(*each))
    told.print(f"Everything: {folder / 'report.md'}", highlight=False)


def _budgets(text: str) -> list[int]:
    try:
        budgets = [int(part) for part in text.split(",")]
    except ValueError as error:
        raise EvalError(f"--budgets must be numbers with commas, not {text!r}") from error
    if min(budgets) < 1:
        raise EvalError(f"--budgets must be 1 or more, not {text!r}")
    return sorted(set(budgets))
