"""The path from a question to an answer whose citations were checked."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from lukasa.answers.citations import Checking, does_not_know
from lukasa.answers.quotes import quoted
from lukasa.answers.sources import evidence_of, render, untagged
from lukasa.domain.answer import Answer, AnswerReason, Citation
from lukasa.domain.recalled import Context, Recalled
from lukasa.domain.report import Usage
from lukasa.domain.scope import Partition
from lukasa.errors import BadReplyError
from lukasa.llm.budget import Meter, Spending
from lukasa.ports.llm import LLMReply, LLMRequest
from lukasa.prompts import load
from lukasa.text.rendering import day, weekday

DONT_KNOW = "I don't know."

QUOTED = 3
"""Hits that an answer without a model quotes: what the first does not say, the next ones may."""

_NO_MODEL = (
    "no model is configured, so this is the evidence itself; with one (LUKASA_LLM=openai:MODEL, or Settings(llm=…)) "
    "the question is answered from it"
)

_NO_ROOM = "something was found, but none of it fits into the budget: allow more tokens (budget=)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question, and what recall has for it."""

    question: str
    now: datetime
    """Whose day is "today", in the offset of whoever asks."""

    context: Context


async def answer(partition: Partition, asked: Asked, meter: Meter) -> Answer:
    """Ask the model once, and check what it says. It is not asked when there is nothing to answer from.

    Raises `BadReplyError` for a reply without a word, and what the model raises: a failure is no "I don't know".
    """
    evidence = evidence_of(asked.context)
    if _nothing(asked.context, evidence):
        return _nothing_relevant(asked, evidence)
    spending = Spending()
    reply = await meter.ask(partition, _request(asked), spending=spending)
    checking = Checking(len(evidence))
    text = checking.feed(reply.text) + checking.finish()
    return _answer(asked, evidence, _Spoken(reply, checking, text, spending.usage))


async def stream(partition: Partition, asked: Asked, meter: Meter) -> AsyncGenerator[str | Answer, None]:
    """Do the same; yield the pieces of the checked text as soon as it has cited something, and the answer last.

    The pieces are together the answer's text.
    """
    evidence = evidence_of(asked.context)
    if _nothing(asked.context, evidence):
        yield DONT_KNOW
        yield _nothing_relevant(asked, evidence)
        return
    spending, checking = Spending(), Checking(len(evidence))
    reply, said = LLMReply(), [""]
    async with aclosing(meter.stream(partition, _request(asked), spending=spending)) as pieces:
        async for piece in pieces:
            match piece:
                case str():
                    said.append(checking.feed(piece))
                case LLMReply():
                    reply = piece
                    # Some models cannot stream: they say all of it at the end.
                    said.append("" if checking.draft else checking.feed(piece.text))
            if said[-1]:
                yield said[-1]
    said.append(checking.finish())
    made = _answer(asked, evidence, _Spoken(reply, checking, "".join(said), spending.usage))
    if last := DONT_KNOW if made.abstained else said[-1]:
        yield last
    yield made


def quote(found: Recalled) -> Answer:
    """Return an answer without a model: the words of the best hits, marked as such."""
    if found.abstained or not found.hits:
        return Answer(
            question=found.question,
            text=DONT_KNOW,
            abstained=True,
            reason="nothing relevant",
            mode="evidence",
            warnings=found.warnings,
        )
    text, evidence = quoted(found.hits, found.question, most=QUOTED)
    return Answer(
        question=found.question,
        text=text,
        citations=evidence,
        evidence=evidence,
        mode="evidence",
        warnings=[*found.warnings, _NO_MODEL],
    )


def _nothing(context: Context, evidence: Sequence[Citation]) -> bool:
    return context.abstained or not evidence


def _nothing_relevant(asked: Asked, evidence: Sequence[Citation]) -> Answer:
    made = _abstained(asked, evidence, "nothing relevant")
    return made if asked.context.abstained else replace(made, warnings=[*made.warnings, _NO_ROOM])


def _request(asked: Asked) -> LLMRequest:
    messages = load("answer").fill(
        evidence=render(asked.context),
        today=f"{weekday(asked.now)}, {day(asked.now)}",
        question=untagged(asked.question.strip()),
    )
    return LLMRequest(messages=messages, purpose="answer")


class _Spoken(NamedTuple):
    """What a model said, and what the check left of it."""

    reply: LLMReply
    checking: Checking
    text: str
    usage: Usage


def _answer(asked: Asked, evidence: Sequence[Citation], spoken: _Spoken) -> Answer:
    """Return what the checked text is worth."""
    checking, draft = spoken.checking, spoken.checking.draft
    if not draft:
        cut = "" if spoken.reply.complete else ": its thoughts took all the tokens that it may use"
        raise BadReplyError(f"the model said nothing{cut}")
    if not spoken.text:
        reason: AnswerReason = "the model does not know" if does_not_know(draft) else "nothing cited"
        return _abstained(asked, evidence, reason, spoken)
    by_number = {piece.number: piece for piece in evidence}
    return Answer(
        question=asked.question,
        text=spoken.text,
        citations=[by_number[number] for number in checking.cited],
        evidence=evidence,
        warnings=[*asked.context.warnings, *_warnings(spoken)],
        usage=spoken.usage,
    )


def _abstained(
    asked: Asked, evidence: Sequence[Citation], reason: AnswerReason, spoken: _Spoken | None = None
) -> Answer:
    return Answer(
        question=asked.question,
        text=DONT_KNOW,
        abstained=True,
        reason=reason,
        draft=spoken.checking.draft if spoken else "",
        evidence=evidence,
        warnings=[*asked.context.warnings, *(_warnings(spoken) if spoken else [])],
        usage=spoken.usage if spoken else Usage(),
    )


def _warnings(spoken: _Spoken) -> list[str]:
    warnings = []
    if unknown := spoken.checking.unknown:
        marks, went = ("a citation", "was") if unknown == 1 else (f"{unknown} citations", "were")
        warnings.append(f"{marks} in the model's reply named nothing that it was shown, and {went} taken out")
    if not spoken.reply.complete:
        warnings.append("the model's reply was cut off, so the answer may not be whole")
    return warnings
