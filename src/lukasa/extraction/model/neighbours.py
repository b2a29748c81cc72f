"""The known facts that are most like a text: by meaning, or by words where there are no vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from lukasa.domain.embedding import Embedding
from lukasa.domain.fact import Fact
from lukasa.domain.query import FactQuery, LexicalQuery
from lukasa.domain.scope import Partition
from lukasa.indexing.encoder import Encoder
from lukasa.ports.store import Memories
from lukasa.retrieval.arrays import Floats
from lukasa.retrieval.warm import WarmPartitions
from lukasa.text.analysis import analyse


class Near(NamedTuple):
    """A fact, and how like it is: the cosine; 0 where only words were compared."""

    fact: Fact
    likeness: float


class Nearest(Protocol):
    """Finds what is like a text, in what is stored and in what is about to be."""

    async def __call__(
        self, texts: Sequence[str], *, limit: int, pending: Sequence[Fact] = ()
    ) -> list[list[Near]]:
        """Return for each text the most similar facts that are believed, best first."""
        ...


class Finds(Protocol):
    """Where is looked, and what has been worked out there."""

    partition: Partition
    vectors: dict[str, Embedding]
    without: frozenset[str]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Looks in one partition; vectors are made once a text."""

    store: Memories
    encoder: Encoder
    warm: WarmPartitions
    run: Finds

    async def __call__(
        self, texts: Sequence[str], *, limit: int, pending: Sequence[Fact] = ()
    ) -> list[list[Near]]:
        """See `Nearest`."""
        await self._encode([*texts, *(fact.text for fact in pending)])
        if all(text in self.run.vectors for text in texts):
            found = await self._by_meaning(texts, limit)
        else:
            found = [await self._by_words(text, limit) for text in texts]
        stored = await self._facts({fact_id for each in found for fact_id in each} - self.run.without)
        latest = {**stored, **{fact.id: fact for fact in pending}}
        return [
            self._best(text, [*found[place], *(fact.id for fact in pending)], latest, limit)
            for place, text in enumerate(texts)
        ]

    async def _encode(self, texts: Sequence[str]) -> None:
        missing = [text for text in dict.fromkeys(texts) if text not in self.run.vectors]
        if missing:
            encoded = await self.encoder.documents(missing)
            self.run.vectors.update(zip(missing, encoded.embeddings, strict=False))

    async def _by_meaning(self, texts: Sequence[str], limit: int) -> list[list[str]]:
        facts = (await self.warm.get(self.run.partition, await self.encoder.spec())).facts
        rows = np.flatnonzero(
            facts.live[: facts.size] & facts.current[: facts.size] & facts.embedded[: facts.size]
        )
        asked = np.stack([_dense(self.run.vectors[text]) for text in texts])
        scores = asked @ facts.dense[rows].T
        return [[facts.ids[rows[place]] for place in np.argsort(-row)[:limit]] for row in scores]

    async def _by_words(self, text: str, limit: int) -> list[str]:
        terms = list(dict.fromkeys(analyse(text)))
        scored = await self.store.lexical(
            self.run.partition, LexicalQuery(terms=terms, kind="fact", limit=limit)
        )
        return [each.id for each in scored]

    async def _facts(self, ids: set[str]) -> Mapping[str, Fact]:
        if not ids:
            return {}
        return {
            fact.id: fact for fact in await self.store.facts(self.run.partition, FactQuery(ids=sorted(ids)))
        }

    def _best(self, text: str, ids: Sequence[str], latest: Mapping[str, Fact], limit: int) -> list[Near]:
        known = dict.fromkeys(id_ for id_ in ids if id_ in latest)
        facts = [latest[id_] for id_ in known]
        believed = [fact for fact in facts if fact.live and fact.status in {"current", "conflicting"}]
        near = [Near(fact, self._likeness(text, fact.text)) for fact in believed]
        return sorted(near, key=lambda each: -each.likeness)[:limit]

    def _likeness(self, one: str, other: str) -> float:
        if one not in self.run.vectors or other not in self.run.vectors:
            return 0.0
        return float(_dense(self.run.vectors[one]) @ _dense(self.run.vectors[other]))


def _dense(embedding: Embedding) -> Floats:
    return np.frombuffer(embedding.dense, np.float32)
