"""Make the terms of documents anew that other rules of analysis made. Resumable: what is done is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lukasa.domain.change import Index
from lukasa.domain.journal import Cause
from lukasa.domain.report import Progress
from lukasa.domain.scope import Partition
from lukasa.indexing.documents import document_texts, said_texts
from lukasa.indexing.traits import traits
from lukasa.ports.store import Store
from lukasa.text.analysis import ANALYSIS_VERSION, analyse

_BATCH = 256
"""Turns analysed and committed together: a tenth of a second, for which other writers wait."""

OUTDATED = (
    "full-text of this partition was made by other rules than those of this version, and finds less; "
    "`reindex()` (`lukasa reindex`) makes it anew"
)


@dataclass(frozen=True, slots=True)
class Reindex:
    """Everything re-indexing needs; no model."""

    store: Store

    async def __call__(self, *, limit: int | None, now: datetime) -> Progress:
        """Analyse up to *limit* outdated documents over all partitions."""
        partitions = await self.store.partitions()
        done = 0
        for partition in partitions:
            while limit is None or done < limit:
                size = _BATCH if limit is None else min(_BATCH, limit - done)
                ids = await self.store.outdated(partition, analysis=ANALYSIS_VERSION, limit=size)
                if not ids:
                    break
                await self._index(partition, ids, now=now)
                done += len(ids)
        left = [
            await self.store.backlog(partition, fingerprint=None, analysis=ANALYSIS_VERSION)
            for partition in partitions
        ]
        return Progress(done=done, remaining=sum(each.outdated for each in left))

    async def warnings(self, partition: Partition) -> list[str]:
        """Return what to tell who asks this partition: nothing, as long as its terms are of these rules."""
        found = await self.store.outdated(partition, analysis=ANALYSIS_VERSION, limit=1)
        return [OUTDATED] if found else []

    async def _index(self, partition: Partition, ids: Sequence[str], *, now: datetime) -> None:
        texts = await document_texts(self.store, partition, ids)
        said = await said_texts(self.store, partition, ids)
        changes = [
            Index(id=id_, terms=analyse(text), traits=traits(said[id_]), analysis=ANALYSIS_VERSION)
            for id_, text in texts.items()
        ]
        await self.store.apply(partition, changes, cause=Cause(verb="reindex", at=now))
