"""Does what was left for later: takes jobs from the store, a few sessions at a time, and tries again what failed.

Nothing is kept in memory that the store does not have: a worker that dies leaves jobs whose lease runs out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol

from lukasa.domain.job import Job, Postpone, Queue
from lukasa.domain.journal import Cause
from lukasa.domain.report import Flushed
from lukasa.domain.scope import Partition
from lukasa.errors import LukasaError, RateLimitedError, StaleError, StoreError
from lukasa.llm.budget import Spending
from lukasa.policy import JobPolicy
from lukasa.ports.store import Store


class Handler(Protocol):
    """Does one kind of job, and ends it in the store."""

    def __call__(self, job: Job, *, final: bool) -> Awaitable[Spending]:
        """Do it; *final*: nothing more is to be waited for. Raises `LukasaError` when it cannot be done now."""
        ...


@dataclass(slots=True)
class _Flush:
    """What has come of waiting so far."""

    left: set[str]
    failed: set[str] = field(default_factory=set)
    done: int = 0
    errors: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Worker:
    """Runs jobs in the background of whatever event loop it is kicked in."""

    store: Store
    handlers: Mapping[str, Handler]
    policy: JobPolicy
    clock: Callable[[], datetime]
    name: str
    """Who holds a lease; no two workers have the same."""

    _task: asyncio.Task[None] | None = field(default=None, init=False)
    _woken: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _running: dict[str, asyncio.Task[None]] = field(default_factory=dict, init=False)
    """By job id."""

    _final: set[Partition] = field(default_factory=set, init=False)
    """Partitions of which nothing is to be waited for."""

    _errors: dict[str, str] = field(default_factory=dict, init=False)
    """By job id: why its last attempt failed; what is done has none."""

    _ended: int = field(default=0, init=False)
    """Jobs done so far."""

    _spending: Spending = field(default_factory=Spending, init=False)

    def kick(self) -> None:
        """See to jobs from now on; a second call only wakes it up."""
        if not self.handlers:
            return
        self._woken.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work(), name="lukasa worker")

    async def run(self, *, until_idle: bool = False) -> int:
        """Do jobs until cancelled, or until none is due (*until_idle*); return how many were done."""
        before = self._ended
        await self._work(until_idle=until_idle)
        return self._ended - before

    async def flush(self, partition: Partition | None, *, within: float | None) -> Flushed:
        """Have everything done now that waits (of a partition, or of all), each job once, and tell what came of it.

        After *within* seconds it is left to the background.
        """
        waiting = await self.store.jobs(partition)
        ours = [job for job in waiting if job.kind in self.handlers]  # others are for a process with a model
        flush = _Flush({job.id for job in ours if job.state != "dead"})
        self._final |= {job.partition for job in waiting}
        self._spending, before = Spending(), self._spending
        try:
            async with asyncio.timeout(within):
                await self._flush(partition, ours, flush)
        except TimeoutError:
            flush.errors.append(f"not everything was done within {within:g} s; it goes on in the background")
        finally:
            self._final -= {job.partition for job in waiting}
            usage, self._spending = self._spending.usage, before
        pending = await self.store.jobs(partition)
        return Flushed(done=flush.done, pending=len(pending), errors=flush.errors, usage=usage)

    async def aclose(self) -> None:
        """Stop, and give back what was begun, so that another worker takes it; `kick` goes on."""
        tasks = [task for task in (self._task, *self._running.values()) if task is not None]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError, LukasaError):
                await task
        self._task = None

    # --- the loop ----------------------------------------------------------------------------------------------------

    async def _work(self, *, until_idle: bool = False) -> None:
        while True:
            self._woken.clear()
            claimed = await self._claim()
            if claimed:
                continue
            if not self._running and (until_idle or not await self._any_left()):
                return
            await self._wait()

    async def _any_left(self) -> bool:
        """Tell whether something may become due that this worker can do."""
        jobs = await self.store.jobs(state="waiting") + await self.store.jobs(state="running")
        return any(job.kind in self.handlers for job in jobs)

    async def _claim(self) -> int:
        """Begin as many jobs as there is room for; return how many."""
        room = self.policy.concurrency - len(self._running)
        if room <= 0:
            return 0
        now = self.clock()
        claiming = asyncio.ensure_future(
            self.store.claim(
                now=now,
                until=now + self.policy.lease,
                worker=self.name,
                limit=room,
                kinds=self.handlers.keys(),
            )
        )
        try:
            jobs = await asyncio.shield(claiming)
        except asyncio.CancelledError:
            # The store finishes what it has begun: what it hands out is given back.
            for job in await claiming:
                await self._postpone(job, job.error, self.clock())
            raise
        for job in jobs:
            task = asyncio.create_task(self._do(job), name=f"lukasa {job.kind}")
            self._running[job.id] = task
            task.add_done_callback(partial(self._done, job.id))
        return len(jobs)

    def _done(self, job_id: str, _: asyncio.Task[None]) -> None:
        self._running.pop(job_id, None)
        self._woken.set()

    async def _wait(self) -> None:
        """Wait for a job to end, for a kick, or for the next look."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.policy.poll.total_seconds()):
                await self._woken.wait()

    # --- one job -----------------------------------------------------------------------------------------------------

    async def _do(self, job: Job) -> None:
        beat = asyncio.create_task(self._prolong(job))
        try:
            spending = await self.handlers[job.kind](job, final=job.partition in self._final)
        except asyncio.CancelledError:
            await self._postpone(job, "stopped", self.clock())
            raise
        except StaleError:
            pass  # Another worker has it now.
        except Exception as error:  # noqa: BLE001 - it stays with the job, as a dead one, and `doctor` shows it
            await self._failed(job, error)
        else:
            self._errors.pop(job.id, None)
            self._ended += 1
            self._spending.merge(spending)
        finally:
            beat.cancel()

    async def _failed(self, job: Job, error: Exception) -> None:
        """Try again later what may pass; give up what will not, or what failed too often."""
        told = (
            f"{job.kind}: {error}"
            if isinstance(error, LukasaError)
            else f"{job.kind}: {type(error).__name__}"
        )
        hopeless = not getattr(error, "retryable", False) and not isinstance(error, StoreError)
        dead = hopeless or job.attempts >= self.policy.attempts
        wait = self.policy.first_wait * 4 ** (job.attempts - 1)
        due = self.clock() + min(wait, self.policy.longest_wait)
        if isinstance(error, RateLimitedError) and error.wait is not None:
            due = max(
                due,
                self.clock() + self.policy.first_wait * error.wait / self.policy.first_wait.total_seconds(),
            )
        await self._postpone(job, type(error).__name__, due, dead=dead)
        # Only now: whoever waits for it is told at once, and looks at the job.
        self._errors[job.id] = told

    async def _postpone(self, job: Job, error: str, due: datetime, *, dead: bool = False) -> None:
        """Note a failure; a store that cannot be written lets the lease run out, which comes to the same."""
        cause = Cause(verb=job.kind, at=self.clock())
        postponed = Postpone(job=job, error=error, due_at=due, dead=dead)
        with suppress(LukasaError):
            await self.store.apply(job.partition, [], cause=cause, bookkeeping=[postponed])

    async def _prolong(self, job: Job) -> None:
        """Keep the lease of a job that takes long."""
        while True:
            await asyncio.sleep(self.policy.lease.total_seconds() / 3)
            with suppress(StoreError):
                await self.store.extend(job, until=self.clock() + self.policy.lease)

    # --- waiting for all of it ---------------------------------------------------------------------------------------

    async def _flush(self, partition: Partition | None, waiting: Sequence[Job], flush: _Flush) -> None:
        for job in waiting:
            self._errors.pop(job.id, None)
            if job.state == "waiting" or self._lost(job):
                await self._hasten(job)
        self.kick()
        while flush.left:
            there = {job.id: job for job in await self.store.jobs(partition)}
            # What is done may have left more to do: a summary, say.
            flush.left |= {id_ for id_, job in there.items() if id_ not in flush.failed and self._due(job)}
            failed = {id_ for id_ in flush.left if id_ in self._errors}
            flush.done += len(flush.left - there.keys())
            flush.errors += [self._errors[id_] for id_ in sorted(failed)]
            flush.failed |= failed
            flush.left = (flush.left & there.keys()) - failed
            if flush.left:
                await asyncio.sleep(_LOOK)

    def _due(self, job: Job) -> bool:
        """Tell whether a job is to be done now, or we are at it already."""
        if job.kind not in self.handlers:
            return False
        ours = job.state == "running" and job.worker == self.name
        return ours or (job.state == "waiting" and job.due_at <= self.clock())

    def _lost(self, job: Job) -> bool:
        """Tell whether a job is ours and nobody is at it: its failure could not be written down."""
        return job.state == "running" and job.worker == self.name and job.id not in self._running

    async def _hasten(self, job: Job) -> None:
        if self._lost(job):
            await self._postpone(job, job.error, self.clock())
        cause = Cause(verb=job.kind, at=self.clock())
        queue = Queue(kind=job.kind, session=job.session, due_at=self.clock())
        await self.store.apply(job.partition, [], cause=cause, bookkeeping=[queue])


_LOOK = 0.02
"""Seconds between two looks at what is done."""
