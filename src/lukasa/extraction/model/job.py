"""The job `extract`: read what is unread of a session, form beliefs, write them. Turns are safe before it begins.

Each batch is one write: its facts, the note that its turns were read, and the summary. Whoever dies in between has lost
nothing, and who does it again does nothing twice: read turns are not read again, and a write that was decided on an older
version of the partition is decided anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from lukasa.beliefs.believe import Version, put
from lukasa.domain.change import Change, MarkExtracted
from lukasa.domain.job import Bookkeeping, Finish, Job, PutSummary, Queue, Summary
from lukasa.domain.journal import Cause
from lukasa.domain.query import TurnQuery
from lukasa.domain.turn import Turn
from lukasa.errors import StaleError
from lukasa.extraction.model.session import ReadBatch, Run, SessionReader
from lukasa.llm.budget import Spending
from lukasa.ports.store import Store

KIND = "extract"
SUMMARISE = "summarise"

_AT_ONCE = 400
"""Turns of a session that are listed at a time."""

_ATTEMPTS = 50
"""How often a batch is decided anew because others wrote to the partition; the model is not asked again for it."""

_LONGEST_SUMMARY = 4_000
"""Characters: a model that does not stop must not make every later prompt longer."""


@dataclass(frozen=True, slots=True)
class ExtractSession:
    """Everything that the job needs."""

    store: Store
    reader: SessionReader
    clock: Callable[[], datetime]

    async def __call__(self, job: Job, *, final: bool = False) -> Spending:
        """Read every unread turn of the job's session, and end the job.

        With *final*, a last message is read that otherwise would wait for the answer to it.

        Raises what the model raises when it cannot be asked now (`ProviderError`); what was read before stays.
        """
        run = Run(job.partition, job.session)
        while turns := await self._unread(run):
            waiting = [] if final else self._waiting(turns)
            for batch in self.reader.batches(turns[: len(turns) - len(waiting)]):
                await self._read(run, batch)
            if waiting:
                due = self._patient(waiting[-1])
                await self._end(job, [Queue(kind=KIND, session=job.session, due_at=due)])
                return run.spending
        await self._end(job, [])
        return run.spending

    # --- what is to be read ------------------------------------------------------------------------------------------

    async def _unread(self, run: Run) -> list[Turn]:
        ids = await self.store.unextracted(
            run.partition, extractor=self.reader.name, limit=_AT_ONCE, sessions=[run.session]
        )
        return await self.store.turns(run.partition, TurnQuery(ids=ids)) if ids else []

    def _waiting(self, turns: Sequence[Turn]) -> list[Turn]:
        """Return the last turn, when it is to be read together with an answer that may still come."""
        recipe = self.reader.recipe
        lonely = recipe is not None and recipe.pairs and len(turns) % 2 == 1
        return [turns[-1]] if lonely and self._patient(turns[-1]) > self.clock() else []

    def _patient(self, turn: Turn) -> datetime:
        return turn.recorded_at + self.reader.policy.patience

    # --- one batch ---------------------------------------------------------------------------------------------------

    async def _read(self, run: Run, batch: Sequence[Turn]) -> None:
        """Read some turns and write what follows."""
        for _ in range(_ATTEMPTS):
            unread = {turn.id for turn in await self._unread(run)}
            if not unread.issuperset(turn.id for turn in batch):
                return  # Somebody else read them, or they are gone: what is left is listed anew.
            try:
                await self._attempt(run, batch)
            except StaleError:
                continue
            return
        raise StaleError(f"other writers changed {run.partition!r} {_ATTEMPTS} times in a row; try again")

    async def _attempt(self, run: Run, batch: Sequence[Turn]) -> None:
        version = await self.store.version(run.partition)
        earlier = await self.reader.earlier(run, batch[0])
        summaries = await self.store.summaries(run.partition)
        read = await self.reader.read(run, batch, earlier, summaries)
        versions = await self.reader.resolve(run, read, now=self.clock())
        cause = Cause(verb="extract", at=self.clock(), reason=self.reader.name.partition("-")[0])
        await self.store.apply(
            run.partition,
            self._changes(run, read, versions),
            cause=cause,
            expected=version,
            bookkeeping=self._bookkeeping(run, batch, read, summaries),
        )

    def _changes(self, run: Run, read: ReadBatch, versions: Sequence[Version]) -> list[Change]:
        believe, name = self.reader.believe, self.reader.name
        marks = [
            MarkExtracted(
                id=each.turn.id,
                extraction=believe.extraction(each, versions, by=name, fallback=read.lacking),
            )
            for each in read.heard
        ]
        return [*marks, *(put(each, run.vectors, run.fingerprint) for each in versions)]

    def _bookkeeping(
        self, run: Run, batch: Sequence[Turn], read: ReadBatch, summaries: Sequence[Summary]
    ) -> list[Bookkeeping]:
        """Keep the summary that came with the facts, or have it made when enough was said since the last."""
        policy = self.reader.policy
        if self.reader.recipe is not None and self.reader.recipe.pairs:
            through = next((each.through for each in summaries if each.session is None), 0)
            due = batch[-1].seq - through >= policy.summary_every
            return [Queue(kind=SUMMARISE, session=None, due_at=self.clock())] if due else []
        text = ((read.reading.summary if read.reading else None) or "").strip()
        if not text:
            return []
        summary = Summary(
            session=run.session,
            text=text[:_LONGEST_SUMMARY],
            through=batch[-1].seq,
            made_by=self.reader.name,
            updated_at=self.clock(),
        )
        return [PutSummary(summary=summary)]

    async def _end(self, job: Job, more: Sequence[Bookkeeping]) -> None:
        cause = Cause(verb="extract", at=self.clock())
        await self.store.apply(job.partition, [], cause=cause, bookkeeping=[Finish(job=job), *more])
