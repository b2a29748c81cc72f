"""Verbs about what a model does in the background: wait for it, look at it, have it done again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from lukasa.domain.fact import Fact, FactKind
from lukasa.domain.job import Job, JobState, Queue, Spent, Summary
from lukasa.domain.journal import Cause
from lukasa.domain.query import FactQuery, TurnQuery
from lukasa.domain.report import Diff, Flushed
from lukasa.engine.arguments import Verbs, check_limit
from lukasa.errors import InputError, NotFoundError
from lukasa.extraction.guidance import Guidance
from lukasa.extraction.model.reextract import ReadAgain
from lukasa.upkeep.maintain import KIND as MAINTAIN

_PAGE = 1_000
"""Turns listed at a time."""


class WorkVerbs(Verbs):
    """What can be asked of the background work of one partition."""

    async def flush(self, timeout: float | None = None) -> Flushed:  # noqa: ASYNC109 - the caller's word for it
        """Wait until everything that is to be done for this user is done, or has failed once.

        After *timeout* seconds what is left goes on in the background. A job that fails is tried again later.
        """
        return await self._running.worker.flush(self.partition, within=timeout)

    async def jobs(self, *, state: JobState | None = None, limit: int | None = None) -> list[Job]:
        """List what is to be done for this user: `waiting`, `running`, or `dead` (given up; `retry` revives it)."""
        check_limit(limit)
        return await self._running.parts.store.jobs(self.partition, state=state, limit=limit)

    async def retry(self) -> int:
        """Have done again what was given up, and what rules had to read because the model failed; return how many jobs."""
        running, now = self._running, self._running.parts.clock()
        store = running.parts.store
        count = await store.revive(self.partition, now=now)
        lacking = await store.unextracted(
            self.partition, extractor=running.reader.name, limit=_PAGE, lacking=True
        )
        turns = await store.turns(self.partition, TurnQuery(ids=lacking)) if lacking else []
        for session in dict.fromkeys(turn.session for turn in turns):
            await self.reextract(session)
            count += 1
        if count:
            running.worker.kick()
        return count

    async def reextract(self, session: str | None = None, *, dry_run: bool = False) -> Diff:
        """Read a session (`None`: every session) again from its verbatim turns, with the extractor in use; return what differs.

        Facts that rest on these turns alone are decided anew; those that a person stated, amended, pinned or forgot stay.
        Each session is one write, which `undo` takes back. With *dry_run* nothing is written.

        Raises `NotFoundError` for an unknown session, `ProviderError` when the model cannot be asked: that session then
        stays as it was.
        """
        running = self._running
        if running.reader.recipe is None and running.parts.extractor is None:
            raise InputError(
                "no extractor is configured (extractor='none'), so there is nothing to read with"
            )
        sessions = await self._sessions()
        if session is not None and session not in sessions:
            raise NotFoundError(f"the partition has no session {session!r}")
        again = ReadAgain(running.parts.store, running.reader, running.parts.clock)
        diffs = [
            await again(self.partition, each, dry_run=dry_run)
            for each in (sessions if session is None else [session])
        ]
        return Diff(
            added=[fact for diff in diffs for fact in diff.added],
            gone=[fact for diff in diffs for fact in diff.gone],
            changed=[revision for diff in diffs for revision in diff.changed],
        )

    async def maintain(self) -> Flushed:
        """Do a round of background care now, and wait for it.

        It hides what expired, merges facts that say the same, makes missing vectors, and has summaries written. Nothing is destroyed: `undo` takes back what was merged and hidden. Each part is bounded; the next round goes on.
        """
        parts = self._running.parts
        queue = Queue(kind=MAINTAIN, session=None, due_at=parts.clock())
        cause = Cause(verb=MAINTAIN, at=parts.clock())
        await parts.store.apply(self.partition, [], cause=cause, bookkeeping=[queue])
        return await self.flush()

    async def timeline(
        self, *, since: datetime | str | None = None, until: datetime | str | None = None
    ) -> list[Fact]:
        """Return what happened and what is planned, in the order in which it did or will, as far as a date is known.

        *since* and *until* bound when it begins.
        """
        first, last = self._instant(since), self._instant(until)
        kinds: list[FactKind] = ["event", "plan"]
        found = await self._running.parts.store.facts(
            self.partition, FactQuery(kinds=kinds, statuses=["current"])
        )
        dated = [(fact.valid.start, fact) for fact in found if fact.valid.start is not None]
        inside = [
            (start, fact)
            for start, fact in dated
            if (first is None or start >= first) and (last is None or start < last)
        ]
        return [fact for _, fact in sorted(inside, key=lambda each: (each[0], each[1].seq))]

    async def summaries(self) -> list[Summary]:
        """Return the rolling summaries of the conversations: of the whole first, then by session."""
        return await self._running.parts.store.summaries(self.partition)

    async def usage(self, *, since: date | None = None, until: date | None = None) -> list[Spent]:
        """Return what model calls for this user took, by day (UTC), purpose and model; *until* is included."""
        return await self._running.parts.store.spent(self.partition, since=since, until=until)

    async def guide(self, guidance: Guidance | None) -> None:
        """Set what is to be remembered of this user, and how, in place of the general guidance (`None`: that again).

        It holds for turns that are read from now on by this process.
        """
        guided = self._running.guidance
        if guidance is None:
            guided.pop(self.partition, None)
        else:
            guided[self.partition] = guidance

    async def _sessions(self) -> Sequence[str | None]:
        """Return the sessions of the partition in order."""
        found: dict[str | None, None] = {}
        after = 0
        while page := await self._running.parts.store.turns(
            self.partition, TurnQuery(after=after, limit=_PAGE)
        ):
            found.update(dict.fromkeys(turn.session for turn in page))
            after = page[-1].seq
        return list(found)
