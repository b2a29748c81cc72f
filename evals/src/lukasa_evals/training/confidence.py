"""Fits the weights of the confidence: the questions of several data sets against questions of the others, each set left out once."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from lukasa import Handle
from lukasa_evals.datasets.values import Conversation, Dataset
from lukasa_evals.errors import EvalError
from lukasa_evals.retrieval.memory import asked_at

Doubles: TypeAlias = npt.NDArray[np.float64]

FOREIGN = 20
"""Questions of each other data set that a conversation is asked; of short conversations as many as own ones."""

_SHRINK = 1e-3
_ENOUGH = 1e-9
_MOST_STEPS = 100


class Example(NamedTuple):
    """What recall saw of a question."""

    features: Mapping[str, float]
    own: bool
    """Whether it is a question of this conversation that has an answer; else it is another conversation's."""


class Model(NamedTuple):
    """A weight for each feature, and the bias."""

    names: Sequence[str]
    weights: Doubles
    bias: float

    def chances(self, examples: Sequence[Example]) -> Doubles:
        """Return the chance of each example that its question has an answer."""
        odds = np.clip(_table(examples, self.names) @ self.weights + self.bias, -50, 50)
        return np.asarray(1 / (1 + np.exp(-odds)), np.float64)


def collect(
    handle: Handle, conversation: Conversation, others: Sequence[Dataset], rng: random.Random
) -> Iterator[Example]:
    """Ask a conversation its own questions and those of other data sets."""
    own = [question for question in conversation.questions if not question.abstains]
    now = asked_at(conversation)
    for question in own:
        yield Example(_features(handle, question.text, question.asked_at or now), own=True)
    for other in others:
        questions = [question.text for each in other.conversations for question in each.questions]
        for text in rng.sample(questions, min(FOREIGN, len(own), len(questions))):
            yield Example(_features(handle, text, now), own=False)


def _features(handle: Handle, text: str, now: object) -> Mapping[str, float]:
    recalled = handle.recall(text, limit=1, explain=True, now=now, kinds=["turn"])  # type: ignore[arg-type]
    if recalled.mode != "full":
        raise EvalError("confidence is fitted for an embedder, but recall had full-text only")
    return recalled.confidence_features


def fit(by_set: Mapping[str, Sequence[Example]]) -> Model:
    """Return the logistic model, by Newton's method; each set, and own and foreign in it, weigh the same."""
    examples = [example for seen in by_set.values() for example in seen]
    names = tuple(examples[0].features)
    own = np.array([example.own for example in examples])
    weight = np.concatenate([_shares(seen) for seen in by_set.values()])
    weight /= weight.sum()
    features = _table(examples, names)
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    table = np.column_stack([(features - mean) / spread, np.ones(len(features))])
    shrink = np.append(np.full(len(names), _SHRINK), 0.0)  # the bias goes where it must
    model = np.zeros(table.shape[1])
    for _ in range(_MOST_STEPS):
        chances = 1 / (1 + np.exp(-np.clip(table @ model, -50, 50)))
        slope = table.T @ (weight * (chances - own)) + shrink * model
        bend = (table.T * (weight * chances * (1 - chances))) @ table + np.diag(shrink)
        step = np.linalg.solve(bend, slope)
        model = model - step
        if np.abs(step).max() < _ENOUGH:
            break
    else:
        raise EvalError(f"the confidence weights did not settle in {_MOST_STEPS} steps")
    weights = model[:-1] / spread
    return Model(names, weights, float(model[-1] - weights @ mean))


def refused(examples: Sequence[Example], chances: Doubles, threshold: float, *, own: bool) -> float:
    """Return the percentage of own or of foreign questions for which recall is less sure than the threshold."""
    mine = np.array([example.own == own for example in examples])
    return 100 * float((chances[mine] < threshold).mean()) if mine.any() else 0.0


def _shares(examples: Sequence[Example]) -> Doubles:
    own = np.array([example.own for example in examples])
    shares = np.where(own, 1 / max(own.sum(), 1), 1 / max((~own).sum(), 1))
    return np.asarray(shares, np.float64)


def _table(examples: Sequence[Example], names: Sequence[str]) -> Doubles:
    return np.array([[example.features[name] for name in names] for example in examples], np.float64)
