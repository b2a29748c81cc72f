"""`compare`: what changed from one run to another, question by question."""

from __future__ import annotations

from pathlib import Path

from lukasa_evals.answers.folder import RUN
from lukasa_evals.cli.options import Asked, asked_of, console, table_of
from lukasa_evals.errors import EvalError
from lukasa_evals.reports import comparing as answers
from lukasa_evals.reports.records import read
from lukasa_evals.retrieval import compare as comparing


def compare(
    before: Path,
    after: Path,
    /,
    *,
    system: str = "lukasa",
    everything: bool = False,
    asked: Asked | None = None,
) -> None:
    """Compare two runs question by question: of `retrieval`, or (with the data set) of `run`.

    Parameters
    ----------
    before
        Folder of the earlier run.
    after
        Folder of the later run.
    system
        Of retrieval: which system of theirs.
    everything
        Also show figures that did not change.
    asked
        The questions that they were asked; only for runs with answers.
    """
    if (before / RUN).exists() or (after / RUN).exists():
        _answers(before, after, asked, everything=everything)
    else:
        _retrieval(before, after, system, everything=everything)


def _answers(before: Path, after: Path, asked: Asked | None, *, everything: bool) -> None:
    if asked is None:
        raise EvalError("to compare runs with answers, name the data set with --data")
    dataset = asked_of(asked)
    rows = [
        [
            change.system,
            change.category,
            change.measure,
            str(change.found.of),
            f"{100 * change.before:.1f}",
            f"{100 * change.after:.1f}",
            f"{100 * change.found.difference:+.1f}",
            f"[{100 * change.found.interval.low:+.1f}, {100 * change.found.interval.high:+.1f}]",
            f"{change.found.p:.3f}",
        ]
        for change in answers.compare(read([before], dataset), read([after], dataset))
        if everything or change.found.difference
    ]
    head = ["system", "category", "measure", "questions", "before", "after", "difference", "95 %", "p"]
    title = f"{before.name} → {after.name}, mean over questions in %"
    console().print(table_of(title, head, rows) if rows else f"{title}: nothing changed")


def _retrieval(before: Path, after: Path, system: str, *, everything: bool) -> None:
    rows = [
        [
            change.dataset or "mean",
            change.measure,
            str(change.questions),
            f"{100 * change.before:.1f}",
            f"{100 * change.after:.1f}",
            f"{100 * change.difference.value:+.1f}",
            f"[{100 * change.difference.interval.low:+.1f}, {100 * change.difference.interval.high:+.1f}]",
            f"+{change.gained} −{change.lost}",
        ]
        for change in comparing.compare(before, after, system)
        if everything or change.gained or change.lost
    ]
    head = ["data set", "measure", "questions", "before", "after", "difference", "95 %", "questions changed"]
    title = f"{before.name} → {after.name}: {system}, mean over questions in %"
    console().print(table_of(title, head, rows) if rows else f"{title}: nothing changed")
