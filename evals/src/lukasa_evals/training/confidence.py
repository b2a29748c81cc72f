"""Learns when to abstain: logistic weights of the confidence features, in memories of a few turns and of many."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from lukasa import Recalled
from lukasa_evals.datasets.values import Conversation
from lukasa_evals.errors import EvalError
from lukasa_evals.retrieval.memory import asked_at
from lukasa_evals.retrieval.offtopic import OFF_TOPIC
from lukasa_evals.training.corpus import Corpus, answerable

Doubles: TypeAlias = npt.NDArray[np.float64]
Kind = Literal["answerable", "inferred", "off topic"]
"""`inferred`: open-domain questions, whose answers no turn says; the policy does not promise to speak there."""

Size = Literal["2-10 turns", "30-120 turns", "whole"]
KINDS: tuple[Kind, ...] = get_args(Kind)
SIZES: tuple[Size, ...] = get_args(Size)

_OPEN_DOMAIN = 3
_FEW = (2, 5, 10)
_SOME = (30, 120)
_OFF_TOPIC_WEIGHT = 2.0
"""There are fewer off-topic questions than answerable ones."""

_SHRINK = 1e-3
_ENOUGH = 1e-9
_MOST_STEPS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """What recall saw of every question, in memories of every size."""

    names: Sequence[str]
    """Of the features."""

    features: Doubles
    """Examples × features."""

    kinds: Sequence[Kind]
    sizes: Sequence[Size]
    owner: npt.NDArray[np.int64]
    """The place of each example's conversation."""

    def of(self, kind: Kind, size: Size) -> npt.NDArray[np.bool_]:
        """Tell which examples are of a kind and a size."""
        pairs = zip(self.kinds, self.sizes, strict=True)
        return np.array([pair == (kind, size) for pair in pairs], np.bool_)


class Model(NamedTuple):
    """A weight for each feature, and the bias."""

    weights: Doubles
    bias: float

    def chances(self, features: Doubles) -> Doubles:
        """Return the chance of each example that its question has an answer."""
        odds = np.clip(features @ self.weights + self.bias, -50, 50)
        return np.asarray(1 / (1 + np.exp(-odds)), np.float64)


class _Seen(NamedTuple):
    kind: Kind
    size: Size
    recalled: Recalled


def collect(corpus: Corpus, progress: Callable[[], None]) -> Examples:
    """Ask what has an answer and what has none, in the whole conversation and in two random parts of it.

    A part always holds the question's evidence. The parts are the same in every run.
    """
    seen: list[_Seen] = []
    owner: list[int] = []
    for place, conversation in enumerate(corpus.conversations):
        # Not for secrets: the seed makes every run alike.
        found = list(_conversation(corpus, conversation, random.Random(place), progress))  # noqa: S311
        seen += found
        owner += [place] * len(found)
    names = tuple(seen[0].recalled.confidence_features)
    if any(each.recalled.mode != "full" for each in seen):
        raise EvalError("confidence is learned for an embedder, but recall had full-text only")
    return Examples(
        names=names,
        features=np.array(
            [[each.recalled.confidence_features[name] for name in names] for each in seen], np.float64
        ),
        kinds=[each.kind for each in seen],
        sizes=[each.size for each in seen],
        owner=np.array(owner, np.int64),
    )


def _conversation(
    corpus: Corpus, conversation: Conversation, rng: random.Random, progress: Callable[[], None]
) -> Iterator[_Seen]:
    handle = corpus.handle(conversation)
    ids = {str(turn.metadata["dia_id"]): turn.id for turn in handle.turns()}
    now = asked_at(conversation)
    questions: list[tuple[Kind, str, set[str]]] = [
        (
            "inferred" if question.category == _OPEN_DOMAIN else "answerable",
            question.text,
            {ids[id_] for id_ in question.published.evidence},
        )
        for question in answerable(conversation)
    ]
    questions += [("off topic", text, set[str]()) for text in OFF_TOPIC]
    for kind, text, needed in questions:
        for size in SIZES:
            part = _part(size, list(ids.values()), rng)
            chosen = {"id": {"in": sorted(part | needed)}} if part else None
            recalled = handle.recall(text, limit=1, explain=True, now=now, filter=chosen)
            yield _Seen(kind, size, recalled)
        progress()


def _part(size: Size, ids: Sequence[str], rng: random.Random) -> set[str]:
    """Return some turns at random; none stands for all."""
    match size:
        case "2-10 turns":
            count = rng.choice(_FEW)
        case "30-120 turns":
            count = rng.choice(_SOME)
        case "whole":
            return set()
    return set(rng.sample(ids, min(count, len(ids))))


def fit(examples: Examples, chosen: npt.NDArray[np.bool_] | None = None) -> Model:
    """Return the logistic model of the chosen examples (`None`: all), by Newton's method."""
    chosen = np.ones(len(examples.kinds), np.bool_) if chosen is None else chosen
    features = examples.features[chosen]
    off = np.array([kind == "off topic" for kind in examples.kinds])[chosen]
    weight = np.where(off, _OFF_TOPIC_WEIGHT, 1.0)
    weight /= weight.sum()
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    table = np.column_stack([(features - mean) / spread, np.ones(len(features))])
    shrink = np.append(np.full(features.shape[1], _SHRINK), 0.0)  # the bias goes where it must
    model = np.zeros(table.shape[1])
    for _ in range(_MOST_STEPS):
        chances = 1 / (1 + np.exp(-np.clip(table @ model, -50, 50)))
        slope = table.T @ (weight * (chances - ~off)) + shrink * model
        bend = (table.T * (weight * chances * (1 - chances))) @ table + np.diag(shrink)
        step = np.linalg.solve(bend, slope)
        model = model - step
        if np.abs(step).max() < _ENOUGH:
            break
    else:
        raise EvalError(f"the confidence weights did not settle in {_MOST_STEPS} steps")
    weights = model[:-1] / spread
    return Model(weights, float(model[-1] - weights @ mean))


def left_out(examples: Examples) -> Doubles:
    """Return the chance of each example by a model that was learned on the other conversations."""
    chances = np.zeros(len(examples.kinds))
    for place in np.unique(examples.owner):
        own = examples.owner == place
        if own.all():
            raise EvalError("one conversation cannot be left out of one; at least two are needed")
        chances[own] = fit(examples, ~own).chances(examples.features[own])
    return chances


def refused(examples: Examples, chances: Doubles, threshold: float) -> dict[tuple[Kind, Size], float]:
    """Return the share of each kind and size for which recall would abstain."""
    found = {}
    for kind in KINDS:
        for size in SIZES:
            if (own := examples.of(kind, size)).any():
                found[kind, size] = float((chances[own] < threshold).mean())
    return found
