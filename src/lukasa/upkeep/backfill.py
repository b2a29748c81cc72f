"""Distil facts from turns that the extractor in use has not read. Resumable: what was read is noted, and not read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lukasa.beliefs.believe import Believe, put
from lukasa.domain.change import Change, MarkExtracted
from lukasa.domain.journal import Cause
from lukasa.domain.query import TurnQuery
from lukasa.domain.report import Progress
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Turn
from lukasa.errors import StaleError
from lukasa.indexing.encoder import Encoder
from lukasa.ports.store import Store
from lukasa.text.analysis import ANALYSIS_VERSION

_BATCH = 64
"""Turns read and committed together: a crash loses a second of work."""

_BEFORE = 20
"""Turns before a batch that tell who speaks and what was asked."""


@dataclass(frozen=True, slots=True)
class Extract:
    """Everything that catching up needs."""

    store: Store
    encoder: Encoder
    believe: Believe

    async def __call__(self, *, limit: int | None, now: datetime) -> Progress:
        """Read up to *limit* turns over all partitions."""
        extractor = self.believe.extractor
        if extractor is None:
            return Progress(done=0, remaining=0)
        done = 0
        partitions = await self.store.partitions()
        for partition in partitions:
            earlier: list[Turn] = []
            while limit is None or done < limit:
                size = _BATCH if limit is None else min(_BATCH, limit - done)
                ids = await self.store.unextracted(partition, extractor=extractor.name, limit=size)
                if not ids:
                    break
                try:
                    earlier = await self._read(partition, ids, earlier, now=now)
                except StaleError:
                    continue  # somebody wrote in between: read again
                done += len(ids)
        left = [
            await self.store.backlog(
                partition, fingerprint=None, analysis=ANALYSIS_VERSION, extractor=extractor.name
            )
            for partition in partitions
        ]
        return Progress(done=done, remaining=sum(each.unextracted for each in left))

    async def _read(
        self, partition: Partition, ids: Sequence[str], earlier: Sequence[Turn], *, now: datetime
    ) -> list[Turn]:
        version = await self.store.version(partition)
        turns = await self.store.turns(partition, TurnQuery(ids=ids))
        heard = await self.believe.extract(partition, turns, earlier, zone=None, later=True)
        versions = await self.believe.resolve(partition, heard, now=now)
        texts = list(dict.fromkeys(each.fact.text for each in versions if each.worded))
        encoded = await self.encoder.documents(texts)
        vectors = dict(zip(texts, encoded.embeddings, strict=False))
        changes: list[Change] = [
            MarkExtracted(id=each.turn.id, extraction=self.believe.extraction(each, versions))
            for each in heard
        ]
        changes += [put(each, vectors, encoded.fingerprint) for each in versions]
        cause = Cause(verb="extract", at=now)
        await self.store.apply(partition, changes, cause=cause, expected=version)
        return [*earlier, *turns][-_BEFORE:]
