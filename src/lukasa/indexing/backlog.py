"""Bring stored documents up to date: vectors of the embedder in use, terms of the current analysis.

Both can be interrupted: every batch is committed, and not done again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice

from lukasa.domain.change import Change, Embed, Index
from lukasa.domain.document import Document
from lukasa.domain.fact import Fact
from lukasa.domain.journal import Cause
from lukasa.domain.report import Progress
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Turn
from lukasa.indexing.documents import contents, document_of, encoded_texts
from lukasa.indexing.encoder import Encoder
from lukasa.off_loop import collected
from lukasa.ports.store import Store
from lukasa.text.analysis import ANALYSIS_VERSION

_EMBED_BATCH = 64
"""Passages encoded and committed together: a crash loses a second of work, or a long turn's few."""

_INDEX_BATCH = 256
"""Texts analysed and committed together: a tenth of a second, for which other writers wait."""

OUTDATED = (
    "the full-text index of this partition was made by rules of another version, and finds less; "
    "`reindex()` (`lukasa reindex`) rebuilds it"
)


@dataclass(frozen=True, slots=True)
class Reembed:
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
        backlogs = [
            await self.store.backlog(partition, fingerprint=spec.fingerprint, analysis=ANALYSIS_VERSION)
            for partition in partitions
        ]
        return Progress(done=done, remaining=sum(backlog.unembedded for backlog in backlogs))

    async def of(self, partition: Partition, *, limit: int | None, now: datetime) -> int:
        """Embed up to *limit* documents of one partition and return how many; 0 while the embedder cannot be used."""
        spec = await self.encoder.spec()
        if spec is None:
            return 0
        return await _in_batches(
            lambda size: self.store.unembedded(partition, fingerprint=spec.fingerprint, limit=size),
            lambda ids: self._embed(partition, ids, now=now),
            limit=limit,
            batch=_EMBED_BATCH,
        )

    async def _embed(self, partition: Partition, ids: Sequence[str], *, now: datetime) -> None:
        documents = await contents(self.store, partition, ids)
        texts = await collected(map(encoded_texts, documents))
        for batch in _batches(list(zip(documents, texts, strict=True))):
            encoded = await self.encoder.documents(list(chain.from_iterable(texts for _, texts in batch)))
            if encoded.fingerprint is None:
                raise encoded.error or self.encoder.problem
            embeddings = iter(encoded.embeddings)
            embed: list[Change] = [
                Embed(
                    id=content.id,
                    embeddings=list(islice(embeddings, len(texts))),
                    fingerprint=encoded.fingerprint,
                )
                for content, texts in batch
            ]
            # The terms too, where other rules made them: the vectors would be of other passages.
            index = await collected(_index(document_of(content)) for content, _ in batch)
            await self.store.apply(partition, [*index, *embed], cause=Cause(verb="reembed", at=now))


@dataclass(frozen=True, slots=True)
class Reindex:
    """Dependencies of re-indexing; it needs no model."""

    store: Store

    async def __call__(self, *, limit: int | None, now: datetime) -> Progress:
        """Analyse up to *limit* outdated documents over all partitions."""
        partitions = await self.store.partitions()
        done = 0
        for partition in partitions:
            left = None if limit is None else limit - done
            done += await self.of(partition, limit=left, now=now)
        backlogs = [
            await self.store.backlog(partition, fingerprint=None, analysis=ANALYSIS_VERSION)
            for partition in partitions
        ]
        return Progress(done=done, remaining=sum(backlog.outdated for backlog in backlogs))

    async def warnings(self, partition: Partition) -> list[str]:
        return [OUTDATED] if await self._outdated(partition, 1) else []

    async def of(self, partition: Partition, *, limit: int | None, now: datetime) -> int:
        """Analyse up to *limit* outdated documents of one partition and return how many."""
        return await _in_batches(
            lambda size: self._outdated(partition, size),
            lambda ids: self._index(partition, ids, now=now),
            limit=limit,
            batch=_INDEX_BATCH,
        )

    async def _outdated(self, partition: Partition, limit: int) -> list[str]:
        return await self.store.outdated(partition, analysis=ANALYSIS_VERSION, limit=limit)

    async def _index(self, partition: Partition, ids: Sequence[str], *, now: datetime) -> None:
        documents = await contents(self.store, partition, ids)
        changes = await collected(_index(document_of(content)) for content in documents)
        await self.store.apply(partition, changes, cause=Cause(verb="reindex", at=now))


def _index(document: Document) -> Index:
    return Index(id=document.id, passages=document.passages, words=document.words, analysis=document.analysis)


def _batches(
    documents: Sequence[tuple[Turn | Fact, Sequence[str]]],
) -> Iterator[Sequence[tuple[Turn | Fact, Sequence[str]]]]:
    """Yield documents with their passages in groups that have no more passages than a batch, if a document has not."""
    first = passages = 0
    for place, (_, texts) in enumerate(documents):
        if passages and passages + len(texts) > _EMBED_BATCH:
            yield documents[first:place]
            first, passages = place, 0
        passages += len(texts)
    yield documents[first:]


async def _in_batches(
    pending: Callable[[int], Awaitable[Sequence[str]]],
    process: Callable[[Sequence[str]], Awaitable[None]],
    *,
    limit: int | None,
    batch: int,
) -> int:
    """Process what is pending until nothing is left or the limit is reached; return how many were processed."""
    done = 0
    before: Sequence[str] = ()
    while limit is None or done < limit:
        ids = await pending(batch if limit is None else min(batch, limit - done))
        if not ids or ids == before:  # what cannot be brought up to date is not tried for ever
            break
        before = ids
        await process(ids)
        done += len(ids)
    return done
