"""The folders of runs, read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from lukasa_evals.answers.folder import Answer, Context, Held, TakenIn, Verdict, asked_for
from lukasa_evals.datasets.values import Category, Dataset, Label, Question, Split
from lukasa_evals.errors import EvalError
from lukasa_evals.retrieval.record import Labels

Key: TypeAlias = tuple[str, int]
"""A question: its conversation, and its place there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """All that runs of the same questions left."""

    dataset: Dataset
    runs: Sequence[Mapping[str, Any]]
    """What each was asked for."""

    taken: Sequence[TakenIn]
    contexts: Sequence[Context]
    answers: Sequence[Answer]
    verdicts: Sequence[Verdict]
    asked: Mapping[Key, Question]
    splits: Mapping[str, Split]
    """By conversation."""

    @property
    def systems(self) -> list[str]:
        """Every system that was run, in order."""
        return list(dict.fromkeys(name for run in self.runs for name in run["systems"]))

    @property
    def skipped(self) -> dict[str, str]:
        """Systems that no run could run, with the reason."""
        named = {name: why for run in self.runs for name, why in run["skipped"].items()}
        return {name: why for name, why in named.items() if name not in self.systems}

    @property
    def benches(self) -> list[tuple[str, str]]:
        """Every judge with its leniency, the strict ones first."""
        found = {(verdict.judge, verdict.leniency) for verdict in self.verdicts}
        return sorted(found, key=lambda bench: (bench[1] != "strict", bench))

    def category(self, key: Key) -> Category:
        """Return the category of a question."""
        return self.asked[key].category

    def label(self, key: Key, labels: Labels) -> Label:
        """Return the label of a question that counts: with corrected ones, the published where it is not known to be wrong."""
        question = self.asked[key]
        return question.corrected if labels == "corrected" and question.corrected else question.published


def read(folders: Sequence[Path], dataset: Dataset) -> Records:
    """Read runs. Raises `EvalError` where there is none, and for runs of other questions than the data set's."""
    asked = {
        (conversation.id, question.index): question
        for conversation in dataset.conversations
        for question in conversation.questions
    }
    records = Records(
        dataset=dataset,
        runs=[asked_for(folder) for folder in folders],
        taken=[each for folder in folders for each in Held(folder, TakenIn).all()],
        contexts=[each for folder in folders for each in Held(folder, Context).all()],
        answers=[each for folder in folders for each in Held(folder, Answer).all()],
        verdicts=[each for folder in folders for each in Held(folder, Verdict).all()],
        asked=asked,
        splits={conversation.id: conversation.split for conversation in dataset.conversations},
    )
    foreign = {(context.conversation, context.question) for context in records.contexts} - set(asked)
    if foreign:
        raise EvalError(
            f"the runs asked {len(foreign)} questions that are not asked now, such as {min(foreign)}: name the same "
            "--split and --limit"
        )
    return records
