"""What any memory must beat: word statistics, one vector a text, and both together, over turns and over passages."""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from lukasa.ports.tokens import TokenCounter
from lukasa.text.analysis import analyse, query_terms
from lukasa_evals.datasets.values import Conversation
from lukasa_evals.retrieval import units as units_of
from lukasa_evals.retrieval.systems import Answered, Asked, Shown
from lukasa_evals.retrieval.units import Unit
from lukasa_evals.retrieval.vectors import Matrix

K1, B = 1.2, 0.75
"""The usual constants of BM25; not tuned."""

RRF_K = 60
"""As published (Cormack et al. 2009); not tuned."""

UNITS: Mapping[str, Callable[[Conversation], list[Unit]]] = {
    "turns": units_of.turns,
    "passages": units_of.passages,
}


class Ranker(Protocol):
    """Orders the texts that it was made of."""

    def rank(self, question: str) -> list[int]:
        """Return places of texts, best first; those that have nothing in common with the question may be missing."""
        ...


class Vectors(Protocol):
    """Texts to unit vectors, one a row."""

    def query(self, text: str) -> Matrix:
        """Encode a question; the second time, remember it."""
        ...

    def kept(self, texts: Sequence[str], folder: Path | None) -> Matrix:
        """Encode what is stored, or read it from the folder."""
        ...


class BM25:
    """Okapi BM25 over the terms of Lukasa's full-text search."""

    def __init__(self, texts: Sequence[str]) -> None:
        counts = [Counter(analyse(text)) for text in texts]
        lengths = np.array([count.total() for count in counts], dtype=np.float64)
        self._norms = K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1.0)) if texts else lengths
        postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for place, count in enumerate(counts):
            for term, times in count.items():
                postings[term].append((place, times))
        self._postings = {term: np.array(found).T for term, found in postings.items()}

    def rank(self, question: str) -> list[int]:
        """Return the texts that share a term with the question."""
        scores = self.scores(question)
        return [int(place) for place in np.argsort(-scores, kind="stable")[: np.count_nonzero(scores)]]

    def scores(self, question: str) -> npt.NDArray[np.float64]:
        """Return the score of each text; 0 where it shares no term."""
        scores = np.zeros(len(self._norms))
        for term in query_terms(question):
            if (found := self._postings.get(term)) is None:
                continue
            places, times = found
            idf = math.log(1 + (len(scores) - len(places) + 0.5) / (len(places) + 0.5))
            scores[places] += idf * times * (K1 + 1) / (times + self._norms[places])
        return scores


class Dense:
    """Cosine of one vector a text, over all texts."""

    def __init__(self, vectors: Vectors, matrix: npt.NDArray[np.float32]) -> None:
        self._vectors = vectors
        self._matrix = matrix

    def rank(self, question: str) -> list[int]:
        """Return every text, the most similar first."""
        scores = self._matrix @ self._vectors.query(question)
        return [int(place) for place in np.argsort(-scores, kind="stable")]


class Fused:
    """Plain reciprocal-rank fusion."""

    def __init__(self, rankers: Sequence[Ranker]) -> None:
        self._rankers = rankers

    def rank(self, question: str) -> list[int]:
        """Return what any of the rankers found."""
        scores: dict[int, float] = defaultdict(float)
        for ranker in self._rankers:
            for rank, place in enumerate(ranker.rank(question), start=1):
                scores[place] += 1 / (RRF_K + rank)
        return sorted(scores, key=lambda place: -scores[place])


class Packing:
    """Fills contexts with units: the best that fit, shown oldest first under the date and speaker of their turn."""

    def __init__(self, units: Sequence[Unit], counter: TokenCounter) -> None:
        self.units = units
        self._heads = [counter.count(unit.head) for unit in units]
        self._texts = [counter.count(f" {unit.text} …\n") for unit in units]

    def fill(self, ranked: Sequence[int], budget: int) -> Shown:
        """Take units best first as long as they fit. One that does not is passed over, and shorter ones may still come in.

        The date and the speaker of a turn are paid for once.
        """
        left, least = budget, min(self._texts, default=0)
        taken: dict[int, list[int]] = {}
        for place in ranked:
            if left < least:
                break
            turn = self.units[place].place
            cost = self._texts[place] + (0 if turn in taken else self._heads[place])
            if cost <= left:
                taken.setdefault(turn, []).append(place)
                left -= cost
        lines = [self._line(sorted(places)) for _, places in sorted(taken.items())]
        shown = [self.units[places[0]].turn for _, places in sorted(taken.items())]
        return Shown("\n".join(lines), tuple(shown), silent=not shown)

    def _line(self, places: Sequence[int]) -> str:
        line = self.units[places[0]].head
        for before, place in zip([None, *places], places, strict=False):
            gap = "" if before is None else " " if place == before + 1 else " … "
            line += f"{gap}{self.units[place].text}"
        return line


class Encoding:
    """Encodes questions, and tells how long that takes, also to those who ask after it was done."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors
        self._milliseconds: dict[str, float] = {}

    def cost(self, question: str) -> float:
        """Return the milliseconds of encoding the question."""
        if question not in self._milliseconds:
            started = time.perf_counter()
            self._vectors.query(question)
            self._milliseconds[question] = (time.perf_counter() - started) * 1000
        return self._milliseconds[question]


class Baseline:
    """A ranker over turns or passages. A turn ranks as its best passage does."""

    def __init__(self, name: str, ranker: Ranker, packing: Packing, encoding: Encoding | None = None) -> None:
        """Prepare; *encoding* is what the ranker needs before it can rank, if it does."""
        self.name = name
        self._ranker = ranker
        self._packing = packing
        self._encoding = encoding

    def ask(self, asked: Asked, budgets: Sequence[int]) -> Answered:
        """Rank once; fill every budget from that."""
        encoding = 0.0 if self._encoding is None else self._encoding.cost(asked.text)
        started = time.perf_counter()
        order = self._ranker.rank(asked.text)
        if asked.past:
            order = [place for place in order if self._packing.units[place].at < asked.now]
        milliseconds = encoding + (time.perf_counter() - started) * 1000
        return Answered(
            ranked=list(dict.fromkeys(self._packing.units[place].turn for place in order)),
            milliseconds=milliseconds,
            contexts={budget: self._packing.fill(order, budget) for budget in budgets},
        )


def baselines(
    conversation: Conversation, counter: TokenCounter, vectors: Vectors | None, folder: Path | None
) -> list[Baseline]:
    """Return every baseline for one conversation; without *vectors*, those alone that need none.

    Vectors of what is stored are kept in *folder*.
    """
    found: list[Baseline] = []
    encoding = None if vectors is None else Encoding(vectors)
    for name, units_of_conversation in UNITS.items():
        units = units_of_conversation(conversation)
        texts = [unit.indexed for unit in units]
        packing = Packing(units, counter)
        bm25 = BM25(texts)
        found.append(Baseline(f"bm25, {name}", bm25, packing))
        if vectors is not None:
            dense = Dense(vectors, vectors.kept(texts, folder))
            found.append(Baseline(f"dense, {name}", dense, packing, encoding))
            found.append(Baseline(f"rrf, {name}", Fused([bm25, dense]), packing, encoding))
    return found
