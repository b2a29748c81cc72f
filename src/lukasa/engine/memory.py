"""Verbs over all partitions."""

from __future__ import annotations

import asyncio
from datetime import date
from importlib.metadata import version
from typing import Self

from lukasa.domain.job import Job, JobState, Spent
from lukasa.domain.report import Flushed, Health, Progress, Stats, Verified
from lukasa.domain.scope import Partition
from lukasa.engine import selftest
from lukasa.engine.arguments import check_limit
from lukasa.engine.handle import AsyncHandle
from lukasa.engine.parts import Parts, Running
from lukasa.errors import LukasaError
from lukasa.text.analysis import ANALYSIS_VERSION
from lukasa.upkeep.catch_up import CatchUp


class AsyncEngine:
    """Long-term memory for one application."""

    def __init__(self, parts: Parts) -> None:
        self._running = Running(parts)

    def of(self, user: str, tenant: str | None = None) -> AsyncHandle:
        """Return a handle bound to one partition: this user's memory, and nobody else's."""
        default = self._running.parts.tenant
        return AsyncHandle(self._running, Partition(default if tenant is None else tenant, user))

    async def partitions(self) -> list[Partition]:
        """List every partition, in the order in which they were first written to."""
        return await self._running.parts.store.partitions()

    async def stats(self) -> Stats:
        """Count what the whole store holds."""
        return await self._running.parts.store.stats()

    async def verify(self) -> Verified:
        """Check the whole store: file, schema, journal chain, indexes, orphans. Changes nothing."""
        return await self._running.parts.store.verify()

    async def doctor(self, *, prove: bool = False) -> Health:
        """Tell what works, and what does not and why; never raises for a model that cannot be loaded.

        With *prove*, the whole loop is run on a partition of its own, which is erased afterwards: write, extract, recall.
        """
        parts = self._running.parts
        spec, problem = None, None
        try:
            spec = await self._running.encoder.spec()
        except LukasaError as error:
            problem = str(error)
        if spec is None and problem is None:
            problem = str(self._running.encoder.problem)
        fingerprint = spec.fingerprint if spec else None
        backlogs = [
            await parts.store.backlog(
                partition,
                fingerprint=fingerprint,
                analysis=ANALYSIS_VERSION,
                extractor=self._running.believe.name or None,
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
            stages=await selftest.prove(self._running) if prove else (),
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
        return await self._running.reembed(limit=limit, now=self._running.parts.clock())

    async def reindex(self, limit: int | None = None) -> Progress:
        """Make the terms of up to *limit* documents anew that other rules of analysis made; resumable, and needs no model.

        Only a store that another version of Lukasa wrote has such documents; until then full-text finds less in it.
        """
        return await self._running.reindex(limit=limit, now=self._running.parts.clock())

    async def extract(self, limit: int | None = None) -> Progress:
        """Distil facts from up to *limit* turns that the extractor in use has not read; resumable.

        Turns that this version stored were read when they were remembered; those of an older file, or of another
        extractor, were not. Raises `ProviderError` when the extractor needs a model that cannot be used.
        """
        running = self._running
        if running.parts.recipe is not None:
            catch_up = CatchUp(running.parts.store, running.worker, running.believe.name, running.parts.clock)
            return await catch_up(limit=limit)
        return await running.extract(limit=limit, now=running.parts.clock())

    async def flush(self, timeout: float | None = None) -> Flushed:  # noqa: ASYNC109 - the caller's word for it
        """Wait until everything that is to be done is done, or has failed once.

        After *timeout* seconds what is left goes on in the background. A job that fails is tried again later.
        """
        return await self._running.worker.flush(None, within=timeout)

    async def jobs(self, *, state: JobState | None = None, limit: int | None = None) -> list[Job]:
        """List what is to be done, for all users: `waiting`, `running`, or `dead` (given up; `retry` revives it)."""
        check_limit(limit)
        return await self._running.parts.store.jobs(state=state, limit=limit)

    async def retry(self) -> int:
        """Have done again what was given up, and what rules had to read because the model failed; return how many jobs."""
        partitions = await self._running.parts.store.partitions()
        return sum([await AsyncHandle(self._running, partition).retry() for partition in partitions])

    async def work(self, *, until_idle: bool = False) -> int:
        """Do background jobs, other processes' too, until cancelled or (*until_idle*) none is due; return how many were done."""
        return await self._running.worker.run(until_idle=until_idle)

    async def usage(self, *, since: date | None = None, until: date | None = None) -> list[Spent]:
        """Return what model calls took, over all users, by day (UTC), purpose and model; *until* is included."""
        return await self._running.parts.store.spent(since=since, until=until)

    async def aclose(self) -> None:
        """Release files, threads and connections; a second call does nothing."""
        await self._running.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
