"""A progress bar on standard error, when that is a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from lukasa.surfaces.cli.output import console


class Progressing(Protocol):
    """Something that shows how far the work is."""

    def move(self, done: int, *, of: int, note: str = "") -> None:
        """Show *done* out of *of*, and a word about it."""
        ...


class _Silent:
    def move(self, done: int, *, of: int, note: str = "") -> None:
        pass


class _Bar:
    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def move(self, done: int, *, of: int, note: str = "") -> None:
        self._progress.update(self._task, completed=done, total=of, note=note)


@contextmanager
def bar(title: str, *, quiet: bool = False) -> Iterator[Progressing]:
    """Show a bar while the block runs, if standard error is a terminal and *quiet* is false."""
    out = console(stderr=True)
    if quiet or not out.is_terminal:
        yield _Silent()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=out, transient=True) as progress:
        yield _Bar(progress, progress.add_task(title, total=None, note=""))
