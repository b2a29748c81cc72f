"""A model is asked for something of a given shape; what cannot be read is asked for once more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from pydantic import BaseModel

from lukasa.errors import BadReplyError
from lukasa.llm import read, shape_of
from lukasa.ports.llm import ChatMessage, LLMReply, LLMRequest

M = TypeVar("M", bound=BaseModel)

_SHOWN = 2_000
"""Characters of a bad reply that the model is shown again."""

_REPAIR = (
    "That reply could not be read. Reply with one JSON object that follows the schema: no fences, nothing before "
    "or after it."
)


async def ask_for(
    model: type[M], request: LLMRequest, ask: Callable[[LLMRequest], Awaitable[LLMReply]]
) -> tuple[M, bool]:
    """Return the reply as a *model*, and whether it is whole. One repair round (bounded: each costs as much as the first).

    Raises `BadReplyError` when the second reply cannot be read either, and what *ask* raises.
    """
    shaped = replace(request, shape=shape_of(model, model.__name__.lower()))
    reply = await ask(shaped)
    found = read(reply.text, model)
    if found.value is None:
        again = replace(shaped, messages=(*shaped.messages, *_repairing(reply)))
        reply = await ask(again)
        found = read(reply.text, model)
    if found.value is None:
        raise BadReplyError(
            f"the model's reply for {request.purpose!r} could not be read, twice; it had {len(reply.text)} characters"
        )
    return found.value, reply.complete and not (found.dropped or found.cut)


def _repairing(reply: LLMReply) -> tuple[ChatMessage, ChatMessage]:
    shown = reply.text[:_SHOWN] or "(nothing)"
    return ChatMessage("assistant", shown), ChatMessage("user", _REPAIR)
