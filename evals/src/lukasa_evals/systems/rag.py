"""Fixed chunks, the most similar first: the paper's retrieval baseline, and the same at an equal number of tokens.

A chunk is embedded window by window, and is as like a question as its best window: small encoders read no further than some 350
words, and one vector for thousands of tokens says little of any of them.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import numpy.typing as npt

from lukasa_evals.answers.transcript import Chunk, chunks_of
from lukasa_evals.datasets.values import Conversation
from lukasa_evals.retrieval.vectors import Matrix
from lukasa_evals.systems.system import Found, Stats, Tools


class Rag:
    """Shows the *k* most similar chunks of *size* tokens; with `None`, as many as fit the budget.

    With a budget, the last chunk that does not fit is left out, but the first is always shown.
    """

    def __init__(self, tools: Tools, *, size: int, k: int | None) -> None:
        self._tools = tools
        self._size = size
        self._k = k
        self._chunks: list[Chunk] = []
        self._owner: npt.NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        """Of each window: the place of its chunk."""

        self._matrix: Matrix = np.zeros((0, 0), dtype=np.float32)

    async def ingest(self, conversation: Conversation) -> None:
        """See the protocol."""
        self._chunks = chunks_of(conversation, self._tools.counter, self._size)
        self._owner = np.repeat(np.arange(len(self._chunks)), [len(chunk.windows) for chunk in self._chunks])
        texts = [window for chunk in self._chunks for window in chunk.windows]
        self._matrix = self._tools.vectors.kept(texts, self._tools.common)

    async def answer(self, question: str, now: datetime) -> Found:
        """See the protocol."""
        scores = np.full(len(self._chunks), -np.inf, dtype=np.float32)
        np.maximum.at(scores, self._owner, self._matrix @ self._tools.vectors.query(question))
        order = np.argsort(-scores, kind="stable")
        places = list(order[: self._k]) if self._k is not None else self._fitting(order)
        chunks = [self._chunks[place] for place in places]
        return Found(
            text="\n\n".join(chunk.text for chunk in chunks),
            turns=list(dict.fromkeys(id_ for chunk in chunks for id_ in chunk.turns)),
        )

    async def stats(self) -> Stats:
        """See the protocol."""
        tokens = sum(self._tools.counter.count(chunk.text) for chunk in self._chunks)
        return Stats(tokens=tokens, items=len(self._chunks))

    async def aclose(self) -> None:
        """See the protocol."""

    def _fitting(self, order: npt.NDArray[np.intp]) -> list[int]:
        left = self._tools.budget
        taken: list[int] = []
        for place in map(int, order):
            cost = self._tools.counter.count(self._chunks[place].text)
            if cost > left and taken:
                break
            taken.append(place)
            left -= cost
        return taken
