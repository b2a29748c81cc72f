"""Ask a model for a reply of a given shape; one that cannot be read is asked for once more."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from pydantic import BaseModel

from lukasa.errors import BadReplyError
from lukasa.llm.fit import read
from lukasa.llm.schema import shape_of
from lukasa.ports.llm import ChatMessage, LLMReply, LLMRequest

M = TypeVar("M", bound=BaseModel)

_SHOWN = 2_000
"""Characters of an unreadable reply that the model is shown again."""

_REPAIR = (
    "That reply could not be read. Reply with one JSON object that follows the schema: no fences, nothing before "
    "or after it."
)


async def ask_for(
    model: type[M], request: LLMRequest, ask: Callable[[LLMRequest], Awaitable[LLMReply]]
) -> tuple[M, bool]:
    """Return the reply as a *model*, and whether it is whole. One repair round: each costs as much as the first.

    Raises `BadReplyError` when the second reply cannot be read either, and what *ask* raises.
    """
    request = replace(request, shape=shape_of(model, model.__name__.lower()))
    reply = await ask(request)
    reading = read(reply.text, model)
    if reading.value is None:
        unread = ChatMessage("assistant", reply.text[:_SHOWN] or "(nothing)")
        reply = await ask(
            replace(request, messages=(*request.messages, unread, ChatMessage("user", _REPAIR)))
        )
        reading = read(reply.text, model)
    if reading.value is None:
        raise BadReplyError(
            f"the model's reply for {request.purpose!r} could not be read, twice; it had {len(reply.text)} characters"
        )
    return reading.value, reply.complete and not (reading.dropped or reading.cut)


class Numbered:
    """Ids shown to a model as small integers from 1: it copies those reliably, and cannot invent one that exists."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._ids = list(dict.fromkeys(ids))
        self._numbers = {id_: number for number, id_ in enumerate(self._ids, start=1)}

    def number(self, id: str) -> int:
        """Return the number of an id. Raises `KeyError` for an unknown one."""
        return self._numbers[id]

    def id(self, number: object) -> str:
        """Return the id of a number, also of one written `"3"`, `#3` or `[3]`.

        Raises `BadReplyError` for any other: it is never guessed.
        """
        digits = re.fullmatch(r"[\s#(\[]*(\d{1,9})[\s)\].]*", str(number))
        index = int(digits.group(1)) if digits else 0
        if not 1 <= index <= len(self._ids):
            raise BadReplyError(
                f"the model named number {str(number)[:40]!r}; 1 to {len(self._ids)} were shown"
            )
        return self._ids[index - 1]
