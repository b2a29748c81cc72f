"""What a model says of an answer: right or wrong, leniently or strictly. Its verdict is read as JSON, never searched for."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, Field

from lukasa.errors import BadReplyError
from lukasa.llm.ask import ask_for
from lukasa.ports.llm import LLM, Limits, LLMReply, LLMRequest
from lukasa.prompts import Prompt

Label = Literal["correct", "wrong", "unreadable"]

_LIMITS = Limits(max_tokens=1_000, timeout=120.0, temperature=0.0)
"""A sentence and a label need no hundred tokens; models that think first count their thoughts, too."""


class Ruling(BaseModel):
    """What a judge is asked to fill in."""

    reason: Annotated[str, Field(description="one sentence")] = ""
    label: Annotated[Literal["CORRECT", "WRONG"], Field(description="CORRECT or WRONG")]


class Judged(NamedTuple):
    """What a judge says."""

    label: Label
    """`unreadable`: no verdict could be read, not even after asking again, or the provider would not have it asked. It counts
    as no verdict, never as right."""

    reason: str = ""


async def judge(question: str, gold: str, answer: str, llm: LLM, *, prompt: Prompt) -> Judged:
    """Ask a model whether an answer is right beside the gold answer. An empty one is wrong without asking.

    A reply that cannot be read is asked for once more. Raises what the model raises.
    """
    if not answer.strip():
        return Judged("wrong", "there is no answer")
    messages = prompt.fill(question=question, gold=gold, answer=answer)
    request = LLMRequest(messages=messages, purpose="judge", limits=_LIMITS)
    try:
        ruling, _ = await ask_for(Ruling, request, _decided(llm))
    except BadReplyError:
        return Judged("unreadable")
    return Judged("correct" if ruling.label == "CORRECT" else "wrong", ruling.reason)


def _decided(llm: LLM) -> Callable[[LLMRequest], Awaitable[LLMReply]]:
    """Ask, and drop a reply that holds two labels: whichever were read would be a guess."""

    async def ask(request: LLMRequest) -> LLMReply:
        reply = await llm.complete(request)
        labels = {label.strip().upper() for label in _LABEL.findall(reply.text)}
        return replace(reply, text="") if len(labels) > 1 else reply

    return ask


_LABEL = re.compile(r"""["']label["']\s*:\s*["']([^"']*)["']""", re.IGNORECASE)
"""A label, of whatever words: beside "INCORRECT", "CORRECT" is no verdict either."""
