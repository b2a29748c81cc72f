"""Give documents the vectors of the embedder in use. Resumable: what is done is stored, and not done again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lukasa.domain.change import Embed, Index
from lukasa.domain.journal import Cause
from lukasa.domain.report import Progress
from lukasa.domain.scope import Partition
from lukasa.indexing.documents import document_texts, said_texts, traits
from lukasa.indexing.encoder import Encoder
from lukasa.ports.store import Store
from lukasa.text.analysis import ANALYSIS_VERSION, analyse

_BATCH = 64
"""Texts encoded and committed together: a crash loses a second of work."""


@dataclass(frozen=True, slots=True)
class Reembed:
    """Everything re-embedding needs."""

    store: Store
    encoder: Encoder

    async def __call__(self, *, limit: int | None, now: datetime) -> Progress:
        """Embed up to *limit* documents over all partitions; raise `ProviderError` when the embedder fails."""
        spec = await self.encoder.spec()
        if spec is None:
            raise self.encoder.problem
        partitions = await self.store.partitions()
        done = 0
        for partition in partitions:
            done += await self.of(partition, limit=None if limit is None else limit - done, now=now)
        left = [
            await self.store.backlog(partition, fingerprint=spec.fingerprint, analysis=ANALYSIS_VERSION)
            for partition in partitions
        ]
        return Progress(done=done, remaining=sum(each.unembedded for each in left))

    async def of(self, partition: Partition, *, limit: int | None, now: datetime) -> int:
        """Embed up to *limit* documents of one partition and return how many; none while the embedder cannot be used."""
        spec = await self.encoder.spec()
        done = 0
        while spec is not None and (limit is None or done < limit):
            size = _BATCH if limit is None else min(_BATCH, limit - done)
            ids = await self.store.unembedded(partition, fingerprint=spec.fingerprint, limit=size)
            if not ids:
                break
            await self._embed(partition, ids, now=now)
            done += len(ids)
        return done

    async def _embed(self, partition: Partition, ids: Sequence[str], *, now: datetime) -> None:
        texts = await document_texts(self.store, partition, ids)
        encoded = await self.encoder.documents(list(texts.values()))
        if encoded.fingerprint is None:
            raise encoded.error or self.encoder.problem
        changes = [
            Embed(id=id_, embedding=embedding, fingerprint=encoded.fingerprint)
            for id_, embedding in zip(texts, encoded.embeddings, strict=True)
        ]
        await self.store.apply(partition, changes, cause=Cause(verb="reembed", at=now))


_TEXTS = 256
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
                size = _TEXTS if limit is None else min(_BATCH, limit - done)
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
