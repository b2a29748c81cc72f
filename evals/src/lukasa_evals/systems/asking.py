"""How the re-implemented systems ask their model."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from lukasa.errors import BadReplyError
from lukasa.llm.ask import ask_for
from lukasa.ports.llm import LLM, Limits, LLMRequest
from lukasa_evals.errors import EvalError
from lukasa_evals.prompts import load
from lukasa_evals.systems.system import Tools

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")

LIMITS = Limits(max_tokens=1500, timeout=180.0, temperature=0.0)


def model_of(tools: Tools) -> LLM:
    """Return the model; a system that needs one is not begun without."""
    if tools.llm is None:
        raise EvalError("this system needs a language model: name one with --model")
    return tools.llm


async def ask(
    tools: Tools, prompt: str, reply: type[M], *, limits: Limits = LIMITS, **values: str
) -> M | None:
    """Return the model's reply; `None` when it could not be read, not even when asked again, or was refused: both are counted.

    Raises what the model raises.
    """
    llm = model_of(tools)
    request = LLMRequest(messages=load(prompt).fill(**values), purpose=prompt, limits=limits)
    try:
        found, _ = await ask_for(reply, request, llm.complete)
    except BadReplyError:
        tools.unread[prompt] += 1
        return None
    return found


async def together(calls: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """Make independent calls at once. Each is tried, so that a batch gets all of them; then the first error is raised."""
    errors: list[Exception] = []

    async def attempt(call: Coroutine[Any, Any, T]) -> list[T]:
        try:
            return [await call]
        except Exception as error:  # noqa: BLE001 - raised below, once all were tried
            errors.append(error)
            return []

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(attempt(call)) for call in calls]
    if errors:
        raise errors[0]
    return [result for task in tasks for result in task.result()]
