"""Reading sessions again, on demand or because a reading failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lukasa.domain.query import TurnQuery
from lukasa.domain.report import Diff
from lukasa.domain.scope import Partition
from lukasa.errors import InputError, NotFoundError
from lukasa.extraction.model.reextract import Reextract
from lukasa.extraction.model.session import SessionReader
from lukasa.ports.store import Store

_PAGE = 1_000
"""Turns listed at a time."""


@dataclass(frozen=True, slots=True)
class Reread:
    """Reads sessions of a partition again, one write each."""

    store: Store
    reader: SessionReader
    clock: Callable[[], datetime]

    async def __call__(self, partition: Partition, session: str | None, *, dry_run: bool = False) -> Diff:
        """Read a session again (`None`: every session); return what differs."""
        if self.reader.recipe is None and self.reader.believe.extractor is None:
            raise InputError(
                "no extractor is configured (extractor='none'), so there is nothing to read with"
            )
        sessions = await self._sessions(partition)
        if session is not None and session not in sessions:
            raise NotFoundError(f"the partition has no session {session!r}")
        again = Reextract(self.store, self.reader, self.clock)
        diffs = [
            await again(partition, each, dry_run=dry_run)
            for each in (sessions if session is None else [session])
        ]
        return Diff(
            added=[fact for diff in diffs for fact in diff.added],
            gone=[fact for diff in diffs for fact in diff.gone],
            changed=[revision for diff in diffs for revision in diff.changed],
        )

    async def retry(self, partition: Partition) -> int:
        """Revive dead jobs, and read again the sessions that the model did not read whole; return how many there were."""
        count = await self.store.revive(partition, now=self.clock())
        ids = await self.store.unextracted(partition, extractor=self.reader.name, limit=_PAGE, lacking=True)
        turns = await self.store.turns(partition, TurnQuery(ids=ids)) if ids else []
        sessions = dict.fromkeys(turn.session for turn in turns)
        for session in sessions:
            await self(partition, session)
        return count + len(sessions)

    async def _sessions(self, partition: Partition) -> list[str | None]:
        sessions: dict[str | None, None] = {}
        after = 0
        while page := await self.store.turns(partition, TurnQuery(after=after, limit=_PAGE)):
            sessions.update(dict.fromkeys(turn.session for turn in page))
            after = page[-1].seq
        return list(sessions)
