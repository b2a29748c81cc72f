"""Edits of facts by a person: their next versions, stored with new index entries where the words change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from lukasa.beliefs.edits import put_next
from lukasa.domain.document import Document
from lukasa.domain.fact import Fact
from lukasa.domain.journal import Cause
from lukasa.domain.query import FactQuery
from lukasa.domain.scope import Partition
from lukasa.errors import NotFoundError
from lukasa.indexing.documents import document_of
from lukasa.indexing.encoder import Encoder
from lukasa.ports.memories import Memories


@dataclass(frozen=True, slots=True)
class EditFacts:
    """Reads facts by id, and stores their next versions."""

    store: Memories
    encoder: Encoder
    clock: Callable[[], datetime]

    async def get(self, partition: Partition, ids: Sequence[str]) -> list[Fact]:
        """Return facts in the order of their ids, or raise `NotFoundError`."""
        query = FactQuery(ids=ids, include_retired=True)
        facts = {fact.id: fact for fact in await self.store.facts(partition, query)}
        if missing := [id_ for id_ in ids if id_ not in facts]:
            raise NotFoundError(f"the partition has no fact {missing[0]!r}")
        return [facts[id_] for id_ in ids]

    async def __call__(
        self,
        partition: Partition,
        before: Sequence[Fact],
        after: Sequence[Fact],
        *,
        verb: str,
        reason: str = "",
    ) -> list[Fact]:
        """Store the next version of each fact; return them as they were stored."""
        if not after:
            return []
        changes = [
            put_next(old, new, None if old.text == new.text else await self._document(new))
            for old, new in zip(before, after, strict=True)
        ]
        await self.store.apply(partition, changes, cause=Cause(verb=verb, at=self.clock(), reason=reason))
        return await self.get(partition, [fact.id for fact in after])

    async def _document(self, fact: Fact) -> Document:
        encoded = await self.encoder.documents([fact.text])
        embedding = encoded.embeddings[0] if encoded.embeddings else None
        return document_of(fact, embedding, encoded.fingerprint)
