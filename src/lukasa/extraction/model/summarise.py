"""The job `summarise`: brings the rolling summary S of a whole conversation up to date (paper §1.1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from lukasa.domain.job import Bookkeeping, Finish, Job, PutSummary, Summary
from lukasa.domain.journal import Cause
from lukasa.domain.query import TurnQuery
from lukasa.domain.turn import Turn
from lukasa.errors import BadReplyError, OverBudgetError
from lukasa.extraction.model.recipe import request_of
from lukasa.extraction.model.schemas import SummaryReply
from lukasa.extraction.model.transcript import one_line, plain, segments
from lukasa.gate.instructions import without_instructions
from lukasa.llm.ask import ask_for
from lukasa.llm.budget import Meter, Spending
from lukasa.policy import ExtractionPolicy
from lukasa.ports.memories import Memories
from lukasa.prompts import load
from lukasa.text.secrets import redact

_AT_ONCE = 400
"""Turns that one job takes in; the next one goes on from there."""

_A_CALL = 12_000
"""Characters of messages that one call takes in: a summary is short, and each time that it is rewritten it loses something."""

_CHARACTERS_A_WORD = 8


@dataclass(frozen=True, slots=True)
class Summarise:
    store: Memories
    meter: Meter
    policy: ExtractionPolicy
    clock: Callable[[], datetime]

    async def __call__(self, job: Job, *, final: bool = False) -> Spending:
        """Take the turns since the last summary into it, a segment a call.

        A reply that cannot be read leaves the summary as it was; the next job tries again.
        """
        spending = Spending()
        summaries = await self.store.summaries(job.partition)
        last = next((summary for summary in summaries if summary.session == job.session), None)
        bookkeeping: list[Bookkeeping] = [Finish(job=job)]
        with suppress(BadReplyError, OverBudgetError):
            if summary := await self._updated(job, last, spending):
                bookkeeping = [PutSummary(summary=summary), *bookkeeping]
        cause = Cause(verb="summarise", at=self.clock())
        await self.store.apply(job.partition, [], cause=cause, bookkeeping=bookkeeping)
        return spending

    async def _updated(self, job: Job, last: Summary | None, spending: Spending) -> Summary | None:
        query = TurnQuery(session=job.session, after=last.through if last else 0, limit=_AT_ONCE)
        turns = await self.store.turns(job.partition, query)
        if not turns:
            return None
        text = last.text if last else ""
        spoken = [turn for turn in turns if turn.is_spoken]
        for segment in segments(spoken, replace(self.policy, segment=_A_CALL)):
            text = await self._next(job, text, segment, spending)
        return Summary(
            session=job.session,
            text=text,
            through=turns[-1].seq,
            made_by=f"summarise-{load('summarise').fingerprint}-{self.meter.llm.name}",
            updated_at=self.clock(),
        )

    async def _next(self, job: Job, text: str, turns: Sequence[Turn], spending: Spending) -> str:
        words = self.policy.summary_words
        request = request_of(
            "summarise",
            "summarise",
            self.policy,
            summary=one_line(text) or "(none yet)",
            messages=plain(turns, self.policy.longest_turn),
            words=str(words),
        )
        ask = partial(self.meter.ask, job.partition, spending=spending)
        reply, _ = await ask_for(SummaryReply, request, ask)
        summary = without_instructions(redact(reply.summary).text).strip()
        return summary[: words * _CHARACTERS_A_WORD] or text
