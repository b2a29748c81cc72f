"""Forgetting: turns and facts are hidden from recall, and can be shown again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from lukasa.beliefs.edits import hidden, put_next, shown
from lukasa.domain.change import Change, Restore, Retire
from lukasa.domain.journal import Cause
from lukasa.domain.query import FactQuery, TurnQuery
from lukasa.domain.scope import Partition
from lukasa.ports.memories import Memories


@dataclass(frozen=True, slots=True)
class Forget:
    """Hides and restores by id. Raises `NotFoundError` for an unknown one; then nothing changes."""

    store: Memories
    clock: Callable[[], datetime]

    async def __call__(self, partition: Partition, ids: Sequence[str], *, reason: str) -> list[str]:
        """Hide turns and facts, and the facts that rest on these turns alone; return what changed."""
        facts = await self.store.facts(partition, FactQuery(turns=ids))
        alone = [fact.id for fact in facts if {source.turn for source in fact.sources} <= set(ids)]
        return await self._apply(partition, [*ids, *alone], verb="forget", reason=reason)

    async def session(self, partition: Partition, session: str, *, reason: str) -> list[str]:
        """Hide the live turns of a session, and the facts that rest on them alone; return what changed."""
        turns = await self.store.turns(partition, TurnQuery(session=session))
        return await self(partition, [turn.id for turn in turns], reason=reason)

    async def restore(self, partition: Partition, ids: Sequence[str], *, reason: str) -> list[str]:
        """Show turns and facts again, and the facts that were hidden with these turns; return what changed."""
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
