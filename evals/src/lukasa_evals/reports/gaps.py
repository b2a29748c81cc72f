"""What runs have not done. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from lukasa_evals.datasets.values import Labels
from lukasa_evals.reports.measures import verdicts_of
from lukasa_evals.reports.records import Key, Records


def gaps(records: Records) -> list[str]:
    """Return what is not done, a sentence each: so many of so many."""
    return [f"{system}: {what}" for system in records.systems for what in _of(records, system)]


def _of(records: Records, system: str) -> Iterator[str]:
    wanted = len(records.asked)
    contexts = sum(each.system == system for each in records.contexts)
    if contexts < wanted:
        yield f"{contexts:,} of {wanted:,} questions have a context"
    if records.answers:
        answers = [each for each in records.answers if each.system == system]
        answered = len({(each.conversation, each.question) for each in answers})
        if answered < wanted:
            yield f"{answered:,} of {wanted:,} questions are answered"
        failed = [each.failed for each in answers if each.failed]
        if failed:
            yield f"{len(failed):,} answers are empty, and count as wrong, because a request was refused ({failed[0]})"
        repeated = answered * _times(records, system, "answers")
        if len(answers) < repeated:
            yield f"{len(answers):,} of {repeated:,} answers to them"
    for labels in records.labels:
        yield from _unjudged(records, system, labels)


def _unjudged(records: Records, system: str, labels: Labels) -> Iterator[str]:
    judged = [
        answer
        for answer in records.answers
        if answer.system == system
        if _can_be_judged(records, (answer.conversation, answer.question), labels)
    ]
    wanted = len(judged) * _times(records, system, "judgements")
    for bench in records.benches:
        held = sum(verdict.system == system for verdict in verdicts_of(records, bench, labels))
        if held < wanted:
            yield f"{held:,} of {wanted:,} verdicts ({bench}, {labels} labels)"


def _can_be_judged(records: Records, key: Key, labels: Labels) -> bool:
    label = records.label(key, labels)
    return not records.asked[key].abstains and bool(label.accepted or label.rubric)


def _times(records: Records, system: str, what: str) -> int:
    """Return how often something was to be done for each question or answer."""
    return max(int(run[what]) for run in records.runs_of(system))
