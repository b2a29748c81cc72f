"""The questions that one system got and another missed, with gold answers, answers and contexts: to be read at home."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from lukasa_evals.answers.folder import Answer, Context
from lukasa_evals.errors import EvalError
from lukasa_evals.reports import measures
from lukasa_evals.reports.records import Key, Records

_ENOUGH = 0.5
"""From this F1 an answer counts as right where nobody judged."""

_WARNING = "This file holds words of the data set. Do not publish it."


class Difference(NamedTuple):
    """A question on which two systems differ."""

    key: Key
    won: str
    """The system that got it."""


def differing(records: Records, one: str, other: str) -> list[Difference]:
    """Return the questions that exactly one of two systems got.

    By the strictest judge; without judges by F1; without answers by whether all evidence stands in the context.
    """
    if unknown := {one, other} - set(records.systems):
        raise EvalError(f"the runs have no system {min(unknown)!r}; they have {', '.join(records.systems)}")
    ours, theirs = (_got(records, system) for system in (one, other))
    both = sorted(set(ours) & set(theirs))
    return [Difference(key, one if ours[key] else other) for key in both if ours[key] != theirs[key]]


def _got(records: Records, system: str) -> dict[Key, bool]:
    if records.benches:
        measure = measures.judged(records, *records.benches[0])
    elif records.answers:
        measure = measures.overlap(records)[0]
    else:
        measure = measures.complete(records)
    least = 1.0 if not (records.benches or records.answers) else _ENOUGH
    return {key: figure >= least for key, figure in measure.figures.get(system, {}).items()}


def write(records: Records, one: str, other: str, folder: Path) -> Path:
    """Write the differences of two systems into a run's own folder, and return the file."""
    found = differing(records, one, other)
    lines = [f"# {one} and {other}: {len(found)} questions that one of them got", "", _WARNING, ""]
    for difference in found:
        lines += _told(records, difference, (one, other))
    path = folder / f"differences-{one}-{other}.md"
    path.write_text("\n".join(lines), encoding="utf-8")
    path.chmod(0o600)
    return path


def _told(records: Records, difference: Difference, systems: tuple[str, str]) -> list[str]:
    conversation, index = difference.key
    question = records.asked[difference.key]
    lines = [
        f"## {conversation}/{index}, {records.dataset.categories.get(question.category, question.category)}: {difference.won}",
        "",
        f"- question: {question.text}",
        f"- gold: {' | '.join(question.published.accepted) or '(nothing is known)'}",
        f"- evidence: {', '.join(question.published.evidence) or '(none)'}",
        "",
    ]
    for system in systems:
        context = _one(records.contexts, system, difference.key)
        answer = _one(records.answers, system, difference.key)
        lines += [f"### {system}", ""]
        if answer is not None:
            lines += [f"Answer: {answer.text}", ""]
        if context is not None:
            shown = ", ".join(context.shown) or "none"
            lines += [
                f"Evidence shown: {shown}",
                "",
                "```text",
                context.text.replace("```", "'''"),
                "```",
                "",
            ]
    return lines


R = TypeVar("R", Answer, Context)


def _one(held: Sequence[R], system: str, key: Key) -> R | None:
    return next(
        (each for each in held if (each.system, (each.conversation, each.question)) == (system, key)), None
    )
