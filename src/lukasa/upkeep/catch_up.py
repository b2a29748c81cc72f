"""Have a model read what it has not read yet: an older store, another model's, or turns that came without one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lukasa.domain.job import Queue
from lukasa.domain.journal import Cause
from lukasa.domain.query import TurnQuery
from lukasa.domain.report import Progress
from lukasa.domain.scope import Partition
from lukasa.domain.turn import MAX_INT
from lukasa.extraction.model.job import KIND
from lukasa.ports.store import Store
from lukasa.text.analysis import ANALYSIS_VERSION
from lukasa.upkeep.worker import Worker


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Everything that catching up needs."""

    store: Store
    worker: Worker
    extractor: str
    """What turns are marked with that were read."""

    clock: Callable[[], datetime]

    async def __call__(self, *, limit: int | None) -> Progress:
        """Read the sessions in which the first *limit* unread turns are, as a whole each, and wait for it."""
        done = 0
        for partition in await self.store.partitions():
            if limit is None or done < limit:
                done += await self._read(partition, MAX_INT if limit is None else limit - done)
        return Progress(
            done=done, remaining=sum([await self._unread(p) for p in await self.store.partitions()])
        )

    async def _read(self, partition: Partition, limit: int) -> int:
        before = await self._unread(partition)
        ids = await self.store.unextracted(partition, extractor=self.extractor, limit=limit) if before else []
        if not ids:
            return 0
        now = self.clock()
        turns = await self.store.turns(partition, TurnQuery(ids=ids))
        sessions = dict.fromkeys(turn.session for turn in turns)
        queue = [Queue(kind=KIND, session=session, due_at=now) for session in sessions]
        await self.store.apply(partition, [], cause=Cause(verb=KIND, at=now), bookkeeping=queue)
        await self.worker.flush(partition, within=None)
        return before - await self._unread(partition)

    async def _unread(self, partition: Partition) -> int:
        left = await self.store.backlog(
            partition, fingerprint=None, analysis=ANALYSIS_VERSION, extractor=self.extractor
        )
        return left.unextracted
