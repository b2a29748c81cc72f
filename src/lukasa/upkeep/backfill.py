"""Extract facts from turns that were stored without it: by an older version, another extractor, or no extractor at all.

Resumable: turns that were read are marked, and not read again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from lukasa.beliefs.believe import Believe, put
from lukasa.domain.change import Change, MarkExtracted
from lukasa.domain.job import Queue
from lukasa.domain.journal import Cause
from lukasa.domain.query import TurnQuery
from lukasa.domain.report import Progress
from lukasa.domain.scope import Partition
from lukasa.domain.turn import MAX_INT, Turn
from lukasa.extraction.model.job import KIND
from lukasa.indexing.encoder import Encoder
from lukasa.ports.attempts import until_applied
from lukasa.ports.store import Store
from lukasa.text.analysis import ANALYSIS_VERSION
from lukasa.upkeep.worker import Worker

_BATCH = 64
"""Turns read and committed together: a crash loses a second of work."""

_BEFORE = 20
"""Turns before a batch that show who speaks and what was asked."""

_ATTEMPTS = 1_000
"""How often a batch is read again because others wrote to the partition."""


@dataclass(frozen=True, slots=True)
class Backfill:
    """Reads turns with the extractor, batch by batch."""

    store: Store
    encoder: Encoder
    believe: Believe

    async def __call__(self, *, limit: int | None, now: datetime) -> Progress:
        """Read up to *limit* turns over all partitions."""
        extractor = self.believe.extractor
        if extractor is None:
            return Progress(done=0, remaining=0)
        done = 0
        for partition in await self.store.partitions():
            earlier: list[Turn] = []
            while limit is None or done < limit:
                size = _BATCH if limit is None else min(_BATCH, limit - done)
                read = partial(self._read, partition, earlier, size=size, now=now)
                turns = await until_applied(self.store, partition, read, attempts=_ATTEMPTS)
                if not turns:
                    break
                earlier = [*earlier, *turns][-_BEFORE:]
                done += len(turns)
        return Progress(done=done, remaining=await _all_unread(self.store, extractor.name))

    async def _read(
        self, partition: Partition, earlier: Sequence[Turn], version: int, *, size: int, now: datetime
    ) -> list[Turn]:
        """Read the next turns and store what follows; return the turns."""
        name = self.believe.extractor.name if self.believe.extractor else ""
        ids = await self.store.unextracted(partition, extractor=name, limit=size)
        if not ids:
            return []
        turns = await self.store.turns(partition, TurnQuery(ids=ids))
        judged = await self.believe.extract(partition, turns, earlier, zone=None, later=True)
        versions = await self.believe.resolve(partition, judged, now=now)
        texts = list(dict.fromkeys(version.fact.text for version in versions if version.worded))
        encoded = await self.encoder.documents(texts)
        vectors = dict(zip(texts, encoded.embeddings, strict=False))
        changes: list[Change] = [
            MarkExtracted(id=each.turn.id, extraction=self.believe.extraction(each, versions))
            for each in judged
        ]
        changes += [put(version, vectors, encoded.fingerprint) for version in versions]
        cause = Cause(verb="extract", at=now)
        await self.store.apply(partition, changes, cause=cause, expected=version)
        return turns


@dataclass(frozen=True, slots=True)
class ModelBackfill:
    """Has a model read whole sessions, as background jobs."""

    store: Store
    worker: Worker
    extractor: str
    """What turns are marked with that were read."""

    clock: Callable[[], datetime]

    async def __call__(self, *, limit: int | None) -> Progress:
        """Read the sessions of the first *limit* unread turns, each as a whole, and wait for it."""
        done = 0
        for partition in await self.store.partitions():
            if limit is None or done < limit:
                done += await self._read(partition, MAX_INT if limit is None else limit - done)
        return Progress(done=done, remaining=await _all_unread(self.store, self.extractor))

    async def _read(self, partition: Partition, limit: int) -> int:
        before = await _unread(self.store, partition, self.extractor)
        ids = await self.store.unextracted(partition, extractor=self.extractor, limit=limit) if before else []
        if not ids:
            return 0
        now = self.clock()
        turns = await self.store.turns(partition, TurnQuery(ids=ids))
        sessions = dict.fromkeys(turn.session for turn in turns)
        queue = [Queue(kind=KIND, session=session, due_at=now) for session in sessions]
        await self.store.apply(partition, [], cause=Cause(verb=KIND, at=now), bookkeeping=queue)
        await self.worker.flush(partition, within=None)
        return before - await _unread(self.store, partition, self.extractor)


async def _unread(store: Store, partition: Partition, extractor: str) -> int:
    backlog = await store.backlog(partition, fingerprint=None, analysis=ANALYSIS_VERSION, extractor=extractor)
    return backlog.unextracted


async def _all_unread(store: Store, extractor: str) -> int:
    return sum([await _unread(store, partition, extractor) for partition in await store.partitions()])
