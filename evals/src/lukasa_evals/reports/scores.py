"""Records of a run → figures, by system and category. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from lukasa_evals.answers.folder import Answer, Context, TakenIn, Verdict
from lukasa_evals.datasets.values import Category, Dataset, Label, Question
from lukasa_evals.retrieval.record import Labels
from lukasa_evals.scoring.abstention import says_unknown
from lukasa_evals.scoring.overlap import bleu1, paper_f1, squad_f1
from lukasa_evals.statistics import Mean, Share, mean

Asked: TypeAlias = Mapping[tuple[str, int], Question]
"""Questions by conversation and index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """All that a run left."""

    systems: Sequence[TakenIn]
    contexts: Sequence[Context]
    answers: Sequence[Answer]
    verdicts: Sequence[Verdict]


def asked_in(dataset: Dataset) -> Asked:
    """Return every question by its place."""
    return {
        (conversation.id, question.index): question
        for conversation in dataset.conversations
        for question in conversation.questions
    }


def label_of(question: Question, labels: Labels) -> Label:
    """Return the label that counts."""
    return question.corrected if labels == "corrected" and question.corrected else question.published


def complete(contexts: Iterable[Context], asked: Asked, labels: Labels = "published") -> Share:
    """Return for how many questions every evidence turn stands in the context; those without evidence are left out."""
    found = [
        set(evidence) <= set(context.shown)
        for context in contexts
        if not (question := asked[context.conversation, context.question]).abstains
        if (evidence := label_of(question, labels).evidence)
    ]
    return Share(sum(found), len(found))


def contained(contexts: Iterable[Context], asked: Asked, labels: Labels = "published") -> Mean:
    """Return the mean share of the gold answer's content words that stand in the context."""
    shares = [
        share
        for context in contexts
        if (share := _share(context, asked[context.conversation, context.question], labels)) is not None
    ]
    return mean(shares)


def overlap(
    answers: Iterable[Answer],
    asked: Asked,
    measure: Callable[[str, str], float],
    labels: Labels = "published",
) -> Mean:
    """Return a measure's mean over answers, each beside the accepted answer that it is nearest to."""
    figures = [
        max(measure(answer.text, gold) for gold in accepted)
        for answer in answers
        if not (question := asked[answer.conversation, answer.question]).abstains
        if (accepted := label_of(question, labels).accepted)
    ]
    return mean(figures)


F1, BLEU, SQUAD = paper_f1, bleu1, squad_f1


def judged(verdicts: Iterable[Verdict], judge: str, leniency: str, labels: Labels = "published") -> Share:
    """Return how many answers a judge found right. What it could not say of counts as not right.

    With corrected labels, questions whose label is not known to be wrong count as they are published.
    """
    found: dict[tuple[str, str, int, int, int], Verdict] = {}
    for verdict in verdicts:
        if (verdict.judge, verdict.leniency) == (judge, leniency) and verdict.labels in {"published", labels}:
            key = (
                verdict.system,
                verdict.conversation,
                verdict.question,
                verdict.repetition,
                verdict.judgement,
            )
            if verdict.labels == labels or key not in found:
                found[key] = verdict
    return Share(sum(verdict.label == "correct" for verdict in found.values()), len(found))


def refused(answers: Iterable[Answer], asked: Asked, *, rightly: bool) -> Share:
    """Return how often an answer says that nothing is known, of questions where that is right, or of the others."""
    said = [
        says_unknown(answer.text)
        for answer in answers
        if asked[answer.conversation, answer.question].abstains == rightly
    ]
    return Share(sum(said), len(said))


def by_category(
    dataset: Dataset, asked: Asked, records: Iterable[Context]
) -> dict[Category | None, list[Context]]:
    """Return records by category, and all whose question has an answer under `None`."""
    found: dict[Category | None, list[Context]] = {None: [], **{each: [] for each in dataset.categories}}
    for record in records:
        question = asked[record.conversation, record.question]
        found.setdefault(question.category, []).append(record)
        if not question.abstains:
            found[None].append(record)
    return found


def _share(context: Context, question: Question, labels: Labels) -> float | None:
    if labels == "corrected" and question.corrected is not None:
        return context.contained_corrected
    return context.contained
