"""Verbs that ask a model, with what is remembered in its context."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime

from lukasa.answers import answer
from lukasa.answers.answer import AnswerRequest
from lukasa.answers.chat import check, conversation, newest
from lukasa.answers.citations import without_thoughts
from lukasa.answers.quotes import quote
from lukasa.bounds import beginning
from lukasa.domain.answer import Answer, Chatted
from lukasa.domain.document import Kind
from lukasa.domain.time import read_zone
from lukasa.domain.turn import Json
from lukasa.engine.arguments import FilterLike, check_count
from lukasa.engine.turns import TurnVerbs
from lukasa.errors import BadReplyError, ConfigError
from lukasa.llm.budget import Meter, Spending
from lukasa.off_loop import off_loop
from lukasa.policy import BudgetPolicy
from lukasa.ports.llm import LLM
from lukasa.retrieval.question import Question
from lukasa.writing.messages import Message, read_labels, read_messages


class AnswerVerbs(TurnVerbs):
    """Questions to a model about one partition."""

    _meter: Meter | None
    """Asks the model that is configured."""

    _budget: BudgetPolicy

    async def ask(
        self,
        question: str,
        *,
        budget: int = 1500,
        filter: FilterLike | None = None,
        now: datetime | str | None = None,
        as_of: datetime | str | int | None = None,
        valid_at: datetime | str | None = None,
        kinds: Sequence[Kind] = ("turn", "fact"),
        include_retired: bool = False,
        min_confidence: float = 0.0,
    ) -> Answer:
        """Answer the question from what is remembered: one model call, over a context of at most *budget* tokens.

        Every citation `[3]` in the answer's text names something that the model was shown; `citations` has it. If nothing
        relevant is remembered, the model does not know, or it cites nothing, the answer is "I don't know." (`abstained`,
        with the `reason`). Without a model, the answer is the words of the best hits (`mode` is `evidence`), and `confidence`
        says how sure recall is that they bear on the question. The filter, *now*, the view and *min_confidence* are as in
        `recall`.

        Raises `ProviderError` when the model cannot be used, and what `recall` raises.
        """
        check_count("budget", budget, least=1)
        view = await self._view(as_of, valid_at, kinds, include_retired=include_retired)
        asked = self._question(question, filter=filter, now=now, view=view, min_confidence=min_confidence)
        if self._meter is None:
            return quote(await self._hits(asked, limit=_LOOKED_AT))
        return await answer.answer(self.partition, await self._shown(asked, budget), self._meter)

    async def ask_stream(
        self,
        question: str,
        *,
        budget: int = 1500,
        filter: FilterLike | None = None,
        now: datetime | str | None = None,
        as_of: datetime | str | int | None = None,
        valid_at: datetime | str | None = None,
        kinds: Sequence[Kind] = ("turn", "fact"),
        include_retired: bool = False,
        min_confidence: float = 0.0,
    ) -> AsyncIterator[str | Answer]:
        """Ask, and yield the answer's text in pieces as they come, then the `Answer`.

        No piece is yielded before the model has cited something that it was shown. Raises as `ask` does.
        """
        check_count("budget", budget, least=1)
        view = await self._view(as_of, valid_at, kinds, include_retired=include_retired)
        asked = self._question(question, filter=filter, now=now, view=view, min_confidence=min_confidence)
        if self._meter is None:
            quoted = quote(await self._hits(asked, limit=_LOOKED_AT))
            yield quoted.text
            yield quoted
            return
        shown = await self._shown(asked, budget)
        async with aclosing(answer.stream(self.partition, shown, self._meter)) as pieces:
            async for piece in pieces:
                yield piece

    async def chat(
        self,
        messages: Message | Sequence[Message],
        *,
        session: str | None = None,
        budget: int = 1000,
        filter: FilterLike | None = None,
        model: LLM | None = None,
        agent: str | None = None,
        origin: str | None = None,
        metadata: Mapping[str, Json] | None = None,
        zone: str | None = None,
    ) -> Chatted:
        """Reply to the last message of a conversation, with what is remembered about it, and remember the exchange.

        *messages* is what `remember` takes, from users, the assistant and the system; the last one is the user's. What bears on
        it, within *budget* tokens and the filter, goes into the system message. *model* replies, or the one that is configured.

        The user's messages since the last reply are stored before the model is asked, and the reply after; sent again after a
        failure they are not stored twice. Earlier messages are shown to the model and not stored again. *session* and the
        labels are as in `remember`.

        Raises `ConfigError` without a model, `ProviderError` when it cannot be used, and what `remember` and `recall` raise.
        """
        meter = self._meter_of(model)
        check_count("budget", budget, least=1)
        zone = zone or self._zone
        labels = read_labels(
            at=None, session=session, agent=agent, origin=origin, metadata=metadata, zone=zone
        )
        # The model reads secrets; only the store must not have them.
        policy = replace(self._remember.policy, redact=False)
        drafts = (await off_loop(read_messages, messages, labels, zone=zone, policy=policy)).drafts
        check(drafts)
        context = await self.context(beginning(drafts[-1].text), budget=budget, filter=filter)
        # Stored after it was looked through: a message should not be reminded of itself.
        receipt = await self.remember([draft.message for draft in newest(drafts)], zone=zone)
        spending = Spending()
        reply = await meter.ask(
            self.partition,
            conversation(drafts, context, _in_zone(self._clock(), self._zone)),
            spending=spending,
        )
        text = without_thoughts(reply.text).strip()
        if not text:
            raise BadReplyError("the model said nothing; the user's message is remembered")
        last = drafts[-1]
        turn = {
            "role": "assistant",
            "content": text,
            "session": last.session,
            "agent": last.agent,
            "origin": "assistant",
        }
        return Chatted(
            text=text,
            context=context,
            receipt=receipt,
            replied=await self.remember(turn, metadata=metadata, zone=zone),
            warnings=[*context.warnings, *([] if reply.complete else [_CUT])],
            usage=spending.usage,
        )

    def _meter_of(self, model: LLM | None) -> Meter:
        if model is not None:
            return Meter(model, self._store, self._budget, self._clock)
        if self._meter is None:
            raise ConfigError(
                "chat needs a model: set LUKASA_LLM=openai:MODEL or Settings(llm=…), or pass model="
            )
        return self._meter

    async def _shown(self, question: Question, budget: int) -> AnswerRequest:
        """Return the question with the context that the model answers it from."""
        context = await self._block(question, budget=budget)
        return AnswerRequest(question=question.text, now=_in_zone(question.now, self._zone), context=context)


_LOOKED_AT = 8
"""Hits from which an answer without a model is made: a fact and its turn are two of them."""

_CUT = "the model's reply was cut off"


def _in_zone(moment: datetime, zone: str | None) -> datetime:
    return moment.astimezone(read_zone(zone)) if zone else moment
