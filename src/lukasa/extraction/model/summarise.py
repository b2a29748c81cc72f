"""The job `summarise`: the rolling summary S of a whole conversation is brought up to date (paper §1.1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from lukasa.domain.job import Finish, Job, PutSummary, Summary
from lukasa.domain.journal import Cause
from lukasa.domain.query import TurnQuery
from lukasa.domain.turn import Turn
from lukasa.errors import BadReplyError, OverBudgetError
from lukasa.extraction.model.schemas import SummaryReply
from lukasa.extraction.model.segment import segments
from lukasa.extraction.model.transcript import one_line, plain
from lukasa.llm.ask import ask_for
from lukasa.llm.budget import Meter, Tally
from lukasa.policy import DistilPolicy
from lukasa.ports.llm import Limits, LLMReply, LLMRequest
from lukasa.ports.store import Memories
from lukasa.prompts import load

_AT_ONCE = 400
"""Turns that one job takes in; the next one goes on from there."""

_CHARACTERS_A_WORD = 8


@dataclass(frozen=True, slots=True)
class Summarise:
    """Everything that the job needs."""

    store: Memories
    meter: Meter
    policy: DistilPolicy
    clock: Callable[[], datetime]

    async def __call__(self, job: Job, *, final: bool = False) -> Tally:
        """Take the turns since the last summary into it, a segment a call.

        A model that cannot be understood leaves the summary as it was; the next job tries again.
        """
        tally = Tally()
        known = await self.store.summaries(job.partition)
        summary = next((each for each in known if each.session == job.session), None)
        try:
            made = await self._bring_up(job, summary, tally)
        except (BadReplyError, OverBudgetError):
            made = None
        cause = Cause(verb="summarise", at=self.clock())
        keeping = [PutSummary(summary=made)] if made is not None else []
        await self.store.apply(job.partition, [], cause=cause, bookkeeping=[*keeping, Finish(job=job)])
        return tally

    async def _bring_up(self, job: Job, summary: Summary | None, tally: Tally) -> Summary | None:
        query = TurnQuery(session=job.session, after=summary.through if summary else 0, limit=_AT_ONCE)
        turns = await self.store.turns(job.partition, query)
        text = summary.text if summary else ""
        for part in segments(turns, self.policy):
            text = await self._next(job, text, part, tally)
        if not turns:
            return None
        return Summary(
            session=job.session,
            text=text,
            through=turns[-1].seq,
            made_by=f"summarise-{load('summarise').fingerprint}-{self.meter.llm.name}",
            updated_at=self.clock(),
        )

    async def _next(self, job: Job, text: str, turns: Sequence[Turn], tally: Tally) -> str:
        words = str(self.policy.summary_words)
        messages = load("summarise").fill(
            summary=one_line(text) or "(none yet)",
            messages=plain(turns, self.policy.longest_turn),
            words=words,
        )
        request = LLMRequest(
            messages=messages,
            purpose="summarise",
            limits=Limits(max_tokens=self.policy.reply_tokens, timeout=self.policy.timeout),
        )

        async def ask(request: LLMRequest) -> LLMReply:
            return await self.meter.ask(job.partition, request, tally=tally)

        reply, _ = await ask_for(SummaryReply, request, ask)
        return reply.summary.strip()[: self.policy.summary_words * _CHARACTERS_A_WORD] or text
