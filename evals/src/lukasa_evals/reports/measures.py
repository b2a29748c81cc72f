"""Records → a figure for each question and system, from 0 to 1. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from lukasa_evals.answers.folder import Verdict
from lukasa_evals.datasets.values import Category, Labels
from lukasa_evals.reports.records import Bench, Key, Records
from lukasa_evals.scoring.abstention import says_unknown
from lukasa_evals.scoring.overlap import bleu1, locomo_f1, paper_f1, squad_f1

Figures: TypeAlias = Mapping[str, Mapping[Key, float]]
"""By system, then by question: the mean over repetitions. Questions that a measure says nothing of are not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One column of a table."""

    name: str
    figures: Figures
    yes_or_no: bool
    """Each figure is 0 or 1, as long as nothing was repeated."""


def complete(records: Records, labels: Labels = "published") -> Measure:
    """Return whether every evidence turn stands in the context, of questions that have an answer and evidence."""
    found: dict[str, dict[Key, float]] = {}
    for context in records.contexts:
        key = (context.conversation, context.question)
        evidence = records.label(key, labels).evidence
        if evidence and not records.asked[key].abstains:
            found.setdefault(context.system, {})[key] = float(set(evidence) <= set(context.shown))
    return Measure(name="all evidence", figures=found, yes_or_no=True)


def contained(records: Records, labels: Labels = "published") -> Measure:
    """Return the share of the gold answer's content words that stand in the context."""
    found: dict[str, dict[Key, float]] = {}
    for context in records.contexts:
        key = (context.conversation, context.question)
        corrected = labels == "corrected" and records.asked[key].corrected is not None
        share = context.contained_corrected if corrected else context.contained
        if share is not None:
            found.setdefault(context.system, {})[key] = share
    return Measure(name="answer words", figures=found, yes_or_no=False)


def overlap(records: Records, labels: Labels = "published") -> list[Measure]:
    """Return F1 and BLEU-1 as the paper computes them, F1 as SQuAD does, and of LoCoMo its own: beside the nearest accepted answer."""
    named: dict[str, Overlap] = {
        "F1": lambda answer, gold, _: paper_f1(answer, gold),
        "BLEU-1": lambda answer, gold, _: bleu1(answer, gold),
        "F1 (SQuAD)": lambda answer, gold, _: squad_f1(answer, gold),
    }
    if records.dataset.name == "locomo":
        named["F1 (LoCoMo)"] = locomo_f1
    return [
        Measure(name=name, figures=_overlap(records, labels, measure), yes_or_no=False)
        for name, measure in named.items()
    ]


Overlap: TypeAlias = "Callable[[str, str, Category], float]"
"""Of an answer and a gold answer to a question of some category."""


def _overlap(records: Records, labels: Labels, measure: Overlap) -> Figures:
    found: dict[str, dict[Key, list[float]]] = {}
    for answer in records.answers:
        key = (answer.conversation, answer.question)
        accepted = records.label(key, labels).accepted
        if accepted and not records.asked[key].abstains:
            category = records.asked[key].category
            figure = max(measure(answer.text, gold, category) for gold in accepted)
            found.setdefault(answer.system, {}).setdefault(key, []).append(figure)
    return _means(found)


def judged(records: Records, bench: Bench, labels: Labels = "published") -> Measure:
    """Return what a judge found right of the systems' answers (J). A verdict that could not be read counts as not right."""
    found: dict[str, dict[Key, list[float]]] = {}
    systems = set(records.systems)
    for verdict in verdicts_of(records, bench, labels):
        if verdict.system in systems:
            key = (verdict.conversation, verdict.question)
            found.setdefault(verdict.system, {}).setdefault(key, []).append(float(verdict.label == "correct"))
    return Measure(name=f"J {bench}", figures=_means(found), yes_or_no=_once(found))


def all_of(records: Records, labels: Labels = "published") -> list[Measure]:
    """Return every measure that the runs allow."""
    found = [complete(records, labels), contained(records, labels)]
    if records.answers:
        found += overlap(records, labels)
    return found + [judged(records, bench, labels) for bench in records.benches]


def deciding(records: Records) -> Measure:
    """Return what decides whether a system got a question: the strictest judge's J, else whether it had all evidence."""
    return judged(records, records.benches[0]) if records.benches else complete(records)


def verdicts_of(records: Records, bench: Bench, labels: Labels) -> list[Verdict]:
    """Return a judge's verdicts: with corrected labels, those beside the published one where that is not known to be wrong."""
    return [
        verdict
        for verdict in records.verdicts
        if (verdict.judge, verdict.leniency) == bench
        if verdict.labels == _counting(records, (verdict.conversation, verdict.question), labels)
    ]


def _counting(records: Records, key: Key, labels: Labels) -> Labels:
    corrected = labels == "corrected" and records.asked[key].corrected is not None
    return "corrected" if corrected else "published"


def refused(records: Records) -> Measure:
    """Return whether the answer says that nothing is known: right where the question has no answer, else wrong."""
    found: dict[str, dict[Key, list[float]]] = {}
    for answer in records.answers:
        key = (answer.conversation, answer.question)
        found.setdefault(answer.system, {}).setdefault(key, []).append(float(says_unknown(answer.text)))
    return Measure(name="refused", figures=_means(found), yes_or_no=_once(found))


def _once(found: Mapping[str, Mapping[Key, list[float]]]) -> bool:
    return all(len(each) == 1 for figures in found.values() for each in figures.values())


def _means(found: Mapping[str, Mapping[Key, list[float]]]) -> Figures:
    return {
        system: {key: sum(each) / len(each) for key, each in figures.items()}
        for system, figures in found.items()
    }
