"""`facts`: how many of the facts that are believed are right."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from lukasa_evals.believed import measure


def facts(turns: Path, labels: Path, *, show: bool = False) -> None:
    """Remember conversations without a model, and count what is believed against labels.

    Parameters
    ----------
    turns
        Conversations in Lukasa's own JSONL.
    labels
        What is true of the user, what was, and what must not be believed.
    show
        List every fact with its judgement.
    """
    result = measure(turns, labels)
    console = Console(highlight=False, soft_wrap=True)
    if show:
        for name, fact, judgement in result.judged:
            console.print(f"{name}  {judgement:14}  {fact.status:10}  {fact.text}", markup=False)
    others = result.share("not the user's")
    console.print(
        f"facts {len(result.judged)}  precision {result.precision:.1%}  recall {result.recall:.1%}  "
        f"not the user's {others:.1%}  "
        f"wrong current values {result.share('wrong value', 'outdated'):.1%}  unlabelled {result.share('unlabelled'):.1%}"
    )
    for attribute, current in sorted(result.labels):
        count, found = result.labels[attribute, current], result.found[attribute, current]
        console.print(f"  {attribute:22} {'current' if current else 'past':8} {found} of {count}")
