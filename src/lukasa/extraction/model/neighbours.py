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
from lukasa.retrieval.token_vectors import Floats, unit_vector
from lukasa.retrieval.warm import WarmPartitions
from lukasa.text.analysis import analyse


class Near(NamedTuple):
    """A fact, and how like it is: the cosine; `None` where only words were compared."""

    fact: Fact
    likeness: float | None


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
            lists = [dict.fromkeys(await self._by_words(text, limit)) for text in texts]
        wanted = sorted({fact_id for scores in lists for fact_id in scores} - self.without)
        stored = await self.store.facts(self.partition, FactQuery(ids=wanted)) if wanted else []
        latest = {fact.id: fact for fact in (*stored, *pending)}
        return [
            self._best(
                {**scores, **{fact.id: self.likeness(text, fact.text) for fact in pending}}, latest, limit
            )
            for text, scores in zip(texts, lists, strict=True)
        ]

    async def _by_meaning(self, texts: Sequence[str], limit: int) -> list[dict[str, float | None]]:
        facts = (await self.warm.get(self.partition, await self.encoder.spec())).facts
        rows = np.flatnonzero(
            facts.live[: facts.size] & facts.current[: facts.size] & facts.embedded[: facts.size]
        )
        scores = np.stack([facts.cosines(self._dense(text)) for text in texts])[:, rows]
        return [
            {facts.ids[rows[index]]: float(row[index]) for index in np.argsort(-row)[:limit]}
            for row in scores
        ]

    async def _by_words(self, text: str, limit: int) -> list[str]:
        query = LexicalQuery(terms=list(dict.fromkeys(analyse(text))), kind="fact", limit=limit)
        return [document.id for document in await self.store.lexical(self.partition, query)]

    def _best(self, scores: Mapping[str, float | None], latest: Mapping[str, Fact], limit: int) -> list[Near]:
        near = [
            Near(latest[id_], likeness)
            for id_, likeness in scores.items()
            if id_ in latest and is_believed(latest[id_])
        ]
        return sorted(near, key=lambda item: -(item.likeness or 0.0))[:limit]

    def likeness(self, one: str, other: str) -> float | None:
        """Return the cosine of two texts whose vectors were made; `None` where one has none."""
        if not {one, other} <= self.vectors.by_text.keys():
            return None
        return float(self._dense(one) @ self._dense(other))

    def _dense(self, text: str) -> Floats:
        return unit_vector(self.vectors.by_text[text].dense)


def is_believed(fact: Fact) -> bool:
    """Whether a fact is live and not over."""
    return fact.live and fact.status in {"current", "conflicting"}
