"""What any memory must beat: word statistics, one vector a turn, both together, the newest, and chance."""

from __future__ import annotations

import math
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from lukasa_evals import words
from lukasa_evals.retrieval.render import Line, render
from lukasa_evals.retrieval.systems import Answered, Timed

K1, B = 1.2, 0.75
"""The usual constants of BM25; not tuned."""

RRF_K = 60
"""As published (Cormack et al. 2009); not tuned."""

NEIGHBOURS = 2
"""The window that served BM25 best in earlier studies of this data set."""


class Ranker(Protocol):
    """Orders the turns of one conversation."""

    def rank(self, question: str) -> list[str]:
        """Return ids of turns, best first; those that have nothing in common with the question may be missing."""
        ...


class Vectors(Protocol):
    """Texts to unit vectors, one a row."""

    def documents(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Encode what is stored."""
        ...

    def query(self, text: str) -> npt.NDArray[np.float32]:
        """Encode a question."""
        ...


class Baseline:
    """A ranker with the plain rendering."""

    def __init__(self, name: str, ranker: Ranker, lines: Sequence[Line]) -> None:
        self.name = name
        self._ranker = ranker
        self._lines = {line.id: line for line in lines}

    def ask(self, question: str, budgets: Sequence[int]) -> Answered:
        """Rank once; fill every budget from that."""
        started = time.perf_counter()
        ranked = self._ranker.rank(question)
        milliseconds = (time.perf_counter() - started) * 1000
        contexts = {}
        for budget in budgets:
            started = time.perf_counter()
            shown = render(ranked, self._lines, budget)
            contexts[budget] = Timed(shown, milliseconds + (time.perf_counter() - started) * 1000)
        return Answered(ranked=ranked, recall_ms=milliseconds, contexts=contexts, abstained=False)


class BM25:
    """Okapi BM25 over stemmed words without stop words."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._ids = [line.id for line in lines]
        counts = [Counter(words.content_words(line.shown)) for line in lines]
        lengths = [sum(count.values()) for count in counts]
        average = sum(lengths) / max(len(lengths), 1)
        self._norms = [K1 * (1 - B + B * length / average) for length in lengths] if average else []
        self._postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for place, count in enumerate(counts):
            for term, times in count.items():
                self._postings[term].append((place, times))

    def rank(self, question: str) -> list[str]:
        """Return the turns that share a word with the question."""
        scores: dict[int, float] = defaultdict(float)
        for term in dict.fromkeys(words.content_words(question)):
            found = self._postings.get(term, [])
            idf = math.log(1 + (len(self._ids) - len(found) + 0.5) / (len(found) + 0.5))
            for place, times in found:
                scores[place] += idf * times * (K1 + 1) / (times + self._norms[place])
        return [self._ids[place] for place in sorted(scores, key=lambda place: (-scores[place], place))]


class Dense:
    """Cosine of one vector a turn, over all turns."""

    def __init__(self, lines: Sequence[Line], vectors: Vectors, matrix: npt.NDArray[np.float32]) -> None:
        self._ids = [line.id for line in lines]
        self._vectors = vectors
        self._matrix = matrix

    def rank(self, question: str) -> list[str]:
        """Return every turn, the most similar first."""
        scores = self._matrix @ self._vectors.query(question)
        return [self._ids[place] for place in np.argsort(-scores, kind="stable")]


class Fused:
    """Plain reciprocal-rank fusion."""

    def __init__(self, rankers: Sequence[Ranker]) -> None:
        self._rankers = rankers

    def rank(self, question: str) -> list[str]:
        """Return what any of the rankers found."""
        scores: dict[str, float] = defaultdict(float)
        for ranker in self._rankers:
            for place, id_ in enumerate(ranker.rank(question), start=1):
                scores[id_] += 1 / (RRF_K + place)
        return sorted(scores, key=lambda id_: -scores[id_])


class Widened:
    """Another ranker's hits, each followed by its neighbours in the session."""

    def __init__(self, inner: Ranker, lines: Sequence[Line], reach: int = NEIGHBOURS) -> None:
        self._inner = inner
        self._near = {line.id: _near(place, lines, reach) for place, line in enumerate(lines)}

    def rank(self, question: str) -> list[str]:
        """Return hits and neighbours, each once."""
        return list(dict.fromkeys(near for id_ in self._inner.rank(question) for near in self._near[id_]))


class Recency:
    """The newest first, whatever is asked: what a plain message buffer does."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._ids = [line.id for line in reversed(lines)]

    def rank(self, question: str) -> list[str]:
        """Return every turn."""
        return list(self._ids)


class Chance:
    """Any order, the same in every run."""

    def __init__(self, lines: Sequence[Line], seed: int = 0) -> None:
        self._ids = [line.id for line in lines]
        self._seed = seed

    def rank(self, question: str) -> list[str]:
        """Return every turn, shuffled by the question."""
        shuffled = list(self._ids)
        random.Random(f"{self._seed}:{question}").shuffle(shuffled)  # noqa: S311 - chance, not secrecy
        return shuffled


def baselines(
    lines: Sequence[Line], vectors: Vectors | None, matrix: npt.NDArray[np.float32] | None
) -> list[Baseline]:
    """Return every baseline for one conversation; those that need vectors only when there are some."""
    bm25 = BM25(lines)
    rankers: dict[str, Ranker] = {"bm25": bm25, f"bm25 ± {NEIGHBOURS}": Widened(bm25, lines)}
    if vectors is not None and matrix is not None:
        dense = Dense(lines, vectors, matrix)
        rankers |= {"dense": dense, "rrf": Fused([bm25, dense])}
    rankers |= {"recency": Recency(lines), "random": Chance(lines)}
    return [Baseline(name, ranker, lines) for name, ranker in rankers.items()]


def _near(place: int, lines: Sequence[Line], reach: int) -> list[str]:
    """Return the turn itself, then its neighbours, the nearest first."""
    offsets = [0, *(sign * step for step in range(1, reach + 1) for sign in (1, -1))]
    around = [place + offset for offset in offsets if 0 <= place + offset < len(lines)]
    return [lines[at].id for at in around if lines[at].session == lines[place].session]
