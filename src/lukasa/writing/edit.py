"""Edits by hand: the next versions of facts, and turns and facts that are hidden from recall or shown again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lukasa.beliefs.edits import hidden, put_next, shown
from lukasa.domain.change import Change, Restore, Retire
from lukasa.domain.document import Document
from lukasa.domain.fact import Fact
from lukasa.domain.journal import Cause
from lukasa.domain.query import FactQuery, TurnQuery
from lukasa.domain.scope import Partition
from lukasa.errors import NotFoundError
from lukasa.indexing.documents import fact_document
from lukasa.indexing.encoder import Encoder
from lukasa.ports.attempts import PartitionLocks, until_applied
from lukasa.ports.memories import Memories

_ATTEMPTS = 1_000
"""How often what is hidden is decided again because others changed its facts in between; one takes milliseconds."""


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
        return fact_document(fact, embedding, encoded.fingerprint)


@dataclass(frozen=True, slots=True)
class Forget:
    """Hides and restores by id. Raises `NotFoundError` for an unknown one; then nothing changes."""

    store: Memories
    clock: Callable[[], datetime]
    locks: PartitionLocks = field(default_factory=PartitionLocks)

    async def __call__(self, partition: Partition, ids: Sequence[str], *, reason: str) -> list[str]:
        """Hide turns and facts, and the facts that rest on these turns alone; return what changed."""

        async def forget(_: int) -> list[str]:
            facts = await self.store.facts(partition, FactQuery(turns=ids))
            alone = [fact.id for fact in facts if {source.turn for source in fact.sources} <= set(ids)]
            return await self._apply(partition, [*ids, *alone], verb="forget", reason=reason)

        return await self._until_applied(partition, forget)

    async def session(self, partition: Partition, session: str, *, reason: str) -> list[str]:
        """Hide the live turns of a session, and the facts that rest on them alone; return what changed."""
        turns = await self.store.turns(partition, TurnQuery(session=session))
        return await self(partition, [turn.id for turn in turns], reason=reason)

    async def restore(self, partition: Partition, ids: Sequence[str], *, reason: str) -> list[str]:
        """Show turns and facts again, and the facts that were hidden with these turns; return what changed."""

        async def restore(_: int) -> list[str]:
            turns = await self.store.turns(partition, TurnQuery(ids=ids, include_retired=True))
            hidden_at = {turn.id: turn.retired_at for turn in turns}
            facts = await self.store.facts(partition, FactQuery(turns=ids, include_retired=True))
            together = [
                fact.id
                for fact in facts
                if fact.retired_at is not None
                and any(hidden_at.get(source.turn) == fact.retired_at for source in fact.sources)
            ]
            return await self._apply(partition, [*ids, *together], verb="restore", reason=reason)

        return await self._until_applied(partition, restore)

    async def _until_applied(
        self, partition: Partition, decide: Callable[[int], Awaitable[list[str]]]
    ) -> list[str]:
        async with self.locks.of(partition):
            return await until_applied(self.store, partition, decide, attempts=_ATTEMPTS)

    async def _apply(self, partition: Partition, ids: Sequence[str], *, verb: str, reason: str) -> list[str]:
        now = self.clock()
        facts = {
            fact.id: fact
            for fact in await self.store.facts(partition, FactQuery(ids=ids, include_retired=True))
        }
        changes: list[Change] = []
        for id_ in dict.fromkeys(ids):
            if (fact := facts.get(id_)) is None:
                changes.append(Retire(id=id_) if verb == "forget" else Restore(id=id_))
            elif (after := hidden(fact, now) if verb == "forget" else shown(fact, now)) is not None:
                changes.append(put_next(fact, after))
        applied = await self.store.apply(partition, changes, cause=Cause(verb=verb, at=now, reason=reason))
        changed = {*applied.changed, *applied.facts}
        return [id_ for id_ in dict.fromkeys(ids) if id_ in changed]
