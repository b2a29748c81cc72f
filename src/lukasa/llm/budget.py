"""What model calls cost: checked against the budget before each, and recorded in the ledger after it."""

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
from lukasa.ports.usage import UsageLedger


@dataclass(slots=True)
class Spending:
    """What one run has cost so far: a call of a verb, or one job."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    dollars: float = 0.0
    milliseconds: float = 0.0

    def add(self, reply: LLMReply) -> None:
        self.calls += 1
        self.tokens_in += reply.usage.tokens_in
        self.tokens_out += reply.usage.tokens_out
        self.dollars += reply.dollars or 0.0
        self.milliseconds += reply.milliseconds

    def merge(self, other: Spending) -> None:
        self.calls += other.calls
        self.tokens_in += other.tokens_in
        self.tokens_out += other.tokens_out
        self.dollars += other.dollars
        self.milliseconds += other.milliseconds

    @property
    def usage(self) -> Usage:
        """The part of it that callers see."""
        return Usage(
            llm_calls=self.calls,
            tokens_in=self.tokens_in,
            tokens_out=self.tokens_out,
            milliseconds=self.milliseconds,
        )


@dataclass(frozen=True, slots=True)
class Meter:
    """Asks the model on behalf of a partition, within its budget."""

    llm: LLM
    store: UsageLedger
    budget: BudgetPolicy
    clock: Callable[[], datetime]

    async def ask(
        self, partition: Partition, request: LLMRequest, *, spending: Spending | None = None
    ) -> LLMReply:
        """Return the model's reply, once it is in the ledger.

        Raises `OverBudgetError` before anything is sent, and what the model raises.
        """
        spending = Spending() if spending is None else spending
        await self._check(partition, spending)
        reply = await self.llm.complete(request)
        await self._note(partition, request, reply, spending)
        return reply

    async def stream(
        self, partition: Partition, request: LLMRequest, *, spending: Spending | None = None
    ) -> AsyncGenerator[str | LLMReply, None]:
        """Yield pieces as they come, then the whole reply. Raises as `ask` does.

        A stream that breaks, or is not read to its end, costs too: the ledger gets an estimate from its text.
        """
        spending = Spending() if spending is None else spending
        await self._check(partition, spending)
        texts: list[str] = []
        whole = False
        try:
            async for piece in self.llm.stream(request):
                if isinstance(piece, LLMReply):
                    whole = True
                    await self._note(partition, request, piece, spending)
                else:
                    texts.append(piece)
                yield piece
        finally:
            if texts and not whole:
                await self._note(partition, request, _unfinished(request, texts), spending)

    async def _check(self, partition: Partition, spending: Spending) -> None:
        run = Spent(
            day=utc_day(self.clock()), purpose="", model="", calls=spending.calls,
            tokens_in=spending.tokens_in, tokens_out=spending.tokens_out, dollars=spending.dollars,
        )  # fmt: skip
        _allow("run", self.budget.run, [run])
        for name, allowance, payer in (
            ("day", self.budget.day, None),
            ("user and day", self.budget.user_day, partition),
        ):
            if allowance.bounded:
                today = utc_day(self.clock())
                _allow(name, allowance, await self.store.spent(payer, since=today, until=today))

    async def _note(
        self, partition: Partition, request: LLMRequest, reply: LLMReply, spending: Spending
    ) -> None:
        spending.add(reply)
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


_CHARACTERS = 3
"""Characters of a token, at least, in English."""


def _unfinished(request: LLMRequest, texts: Sequence[str]) -> LLMReply:
    """Return the reply of a stream without an end. No provider has counted it, so the estimate is on the high side."""
    text = "".join(texts)
    shown = sum(len(message.text) for message in request.messages)
    usage = TokenUsage(tokens_in=ceil(shown / _CHARACTERS), tokens_out=ceil(len(text) / _CHARACTERS))
    return LLMReply(text=text, usage=usage, complete=False)


def _allow(name: str, allowance: Allowance, spent: Sequence[Spent]) -> None:
    for unit, used, most in (
        ("calls", sum(row.calls for row in spent), allowance.calls),
        ("tokens", sum(row.tokens_in + row.tokens_out for row in spent), allowance.tokens),
        ("dollars", sum(row.dollars for row in spent), allowance.dollars),
    ):
        if most and used >= most:
            raise OverBudgetError(
                f"the budget of {most:g} {unit} a {name} is used up ({used:g}); raise it, or wait"
            )
