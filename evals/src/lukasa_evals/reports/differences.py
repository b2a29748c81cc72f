"""The questions that one system got and another missed, with gold answers, answers and contexts: to be read at home."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from lukasa_evals.answers.folder import Answer, Context
from lukasa_evals.errors import EvalError
from lukasa_evals.reports import measures
from lukasa_evals.reports.records import Key, Records

_ENOUGH = 0.5
"""From this F1, or share of repetitions that a judge found right, a question counts as got."""

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
    unjudged = records.answers and not records.benches
    measure = measures.overlap(records)[0] if unjudged else measures.deciding(records)
    return {key: figure >= _ENOUGH for key, figure in measure.figures.get(system, {}).items()}


def write(records: Records, one: str, other: str, folder: Path) -> Path:
    """Write the differences of two systems into a run's own folder, and return the file."""
    found = differing(records, one, other)
    lines = [f"**{_WARNING}**", "", f"# {one} and {other}: {len(found)} questions that one of them got", ""]
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
        lines += [f"### {system}", ""]
        lines += [
            f"Answer: {answer.text}\n" for answer in records.answers if _of(answer, system, difference.key)
        ]
        for context in records.contexts:
            if _of(context, system, difference.key):
                lines += _context(context)
    return lines


def _of(record: Answer | Context, system: str, key: Key) -> bool:
    return (record.system, (record.conversation, record.question)) == (system, key)


def _context(context: Context) -> list[str]:
    shown = ", ".join(context.shown) or "none"
    # A fence in the text would end the block.
    return [f"Evidence shown: {shown}", "", "```text", context.text.replace("```", "'''"), "```", ""]
