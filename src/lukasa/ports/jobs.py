"""The background jobs that a store keeps, claimed by workers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from lukasa.domain.job import Job, JobState
from lukasa.domain.scope import Partition


class Jobs(Protocol):
    """Background jobs, of all partitions. They are queued and finished by the bookkeeping of `Memories.apply`."""

    async def claim(
        self,
        *,
        now: datetime,
        until: datetime,
        worker: str,
        limit: int,
        kinds: Collection[str] | None = None,
    ) -> list[Job]:
        """Take up to so many jobs (of these *kinds*; `None`: of any) that are due, in all partitions: they run until *until*.

        Earliest due first; a store of many tenants takes one of each in turn, so that none waits for all of another's. A job
        whose lease ran out is due. None is taken while another of the same partition and session runs, and no two of those
        at once. Each attempt is counted. Others of that session whose lease ran out wait again: whoever held them has lost
        them.
        """
        ...

    async def queued(self) -> None:
        """Wait until another process may have queued a job that is due.

        Nobody may rely on it: some stores hear of nothing, and then it waits for ever.
        """
        ...

    async def extend(self, job: Job, *, until: datetime) -> bool:
        """Prolong the lease of a claimed job; `False` when it is no longer this worker's."""
        ...

    async def jobs(
        self, partition: Partition | None = None, *, state: JobState | None = None, limit: int | None = None
    ) -> list[Job]:
        """List jobs of a partition, or of all, earliest due first (then by id)."""
        ...

    async def revive(self, partition: Partition | None = None, *, now: datetime) -> int:
        """Let dead jobs (of a partition, or of all) wait again, due now, with no attempts counted; return how many."""
        ...
