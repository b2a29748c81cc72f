"""What is kept beside the memory of one partition: jobs, summaries, and what model calls took."""

from __future__ import annotations

from collections.abc import Collection
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from lukasa.domain.job import Bookkeeping, Finish, Job, Postpone, PutSummary, Queue, Spent, Summary, job_id
from lukasa.domain.scope import Partition
from lukasa.errors import StaleError


@dataclass(slots=True)
class PartitionBookkeeping:
    """The parts are values, so a shallow copy is a snapshot."""

    jobs: dict[str, Job] = field(default_factory=dict)
    """By id."""

    summaries: dict[str | None, Summary] = field(default_factory=dict)
    """By session."""

    usage: dict[tuple[date, str, str], Spent] = field(default_factory=dict)
    """By day, purpose and model."""

    def __copy__(self) -> PartitionBookkeeping:
        return PartitionBookkeeping(dict(self.jobs), dict(self.summaries), dict(self.usage))

    def keep(self, item: Bookkeeping, partition: Partition, at: datetime) -> None:
        """Write one thing down. Raises `StaleError` for a job that is no longer the worker's who finished it."""
        match item:
            case Queue():
                self._queue(item, partition, at)
            case Finish(job=job):
                self._finish(job, at)
            case Postpone():
                self._postpone(item)
            case PutSummary(summary=summary):
                before = self.summaries.get(summary.session)
                if before is None or before.through <= summary.through:
                    self.summaries[summary.session] = summary

    def running(self, session: str | None, now: datetime) -> bool:
        """Whether some job of the session is running."""
        return any(
            job.session == session and job.state == "running" and not _lapsed(job, now)
            for job in self.jobs.values()
        )

    def due(self, now: datetime) -> list[Job]:
        """Return the jobs that may be taken now."""
        return [job for job in self.jobs.values() if _lapsed(job, now) or _waits(job, now)]

    def take(self, job: Job, *, until: datetime, worker: str) -> Job:
        """Give a job that is due, of a session of which none is being done, to a worker."""
        for other in list(self.jobs.values()):
            if other.session == job.session and other.state == "running":
                # Its lease ran out, and now another worker is at the session.
                self.jobs[other.id] = replace(other, state="waiting", worker="", leased_until=None)
        taken = replace(job, state="running", worker=worker, leased_until=until, attempts=job.attempts + 1)
        self.jobs[job.id] = taken
        return taken

    def claimed(self, job: Job) -> Job | None:
        """Return the job as it is now, if it is still that of the worker who claimed it."""
        claimed = self.jobs.get(job.id)
        if claimed is None or claimed.state != "running":
            return None
        return claimed if (claimed.worker, claimed.attempts) == (job.worker, job.attempts) else None

    def spend(self, spent: Spent) -> None:
        """Add to the ledger."""
        key = (spent.day, spent.purpose, spent.model)
        row = self.usage.get(key)
        self.usage[key] = spent if row is None else added(row, spent)

    def without(
        self,
        sessions: Collection[str | None],
        *,
        kept: Collection[str | None],
        summaries: Collection[str | None],
    ) -> PartitionBookkeeping:
        """Return what is left once turns of these sessions were erased; *kept*: sessions that still have turns."""
        left = copy(self)
        gone = {*sessions, *summaries, None}
        left.summaries = {name: each for name, each in self.summaries.items() if name not in gone}
        emptied = set(sessions) - set(kept)
        left.jobs = {
            name: replace(job, error="")
            for name, job in self.jobs.items()
            if job.session is None or job.session not in emptied
        }
        return left

    def _queue(self, item: Queue, partition: Partition, at: datetime) -> None:
        name = job_id(partition, item.kind, item.session)
        job = self.jobs.get(name)
        if job is None:
            self.jobs[name] = Job(
                partition=partition,
                kind=item.kind,
                session=item.session,
                due_at=item.due_at,
                created_at=at,
                guidance=item.guidance,
            )
            return
        state = "waiting" if job.state == "dead" else job.state
        self.jobs[name] = replace(
            job,
            state=state,
            due_at=min(job.due_at, item.due_at),
            wanted=job.wanted + 1,
            guidance=item.guidance or job.guidance,
        )

    def _finish(self, job: Job, at: datetime) -> None:
        claimed = self.claimed(job)
        if claimed is None:
            raise StaleError(f"the job {job.kind!r} of this session is no longer held by {job.worker!r}")
        if claimed.wanted == job.wanted:
            del self.jobs[job.id]
        else:
            self.jobs[job.id] = replace(
                claimed, state="waiting", due_at=at, attempts=0, worker="", leased_until=None, error=""
            )

    def _postpone(self, item: Postpone) -> None:
        claimed = self.claimed(item.job)
        if claimed is not None:
            self.jobs[claimed.id] = replace(
                claimed,
                state="dead" if item.dead else "waiting",
                due_at=item.due_at,
                worker="",
                leased_until=None,
                error=item.error,
            )


def added(one: Spent, other: Spent) -> Spent:
    """Return the sum of two rows of one day, purpose and model."""
    return replace(
        one,
        calls=one.calls + other.calls,
        tokens_in=one.tokens_in + other.tokens_in,
        tokens_out=one.tokens_out + other.tokens_out,
        tokens_cached=one.tokens_cached + other.tokens_cached,
        dollars=one.dollars + other.dollars,
        unpriced=one.unpriced + other.unpriced,
    )


def _lapsed(job: Job, now: datetime) -> bool:
    return job.state == "running" and job.leased_until is not None and job.leased_until <= now


def _waits(job: Job, now: datetime) -> bool:
    return job.state == "waiting" and job.due_at <= now
