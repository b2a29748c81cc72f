"""Chooses the weights of the ranking: the mean of the best of many random ones on several data sets, each set left out once.

A mean on purpose. The single best weights were best on the questions that they were chosen by, and depended on every set that took
part; where many weights are about as good, their mean lies in the middle of them, and one set more or less hardly moves it.
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

RANGES: Mapping[tuple[str, ...], tuple[float, float]] = {
    ("lexical",): (0.05, 0.5),
    ("before", "after"): (0.0, 0.7),  # one weight for both sides: two made each depend on single data sets
    ("stated",): (0.0, 1.0),
    ("words",): (-0.8, 0.0),
    ("unlikely_speaker",): (-1.5, 0.0),
    ("asked",): (0.0, 1.0),
    ("window",): (0.0, 2.0),
    ("later",): (-4.0, 0.0),
}
"""Between which numbers each weight is looked for; features that share one stand together."""

TRIALS = 1200
_BEST = 20
"""One in so many trials is kept."""

BUDGET = 2000
_PASSAGE = 110
"""Words of a turn that are shown at most: its best passage."""


class Seen(NamedTuple):
    """A question as the ranking sees it."""

    names: Sequence[str]
    features: Floats
    """Turns × features."""

    evidence: npt.NDArray[np.bool_]
    """Which turns are evidence."""

    tokens: Floats
    """About what each turn takes of a context."""

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
            tokens=np.array([_tokens(hit.text) for hit in hits], np.float32),
            wanted=len(evidence),
        )


def _tokens(text: str) -> float:
    """Return about how many tokens a turn takes of a context, its speaker and its share of a date included."""
    return 1.33 * min(len(text.split()), _PASSAGE) + 8


class Measured(NamedTuple):
    """What weights are worth on a data set, in percent."""

    at_3: float
    at_10: float
    complete: float
    """Questions of which all evidence stands in a context of `BUDGET` tokens, about."""

    @property
    def worth(self) -> float:
        """What weights are chosen by."""
        return self.at_3 / 4 + self.at_10 / 2 + self.complete


def measure(questions: Sequence[Seen], weights: Weights) -> Measured:
    """Return the mean over the questions."""
    return Measured(*(100 * np.mean([_found(seen, weights) for seen in questions], axis=0)).tolist())


def _found(seen: Seen, weights: Weights) -> tuple[float, float, float]:
    scores = seen.features @ np.array([weights.get(name, 0.0) for name in seen.names], np.float32)
    best = np.argsort(-scores, kind="stable")
    found = np.cumsum(seen.evidence[best])
    room = max(1, int(np.searchsorted(np.cumsum(seen.tokens[best]), BUDGET, side="right")))
    at_3, at_10, shown = (float(found[min(depth, len(found)) - 1]) for depth in (3, 10, room))
    return at_3 / seen.wanted, at_10 / seen.wanted, float(shown == seen.wanted)


def trials(count: int = TRIALS) -> list[dict[str, float]]:
    """Return random weights, the same in every run."""
    rng = np.random.default_rng(0)
    return [
        {
            **START,
            **{name: value for names, each in RANGES.items() for name, value in _shared(rng, names, each)},
        }
        for _ in range(count)
    ]


def _shared(
    rng: np.random.Generator, names: tuple[str, ...], between: tuple[float, float]
) -> Iterator[tuple[str, float]]:
    value = float(rng.uniform(*between))
    return ((name, value) for name in names)


class Search:
    """Random weights, each measured once on every data set; leaving a set out is another mean over what was measured."""

    def __init__(self, by_set: Mapping[str, Sequence[Seen]], *, count: int = TRIALS) -> None:
        """Measure; it takes minutes for a thousand questions."""
        self.trials = trials(count)
        self._worth = {
            name: np.array([measure(questions, weights).worth for weights in self.trials])
            for name, questions in by_set.items()
        }

    def chosen(self, *, without: str | None = None) -> dict[str, float]:
        """Return the mean of the weights that are best on average over the data sets, *without* one of them."""
        worth = np.mean([each for name, each in self._worth.items() if name != without], axis=0)
        best = np.argsort(-worth, kind="stable")[: max(1, len(self.trials) // _BEST)]
        return {
            name: round(float(np.mean([self.trials[at][name] for at in best])), 2) for name in self.trials[0]
        }
