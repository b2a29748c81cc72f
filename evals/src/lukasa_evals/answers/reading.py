"""A context and a question → an answer, by whichever model reads."""

from __future__ import annotations

from datetime import datetime

from lukasa.ports.llm import LLM, Limits, LLMRequest
from lukasa_evals.prompts import load

_LIMITS = Limits(max_tokens=300, timeout=120.0, temperature=0.0)

NOTHING = "(nothing)"
"""What the reader is shown where a system found nothing: it is asked all the same."""


def request_for(question: str, context: str, now: datetime, *, prompt: str) -> LLMRequest:
    """Return what the reader is asked."""
    messages = load(prompt).fill(context=context or NOTHING, question=question, now=f"{now:%A, %d %B %Y}")
    return LLMRequest(messages=messages, purpose="answer", limits=_LIMITS)


async def read(llm: LLM, request: LLMRequest) -> str:
    """Return the answer; empty when the model said nothing. Raises what the model raises."""
    return (await llm.complete(request)).text.strip()
