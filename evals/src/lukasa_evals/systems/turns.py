"""Single turns, ranked by word statistics, by one vector each, or by both: as many as fit."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from lukasa_evals.answers.transcript import lines_of
from lukasa_evals.datasets.values import Conversation
from lukasa_evals.errors import EvalError
from lukasa_evals.retrieval import units
from lukasa_evals.retrieval.baselines import BM25, Dense, Fused, Ranker
from lukasa_evals.systems.system import Found, Stats, Tools

By = Literal["bm25", "dense", "rrf"]


class Turns:
    """Shows the best turns that fit the budget, oldest first."""

    def __init__(self, tools: Tools, *, by: By) -> None:
        self._tools = tools
        self._by = by
        self._lines: dict[str, str] = {}
        self._ranker: Ranker | None = None

    async def ingest(self, conversation: Conversation) -> None:
        """See the protocol."""
        self._lines = dict(lines_of(conversation))
        self._ranker = self._made([unit.indexed for unit in units.turns(conversation)])

    def _made(self, texts: list[str]) -> Ranker:
        bm25 = BM25(texts)
        if self._by == "bm25":
            return bm25
        vectors = self._tools.vectors
        if not vectors.available:
            raise EvalError(f"{self._by!r} needs an embedder: name one with --embedder")
        dense = Dense(vectors, vectors.kept(texts, self._tools.common))
        return dense if self._by == "dense" else Fused([bm25, dense])

    async def answer(self, question: str, now: datetime) -> Found:
        """See the protocol."""
        if self._ranker is None:
            raise RuntimeError("asked before anything was taken in")
        left = self._tools.budget
        taken: set[str] = set()
        ids = list(self._lines)
        for place in self._ranker.rank(question):
            id_ = ids[place]
            cost = self._tools.counter.count(f"{self._lines[id_]}\n")
            if cost <= left:
                taken.add(id_)
                left -= cost
        shown = [id_ for id_ in self._lines if id_ in taken]
        return Found(text="\n".join(self._lines[id_] for id_ in shown), turns=shown)

    async def stats(self) -> Stats:
        """See the protocol."""
        return Stats(tokens=sum(map(self._tools.counter.count, self._lines.values())), items=len(self._lines))

    async def aclose(self) -> None:
        """See the protocol."""
