"""Verbs over all partitions."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import date
from importlib.metadata import version
from typing import Self

from lukasa.domain.job import Job, JobState, Spent
from lukasa.domain.report import Flushed, Health, Progress, Stats, Verified
from lukasa.domain.scope import Partition
from lukasa.engine import selftest
from lukasa.engine.arguments import check_limit
from lukasa.engine.handle import AsyncHandle
from lukasa.engine.parts import Parts, Paths
from lukasa.errors import ClosedError, LukasaError
from lukasa.text.analysis import ANALYSIS_VERSION


class AsyncEngine:
    """Long-term memory for one application."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._paths = Paths(parts)
        self._closed = False

    def of(self, user: str, tenant: str | None = None) -> AsyncHandle:
        """Return a handle bound to one partition: this user's memory, and nobody else's."""
        if self._closed:
            raise ClosedError("this memory was closed; open it again")
        return self._of(Partition(self._parts.tenant if tenant is None else tenant, user))

    async def partitions(self) -> list[Partition]:
        """List every partition, in the order in which they were first written to."""
        return await self._parts.store.partitions()

    async def stats(self) -> Stats:
        """Count what the whole store holds."""
        return await self._parts.store.stats()

    async def verify(self) -> Verified:
        """Check the whole store: file, schema, journal chain, indexes, orphans. Changes nothing."""
        return await self._parts.store.verify()

    async def doctor(self, *, prove: bool = False) -> Health:
        """Tell what works, and what does not and why; never raises for a model that cannot be loaded.

        With *prove*, the whole loop is run on a partition of its own, which is erased afterwards: write, extract, recall.
        """
        parts = self._parts
        extracts = parts.recipe is not None or parts.extractor is not None
        spec, problem = None, None
        try:
            spec = await self._paths.encoder.spec()
        except LukasaError as error:
            problem = str(error)
        if spec is None and problem is None:
            problem = str(self._paths.encoder.problem)
        fingerprint = spec.fingerprint if spec else None
        backlogs = [
            await parts.store.backlog(
                partition,
                fingerprint=fingerprint,
                analysis=ANALYSIS_VERSION,
                extractor=self._paths.believe.name or None,
            )
            for partition in await parts.store.partitions()
        ]
        verified = await parts.store.verify()
        return Health(
            version=await asyncio.to_thread(version, "lukasa"),  # reads files
            store=parts.store_name,
            embedder=fingerprint,
            embedder_problem=problem,
            unembedded=sum(each.unembedded for each in backlogs),
            outdated=sum(each.outdated for each in backlogs),
            unextracted=sum(each.unextracted for each in backlogs),
            llm=parts.llm.name if parts.llm else None,
            stages=await selftest.prove(self._of(Partition("lukasa doctor", parts.worker)), extracts=extracts)
            if prove
            else (),
            pending=len(await parts.store.jobs(state="waiting")),
            dead=await parts.store.jobs(state="dead"),
            backlogs=[each for each in backlogs if each.unembedded or each.outdated or each.unextracted],
            details=await parts.store.describe(),
            stats=await parts.store.stats(),
            findings=verified.findings,
        )

    async def reembed(self, limit: int | None = None) -> Progress:
        """Make vectors of the embedder in use for up to *limit* documents that have none; resumable.

        Raises `ProviderError` when the embedder cannot be used.
        """
        return await self._paths.reembed(limit=limit, now=self._parts.clock())

    async def reindex(self, limit: int | None = None) -> Progress:
        """Make the terms of up to *limit* documents anew that other rules of analysis made; resumable, and needs no model.

        Only a store that another version of Lukasa wrote has such documents; until then full-text finds less in it.
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
        """Wait until everything that is to be done is done, or has failed once.

        After *timeout* seconds what is left goes on in the background. A job that fails is tried again later.
        """
        return await self._paths.worker.flush(None, within=timeout)

    async def jobs(self, *, state: JobState | None = None, limit: int | None = None) -> list[Job]:
        """List what is to be done, for all users: `waiting`, `running`, or `dead` (given up; `retry` revives it)."""
        check_limit(limit)
        return await self._parts.store.jobs(state=state, limit=limit)

    async def retry(self) -> int:
        """Have done again what was given up, and what rules had to read because the model failed; return how many jobs."""
        partitions = await self._parts.store.partitions()
        return sum([await self._of(partition).retry() for partition in partitions])

    async def work(self, *, until_idle: bool = False) -> int:
        """Do background jobs, other processes' too, until cancelled or (*until_idle*) none is due; return how many were done."""
        return await self._paths.worker.run(until_idle=until_idle)

    async def usage(self, *, since: date | None = None, until: date | None = None) -> list[Spent]:
        """Return what model calls took, over all users, by day (UTC), purpose and model; *until* is included."""
        return await self._parts.store.spent(since=since, until=until)

    async def aclose(self) -> None:
        """Release files, threads and connections; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        parts, paths = self._parts, self._paths
        async with AsyncExitStack() as stack:  # one that fails keeps no other open
            stack.push_async_callback(parts.store.aclose)
            if parts.llm is not None:
                stack.push_async_callback(parts.llm.aclose)
            if parts.reranker is not None:
                stack.push_async_callback(parts.reranker.aclose)
            stack.push_async_callback(paths.encoder.aclose)
            stack.push_async_callback(paths.worker.aclose)  # first: it gives back the jobs that it began

    def _of(self, partition: Partition) -> AsyncHandle:
        return AsyncHandle(partition, self._parts, self._paths)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
