"""OpenAI's memory, as the paper ran it: memories are saved from the whole conversation in one chat, and all of them are the context.

There is no programming interface to the memory of ChatGPT; the paper had memories extracted by hand with a fixed prompt, which asks
for the time of each memory, and pasted them into the answer's prompt as they came. That they often lack the time is the paper's
explanation of how badly questions about time went; so no date is added here. An OpenAI model (`--model openai:…`) is asked.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from lukasa_evals.answers.transcript import lines_of
from lukasa_evals.datasets.values import Conversation
from lukasa_evals.systems.asking import LIMITS, ask
from lukasa_evals.systems.system import Found, Stats, Tools

_MOST = 16_000
"""Tokens of all memories of a conversation; in the paper they were 4,437."""


class Saved(BaseModel):
    """What is to be remembered of a conversation."""

    memories: Annotated[list[str], Field(description="one sentence each")]


class OpenAIMemory:
    """Shows every memory as the model wrote it."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._memories: list[str] = []

    async def ingest(self, conversation: Conversation) -> None:
        """See the protocol."""
        text = "\n".join(line for _, line in lines_of(conversation))
        limits = replace(LIMITS, max_tokens=_MOST, timeout=600.0)
        reply = await ask(self._tools, "openai_memories", Saved, limits=limits, messages=text)
        found = reply.memories if reply is not None else []
        self._memories = [memory.strip() for memory in found if memory.strip()]

    async def answer(self, question: str, now: datetime) -> Found:
        """See the protocol."""
        return Found(text="\n".join(self._memories))

    async def stats(self) -> Stats:
        """See the protocol."""
        return Stats(tokens=sum(map(self._tools.counter.count, self._memories)), items=len(self._memories))

    async def aclose(self) -> None:
        """See the protocol."""
