"""Verbs about background work: wait for it, look at it, do it again."""

from __future__ import annotations

from datetime import date

from lukasa.bounds import read_label
from lukasa.domain.job import Job, JobState, Queue, Spent, Summary
from lukasa.domain.journal import Cause
from lukasa.domain.report import Diff, Flushed
from lukasa.domain.scope import Partition
from lukasa.engine.arguments import Verbs, check_limit
from lukasa.extraction.guidance import Guidance, read_guidance
from lukasa.upkeep.maintain import KIND as MAINTAIN
from lukasa.upkeep.reread import Reread
from lukasa.upkeep.worker import Worker


class JobVerbs(Verbs):
    """Background work of one partition."""

    _worker: Worker
    _reread: Reread
    _guidance: dict[Partition, Guidance]
    """Wishes for single partitions, in place of the general ones."""

    async def flush(self, timeout: float | None = None) -> Flushed:  # noqa: ASYNC109 - the caller's word for it
        """Run this user's pending jobs, and wait until each is done or has failed once.

        After *timeout* seconds the rest goes on in the background. A failed job is retried later.
        """
        return await self._worker.flush(self.partition, within=timeout)

    async def jobs(self, *, state: JobState | None = None, limit: int | None = None) -> list[Job]:
        """List this user's jobs: `waiting`, `running`, or `dead` (failed too often; `retry` revives it)."""
        check_limit(limit)
        return await self._store.jobs(self.partition, state=state, limit=limit)

    async def retry(self) -> int:
        """Retry failed jobs, and read again what rules had to read because the model failed; return how many there were."""
        count = await self._reread.retry(self.partition)
        if count:
            self._worker.kick()
        return count

    async def reextract(self, session: str | None = None, *, dry_run: bool = False) -> Diff:
        """Read a session (`None`: every session) again from its verbatim turns, with the extractor in use; return what differs.

        Facts that rest on these turns alone are decided again; those that a person stated, amended, pinned or forgot stay.
        Each session is one write, which `undo` takes back. With *dry_run* nothing is written.

        Raises `NotFoundError` for an unknown session, `ProviderError` when the model cannot be asked: that session then
        stays as it was.
        """
        read_label("session", session)
        return await self._reread(self.partition, session, dry_run=dry_run)

    async def maintain(self) -> Flushed:
        """Run a round of maintenance now, and wait for it.

        It hides expired facts, merges facts that say the same, makes missing vectors and updates summaries. Nothing is
        destroyed: `undo` takes back what was merged and hidden. Each part is bounded; the next round goes on.
        """
        queue = Queue(kind=MAINTAIN, session=None, due_at=self._clock())
        cause = Cause(verb=MAINTAIN, at=self._clock())
        await self._store.apply(self.partition, [], cause=cause, bookkeeping=[queue])
        return await self.flush()

    async def summaries(self) -> list[Summary]:
        """Return the rolling summaries of the conversations: of the whole first, then by session."""
        return await self._store.summaries(self.partition)

    async def usage(self, *, since: date | None = None, until: date | None = None) -> list[Spent]:
        """Return the usage of models for this user, by day (UTC), purpose and model; *until* is included."""
        return await self._store.spent(self.partition, since=since, until=until)

    async def guide(self, guidance: Guidance | None) -> None:
        """Set what to remember of this user, and how, in place of the general guidance (`None`: back to that).

        It applies to turns that this process reads from now on.
        """
        wishes = read_guidance(guidance)
        if wishes is None:
            self._guidance.pop(self.partition, None)
        else:
            self._guidance[self.partition] = wishes
