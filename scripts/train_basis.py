"""Learn the matrix that projects token states for late interaction, on the dev split of LoCoMo.

    python scripts/train_basis.py --data DIR --judge          # what it is worth: leaves out a conversation at a time
    python scripts/train_basis.py --data DIR --out basis.npy  # learn on all of dev, write it, print its sha256

It starts from the right singular vectors of the states, not centred, and walks downhill on a listwise softmax over
MaxSim: a question's evidence should match it better than the other turns of its conversation. Needs PyTorch, which
nothing else here does, and takes some minutes. The result replaces `adapters/models/colbert-small-states-128.npy`,
with its new hash in `adapters/models/manifest.py`; vectors that the old one made must then be made again.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lukasa import Memory, Settings
from lukasa.adapters.models.session import LocalModel, Text
from lukasa.adapters.models.vectors import unit_rows
from lukasa.text.rendering import document_text
from lukasa_evals.datasets import locomo
from lukasa_evals.datasets.values import Conversation
from lukasa_evals.retrieval.memory import remember
from lukasa_evals.training.corpus import answerable, refuse_test

Matrix = npt.NDArray[np.float32]
Basis = Any
"""A tensor; its module is imported only when it is used."""

MODEL = "colbert-small-states"
TOPS = (5, 10, 20, 50)

RATE = 3e-4
"""Adam's. 1e-3 was better on one conversation left out and worse on another."""

SHARPNESS = 30.0
"""Cosines are multiplied by it before the softmax: they differ in the second decimal."""

BATCH = 32
"""Questions, all of one conversation."""

PASSES = 6
"""Over the questions. Recall of the conversation left out rose until about here, by ever less."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """The states of a conversation's turns and of its questions."""

    turns: Matrix
    turn: npt.NDArray[np.int64]
    """Which turn each row of `turns` belongs to."""

    questions: Matrix
    question: npt.NDArray[np.int64]
    """Likewise for `questions`."""

    weight: Matrix
    """What each token of a question counts: rare ones more."""

    relevant: Matrix
    """Questions × turns: 1 where the turn is evidence."""


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Learn the projection of token states for late interaction.")
    parser.add_argument("--data", type=Path, required=True, help="folder of LoCoMo")
    parser.add_argument("--out", type=Path, help="file to write, .npy")
    parser.add_argument("--dims", type=int, default=128)
    parser.add_argument("--passes", type=int, default=PASSES)
    parser.add_argument("--judge", action="store_true", help="leave out a conversation at a time first")
    given = parser.parse_args()
    torch = _torch()
    dev = [each for each in locomo.load(given.data).conversations if each.split == "dev"]
    refuse_test(dev)
    encoded = [encode(conversation) for conversation in dev]
    start = directions(np.concatenate([each.turns for each in encoded]), given.dims)
    if given.judge:
        judge(torch, encoded, start, passes=given.passes)
    if given.out:
        print(write(given.out, learn(torch, encoded, start, passes=given.passes)[-1]))


def _torch() -> Any:
    try:
        import torch  # noqa: PLC0415 - no dependency of ours
    except ImportError:
        sys.exit("train_basis.py needs PyTorch, which Lukasa does not: pip install torch")
    return torch


def encode(conversation: Conversation) -> Encoded:
    """Run a conversation's turns, as the embedder would read them, and its questions through the model."""
    with Memory.open("memory:", settings=Settings(embedder="none")) as memory:
        remember(memory, conversation, vectors=False)
        said = memory.of(user=conversation.id).turns()
    asked = answerable(conversation)
    model = LocalModel(MODEL, "tokens")
    # One at a time: the model scales its activations over a batch.
    turns = [model.texts([document_text(turn)], model.usage.document_prefix)[0] for turn in said]
    questions = [model.texts([question.text], model.usage.query_prefix)[0] for question in asked]
    place = {str(turn.metadata["dia_id"]): row for row, turn in enumerate(said)}
    held = Counter(token for text in turns for token in set(text.tokens))
    relevant = np.zeros((len(asked), len(said)), np.float32)
    for row, question in enumerate(asked):
        relevant[row, [place[id_] for id_ in question.published.evidence]] = 1
    return Encoded(
        turns=unit_rows(np.concatenate([text.states for text in turns])),
        turn=np.repeat(np.arange(len(turns)), [len(text.tokens) for text in turns]),
        questions=unit_rows(np.concatenate([text.states for text in questions])),
        question=np.repeat(np.arange(len(questions)), [len(text.tokens) for text in questions]),
        weight=np.concatenate([_weights(text, held, len(turns)) for text in questions]),
        relevant=relevant,
    )


def _weights(question: Text, held: Counter[str], turns: int) -> Matrix:
    """Weigh a question's tokens by the square root of their rarity (*held*: in how many turns); they sum to 1."""
    counts = np.array([held[token] for token in question.tokens], np.float64)
    rarity = np.log1p((turns - counts + 0.5) / (counts + 0.5))
    weights = np.sqrt(np.maximum(rarity, 0.5))
    return np.asarray(weights / weights.sum(), np.float32)


def directions(states: Matrix, dims: int) -> Matrix:
    """Return the directions in which the states are longest. MaxSim compares by inner product: no centring."""
    vectors = np.linalg.eigh(states.T @ states)[1]
    return np.ascontiguousarray(vectors[:, ::-1][:, :dims])


def learn(torch: Any, encoded: Sequence[Encoded], start: Matrix, *, passes: int) -> list[Matrix]:
    """Return the basis after each pass."""
    torch.manual_seed(0)
    basis = torch.nn.Parameter(torch.from_numpy(start.copy()))
    optimiser = torch.optim.Adam([basis], lr=RATE)
    learned = []
    for done in range(passes):
        for place in np.random.default_rng(done).permutation(len(encoded)):
            each = encoded[place]
            for batch in torch.randperm(len(each.relevant)).split(BATCH):
                loss = _loss(torch, basis, each, batch.sort()[0].numpy())
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
        learned.append(basis.detach().numpy().copy())
    return learned


def _loss(torch: Any, basis: Basis, each: Encoded, batch: npt.NDArray[np.int64]) -> Any:
    relevant = torch.from_numpy(each.relevant[batch])
    chances = torch.log_softmax(SHARPNESS * _scores(torch, basis, each, batch), 1)
    return -(chances * relevant / relevant.sum(1, keepdim=True)).sum(1).mean()


def _scores(torch: Any, basis: Basis, each: Encoded, batch: npt.NDArray[np.int64]) -> Any:
    """Return questions × turns: the weighted MaxSim of projected states. *batch* is in rising order."""
    own = np.isin(each.question, batch)
    turns = torch.nn.functional.normalize(torch.from_numpy(each.turns) @ basis, dim=1)
    questions = torch.nn.functional.normalize(torch.from_numpy(each.questions[own]) @ basis, dim=1)
    alike = turns @ questions.T
    turn = torch.from_numpy(each.turn)[:, None].expand_as(alike)
    best = torch.full((each.relevant.shape[1], alike.shape[1]), -2.0)
    best = best.scatter_reduce(0, turn, alike, "amax", include_self=False)
    asked = torch.from_numpy(np.searchsorted(batch, each.question[own]))
    scores = torch.zeros(len(best), len(batch)).index_add(1, asked, best * torch.from_numpy(each.weight[own]))
    return scores.T


def judge(torch: Any, encoded: Sequence[Encoded], start: Matrix, *, passes: int) -> None:
    """Print recall by MaxSim alone after each pass, every conversation by a basis learned on the others."""
    places: list[list[npt.NDArray[np.int64]]] = [[] for _ in range(passes + 1)]
    for left in encoded:
        others = [each for each in encoded if each is not left]
        for found, basis in zip(places, [start, *learn(torch, others, start, passes=passes)], strict=True):
            found.append(_places(torch, basis, left))
    print("passes  " + "  ".join(f"recall@{top}" for top in TOPS))
    for done, found in enumerate(places):
        all_places = np.concatenate(found)
        print(
            f"{done:6}  " + "  ".join(f"{100 * (all_places < top).mean():8.1f}" for top in TOPS), flush=True
        )


def _places(torch: Any, basis: Matrix, each: Encoded) -> npt.NDArray[np.int64]:
    """Return the place of every piece of evidence in its question's ranking, from 0."""
    with torch.no_grad():
        scores = _scores(torch, torch.from_numpy(basis), each, np.arange(len(each.relevant))).numpy()
    ranked = (-scores).argsort(axis=1, kind="stable").argsort(axis=1)
    return np.asarray(ranked[each.relevant > 0], np.int64)


def write(path: Path, basis: Matrix) -> str:
    """Write the basis as float16, which costs no recall; return what the manifest must say of it."""
    held = io.BytesIO()
    np.save(held, basis.astype(np.float16))
    path.write_bytes(held.getvalue())
    return f'File("{path.name}", {len(held.getvalue())}, "{hashlib.sha256(held.getvalue()).hexdigest()}")'


if __name__ == "__main__":
    main()
