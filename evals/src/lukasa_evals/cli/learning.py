"""`train-basis`: the projection of token states, anew."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from lukasa_evals import basis
from lukasa_evals.datasets import jsonl


def train_basis(*, data: list[Path], out: Path, dims: int = 96, texts: int = 100) -> None:
    """Learn the projection of token states from texts, and print what the manifest must say of it.

    Only from data whose licence allows commercial use, if it is to ship. It takes some minutes.

    Parameters
    ----------
    data
        Files of Lukasa's own JSONL; name it several times. Each file counts alike.
    out
        File to write, .npy.
    dims
        Dimensions of the projected states.
    texts
        How many passages to read of each file.
    """
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        learned = basis.learn(
            {file.name: jsonl.load(file) for file in data},
            dims=dims,
            texts=texts,
            progress=lambda name, done, total: bar.update(
                task, description=name, completed=done, total=total
            ),
        )
    print(f"{100 * learned.kept:.1f} % of the states' squared length is kept")
    print(basis.write(out, learned.basis))
