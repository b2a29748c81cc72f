"""Verbs over all partitions."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import date
from pathlib import Path
from typing import Self

from lukasa.domain.job import Job, JobState, Spent
from lukasa.domain.report import Compacted, Flushed, Health, Progress, Stats, Verified
from lukasa.domain.scope import Partition
from lukasa.engine.arguments import check_limit
from lukasa.engine.doctor import examine, self_test
from lukasa.engine.doors import check_owner
from lukasa.engine.handle import AsyncHandle
from lukasa.engine.parts import Parts, Paths
from lukasa.errors import ClosedError
from lukasa.off_loop import release


class AsyncEngine:
    """Long-term memory for one application."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._paths = Paths(parts)
        self._closed = False

    def of(self, user: str, tenant: str | None = None) -> AsyncHandle:
        """Return a handle bound to one partition: the memory of this user alone.

        Raises `InputError` for a name that cannot be one, or that holds a secret: names of memories are stored as they are.
        """
        if self._closed:
            raise ClosedError("this memory was closed; open it again")
        partition = Partition(self._parts.tenant if tenant is None else tenant, user)
        if self._parts.remember.redact:
            check_owner("user", partition.user)
            check_owner("tenant", partition.tenant)
        return self._of(partition)

    async def partitions(self) -> list[Partition]:
        """List every partition, in the order in which they were first written to."""
        return await self._parts.store.partitions()

    async def stats(self) -> Stats:
        """Count what the whole store holds."""
        return await self._parts.store.stats()

    async def verify(self) -> Verified:
        """Check the whole store: file, schema, journal chain, indexes, orphans. Changes nothing."""
        return await self._parts.store.verify()

    async def backup(self, path: Path | str, *, force: bool = False) -> Verified:
        """Write a consistent copy of the store to a new file, readable by its owner alone, and return how the copy was checked.

        Others may write meanwhile. Raises `ConfigError` when the file exists, unless *force* replaces it, or when the memory has
        no file; `StoreCorruptError` when the store is damaged: then nothing is written.
        """
        return await self._parts.store.backup(Path(path), force=force)

    async def compact(self) -> Compacted:
        """Write the store's file anew without what is no longer used, and return its size before and after.

        Needs as much free memory and disk as the file has; those that write wait meanwhile. Raises `StoreBusyError` when others
        keep it from that.
        """
        return await self._parts.store.compact()

    async def doctor(self, *, prove: bool = False) -> Health:
        """Report what works, and what does not and why; a model that cannot be loaded is reported, not raised.

        With *prove*, the whole loop runs on a partition of its own, which is erased afterwards: write, extract, recall.
        """
        parts = self._parts
        handle = AsyncHandle(Partition("lukasa doctor", parts.worker), parts, self._paths)
        extracts = parts.recipe is not None or parts.extractor is not None
        return await examine(
            parts.store,
            self._paths.encoder,
            store_name=parts.store_name,
            llm=parts.llm.name if parts.llm else None,
            extractor=self._paths.believe.name or None,
            stages=await self_test(handle, extracts=extracts) if prove else (),
        )

    async def reembed(self, limit: int | None = None) -> Progress:
        """Make the missing vectors of up to *limit* documents, with the embedder in use; resumable.

        Raises `ProviderError` when the embedder cannot be used.
        """
        return await self._paths.reembed(limit=limit, now=self._parts.clock())

    async def reindex(self, limit: int | None = None) -> Progress:
        """Rebuild the full-text entries of up to *limit* documents written by another version of Lukasa; resumable, needs no model.

        Until then full-text finds less in them.
        """
        return await self._paths.reindex(limit=limit, now=self._parts.clock())

    async def extract(self, limit: int | None = None) -> Progress:
        """Distil facts from up to *limit* turns that the extractor in use has not read; resumable.

        Turns that this version stored were read when they were remembered; those of an older file, or of another
        extractor, were not. Raises `ProviderError` when the extractor needs a model that cannot be used.
        """
        if self._parts.recipe is not None:
            return await self._paths.catch_up(limit=limit)
        return await self._paths.extract(limit=limit, now=self._parts.clock())

    async def flush(self, timeout: float | None = None) -> Flushed:  # noqa: ASYNC109 - the caller's word for it
        """Run pending jobs, and wait until each is done or has failed once.

        After *timeout* seconds the rest goes on in the background. A failed job is retried later.
        """
        return await self._paths.worker.flush(None, within=timeout)

    async def jobs(self, *, state: JobState | None = None, limit: int | None = None) -> list[Job]:
        """List the jobs of all users: `waiting`, `running`, or `dead` (failed too often; `retry` revives it)."""
        check_limit(limit)
        return await self._parts.store.jobs(state=state, limit=limit)

    async def retry(self) -> int:
        """Retry failed jobs, and read again what rules had to read because the model failed; return how many there were."""
        partitions = await self._parts.store.partitions()
        return sum([await self._of(partition).retry() for partition in partitions])

    async def work(self, *, until_idle: bool = False) -> int:
        """Run background jobs, other processes' too, until cancelled or (*until_idle*) none is due; return how many were done."""
        return await self._paths.worker.run(until_idle=until_idle)

    async def usage(self, *, since: date | None = None, until: date | None = None) -> list[Spent]:
        """Return the usage of models over all users, by day (UTC), purpose and model; *until* is included."""
        return await self._parts.store.spent(since=since, until=until)

    async def aclose(self) -> None:
        """Release files, threads and connections; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        parts, paths = self._parts, self._paths
        async with AsyncExitStack() as stack:  # one that fails keeps no other open
            stack.push_async_callback(release)
            stack.push_async_callback(parts.store.aclose)
            if parts.llm is not None:
                stack.push_async_callback(parts.llm.aclose)
            stack.push_async_callback(paths.encoder.aclose)
            stack.push_async_callback(paths.worker.aclose)  # first: it gives back the jobs that it began

    def _of(self, partition: Partition) -> AsyncHandle:
        return AsyncHandle(partition, self._parts, self._paths)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
