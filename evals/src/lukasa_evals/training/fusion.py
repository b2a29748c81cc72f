"""Learns how to weigh the features: a linear score, by a listwise softmax over all turns of a conversation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from lukasa import Recalled
from lukasa_evals.datasets.values import Question
from lukasa_evals.errors import EvalError
from lukasa_evals.retrieval.memory import asked_at
from lukasa_evals.training.corpus import EVERYTHING, Corpus, answerable

Floats: TypeAlias = npt.NDArray[np.float32]
Bools: TypeAlias = npt.NDArray[np.bool_]
Ints: TypeAlias = npt.NDArray[np.int64]

TOPS = (5, 10, 20, 50)
PREFIX = "feature."
"""Of the signals that carry features."""

_STEPS = 150
_RATE = 0.02
_SHRINK = 0.02
"""Steps, step width (Adam) and the pull towards zero. Chosen by leaving out a conversation; half or double the pull
was about alike."""

_FLAT = 1e-6
"""A feature that varies less has nothing to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The evidence for every turn, question after question."""

    mode: str
    """The best channel that spoke: `late`, `dense` or `lexical`."""

    names: Sequence[str]
    """Of the features."""

    features: Floats
    """Rows × features; a row is a turn as one question sees it, in the order in which the turns were said."""

    relevant: Bools
    """Which rows are evidence."""

    counts: Ints
    """Rows of each question."""

    owner: Ints
    """The place of each question's conversation."""

    @property
    def starts(self) -> Ints:
        """The first row of each question."""
        return np.concatenate([[0], np.cumsum(self.counts)[:-1]]).astype(np.int64)


class _Asked(NamedTuple):
    mode: str
    names: tuple[str, ...]
    features: Floats
    relevant: Bools


def collect(corpus: Corpus, progress: Callable[[], None]) -> Tables:
    """Ask every question that has evidence; every turn must come back with its features."""
    asked: list[_Asked] = []
    owner: list[int] = []
    for place, conversation in enumerate(corpus.conversations):
        handle = corpus.handle(conversation)
        said = [str(turn.metadata["dia_id"]) for turn in handle.turns()]
        for question in answerable(conversation):
            recalled = handle.recall(
                question.text, limit=EVERYTHING, explain=True, now=asked_at(conversation), kinds=["turn"]
            )
            asked.append(_table(recalled, question, said))
            owner.append(place)
            progress()
    if not asked:
        raise EvalError("no question of the dev split has evidence; there is nothing to learn from")
    if len({(each.mode, each.names) for each in asked}) != 1:
        raise EvalError("some questions were answered without the embedder; see `lukasa doctor`")
    return Tables(
        mode=asked[0].mode,
        names=asked[0].names,
        features=np.concatenate([each.features for each in asked]),
        relevant=np.concatenate([each.relevant for each in asked]),
        counts=np.array([len(each.relevant) for each in asked], np.int64),
        owner=np.array(owner, np.int64),
    )


def _table(recalled: Recalled, question: Question, said: Sequence[str]) -> _Asked:
    if len(recalled.hits) != len(said):
        raise EvalError(
            f"recall gave {len(recalled.hits)} of {len(said)} turns; all are needed to learn from"
        )
    first = [signal.channel for signal in recalled.hits[0].signals]
    names = tuple(name.removeprefix(PREFIX) for name in first if name.startswith(PREFIX))
    place = {id_: row for row, id_ in enumerate(said)}
    features = np.empty((len(said), len(names)), np.float32)
    for hit in recalled.hits:
        row = [signal.score for signal in hit.signals if signal.channel.startswith(PREFIX)]
        features[place[str(hit.metadata["dia_id"])]] = row
    relevant = np.zeros(len(said), np.bool_)
    relevant[[place[id_] for id_ in question.published.evidence]] = True
    mode = next(channel for channel in ("late", "dense", "lexical") if channel in first)
    return _Asked(mode, names, features, relevant)


def fit(tables: Tables, chosen: Bools | None = None) -> Floats:
    """Return a weight for each feature, learned on the chosen questions (`None`: all).

    Each question shares its probability among its evidence; one with more evidence counts more, by the square root.
    """
    chosen = np.ones(len(tables.counts), np.bool_) if chosen is None else chosen
    rows = np.repeat(chosen, tables.counts)
    counts = tables.counts[chosen]
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    question = np.repeat(np.arange(len(counts)), counts)
    table, spread = _standard(tables.features[rows])
    relevant = tables.relevant[rows].astype(np.float32)
    evidence = np.add.reduceat(relevant, starts)
    target = relevant / evidence[question]
    weight = (np.sqrt(evidence) / len(counts))[question].astype(np.float32)

    def gradient(weights: Floats) -> Floats:
        scores = table @ weights
        chances = np.exp(scores - np.maximum.reduceat(scores, starts)[question])
        chances /= np.add.reduceat(chances, starts)[question]
        return np.asarray(table.T @ ((chances - target) * weight) + _SHRINK * weights, np.float32)

    weights = _adam(gradient, np.zeros(table.shape[1], np.float32))
    return np.asarray(weights / spread, np.float32)


def _standard(table: Floats) -> tuple[Floats, Floats]:
    """Return the features with mean 0 and spread 1, and the spread that they had; flat ones become 0."""
    mean = table.mean(axis=0, dtype=np.float64)
    spread = table.std(axis=0, dtype=np.float64)
    flat = spread < _FLAT
    spread[flat] = 1.0
    scaled = ((table - mean) / spread).astype(np.float32)
    # Not merely tiny: Adam would walk at full pace along the noise of rounding.
    scaled[:, flat] = 0.0
    return scaled, spread.astype(np.float32)


def _adam(gradient: Callable[[Floats], Floats], weights: Floats) -> Floats:
    """Walk downhill (Kingma & Ba 2015)."""
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, _STEPS + 1):
        slope = gradient(weights)
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope**2
        pace = np.sqrt(square / (1 - 0.99**step)) + 1e-8
        weights = np.asarray(weights - _RATE * mean / (1 - 0.9**step) / pace, np.float32)
    return weights


def left_out(tables: Tables) -> Floats:
    """Return the scores of all rows, each by weights that were learned on the other conversations."""
    scores = np.zeros(len(tables.features), np.float32)
    for place in np.unique(tables.owner):
        own = tables.owner == place
        if own.all():
            raise EvalError("one conversation cannot be left out of one; at least two are needed")
        rows = np.repeat(own, tables.counts)
        scores[rows] = tables.features[rows] @ fit(tables, ~own)
    return scores


def scores(tables: Tables, weights: Mapping[str, float]) -> Floats:
    """Return the scores of all rows by named weights; a feature without one counts nothing, as in recall."""
    vector = np.array([weights.get(name, 0.0) for name in tables.names], np.float32)
    return np.asarray(tables.features @ vector, np.float32)


def recall_at(tables: Tables, scores: Floats) -> dict[int, float]:
    """Return the share of all evidence among the first k, for each of `TOPS`."""
    places = np.concatenate(list(_places(tables, scores)))
    return {top: float((places < top).mean()) for top in TOPS}


def _places(tables: Tables, scores: Floats) -> Iterator[Ints]:
    """Give the places of each question's evidence in its ranking, from 0; ties newest first, as in recall."""
    for start, count in zip(tables.starts, tables.counts, strict=True):
        rows = slice(start, start + count)
        order = np.lexsort((-np.arange(count), -scores[rows]))
        yield np.asarray(np.flatnonzero(tables.relevant[rows][order]), np.int64)


def named(names: Sequence[str], weights: npt.NDArray[np.floating]) -> dict[str, float]:
    """Return weights as the policy holds them: to three places, without those that count nothing."""
    rounded = {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}
    return {name: weight for name, weight in rounded.items() if weight}
