"""A-Mem (Xu et al. 2025): notes that are linked to one another, and change what earlier notes say of themselves.

The model makes a note of each turn (keywords, tags, a sentence of context). A new note is shown with those most like it: the model
says to which it is to be linked, and what their context and tags become in its light.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import numpy as np
from pydantic import BaseModel, Field

from lukasa_evals.answers.transcript import lines_of
from lukasa_evals.datasets.values import Conversation
from lukasa_evals.retrieval.vectors import Matrix
from lukasa_evals.systems.asking import ask, model_of, together
from lukasa_evals.systems.system import Found, Stats, Tools

TOP = 10
"""Notes found by likeness; each brings those that it is linked to."""

NEIGHBOURS = 5
"""Earlier notes that a new one is shown with."""


class Described(BaseModel):
    """What a turn is about."""

    keywords: list[str] = []
    context: Annotated[str, Field(description="one sentence: what it is about")] = ""
    tags: list[str] = []


class Revised(BaseModel):
    """What an earlier note becomes in the light of a new one."""

    note: Annotated[int, Field(description="its number")]
    context: str = ""
    tags: list[str] = []


class Evolved(BaseModel):
    """How a new note changes the memory."""

    links: Annotated[list[int], Field(description="numbers of the notes that it is to be linked to")] = []
    revised: list[Revised] = []


@dataclass(slots=True)
class Note:
    """A turn, and what is said of it."""

    turn: str
    line: str
    keywords: list[str]
    context: str
    tags: list[str]
    links: list[int] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All of it, as it is compared and shown."""
        about = f" (about: {self.context}; {', '.join([*self.keywords, *self.tags])})" if self.context else ""
        return f"{self.line}{about}"


class AMem:
    """Shows the most similar notes, and those that they are linked to, in the order in which they were said."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._llm = model_of(tools)
        self._notes: list[Note] = []
        self._matrix: Matrix = np.zeros((0, 0), dtype=np.float32)

    async def ingest(self, conversation: Conversation) -> None:
        """See the protocol. A turn that could not be described is a note all the same."""
        lines = lines_of(conversation)
        described = await together([ask(self._tools, "amem_note", Described, text=line) for _, line in lines])
        notes = [
            Note(id_, line, each.keywords, each.context, each.tags) if each else Note(id_, line, [], "", [])
            for (id_, line), each in zip(lines, described, strict=True)
        ]
        matrix = self._tools.vectors.documents([note.text for note in notes])
        for place in range(1, len(notes)):
            await self._evolve(notes, matrix, place)
        self._notes = notes
        # What notes say of themselves has changed.
        self._matrix = self._tools.vectors.documents([note.text for note in notes])

    async def _evolve(self, notes: list[Note], matrix: Matrix, place: int) -> None:
        """Link a note to earlier ones, and let it change them; a reply that could not be read changes nothing."""
        likeness = matrix[:place] @ matrix[place]
        near = sorted(np.argsort(-likeness, kind="stable")[:NEIGHBOURS].tolist())
        shown = "\n".join(f"[{number}] {notes[each].text}" for number, each in enumerate(near, start=1))
        found = await ask(self._tools, "amem_evolve", Evolved, note=notes[place].text, notes=shown)
        if found is None:
            return
        by_number = dict(enumerate(near, start=1))
        for number in dict.fromkeys(found.links):
            if number in by_number:
                notes[place].links.append(by_number[number])
                notes[by_number[number]].links.append(place)
        for revised in found.revised:
            if revised.note in by_number:
                earlier = notes[by_number[revised.note]]
                earlier.context = revised.context.strip() or earlier.context
                earlier.tags = revised.tags or earlier.tags

    async def answer(self, question: str, now: datetime) -> Found:
        """See the protocol."""
        if not self._notes:
            return Found(text="")
        scores = self._matrix @ self._tools.vectors.query(question)
        best = np.argsort(-scores, kind="stable")[:TOP].tolist()
        taken = sorted({*best, *(link for place in best for link in self._notes[place].links)})
        return Found(
            text="\n".join(self._notes[place].text for place in taken),
            turns=[self._notes[place].turn for place in taken],
        )

    async def stats(self) -> Stats:
        """See the protocol."""
        return Stats(
            tokens=sum(self._tools.counter.count(note.text) for note in self._notes), items=len(self._notes)
        )

    async def aclose(self) -> None:
        """See the protocol."""
