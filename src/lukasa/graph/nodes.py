"""Nodes by their vectors: which names are one node's, and which nodes a text is near (paper §1.4).

A node's vector is that of the fact that states its type ("Volvo is a company."), so only a graph that a model found has any.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lukasa.domain.attribute import IS_A
from lukasa.domain.fact import Fact
from lukasa.domain.graph import Entity
from lukasa.domain.scope import Partition
from lukasa.graph.calibration import Calibration
from lukasa.graph.links import Pair
from lukasa.graph.names import words_of
from lukasa.graph.view import GraphView
from lukasa.indexing.encoder import Encoder
from lukasa.off_loop import off_loop
from lukasa.policy import GraphPolicy
from lukasa.retrieval.token_vectors import Floats, unit_vector
from lukasa.retrieval.warm import FactArrays, WarmPartitions

_SPELLED = "person"
"""Names of people are joined by how they are spelled alone: Maria and Marie are near in every embedder."""

_MOST = 20_000
"""Names of one type that are compared with one another: more would take minutes."""

_AT_ONCE = 1_024


@dataclass(frozen=True, slots=True)
class NodeVectors:
    encoder: Encoder
    warm: WarmPartitions
    calibration: Calibration
    policy: GraphPolicy

    async def alike(self, partition: Partition, facts: Sequence[Fact]) -> list[Pair]:
        """Return the pairs of names of one type whose vectors are as near as `same_node` asks for."""
        stated = [fact for fact in facts if fact.attribute == IS_A and fact.value not in {None, _SPELLED}]
        arrays = await self._arrays(partition) if stated and self.policy.same_node <= 1 else None
        if arrays is None:
            return []
        least = await self.calibration.carried(self.policy.same_node)
        return await off_loop(_pairs, stated, arrays, least)

    async def near(self, text: str, view: GraphView, partition: Partition) -> list[Entity]:
        """Return the nodes that a text is near, the nearest first."""
        nodes = view.nodes()
        arrays = await self._arrays(partition) if nodes else None
        encoded = await self.encoder.query(text) if arrays is not None else None
        if arrays is None or encoded is None or not encoded.embeddings:
            return []
        least = await self.calibration.carried(self.policy.near_node)
        cosines = arrays.cosines(unit_vector(encoded.embeddings[0].dense))
        scored = [
            (float(cosines[row]), key) for id_, key in nodes if (row := arrays.rows.get(id_)) is not None
        ]
        best = sorted((each for each in scored if each[0] >= least), key=lambda each: (-each[0], each[1]))
        return list({entity.id: entity for entity in (view.entity(key) for _, key in best)}.values())

    async def _arrays(self, partition: Partition) -> FactArrays | None:
        spec = await self.encoder.spec()
        return None if spec is None else (await self.warm.get(partition, spec)).facts


def _pairs(stated: Sequence[Fact], arrays: FactArrays, least: float) -> list[Pair]:
    by_type: defaultdict[str, list[tuple[int, Fact]]] = defaultdict(list)
    for fact in stated:
        row = arrays.rows.get(fact.id)
        if row is not None and arrays.embedded[row]:
            by_type[fact.value or ""].append((row, fact))
    found: list[Pair] = []
    for nodes in by_type.values():
        places = arrays.first[[row for row, _ in nodes]]
        vectors = (arrays.dense[places] / arrays.lengths[places, None]).astype(np.float32)
        keys = [words_of(fact.subject) for _, fact in nodes]
        if len(keys) <= _MOST:
            found += [(keys[one], keys[other]) for one, other in _near(vectors, least)]
    return found


def _near(vectors: Floats, least: float) -> Iterator[tuple[int, int]]:
    """Yield the positions of vectors whose cosine is at least so much, the first one smaller."""
    for start in range(0, len(vectors), _AT_ONCE):
        cosines = vectors[start : start + _AT_ONCE] @ vectors.T
        for one, other in np.argwhere(cosines >= least).tolist():
            if start + one < other:
                yield start + one, other
