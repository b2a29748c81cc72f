"""ReadAgent (Lee et al. 2024): pages, a gist of each, and pages that are looked up for a question.

The model chooses where a page ends, within bounds, shortens each page to a gist, and for a question names the pages to be read in
full (all at once, "parallel look-up").
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from lukasa_evals import words
from lukasa_evals.answers.transcript import lines_of
from lukasa_evals.datasets.values import Conversation
from lukasa_evals.systems.asking import ask, model_of, together
from lukasa_evals.systems.system import Found, Stats, Tools

LEAST, MOST = 280, 600
"""Words of a page, as in the paper's setting for long dialogues."""

LOOKED_UP = 5
"""Pages that may be read in full for a question."""

_BEGINNING = 60
"""Words that stand for a gist that could not be read."""


class PausePoint(BaseModel):
    """Where a page ends."""

    label: Annotated[int, Field(description="number of the line after which it is natural to pause")]


class Gist(BaseModel):
    """A page in short."""

    gist: str


class LookUp(BaseModel):
    """Pages that are to be read."""

    pages: list[int]


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the conversation."""

    text: str
    turns: tuple[str, ...]


class ReadAgent:
    """Shows all gists, with the pages that were looked up in full in their place."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._llm = model_of(tools)
        self._pages: list[Page] = []
        self._gists: list[str] = []

    async def ingest(self, conversation: Conversation) -> None:
        """See the protocol. Pages are found one after the other, gists are made at once."""
        lines = lines_of(conversation)
        self._pages = []
        start = 0
        while start < len(lines):
            end = await self._end(lines, start)
            part = lines[start:end]
            self._pages.append(Page("\n".join(line for _, line in part), tuple(id_ for id_, _ in part)))
            start = end
        self._gists = await together([self._gist(page) for page in self._pages])

    async def _end(self, lines: list[tuple[str, str]], start: int) -> int:
        """Return where the page that begins at *start* ends; where the model names no possible place, as late as may be."""
        first = _reach(lines, start, LEAST)
        last = max(_reach(lines, start, MOST), first)
        if last >= len(lines) or first == last:
            return last
        shown = "\n".join(
            f"{line}\n<{place}>" if place >= first else line
            for place, (_, line) in enumerate(lines[start:last], start=start + 1)
        )
        reply = await ask(self._tools, "readagent_pause", PausePoint, text=shown)
        return reply.label if reply is not None and first <= reply.label <= last else last

    async def _gist(self, page: Page) -> str:
        reply = await ask(self._tools, "readagent_gist", Gist, text=page.text)
        if reply is None or not reply.gist.strip():
            return " ".join(page.text.split()[:_BEGINNING])
        return " ".join(reply.gist.split())

    async def answer(self, question: str, now: datetime) -> Found:
        """See the protocol. A look-up that could not be read opens no page."""
        shown = "\n".join(f"<Page {place}> {gist}" for place, gist in enumerate(self._gists))
        reply = await ask(self._tools, "readagent_lookup", LookUp, question=question, gists=shown)
        wanted = dict.fromkeys(reply.pages if reply is not None else [])
        opened = [place for place in wanted if 0 <= place < len(self._pages)][:LOOKED_UP]
        parts = [
            page.text if place in opened else gist
            for place, (page, gist) in enumerate(zip(self._pages, self._gists, strict=True))
        ]
        return Found(
            text="\n\n".join(parts),
            turns=[id_ for place in sorted(opened) for id_ in self._pages[place].turns],
        )

    async def stats(self) -> Stats:
        """See the protocol: gists and pages are both kept."""
        texts = [*self._gists, *(page.text for page in self._pages)]
        return Stats(tokens=sum(map(self._tools.counter.count, texts)), items=len(self._pages))

    async def aclose(self) -> None:
        """See the protocol."""


def _reach(lines: list[tuple[str, str]], start: int, limit: int) -> int:
    """Return the place behind the line that brings the words from *start* to the limit: at least one line on."""
    count = 0
    for place in range(start, len(lines)):
        count += words.count(lines[place][1])
        if count >= limit:
            return place + 1
    return len(lines)
