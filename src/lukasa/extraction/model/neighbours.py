"""The known facts that are most like a text: by meaning, or by words where there are no vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from lukasa.domain.embedding import Embedding
from lukasa.domain.fact import Fact
from lukasa.domain.query import FactQuery, LexicalQuery
from lukasa.domain.scope import Partition
from lukasa.indexing.encoder import Encoder
from lukasa.ports.memories import Memories
from lukasa.retrieval.token_vectors import Floats
from lukasa.retrieval.warm import WarmPartitions
from lukasa.text.analysis import analyse


class Near(NamedTuple):
    """A fact, and how like it is: the cosine; 0 where only words were compared."""

    fact: Fact
    likeness: float


@dataclass(slots=True)
class Vectors:
    """The embeddings that one job has made, by text."""

    by_text: dict[str, Embedding] = field(default_factory=dict)
    fingerprint: str | None = None
    """Of the embedder that made the last ones."""

    async def add(self, texts: Sequence[str], encoder: Encoder) -> None:
        """Make those that are missing."""
        missing = [text for text in dict.fromkeys(texts) if text not in self.by_text]
        encoded = await encoder.documents(missing)
        self.fingerprint = encoded.fingerprint
        self.by_text.update(zip(missing, encoded.embeddings, strict=False))


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Finds the facts of a partition that are most like a text, among those stored and those about to be."""

    partition: Partition
    store: Memories
    encoder: Encoder
    warm: WarmPartitions
    vectors: Vectors
    without: frozenset[str]
    """Ids of facts that count as unknown."""

    async def __call__(
        self, texts: Sequence[str], *, limit: int, pending: Sequence[Fact] = ()
    ) -> list[list[Near]]:
        """Return for each text the most similar facts that are believed, best first."""
        await self.vectors.add([*texts, *(fact.text for fact in pending)], self.encoder)
        if all(text in self.vectors.by_text for text in texts):
            lists = await self._by_meaning(texts, limit)
        else:
            lists = [await self._by_words(text, limit) for text in texts]
        wanted = sorted({fact_id for ids in lists for fact_id in ids} - self.without)
        stored = await self.store.facts(self.partition, FactQuery(ids=wanted)) if wanted else []
        latest = {fact.id: fact for fact in (*stored, *pending)}
        return [
            self._best(text, [*ids, *(fact.id for fact in pending)], latest, limit)
            for text, ids in zip(texts, lists, strict=True)
        ]

    async def _by_meaning(self, texts: Sequence[str], limit: int) -> list[list[str]]:
        facts = (await self.warm.get(self.partition, await self.encoder.spec())).facts
        rows = np.flatnonzero(
            facts.live[: facts.size] & facts.current[: facts.size] & facts.embedded[: facts.size]
        )
        scores = np.stack([self._dense(text) for text in texts]) @ facts.dense[rows].T
        return [[facts.ids[rows[index]] for index in np.argsort(-row)[:limit]] for row in scores]

    async def _by_words(self, text: str, limit: int) -> list[str]:
        query = LexicalQuery(terms=list(dict.fromkeys(analyse(text))), kind="fact", limit=limit)
        return [document.id for document in await self.store.lexical(self.partition, query)]

    def _best(self, text: str, ids: Sequence[str], latest: Mapping[str, Fact], limit: int) -> list[Near]:
        facts = [latest[id_] for id_ in dict.fromkeys(ids) if id_ in latest]
        near = [Near(fact, self._likeness(text, fact.text)) for fact in facts if is_believed(fact)]
        return sorted(near, key=lambda item: -item.likeness)[:limit]

    def _likeness(self, one: str, other: str) -> float:
        if not {one, other} <= self.vectors.by_text.keys():
            return 0.0
        return float(self._dense(one) @ self._dense(other))

    def _dense(self, text: str) -> Floats:
        return np.frombuffer(self.vectors.by_text[text].dense, np.float32)


def is_believed(fact: Fact) -> bool:
    """Whether a fact is live and not over."""
    return fact.live and fact.status in {"current", "conflicting"}
