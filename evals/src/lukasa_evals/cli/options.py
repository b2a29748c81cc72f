"""Options and output that several commands share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from lukasa import Settings
from lukasa_evals.datasets import load
from lukasa_evals.datasets.values import Dataset, Split
from lukasa_evals.errors import EvalError


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which questions to ask.

    Parameters
    ----------
    data
        File or folder of the data set; for LoCoMo a folder with locomo10.json and, for corrected labels, label_errors.json.
    dataset
        locomo, longmemeval, beam, msc, or jsonl for your own.
    variant
        Which part or size of it, where there are several.
    split
        dev (conversations 1-5), test (6-10) or all.
    limit
        Only the first so many conversations of the split.
    """

    data: Path
    dataset: str = "locomo"
    variant: str | None = None
    split: Literal["dev", "test", "all"] = "all"
    limit: int | None = None


def asked_of(asked: Asked) -> Dataset:
    """Read the data set, and keep what is to be asked."""
    return chosen(load(asked.dataset, asked.data, variant=asked.variant), asked.split, asked.limit)


def sources(named: Sequence[str], limit: int | None) -> dict[str, Dataset]:
    """Read data sets that are named as KIND[/VARIANT][@SPLIT]:PATH; return them by a name to show.

    Raises `EvalError` for another spelling, and when one is named twice.
    """
    found: dict[str, Dataset] = {}
    for each in named:
        kind, colon, path = each.partition(":")
        kind, _, split = kind.partition("@")
        kind, _, variant = kind.partition("/")
        if not colon or not path:
            raise EvalError(f"--dataset must be KIND:PATH, such as jsonl:chats.jsonl, not {each!r}")
        if split not in ("", "all", *get_args(Split)):
            raise EvalError(f"--dataset {each!r}: the split must be dev, test or all, not {split!r}")
        dataset = chosen(load(kind, Path(path), variant=variant or None), split or "all", limit)
        name = (
            Path(path).stem if kind == "jsonl" else " ".join(part for part in (kind, variant, split) if part)
        )
        if name in found:
            raise EvalError(f"--dataset names {name!r} twice")
        found[name] = dataset
    return found


def settings_with(embedder: str) -> Settings:
    """Return settings with that embedder; where it is served, its key, and threads are read as everywhere."""
    own = Settings.from_env()
    return Settings(
        embedder=embedder, embedder_url=own.embedder_url, embedder_key=own.embedder_key, threads=own.threads
    )


def chosen(dataset: Dataset, split: str, limit: int | None) -> Dataset:
    """Keep the conversations of a split; raise `EvalError` when there are none."""
    conversations = [c for c in dataset.conversations if split in ("all", c.split)][:limit]
    if not conversations:
        raise EvalError(f"the data set has no conversation in split {split!r} (limit {limit!r})")
    return replace(dataset, conversations=conversations)


def console() -> Console:
    """Return a console wide enough for the tables when the output goes into a file."""
    console = Console()
    return console if console.is_terminal else Console(width=160)


def table_of(title: str, head: list[str], rows: list[list[str]]) -> Table:
    table = Table(title=title, title_justify="left")
    for place, name in enumerate(head):
        table.add_column(name, justify="left" if place == 0 else "right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table
