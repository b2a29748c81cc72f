"""`gate`: what the gate does with facts that a strong model gave, and with faults planted in them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from lukasa_evals.cli.options import Asked, asked_of, console, table_of
from lukasa_evals.strong.facts import read
from lukasa_evals.strong.gate import KEPT, rulings


def gate(*, facts: Path, asked: Asked, faults: int = 60, seed: int = 7) -> None:
    """Judge the facts of a strong model, and faults planted in them.

    Parameters
    ----------
    facts
        Folder of files of facts, a JSON object a line.
    asked
        The data set that they are of.
    faults
        Most faults of each kind and conversation.
    seed
        Of the choice of faults.
    """
    rows: list[list[str]] = []
    judged = rulings(asked_of(asked).conversations, read(facts), seed=seed, faults=faults)
    for name, counted in judged.items():
        rows.append(_row(name, "facts kept", counted.facts, counted.facts[KEPT]))
        rows += [
            _row(name, f"refused: {kind}", of_kind, of_kind.total() - of_kind[KEPT])
            for kind, of_kind in sorted(counted.faults.items())
        ]
    console().print(table_of("gate", ["conversation", "measure", "of", "%", "rulings"], rows))


def _row(name: str, measure: str, counted: Counter[str], right: int) -> list[str]:
    told = ", ".join(f"{ruling} {count}" for ruling, count in counted.most_common())
    return [name, measure, str(counted.total()), f"{100 * right / max(1, counted.total()):.1f}", told]
