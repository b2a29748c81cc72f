"""The folders of runs, read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, TypeVar

from lukasa_evals.answers.folder import Answer, Context, Held, TakenIn, Verdict, asked_for
from lukasa_evals.datasets.values import Category, Dataset, Label, Labels, Question, Split
from lukasa_evals.errors import EvalError
from lukasa_evals.training.learned import LEARNED, learned_on

T = TypeVar("T", TakenIn, Context, Answer, Verdict)
Key: TypeAlias = tuple[str, int]
"""A question: its conversation, and its place there."""


class Bench(NamedTuple):
    """A judge, and how lenient it was told to be."""

    judge: str
    """The model."""

    leniency: str

    def __str__(self) -> str:
        return f"{self.leniency}, {self.judge}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """All that runs of the same questions left."""

    dataset: Dataset
    runs: Sequence[Mapping[str, Any]]
    """What each was asked for, without the systems whose rows come from a later one."""

    systems: Sequence[str]
    """Every system that was run, in order."""

    taken: Sequence[TakenIn]
    contexts: Sequence[Context]
    answers: Sequence[Answer]
    verdicts: Sequence[Verdict]
    asked: Mapping[Key, Question]
    splits: Mapping[str, Split]
    """By conversation."""

    def shown(self, system: str) -> str:
        """Return a system's name for a table: marked where its ranking was learned on conversations that it is asked about."""
        learned = system.startswith("lukasa") and "dev" in self.splits.values()
        return (
            f"{system} {LEARNED}"
            if learned and learned_on(self.dataset.name, self.dataset.sha256)
            else system
        )

    @property
    def skipped(self) -> dict[str, str]:
        """Systems that no run could run, with the reason."""
        named = {name: why for run in self.runs for name, why in run["skipped"].items()}
        return {name: why for name, why in named.items() if name not in self.systems}

    @property
    def benches(self) -> list[Bench]:
        """Every judge with its leniency, the strict ones first."""
        found = {Bench(verdict.judge, verdict.leniency) for verdict in self.verdicts}
        return sorted(found, key=lambda bench: (bench.leniency != "strict", bench))

    @property
    def as_published(self) -> Bench | None:
        """The judge whose J may stand beside the paper's, which was lenient; `None` where there is none."""
        return next((bench for bench in self.benches if bench.leniency == "lenient"), None)

    @property
    def labels(self) -> list[Labels]:
        """The labels to report on: corrected ones where any is known to be wrong."""
        corrected = any(question.corrected is not None for question in self.asked.values())
        return ["published", "corrected"] if corrected else ["published"]

    @property
    def categories(self) -> list[Category]:
        """The categories that have answerable questions, in the data set's order."""
        asked = {question.category for question in self.asked.values() if not question.abstains}
        return [category for category in self.dataset.categories if category in asked]

    def answerable(self, category: Category | None = None, split: str | None = None) -> list[Key]:
        """Return the questions that have an answer: of a category, or of all, and of a split, or of both."""
        return [
            key
            for key, question in self.asked.items()
            if not question.abstains
            if category is None or question.category == category
            if split is None or self.splits[key[0]] == split
        ]

    def runs_of(self, system: str) -> list[Mapping[str, Any]]:
        """Return what the runs of a system were asked for."""
        return [run for run in self.runs if system in run["systems"]]

    def label(self, key: Key, labels: Labels) -> Label:
        """Return the label of a question that counts: with corrected ones, the published where it is not known to be wrong."""
        question = self.asked[key]
        return question.corrected if labels == "corrected" and question.corrected else question.published


def read(folders: Sequence[Path], dataset: Dataset) -> Records:
    """Read runs. The rows of a system that several of them ran are those of the last one.

    Raises `EvalError` where there is none, and for runs of other questions or other files than the data set's.
    """
    if not folders:
        raise EvalError("name the folder of a run, or several")
    asked = {
        (conversation.id, question.index): question
        for conversation in dataset.conversations
        for question in conversation.questions
    }
    runs = [asked_for(folder) for folder in folders]
    last = {name: number for number, run in enumerate(runs) for name in run["systems"]}

    def rows(sort: type[T]) -> list[T]:
        return [
            each
            for number, folder in enumerate(folders)
            for each in Held(folder, sort).all()
            if last.get(each.system, number) == number  # what was planted is of no system
        ]

    records = Records(
        dataset=dataset,
        runs=[
            {**run, "systems": [name for name in run["systems"] if last[name] == number]}
            for number, run in enumerate(runs)
        ],
        systems=list(last),
        taken=rows(TakenIn),
        contexts=rows(Context),
        answers=rows(Answer),
        verdicts=rows(Verdict),
        asked=asked,
        splits={conversation.id: conversation.split for conversation in dataset.conversations},
    )
    _check_questions(records)
    _check_files(records, folders)
    return records


def _check_questions(records: Records) -> None:
    foreign = {(context.conversation, context.question) for context in records.contexts} - set(records.asked)
    if foreign:
        raise EvalError(
            f"the runs asked {len(foreign)} questions that are not asked now, such as {min(foreign)}: name the same "
            "--split and --limit"
        )


def _check_files(records: Records, folders: Sequence[Path]) -> None:
    # Which turns of a context are evidence was decided by the labels of then.
    for folder, run in zip(folders, records.runs, strict=True):
        if run["dataset"]["sha256"] != dict(records.dataset.sha256):
            raise EvalError(
                f"the run {folder.name!r} was of other files of {run['dataset']['name']!r} than these: "
                "name the files that it read, or run it again"
            )
