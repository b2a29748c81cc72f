"""OpenAI's memory, as the paper ran it: the model saves memories session by session, and all of them are the context.

There is no programming interface to the memory of ChatGPT; the paper had memories extracted in one chat and pasted them into the prompt.
Here an OpenAI model (`--model openai:…`) is asked for them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from lukasa_evals.answers.transcript import line_of
from lukasa_evals.datasets.values import Conversation, Session
from lukasa_evals.errors import EvalError
from lukasa_evals.systems.asking import ask, model_of, together
from lukasa_evals.systems.system import Found, Stats, Tools


class Saved(BaseModel):
    """What is to be remembered of a session."""

    memories: Annotated[list[str], Field(description="one sentence each")]


class OpenAIMemory:
    """Shows every memory, each with the date of its session."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._llm = model_of(tools)
        if not self._llm.name.startswith("openai:"):
            raise EvalError(f"OpenAI's memory is OpenAI's: --model must be openai:…, not {self._llm.name!r}")
        self._memories: list[str] = []

    async def ingest(self, conversation: Conversation) -> None:
        """See the protocol."""
        saved = await together([self._saved(session) for session in conversation.sessions])
        self._memories = [memory for each in saved for memory in each]

    async def _saved(self, session: Session) -> list[str]:
        text = "\n".join(line_of(said, session) for said in session.turns)
        reply = await ask(self._tools, "openai_memories", Saved, messages=text)
        found = reply.memories if reply is not None else []
        return [f"[{session.at:%d %B %Y}] {memory.strip()}" for memory in found if memory.strip()]

    async def answer(self, question: str, now: datetime) -> Found:
        """See the protocol."""
        return Found(text="\n".join(self._memories))

    async def stats(self) -> Stats:
        """See the protocol."""
        return Stats(tokens=sum(map(self._tools.counter.count, self._memories)), items=len(self._memories))

    async def aclose(self) -> None:
        """See the protocol."""
