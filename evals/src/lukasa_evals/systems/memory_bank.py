"""MemoryBank (Zhong et al. 2023): what was said, summaries of days, a portrait of the people, and a curve of forgetting.

The model sums up each session and says what it shows of the people; then both once more over all sessions. What is shown is the
portrait, the summary of everything, and the most similar pieces, weighed by how well they would be remembered: R = exp(-t / S).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from pydantic import BaseModel

from lukasa_evals.answers.transcript import line_of
from lukasa_evals.datasets.values import Conversation, Session
from lukasa_evals.retrieval.vectors import Matrix
from lukasa_evals.systems.asking import ask, model_of, together
from lukasa_evals.systems.system import Found, Stats, Tools

TOP = 10
"""Pieces shown."""

_DAY = 86_400.0
_UNIT = 30 * _DAY
"""t is counted in months: the conversations go on for months, and in days all of it would be forgotten."""


class Retold(BaseModel):
    """Something in short."""

    text: str


@dataclass(slots=True)
class Piece:
    """A turn, or the summary of a session, that can be remembered."""

    text: str
    turn: str | None
    at: datetime
    recalled: datetime
    """When it was last thought of."""

    strength: int = 1
    """S: grows by one whenever it is thought of."""

    def retention(self, now: datetime) -> float:
        """Return R = exp(-t / S)."""
        return math.exp(-max((now - self.recalled).total_seconds(), 0.0) / _UNIT / self.strength)


class MemoryBank:
    """Shows portrait, summary and pieces.

    Questions of a benchmark must not change each other: pieces are strengthened while the conversation is taken in (each new turn
    brings the piece to mind that is most like it), not by questions.
    """

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._llm = model_of(tools)
        self._pieces: list[Piece] = []
        self._matrix: Matrix = np.zeros((0, 0), dtype=np.float32)
        self._summary = ""
        self._portrait = ""

    async def ingest(self, conversation: Conversation) -> None:
        """See the protocol. What could not be read is left out."""
        texts = [
            "\n".join(line_of(said, session) for said in session.turns) for session in conversation.sessions
        ]
        calls = [
            self._retold(prompt, text) for text in texts for prompt in ("memorybank_day", "memorybank_person")
        ]
        made = await together(calls)
        days, people = made[0::2], made[1::2]
        self._summary, self._portrait = await together(
            [
                self._retold("memorybank_all", _dated(conversation, days)),
                self._retold("memorybank_portrait", _dated(conversation, people)),
            ]
        )
        self._keep(conversation, days)

    async def _retold(self, prompt: str, text: str) -> str:
        reply = await ask(self._tools, prompt, Retold, text=text)
        return reply.text.strip() if reply is not None else ""

    def _keep(self, conversation: Conversation, days: list[str]) -> None:
        """Put the pieces in order of time, and let each new session bring earlier ones to mind."""
        pieces: list[Piece] = []
        places: list[tuple[int, int, Session]] = []
        for session, day in zip(conversation.sessions, days, strict=True):
            start = len(pieces)
            pieces += [
                Piece(line_of(said, session), said.id, session.at, session.at) for said in session.turns
            ]
            if day:
                pieces.append(Piece(f"[{session.at:%d %B %Y}] {day}", None, session.at, session.at))
            places.append((start, len(pieces), session))
        self._pieces = pieces
        if pieces:
            self._matrix = self._tools.vectors.kept([piece.text for piece in pieces], self._tools.common)
        for start, end, session in places:
            if start:
                likeness = self._matrix[start:end] @ self._matrix[:start].T
                for place in set(np.argmax(likeness, axis=1).tolist()):
                    pieces[place].strength += 1
                    pieces[place].recalled = session.at

    async def answer(self, question: str, now: datetime) -> Found:
        """See the protocol."""
        if not self._pieces:
            return Found(text="")
        likeness = self._matrix @ self._tools.vectors.query(question)
        retention = np.array([piece.retention(now) for piece in self._pieces])
        scores = likeness * (1 + retention) / 2
        best = sorted(np.argsort(-scores, kind="stable")[:TOP].tolist())
        shown = [self._pieces[place] for place in best]
        parts = [
            f"About the people: {self._portrait}" if self._portrait else "",
            f"Altogether: {self._summary}" if self._summary else "",
            "\n".join(piece.text for piece in shown),
        ]
        return Found(
            text="\n\n".join(part for part in parts if part),
            turns=[piece.turn for piece in shown if piece.turn is not None],
        )

    async def stats(self) -> Stats:
        """See the protocol."""
        texts = [self._portrait, self._summary, *(piece.text for piece in self._pieces)]
        return Stats(tokens=sum(map(self._tools.counter.count, texts)), items=len(self._pieces))

    async def aclose(self) -> None:
        """See the protocol."""


def _dated(conversation: Conversation, texts: list[str]) -> str:
    return "\n".join(
        f"[{session.at:%d %B %Y}] {text}"
        for session, text in zip(conversation.sessions, texts, strict=True)
        if text
    )
