"""The job `refresh`: brings a partition that another version of Lukasa wrote up to date, a little at a time, in the background.

It is queued when somebody first remembers something there, so that reading never writes. Until it is done, old documents are
found as they were: as one passage each, by the vectors that they have.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from lukasa.domain.job import Finish, Job, Queue
from lukasa.domain.journal import Cause
from lukasa.domain.scope import Partition
from lukasa.indexing.backlog import Reembed, Reindex
from lukasa.llm.budget import Spending
from lukasa.policy import MaintainPolicy
from lukasa.ports.store import Store

KIND = "refresh"

_SESSION = "upkeep of the index"
"""Jobs of one session run one after the other: this one may take long, and no conversation is to wait for it."""

_PAUSE = 0.1
"""Seconds between two rounds: others want the processor too."""

_REMEMBERED = 10_000
"""Partitions that are known to have been looked at."""


@dataclass(frozen=True, slots=True)
class Refresh:
    store: Store
    reindex: Reindex
    reembed: Reembed
    policy: MaintainPolicy
    clock: Callable[[], datetime]
    _looked_at: set[Partition] = field(default_factory=set, init=False)

    async def queue(self, partition: Partition) -> bool:
        """Queue the job if other rules made any document; whether they did is asked once in this process."""
        if partition in self._looked_at:
            return False
        if len(self._looked_at) >= _REMEMBERED:
            self._looked_at.clear()
        self._looked_at.add(partition)
        old = bool(await self.reindex.warnings(partition))
        if old:
            now = self.clock()
            queue = Queue(kind=KIND, session=_SESSION, due_at=now)
            await self.store.apply(partition, [], cause=Cause(verb=KIND, at=now), bookkeeping=[queue])
        return old

    async def __call__(self, job: Job, *, final: bool = False) -> Spending:
        """Do rounds until nothing is left. Raises `ProviderError` when the embedder fails; what was done stays."""
        while await self._round(job.partition):
            if not final:
                await asyncio.sleep(_PAUSE)
        cause = Cause(verb=KIND, at=self.clock())
        await self.store.apply(job.partition, [], cause=cause, bookkeeping=[Finish(job=job)])
        return Spending()

    async def _round(self, partition: Partition) -> int:
        limit, now = self.policy.refresh, self.clock()
        done = await self.reindex.of(partition, limit=limit, now=now)
        return done + await self.reembed.of(partition, limit=limit, now=now)
