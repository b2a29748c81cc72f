"""Chooses the weights of the ranking: a coarse search on several data sets, each left out once.

Coarse on purpose. Weights that were fitted to the last digit were best on the data that they were fitted to, and on no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from lukasa import Handle
from lukasa_evals.datasets.values import Conversation
from lukasa_evals.retrieval.memory import asked_at, ids_of

Floats: TypeAlias = npt.NDArray[np.float32]
Weights: TypeAlias = Mapping[str, float]

PREFIX = "feature."
"""Of the signals that carry features."""

CANDIDATES = 300
"""Turns of a question that are weighed; evidence behind them counts as not found."""

START: Weights = {"late": 1.0, "lexical": 0.5}
"""The match itself is the measure of all other weights."""

GRID: Mapping[str, Sequence[float]] = {
    "lexical": (0.25, 0.5, 0.75, 1.0),
    "before": (0.0, 0.1, 0.2, 0.3, 0.4),
    "after": (0.0, 0.1, 0.2, 0.3, 0.4),
    "words": (0.0, -0.1, -0.2, -0.3, -0.4, -0.5),
    "unlikely_speaker": (0.0, -0.25, -0.5, -0.75, -1.0),
    "window": (0.0, 0.5, 1.0, 2.0),
    "later": (0.0, -1.0, -2.0, -3.0),
    "dense": (0.0, 0.1, 0.2),
}

_GAIN = 0.15
"""Points that a change must gain: less is noise."""

_ROUNDS = 3


class Seen(NamedTuple):
    """A question as the ranking sees it."""

    names: Sequence[str]
    features: Floats
    """Turns × features."""

    evidence: npt.NDArray[np.bool_]
    """Which turns are evidence."""

    wanted: int
    """Turns of evidence, those that are no candidates included."""


def collect(handle: Handle, conversation: Conversation) -> Iterator[Seen]:
    """Ask every question of a conversation that has evidence, and yield what the ranking saw."""
    ids, later = ids_of(handle), asked_at(conversation)
    for question in conversation.questions:
        evidence = set(question.published.evidence)
        if question.abstains or not evidence:
            continue
        now = question.asked_at or later
        hits = handle.recall(question.text, limit=CANDIDATES, explain=True, now=now, kinds=["turn"]).hits
        rows = [
            {each.channel: each.score for each in hit.signals if each.channel.startswith(PREFIX)}
            for hit in hits
        ]
        names = tuple(rows[0])
        yield Seen(
            names=tuple(name.removeprefix(PREFIX) for name in names),
            features=np.array([[row[name] for name in names] for row in rows], np.float32),
            evidence=np.array([ids[hit.id] in evidence for hit in hits]),
            wanted=len(evidence),
        )


def found(seen: Seen, weights: Weights, depth: int) -> float:
    """Return the share of the evidence among the first *depth* turns."""
    scores = seen.features @ np.array([weights.get(name, 0.0) for name in seen.names], np.float32)
    best = np.argsort(-scores, kind="stable")[:depth]
    return float(seen.evidence[best].sum()) / seen.wanted


def recall_at(questions: Sequence[Seen], weights: Weights, depth: int) -> float:
    """Return the mean recall in percent."""
    return 100 * float(np.mean([found(seen, weights, depth) for seen in questions]))


def search(by_set: Mapping[str, Sequence[Seen]]) -> dict[str, float]:
    """Return weights from the grid, changed one at a time as long as the mean over the data sets rises."""
    weights = dict(START)
    best = _worth(by_set, weights)
    for _ in range(_ROUNDS):
        before = dict(weights)
        for name, values in GRID.items():
            for value in values:
                trial = {**weights, name: value}
                if (worth := _worth(by_set, trial)) > best + _GAIN:
                    best, weights = worth, trial
        if weights == before:
            break
    return {name: weight for name, weight in weights.items() if weight}


def left_out(by_set: Mapping[str, Sequence[Seen]]) -> dict[str, dict[str, float]]:
    """Return for each data set the weights that a search without it gives."""
    return {name: search({other: seen for other, seen in by_set.items() if other != name}) for name in by_set}


def _worth(by_set: Mapping[str, Sequence[Seen]], weights: Weights) -> float:
    sets = [
        recall_at(questions, weights, 10) + recall_at(questions, weights, 3) / 2
        for questions in by_set.values()
    ]
    return float(np.mean(sets))
