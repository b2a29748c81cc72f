"""The job `extract`: read what is unread of a session, form beliefs, write them. Turns are safe before it begins.

Each batch is one write: its facts, the note that its turns were read, and the summary. A crash in between loses nothing, and
another run does nothing twice: read turns are not read again, and a write that was decided on an older version of the
partition is decided again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from lukasa.beliefs.believe import Version
from lukasa.domain.job import Bookkeeping, Finish, Job, PutSummary, Queue, Summary
from lukasa.domain.journal import Cause
from lukasa.domain.query import TurnQuery
from lukasa.domain.turn import Turn
from lukasa.extraction.guidance import unpacked
from lukasa.extraction.model.recipe import COMPARE
from lukasa.extraction.model.session import ReadBatch, Run, SessionReader
from lukasa.gate.instructions import without_instructions
from lukasa.llm.budget import Spending
from lukasa.ports.attempts import until_applied
from lukasa.ports.store import Store
from lukasa.text.secrets import redact

if TYPE_CHECKING:
    from lukasa.extraction.model.compare import CompareFacts

KIND = "extract"
SUMMARISE = "summarise"

_AT_ONCE = 400
"""Turns of a session that are listed at a time."""

_ATTEMPTS = 50
"""How often a batch is decided because others wrote to the partition; the model is asked only once."""

_LONGEST_SUMMARY = 4_000
"""Characters: a model that does not stop must not make every later prompt longer."""


@dataclass(frozen=True, slots=True)
class ExtractSession:
    store: Store
    reader: SessionReader
    clock: Callable[[], datetime]
    compare: CompareFacts | None = None
    """Where the recipe leaves it for later how facts stand to one another."""

    async def __call__(self, job: Job, *, final: bool = False) -> Spending:
        """Read every unread turn of the job's session, and end the job.

        With *final*, a last message is read that otherwise would wait for the answer to it.

        Raises what the model raises when it cannot be asked now (`ProviderError`); what was read before stays.
        """
        run = Run(job.partition, job.session, guidance=unpacked(job.guidance))
        while turns := await self._unread(run):
            waiting = [] if final else self._waiting(turns)
            for batch in self.reader.batches(turns[: len(turns) - len(waiting)]):
                await self._read(run, batch, final=final)
            if waiting:
                due = self._patient(waiting[-1])
                again = Queue(kind=KIND, session=job.session, due_at=due, guidance=job.guidance)
                await self._end(job, [again])
                return run.spending
        await self._end(job, [])
        return run.spending

    async def _unread(self, run: Run) -> list[Turn]:
        ids = await self.store.unextracted(
            run.partition, extractor=self.reader.name, limit=_AT_ONCE, sessions=[run.session]
        )
        return await self.store.turns(run.partition, TurnQuery(ids=ids)) if ids else []

    def _waiting(self, turns: Sequence[Turn]) -> list[Turn]:
        """Return the last turn, when it is to be read together with an answer that may still come."""
        recipe = self.reader.recipe
        unpaired = recipe is not None and recipe.pairs and len(turns) % 2 == 1
        return [turns[-1]] if unpaired and self._patient(turns[-1]) > self.clock() else []

    def _patient(self, turn: Turn) -> datetime:
        return turn.recorded_at + self.reader.policy.patience

    async def _read(self, run: Run, batch: Sequence[Turn], *, final: bool) -> None:
        attempt = partial(self._attempt, run, batch, final)
        await until_applied(self.store, run.partition, attempt, attempts=_ATTEMPTS)

    async def _attempt(self, run: Run, batch: Sequence[Turn], final: bool, version: int) -> None:
        unread = {turn.id for turn in await self._unread(run)}
        if not unread.issuperset(turn.id for turn in batch):
            return  # Another worker read them, or they are gone: what is left is listed again.
        earlier = await self.reader.earlier(run, batch[0])
        summaries = await self.store.summaries(run.partition)
        read = await self.reader.read(run, batch, earlier, summaries)
        now = self.clock()
        versions = await self.reader.resolve(run, read, now=now)
        # Facts are learned at the moment at which the job is queued that compares them.
        await self.store.apply(
            run.partition,
            self.reader.changes(run, read.heard, versions, lacking=read.lacking),
            cause=self.reader.cause("extract", now),
            expected=version,
            bookkeeping=[
                *await self._bookkeeping(run, batch, read, summaries),
                *await self._comparing(
                    run, read, versions, due_at=now if final else now + self.reader.policy.gather
                ),
            ],
        )

    async def _comparing(
        self, run: Run, read: ReadBatch, versions: Sequence[Version], *, due_at: datetime
    ) -> list[Bookkeeping]:
        """Queue the job that compares new facts with others, if any is like them."""
        new = [version.fact for version in versions if version.op == "believe"]
        if self.compare is None or read.proposed is None or not await self.compare.pairs(run, new):
            return []
        return [Queue(kind=COMPARE, session=None, due_at=due_at)]

    async def _bookkeeping(
        self, run: Run, batch: Sequence[Turn], read: ReadBatch, summaries: Sequence[Summary]
    ) -> list[Bookkeeping]:
        """Keep the summary that came with the facts, or queue a new one when enough was said since the last."""
        last = batch[-1].seq
        if self.reader.recipe is not None and self.reader.recipe.pairs:
            through = next((summary.through for summary in summaries if summary.session is None), 0)
            enough = self.reader.policy.summary_every
            # Facts are numbered among the turns: those are counted.
            since = await self.store.turns(run.partition, TurnQuery(after=through, limit=enough))
            due = len(since) == enough and since[-1].seq <= last
            return [Queue(kind=SUMMARISE, session=None, due_at=self.clock())] if due else []
        proposed = read.proposed.summary if read.proposed else None
        text = without_instructions(redact(proposed or "").text).strip()
        if not text:
            return []
        summary = Summary(
            session=run.session,
            text=text[:_LONGEST_SUMMARY],
            through=last,
            made_by=self.reader.name,
            updated_at=self.clock(),
        )
        return [PutSummary(summary=summary)]

    async def _end(self, job: Job, more: Sequence[Bookkeeping]) -> None:
        cause = Cause(verb="extract", at=self.clock())
        await self.store.apply(job.partition, [], cause=cause, bookkeeping=[Finish(job=job), *more])
