"""The path from a question to an answer whose citations were checked."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from lukasa.answers.citations import DONT_KNOW, CitationCheck, does_not_know
from lukasa.answers.sources import render, sources_of
from lukasa.domain.answer import Answer, AnswerReason, Citation
from lukasa.domain.recalled import Context
from lukasa.domain.report import Usage
from lukasa.domain.scope import Partition
from lukasa.errors import BadReplyError
from lukasa.llm.budget import Meter, Spending
from lukasa.ports.llm import LLMReply, LLMRequest
from lukasa.prompts import load
from lukasa.text.rendering import day, untagged, weekday

_NO_ROOM = "something was found, but none of it fits into the budget: allow more tokens (budget=)"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRequest:
    """A question, and what recall has for it."""

    question: str
    now: datetime
    """Whose day is "today", in the time zone of the caller."""

    context: Context


async def answer(partition: Partition, request: AnswerRequest, meter: Meter) -> Answer:
    """Ask the model once, and check its reply. It is not asked when there is nothing to answer from.

    Raises `BadReplyError` for an empty reply, and what the model raises: a failure is no "I don't know".
    """
    sources = sources_of(request.context)
    if abstention := _without_sources(request, sources):
        return abstention
    spending, check = Spending(), CitationCheck(len(sources))
    reply = await meter.ask(partition, _request(request), spending=spending)
    text = check.feed(reply.text) + check.finish()
    return _answer(request, sources, _CheckedReply(reply, check, text, spending.usage))


async def stream(
    partition: Partition, request: AnswerRequest, meter: Meter
) -> AsyncGenerator[str | Answer, None]:
    """Do the same; yield the pieces of the checked text as soon as it has cited something, and the answer last.

    The pieces are together the answer's text.
    """
    sources = sources_of(request.context)
    if abstention := _without_sources(request, sources):
        yield DONT_KNOW
        yield abstention
        return
    spending, check = Spending(), CitationCheck(len(sources))
    reply, text = LLMReply(), ""
    async with aclosing(meter.stream(partition, _request(request), spending=spending)) as pieces:
        async for piece in pieces:
            match piece:
                case str():
                    checked = check.feed(piece)
                case LLMReply():
                    reply = piece
                    # Some models cannot stream: their whole reply comes at the end.
                    checked = "" if check.draft else check.feed(piece.text)
            if checked:
                text += checked
                yield checked
    rest = check.finish()
    result = _answer(request, sources, _CheckedReply(reply, check, text + rest, spending.usage))
    if last := DONT_KNOW if result.abstained else rest:
        yield last
    yield result


def _request(request: AnswerRequest) -> LLMRequest:
    messages = load("answer").fill(
        evidence=render(request.context),
        today=f"{weekday(request.now)}, {day(request.now)}",
        question=untagged(request.question.strip()),
    )
    return LLMRequest(messages=messages, purpose="answer")


class _CheckedReply(NamedTuple):
    """A model's reply, and what the check left of it."""

    reply: LLMReply
    check: CitationCheck
    text: str
    usage: Usage

    @property
    def warnings(self) -> list[str]:
        warnings = []
        if unknown := self.check.unknown:
            marks, went = ("a citation", "was") if unknown == 1 else (f"{unknown} citations", "were")
            warnings.append(
                f"{marks} in the model's reply named nothing that it was shown, and {went} taken out"
            )
        if not self.reply.complete:
            warnings.append("the model's reply was cut off, so the answer may not be whole")
        return warnings


def _answer(request: AnswerRequest, sources: Sequence[Citation], checked: _CheckedReply) -> Answer:
    draft = checked.check.draft
    if not draft:
        cut = "" if checked.reply.complete else ": its thoughts took all the tokens that it may use"
        raise BadReplyError(f"the model said nothing{cut}")
    if not checked.text:
        reason: AnswerReason = "the model does not know" if does_not_know(draft) else "nothing cited"
        abstention = _abstention(request, sources, reason, checked.warnings)
        return replace(abstention, draft=draft, usage=checked.usage)
    by_number = {source.number: source for source in sources}
    return Answer(
        question=request.question,
        text=checked.text,
        citations=[by_number[number] for number in checked.check.cited],
        evidence=sources,
        confidence=request.context.confidence,
        warnings=[*request.context.warnings, *checked.warnings],
        usage=checked.usage,
    )


def _without_sources(request: AnswerRequest, sources: Sequence[Citation]) -> Answer | None:
    """Return the abstention when there is nothing to answer from."""
    if request.context.abstained:
        return _abstention(request, sources, "nothing relevant")
    return None if sources else _abstention(request, sources, "nothing relevant", [_NO_ROOM])


def _abstention(
    request: AnswerRequest, sources: Sequence[Citation], reason: AnswerReason, warnings: Sequence[str] = ()
) -> Answer:
    return Answer(
        question=request.question,
        text=DONT_KNOW,
        abstained=True,
        reason=reason,
        confidence=request.context.confidence,
        evidence=sources,
        warnings=[*request.context.warnings, *warnings],
    )
