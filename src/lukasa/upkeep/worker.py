"""Runs background jobs: takes them from the store, a few sessions at a time, and retries those that fail.

Nothing is kept in memory that the store does not have: a worker that dies leaves jobs whose lease runs out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Literal, Protocol

from lukasa.domain.job import Bookkeeping, Job, Postpone, Queue
from lukasa.domain.journal import Cause
from lukasa.domain.report import Flushed, Receipt, Usage
from lukasa.domain.scope import Partition
from lukasa.errors import LukasaError, RateLimitedError, StaleError, StoreBusyError, StoreError
from lukasa.llm.budget import Spending
from lukasa.policy import JobPolicy
from lukasa.ports.store import Store

_POLL = 0.02
"""Seconds between two looks at which jobs of a flush are done."""

_LONGER = 12
"""How often a wait becomes four times as long: with more, no date is late enough."""

_Stop = Literal["none left", "none due", "never"]
"""When the loop ends by itself."""


class JobHandler(Protocol):
    """Runs one kind of job, and ends it in the store."""

    def __call__(self, job: Job, *, final: bool) -> Awaitable[Spending]:
        """Run it; *final*: do not wait for more input. Raises `LukasaError` when it cannot be done now."""
        ...


@dataclass(slots=True)
class _Flush:
    """The jobs that a flush waits for, and what has come of them so far."""

    open: set[str]
    failed: set[str] = field(default_factory=set)
    done: int = 0
    errors: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Worker:
    """Runs jobs in the background of whatever event loop `kick` is called in."""

    store: Store
    handlers: Mapping[str, JobHandler]
    policy: JobPolicy
    clock: Callable[[], datetime]
    name: str
    """Who holds a lease; no two workers have the same."""

    _task: asyncio.Task[None] | None = field(default=None, init=False)
    _woken: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _runs: set[asyncio.Task[None]] = field(default_factory=set, init=False)
    """What `run` waits for."""

    _running: dict[str, asyncio.Task[None]] = field(default_factory=dict, init=False)
    """By job id."""

    _final: set[Partition] = field(default_factory=set, init=False)
    """Partitions whose jobs are not to wait for more input."""

    _errors: dict[str, str] = field(default_factory=dict, init=False)
    """By job id: why its last attempt failed; a job that succeeded has none."""

    _done: int = field(default=0, init=False)
    _spending: Spending = field(default_factory=Spending, init=False)

    def kick(self) -> None:
        """Run jobs from now on; a second call only wakes the worker up."""
        if not self.handlers:
            return
        self._woken.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work(), name="lukasa worker")

    async def run(self, *, until_idle: bool = False) -> int:
        """Run jobs, also those that come later, until cancelled or closed; or until none is due (*until_idle*).

        Return how many were done.
        """
        before = self._done
        listening = None if until_idle else asyncio.create_task(self._listen())
        working = asyncio.create_task(self._work("none due" if until_idle else "never"))
        self._runs.add(working)
        working.add_done_callback(self._runs.discard)
        try:
            await asyncio.wait({working})  # that `aclose` cancels it does not cancel whoever waits for it
        finally:
            working.cancel()
            if listening is not None:
                listening.cancel()
        if not working.cancelled():
            working.result()
        return self._done - before

    async def flush(self, partition: Partition | None, *, within: float | None) -> Flushed:
        """Run all waiting jobs (of a partition, or of all) now, each once, and report the results.

        After *within* seconds the rest is left to the background.
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
        """Stop, and give back running jobs, so that another worker takes them; `kick` starts again."""
        # What claims jobs, too: else it would claim again what is given back.
        tasks = [task for task in (self._task, *self._runs, *self._running.values()) if task is not None]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError, LukasaError):
                await task
        self._task = None

    # --- the loop ----------------------------------------------------------------------------------------------------

    async def _work(self, stop: _Stop = "none left") -> None:
        while True:
            # Cleared before the store is asked: a kick that comes in between is not lost.
            self._woken.clear()
            try:
                claimed = await self._claim()
            except StoreBusyError:
                if stop != "never":
                    raise
                claimed = 0  # Whoever works on waits for a store that is away for longer than one call does.
            if claimed:
                continue
            if not self._running and stop != "never" and (stop == "none due" or not await self._any_left()):
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(self.policy.poll.total_seconds()):
                    await self._woken.wait()

    async def _listen(self) -> None:
        """Wake up when another process has queued a job."""
        while True:
            await self.store.queued()
            self._woken.set()

    async def _any_left(self) -> bool:
        """Whether a job that this worker can run may become due."""
        jobs = await self.store.jobs(state="waiting") + await self.store.jobs(state="running")
        return any(job.kind in self.handlers for job in jobs)

    async def _claim(self) -> int:
        """Start as many jobs as there is room for; return how many."""
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
            # The store finishes what it has begun: the jobs that it hands out are given back.
            for job in await claiming:
                await self._postpone(job, job.error, self.clock())
            raise
        for job in jobs:
            task = asyncio.create_task(self._run(job), name=f"lukasa {job.kind}")
            self._running[job.id] = task
            task.add_done_callback(partial(self._finished, job.id))
        return len(jobs)

    def _finished(self, job_id: str, _: asyncio.Task[None]) -> None:
        self._running.pop(job_id, None)
        self._woken.set()

    # --- one job -----------------------------------------------------------------------------------------------------

    async def _run(self, job: Job) -> None:
        heartbeat = asyncio.create_task(self._keep_lease(job))
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
            self._done += 1
            self._spending.merge(spending)
        finally:
            heartbeat.cancel()

    async def _failed(self, job: Job, error: Exception) -> None:
        """Retry later if that may help; give up if it will not, or after too many attempts."""
        hopeless = not getattr(error, "retryable", False) and not isinstance(error, StoreError)
        dead = hopeless or job.attempts >= self.policy.attempts
        now = self.clock()
        longer = 4 ** min(job.attempts - 1, _LONGER)
        due = now + min(self.policy.first_wait * longer, self.policy.longest_wait)
        if isinstance(error, RateLimitedError) and error.wait is not None:
            due = max(due, now + timedelta(seconds=error.wait))
        await self._postpone(job, type(error).__name__, due, dead=dead)
        # Only now: a flush that waits for the job sees the error at once, and then looks at the job.
        reason = error if isinstance(error, LukasaError) else type(error).__name__
        self._errors[job.id] = f"{job.kind}: {reason}"

    async def _postpone(self, job: Job, error: str, due: datetime, *, dead: bool = False) -> None:
        # A store that cannot be written lets the lease run out, which has the same effect.
        with suppress(LukasaError):
            await self._book(job, Postpone(job=job, error=error, due_at=due, dead=dead))

    async def _keep_lease(self, job: Job) -> None:
        while True:
            await asyncio.sleep(self.policy.lease.total_seconds() / 3)
            with suppress(StoreError):
                await self.store.extend(job, until=self.clock() + self.policy.lease)

    async def _book(self, job: Job, entry: Bookkeeping) -> None:
        cause = Cause(verb=job.kind, at=self.clock())
        await self.store.apply(job.partition, [], cause=cause, bookkeeping=[entry])

    # --- waiting for all of it ---------------------------------------------------------------------------------------

    async def _flush(self, partition: Partition | None, waiting: Sequence[Job], flush: _Flush) -> None:
        for job in waiting:
            self._errors.pop(job.id, None)
            if lost := self._lost(job):
                await self._postpone(job, job.error, self.clock())
            if lost or job.state == "waiting":
                await self._book(job, Queue(kind=job.kind, session=job.session, due_at=self.clock()))
        self.kick()
        while flush.open:
            jobs = {job.id: job for job in await self.store.jobs(partition)}
            # A job that is done may have queued another: a summary, for example.
            flush.open |= {id_ for id_, job in jobs.items() if id_ not in flush.failed and self._due(job)}
            failed = {id_ for id_ in flush.open if id_ in self._errors}
            flush.done += len(flush.open - jobs.keys())
            flush.errors += [self._errors[id_] for id_ in sorted(failed)]
            flush.failed |= failed
            flush.open = (flush.open & jobs.keys()) - failed
            for job in map(jobs.__getitem__, flush.open):
                # It ran before the flush began, and then left a message to wait for the answer to it.
                if job.state == "waiting" and not job.error and job.due_at > self.clock():
                    await self._book(job, Queue(kind=job.kind, session=job.session, due_at=self.clock()))
                    self.kick()
            if flush.open:
                await asyncio.sleep(_POLL)

    def _due(self, job: Job) -> bool:
        """Whether a job is to be run now, or this worker is running it."""
        if job.kind not in self.handlers:
            return False
        ours = job.state == "running" and job.worker == self.name
        return ours or (job.state == "waiting" and job.due_at <= self.clock())

    def _lost(self, job: Job) -> bool:
        """Whether this worker holds the lease and does not run the job: its failure could not be written."""
        return job.state == "running" and job.worker == self.name and job.id not in self._running


# --- waiting for what a call left to do ------------------------------------------------------------------------------

_LISTED = 1_000
"""Turns whose reading is not whole that are looked at."""


@dataclass(frozen=True, slots=True)
class Wait:
    store: Store
    worker: Worker
    extractor: str
    """What the model marks turns with that it has read."""

    async def __call__(self, partition: Partition, receipt: Receipt) -> Receipt:
        """Return the receipt as it stands when the partition's jobs are done, or have failed."""
        flushed = await self.worker.flush(partition, within=None)
        entries = await self.store.journal(partition, since=receipt.change)
        facts = [entry.id for entry in entries if entry.verb == "extract" and entry.op != "extract"]
        lacking = await self.store.unextracted(
            partition, extractor=self.extractor, limit=_LISTED, lacking=True
        )
        by_rules = len(set(receipt.turns).intersection(lacking))
        warning = f"{by_rules} of these turns were read by rules: the model's reading is not whole"
        return replace(
            receipt,
            facts=[*dict.fromkeys((*receipt.facts, *facts))],
            pending=flushed.pending,
            warnings=[*receipt.warnings, *flushed.errors, *([warning] if by_rules else [])],
            usage=_both(receipt.usage, flushed.usage),
        )


def _both(one: Usage, other: Usage) -> Usage:
    return Usage(
        embedded=one.embedded + other.embedded,
        llm_calls=one.llm_calls + other.llm_calls,
        tokens_in=one.tokens_in + other.tokens_in,
        tokens_out=one.tokens_out + other.tokens_out,
        milliseconds=one.milliseconds + other.milliseconds,
    )
