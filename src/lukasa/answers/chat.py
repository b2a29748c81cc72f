"""A conversation with a context in it, as a request to the model. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile

from lukasa.domain.recalled import Context
from lukasa.errors import InputError
from lukasa.ports.llm import ChatMessage, LLMRequest
from lukasa.prompts import load
from lukasa.text.rendering import day, untagged, weekday
from lukasa.writing.messages import Draft


def check(drafts: Sequence[Draft]) -> None:
    """Raise `InputError` unless a model can reply to these messages."""
    if any(draft.role == "tool" for draft in drafts):
        raise InputError(
            "chat runs no tools, so it takes no messages of them; use context() for the prompt and remember() for the rest"
        )
    if not drafts or drafts[-1].role != "user":
        raise InputError("the last message must be the user's: it is what a reply is wanted to")


def newest(drafts: Sequence[Draft]) -> list[Draft]:
    """Return the user's messages since the last reply: earlier ones were sent before."""
    turns = [draft for draft in drafts if draft.role != "system"]
    return list(takewhile(lambda draft: draft.role == "user", reversed(turns)))[::-1]


def conversation(drafts: Sequence[Draft], context: Context, now: datetime) -> LLMRequest:
    """Return the messages behind a single system message, as not every model takes a second one or a later one.

    It begins with what stays the same: the caller's own instructions, then ours, then the profile.
    """
    frame, filled = load("chat").fill(
        today=f"{weekday(now)}, {day(now)}", memory=untagged(context.text) or "(nothing that bears on it)"
    )
    own = [draft.text for draft in drafts if draft.role == "system"]
    system = ChatMessage("system", "\n\n".join([*own, frame.text, filled.text]))
    turns = [
        ChatMessage("assistant" if draft.role == "assistant" else "user", draft.text)
        for draft in drafts
        if draft.role != "system"
    ]
    return LLMRequest(messages=(system, *turns), purpose="chat")
