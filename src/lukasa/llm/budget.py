"""What model calls take: checked against the budget before each, and written to the ledger after it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from lukasa.domain.job import Spent
from lukasa.domain.report import Usage
from lukasa.domain.scope import Partition
from lukasa.domain.time import utc_day
from lukasa.errors import OverBudgetError
from lukasa.policy import Allowance, BudgetPolicy
from lukasa.ports.llm import LLM, LLMReply, LLMRequest, TokenUsage
from lukasa.ports.store import UsageLedger


@dataclass(slots=True)
class Tally:
    """What one run has taken so far: a call of a verb, or one job."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    dollars: float = 0.0
    milliseconds: float = 0.0

    def add(self, reply: LLMReply) -> None:
        """Count one reply."""
        self.calls += 1
        self.tokens_in += reply.usage.tokens_in
        self.tokens_out += reply.usage.tokens_out
        self.dollars += reply.dollars or 0.0
        self.milliseconds += reply.milliseconds

    def merge(self, other: Tally) -> None:
        """Add what another run took."""
        self.calls += other.calls
        self.tokens_in += other.tokens_in
        self.tokens_out += other.tokens_out
        self.dollars += other.dollars
        self.milliseconds += other.milliseconds

    @property
    def usage(self) -> Usage:
        """The same as callers are told it."""
        return Usage(
            llm_calls=self.calls,
            tokens_in=self.tokens_in,
            tokens_out=self.tokens_out,
            milliseconds=self.milliseconds,
        )


@dataclass(frozen=True, slots=True)
class Meter:
    """Asks the model on behalf of a partition."""

    llm: LLM
    store: UsageLedger
    budget: BudgetPolicy
    clock: Callable[[], datetime]

    async def ask(self, partition: Partition, request: LLMRequest, *, tally: Tally | None = None) -> LLMReply:
        """Return the model's reply; the ledger has it whatever becomes of it.

        Raises `OverBudgetError` before anything is sent, and what the model raises.
        """
        own = Tally() if tally is None else tally
        await self._check(partition, own)
        reply = await self.llm.complete(request)
        await self._note(partition, request, reply, own)
        return reply

    async def stream(
        self, partition: Partition, request: LLMRequest, *, tally: Tally | None = None
    ) -> AsyncGenerator[str | LLMReply, None]:
        """Yield pieces as they come, then the whole reply. Raises as `ask` does.

        A stream that breaks, or that nobody reads to its end, is paid for too: the ledger has what its text comes to.
        """
        own = Tally() if tally is None else tally
        await self._check(partition, own)
        said: list[str] = []
        whole = False
        try:
            async for piece in self.llm.stream(request):
                if isinstance(piece, LLMReply):
                    whole = True
                    await self._note(partition, request, piece, own)
                else:
                    said.append(piece)
                yield piece
        finally:
            if said and not whole:
                await self._note(partition, request, _broken_off(request, said), own)

    async def _check(self, partition: Partition, tally: Tally) -> None:
        run = Spent(
            day=utc_day(self.clock()), purpose="", model="", calls=tally.calls,
            tokens_in=tally.tokens_in, tokens_out=tally.tokens_out, dollars=tally.dollars,
        )  # fmt: skip
        _allow("run", self.budget.run, [run])
        for name, allowance, whose in (
            ("day", self.budget.day, None),
            ("user and day", self.budget.user_day, partition),
        ):
            if allowance.bounded:
                today = utc_day(self.clock())
                _allow(name, allowance, await self.store.spent(whose, since=today, until=today))

    async def _note(self, partition: Partition, request: LLMRequest, reply: LLMReply, tally: Tally) -> None:
        tally.add(reply)
        await self.store.spend(
            partition,
            Spent(
                day=utc_day(self.clock()),
                purpose=request.purpose,
                model=reply.model or self.llm.name,
                tokens_in=reply.usage.tokens_in,
                tokens_out=reply.usage.tokens_out,
                tokens_cached=reply.usage.tokens_cached,
                dollars=reply.dollars or 0.0,
                unpriced=int(reply.dollars is None),
            ),
        )


def _broken_off(request: LLMRequest, said: Sequence[str]) -> LLMReply:
    """Return what a stream without an end comes to. No provider has counted it: the estimate is on the high side."""
    asked = sum(len(message.text) for message in request.messages)
    usage = TokenUsage(
        tokens_in=ceil(asked / _CHARACTERS), tokens_out=ceil(sum(map(len, said)) / _CHARACTERS)
    )
    return LLMReply(text="".join(said), usage=usage, complete=False)


_CHARACTERS = 3
"""Of a token, at least, in English."""


def _allow(name: str, allowance: Allowance, spent: Sequence[Spent]) -> None:
    for what, used, most in (
        ("calls", sum(each.calls for each in spent), allowance.calls),
        ("tokens", sum(each.tokens_in + each.tokens_out for each in spent), allowance.tokens),
        ("dollars", sum(each.dollars for each in spent), allowance.dollars),
    ):
        if most and used >= most:
            raise OverBudgetError(
                f"the budget of {most:g} {what} a {name} is used up ({used:g}); raise it, or wait"
            )
