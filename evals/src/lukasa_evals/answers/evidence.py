"""What a context is worth before anybody reads it: which evidence stands in it, and how much of the answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from lukasa_evals import words
from lukasa_evals.datasets.values import Question, Said
from lukasa_evals.retrieval.measure import contained, stands_in, told_by
from lukasa_evals.systems.system import Found


class Worth(NamedTuple):
    """What a context has of what was asked for."""

    shown: tuple[str, ...]
    """Evidence turns, published and corrected alike."""

    contained: float | None
    contained_corrected: float | None


def worth(question: Question, said: Mapping[str, Said], found: Found) -> Worth:
    """Compare a context with both labels of its question; *said* has the conversation's turns by id."""
    labels = [question.published, *([question.corrected] if question.corrected else [])]
    gold = dict.fromkeys(id_ for label in labels for id_ in label.evidence)
    text = words.bare(found.text)
    shown = tuple(
        id_ for id_ in gold if stands_in(said[id_], text) or told_by(said[id_], found.facts, labels)
    )
    return Worth(
        shown,
        contained(question, question.published, found.text),
        contained(question, question.corrected, found.text),
    )
