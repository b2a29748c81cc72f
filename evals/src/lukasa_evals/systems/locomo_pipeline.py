"""LoCoMo's own retrieval pipeline (Maharana et al. 2024): observations about each speaker, or summaries of sessions.

The model makes both session by session. Observations cite the turns that they rest on; the most similar ones are shown, dated.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import numpy as np
from pydantic import BaseModel, Field

from lukasa_evals.answers.transcript import line_of
from lukasa_evals.datasets.values import Conversation, Session
from lukasa_evals.retrieval.systems import Told
from lukasa_evals.retrieval.vectors import Matrix
from lukasa_evals.systems.asking import ask, model_of, together
from lukasa_evals.systems.system import Found, Stats, Tools

OBSERVATIONS = 25
"""Shown; the paper tries 5, 10, 25 and 50."""

SUMMARIES = 5
"""Shown; the paper tries 2, 5 and 10."""


class Observation(BaseModel):
    """Something said about a speaker."""

    text: Annotated[str, Field(description="one sentence, with the speaker's name")]
    turns: Annotated[list[int], Field(description="numbers of the messages that it rests on")] = []


class SessionObservations(BaseModel):
    """What a session tells."""

    observations: list[Observation]


class SessionSummary(BaseModel):
    """A session in short."""

    summary: str


@dataclass(frozen=True, slots=True)
class _Kept:
    text: str
    at: datetime
    turns: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        return f"[{self.at:%d %B %Y}] {self.text}"


class _Retrieved(ABC):
    """Shows the most similar of what was made."""

    top: int

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._llm = model_of(tools)
        self._kept: list[_Kept] = []
        self._matrix: Matrix = np.zeros((0, 0), dtype=np.float32)

    async def ingest(self, conversation: Conversation) -> None:
        """See the protocol."""
        made = await together([self._made(session) for session in conversation.sessions])
        self._kept = [kept for each in made for kept in each]
        if self._kept:
            self._matrix = self._tools.vectors.documents([kept.shown for kept in self._kept])

    @abstractmethod
    async def _made(self, session: Session) -> list[_Kept]:
        """Return what is kept of a session."""

    async def answer(self, question: str, now: datetime) -> Found:
        """See the protocol."""
        if not self._kept:
            return Found(text="")
        scores = self._matrix @ self._tools.vectors.query(question)
        best = sorted(np.argsort(-scores, kind="stable")[: self.top].tolist())
        shown = [self._kept[place] for place in best]
        return Found(
            text="\n".join(kept.shown for kept in shown),
            facts=[Told(kept.text, kept.turns) for kept in shown if kept.turns],
        )

    async def stats(self) -> Stats:
        """See the protocol."""
        return Stats(
            tokens=sum(self._tools.counter.count(kept.shown) for kept in self._kept), items=len(self._kept)
        )

    async def aclose(self) -> None:
        """See the protocol."""
        self._kept = []


class Observations(_Retrieved):
    """A list of observations for each session, each with the turns that it rests on."""

    top = OBSERVATIONS

    async def _made(self, session: Session) -> list[_Kept]:
        numbered = "\n".join(
            f"[{place}] {line_of(said, session)}" for place, said in enumerate(session.turns, start=1)
        )
        reply = await ask(self._tools, "locomo_observations", SessionObservations, messages=numbered)
        ids = {place: said.id for place, said in enumerate(session.turns, start=1)}
        return [
            _Kept(each.text, session.at, tuple(ids[number] for number in each.turns if number in ids))
            for each in (reply.observations if reply else [])
            if each.text.strip()
        ]


class Summaries(_Retrieved):
    """A summary for each session; a session whose reply could not be read has none."""

    top = SUMMARIES

    async def _made(self, session: Session) -> list[_Kept]:
        text = "\n".join(line_of(said, session) for said in session.turns)
        reply = await ask(self._tools, "locomo_summary", SessionSummary, messages=text)
        return [_Kept(reply.summary, session.at)] if reply and reply.summary.strip() else []
