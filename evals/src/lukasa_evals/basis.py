"""Learns the matrix that projects token states for late interaction, from texts alone: no question takes part.

MaxSim compares by inner product. The directions in which the states are longest keep most of it, the mean included: they are
the right singular vectors of the states, not centred. What ships is learned only from data whose licence allows commercial use.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

# Past the public API: what is learned from is what the embedder reads.
from lukasa.adapters.models.session import LocalModel
from lukasa.adapters.models.vectors import Matrix, unit_rows
from lukasa.domain.turn import Turn
from lukasa.text.passages import passages
from lukasa.text.rendering import document_text
from lukasa_evals.datasets.values import Dataset, Said, Session
from lukasa_evals.errors import EvalError

MODEL = "colbert-small-states"
Doubles: TypeAlias = npt.NDArray[np.float64]
Progress = Callable[[str, int, int], None]
"""Called with a data set, the passages read and the passages that will be."""


class Learned(NamedTuple):
    """A basis, and how much of the states it keeps."""

    basis: Matrix
    kept: float
    """Share of the squared length of the states, from 0 to 1."""


def learn(
    datasets: Mapping[str, Dataset], *, dims: int, texts: int, progress: Progress = lambda *_: None
) -> Learned:
    """Return the basis of data sets by name, each counting alike; of each, so many passages at even distances are read."""
    model = LocalModel(MODEL, "tokens")
    moments = []
    for name, dataset in datasets.items():
        chosen = spread(list(_texts(dataset)), texts)
        if not chosen:
            raise EvalError(f"{name!r} has no text to learn from")
        moments.append(_moment(model, chosen, partial(progress, name)))
    return from_moment(np.mean(moments, axis=0), dims)


def spread(texts: Sequence[str], count: int) -> list[str]:
    """Return at most so many of the texts, at even distances."""
    places = np.linspace(0, len(texts) - 1, min(count, len(texts))).round().astype(int)
    return [texts[place] for place in places]


def _texts(dataset: Dataset) -> Iterator[str]:
    """Give the passages of the turns as the embedder reads them."""
    for conversation in dataset.conversations:
        for session in conversation.sessions:
            for said in session.turns:
                turn = _turn(said, session)
                for start, end in passages(turn.text):
                    yield document_text(turn, turn.text[start:end])


def _turn(said: Said, session: Session) -> Turn:
    at = said.at or session.at
    name = said.speaker if said.role is None else None
    return Turn(id=said.id, role=said.role or "user", speaker=name, text=said.text, at=at, recorded_at=at)


def _moment(model: LocalModel, texts: Sequence[str], progress: Callable[[int, int], None]) -> Doubles:
    """Return the mean outer product of the unit token states of the texts."""
    total: Doubles = np.zeros((1, 1))
    tokens = 0
    for done, text in enumerate(texts, 1):
        # One at a time: the model scales its activations over a batch.
        (read,) = model.texts([text], model.usage.document_prefix)
        states = unit_rows(read.states).astype(np.float64)
        total = total + states.T @ states
        tokens += len(states)
        progress(done, len(texts))
    return total / tokens


def from_moment(moment: Doubles, dims: int) -> Learned:
    """Return the *dims* directions of most length, turned so that each component of a state is of about the same size.

    The turn changes no inner product. Without it the first component, which is nearly the same in every state, would take up the
    few steps of the codes.
    """
    if not 0 < dims <= len(moment):
        raise EvalError(f"dims={dims} must be from 1 to {len(moment)}, the width of the states")
    lengths, vectors = np.linalg.eigh(moment)
    directions = vectors[:, ::-1][:, :dims]
    # A direction has no sign of its own: whichever the library gives, the result is the same.
    largest = np.abs(directions).argmax(axis=0)
    directions = directions * np.sign(directions[largest, np.arange(dims)])
    # Not for secrets: the seed makes every run alike.
    turn, triangle = np.linalg.qr(np.random.default_rng(0).normal(size=(dims, dims)))
    turn *= np.sign(np.diag(triangle))
    return Learned(
        np.asarray(directions @ turn, np.float32), float(lengths[::-1][:dims].sum() / lengths.sum())
    )


def write(path: Path, basis: Matrix) -> str:
    """Write the basis as float16; return the line that the manifest must have of it."""
    held = io.BytesIO()
    np.save(held, basis.astype(np.float16))
    data = held.getvalue()
    path.write_bytes(data)
    return f'File("{path.name}", {len(data)}, "{sha256(data).hexdigest()}")'
