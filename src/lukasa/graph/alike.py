"""Names of things and concepts that mean the same, by the cosine of their vectors. Kept, and brought up to date by new names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from lukasa.graph.links import Pair
from lukasa.graph.triples import Key
from lukasa.retrieval.token_vectors import Floats


class Alike:
    """The names of one type that were compared, and which of them are alike."""

    def __init__(self, least: float) -> None:
        self._least = least
        self._vectors: dict[Key, Floats] = {}
        self._pairs: dict[Pair, float] = {}

    def unknown(self, keys: Sequence[Key]) -> list[Key]:
        """Return those of the names that have no vector yet, and forget all others than these."""
        wanted = set(keys)
        self._vectors = {key: vector for key, vector in self._vectors.items() if key in wanted}
        self._pairs = {pair: cosine for pair, cosine in self._pairs.items() if pair <= wanted}
        return [key for key in keys if key not in self._vectors]

    def add(self, vectors: Mapping[Key, Floats]) -> None:
        """Compare new names with one another and with all that are known."""
        self._vectors |= vectors
        known = list(self._vectors)
        matrix = np.array(list(self._vectors.values()))
        for key, vector in vectors.items():
            cosines = matrix @ vector
            for place in np.flatnonzero(cosines >= self._least):
                if known[place] != key:
                    self._pairs[frozenset((key, known[place]))] = float(cosines[place])

    @property
    def pairs(self) -> Mapping[Pair, float]:
        """The names that are alike, with their cosines."""
        return self._pairs
