"""The whole conversation: what a long context window does without any memory."""

from __future__ import annotations

from datetime import datetime

from lukasa_evals.answers.transcript import lines_of
from lukasa_evals.datasets.values import Conversation
from lukasa_evals.systems.system import Found, Stats, Tools


class Whole:
    """Shows everything, whatever is asked."""

    def __init__(self, tools: Tools) -> None:
        self._counter = tools.counter
        self._lines: list[tuple[str, str]] = []

    async def ingest(self, conversation: Conversation) -> None:
        """See the protocol."""
        self._lines = lines_of(conversation)

    async def answer(self, question: str, now: datetime) -> Found:
        """See the protocol."""
        return Found(text=self._text, turns=[id_ for id_, _ in self._lines])

    async def stats(self) -> Stats:
        """See the protocol."""
        return Stats(tokens=self._counter.count(self._text), items=len(self._lines))

    async def aclose(self) -> None:
        """See the protocol."""

    @property
    def _text(self) -> str:
        return "\n".join(line for _, line in self._lines)
