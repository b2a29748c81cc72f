"""Answers → verdicts: every answer beside its gold answer, before every judge, as often as the plan says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from lukasa.prompts import Prompt
from lukasa_evals.answers.calls import Calls, Metered, PendingError, Spent
from lukasa_evals.answers.folder import Answer, Held, Verdict
from lukasa_evals.answers.plan import Leniency, Plan
from lukasa_evals.answers.session import Shelf
from lukasa_evals.answers.tasks import task_group
from lukasa_evals.datasets.values import Label, Labels, Question
from lukasa_evals.scoring.judge import judge
from lukasa_evals.scoring.planted import wrong_answers

PLANTED = "planted"
"""What stands before the sort of answers that are wrong on purpose, where a system's name stands otherwise."""


class Bench(NamedTuple):
    """One way of judging."""

    calls: Calls
    leniency: Leniency
    prompt: Prompt
    judgement: int
    """Which repetition."""


class Case(NamedTuple):
    """One judgement to be made."""

    question: str
    gold: str
    labels: Labels
    answer: Answer
    bench: Bench

    @property
    def key(self) -> object:
        """That of its verdict."""
        return self.verdict("", Spent()).key

    def verdict(self, label: str, spent: Spent) -> Verdict:
        """Return what is kept of it."""
        answer, bench = self.answer, self.bench
        return Verdict(
            system=answer.system,
            conversation=answer.conversation,
            question=answer.question,
            repetition=answer.repetition,
            judge=bench.calls.model,
            leniency=bench.leniency,
            labels=self.labels,
            judgement=bench.judgement,
            label=label,
            spent=spent,
        )


async def judge_all(plan: Plan, judges: Sequence[Calls], shelf: Shelf, folder: Path) -> int:
    """Judge what is not judged yet; return how many verdicts there are.

    What waits for a batch is left open. Where the right answer is that nothing is known, no judge is asked.
    """
    held = Held(folder, Verdict)
    benches = [
        Bench(calls.again(judgement), leniency, plan.judge_prompt(leniency), judgement)
        for calls in judges
        for leniency in plan.leniencies
        for judgement in range(plan.judgements)
    ]
    async with task_group() as group:
        for case in _cases(plan, benches, shelf):
            if case.key not in held:
                group.create_task(_judge(case, held))
    return len(held.all())


async def _judge(case: Case, held: Held[Verdict]) -> None:
    llm = Metered(case.bench.calls)
    try:
        found = await judge(case.question, case.gold, case.answer.text, llm, prompt=case.bench.prompt)
    except PendingError:
        return
    held.add(case.verdict(found.label, llm.take()))


def _cases(plan: Plan, benches: Sequence[Bench], shelf: Shelf) -> Iterator[Case]:
    if not benches:
        return
    asked = {
        (conversation.id, question.index): question
        for conversation in plan.dataset.conversations
        for question in conversation.questions
    }
    for answer in (*shelf.answers.all(), *_planted(plan)):
        question = asked[answer.conversation, answer.question]
        for labels, gold in _golds(question):
            for bench in benches:
                yield Case(question.text, gold, labels, answer, bench)


def _golds(question: Question) -> Iterator[tuple[Labels, str]]:
    """Return the gold answers to judge beside; none where the right answer is that nothing is known."""
    if question.abstains:
        return
    if gold := _gold(question.published):
        yield "published", gold
    if question.corrected is not None and (gold := _gold(question.corrected)):
        yield "corrected", gold


def _gold(label: Label) -> str:
    """Return what a judge is shown; empty where no answer is published."""
    if label.rubric:
        return "\n".join(f"- {point}" for point in label.rubric)
    return " (or: ".join(label.accepted) + ")" * (len(label.accepted) - 1)


def _planted(plan: Plan) -> Iterator[Answer]:
    """Return answers that are wrong on purpose: how many of them a judge accepts tells what its verdicts are worth."""
    for conversation in plan.dataset.conversations:
        questions = [question for question in conversation.questions if not question.abstains]
        for question in questions[: plan.planted]:
            for place, planted in enumerate(wrong_answers(question, questions, seed=question.index)):
                yield Answer(
                    system=f"{PLANTED}: {planted.sort}",
                    conversation=conversation.id,
                    question=question.index,
                    repetition=place,
                    text=planted.text,
                    spent=Spent(),
                )
