"""`lukasa-evals`: the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from cyclopts import App
from rich.console import Console
from rich.markup import escape

from lukasa import LukasaError
from lukasa_evals.errors import EvalError

_HERE = "lukasa_evals.cli"

app = App(
    name="lukasa-evals",
    help="How well Lukasa finds what was said, and how well it is answered from.",
    result_action="return_value",
)
for name, target, told in (
    (
        "retrieval",
        f"{_HERE}.retrieving:retrieval",
        "Ask every question, and measure how much of its evidence is found.",
    ),
    ("facts", f"{_HERE}.believing:facts", "Count the facts that are believed against labels."),
    ("compare", f"{_HERE}.comparing:compare", "Compare two runs question by question."),
    ("train-basis", f"{_HERE}.learning:train_basis", "Learn the projection of token states anew."),
    (
        "run",
        f"{_HERE}.answering:run",
        "Take conversations in, have questions answered and the answers judged.",
    ),
    ("report", f"{_HERE}.answering:report", "Write tables and plots of runs."),
    (
        "differences",
        f"{_HERE}.answering:differences",
        "Write the questions that one system got and another missed.",
    ),
    ("headline", f"{_HERE}.answering:headline", "Compute the paper's four claims from a run."),
    (
        "systems",
        f"{_HERE}.answering:systems",
        "List the systems under test, and what each lacks to run here.",
    ),
    ("gate", f"{_HERE}.gating:gate", "Judge the facts of a strong model, and faults planted in them."),
    ("train", f"{_HERE}.training:train", "Learn the weights of the recall policy anew."),
):
    app.command(target, name=name, help=told)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; an expected error is one line and exit code 1."""
    try:
        app(arguments)
    except (EvalError, LukasaError) as error:
        Console(stderr=True).print(f"[red]error:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        sys.exit(1)
