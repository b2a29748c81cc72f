"""Lukasa itself, used as its users use it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from lukasa import AsyncMemory, Settings
from lukasa.policy import JobPolicy
from lukasa.ports.llm import LLM
from lukasa_evals.datasets.values import Conversation
from lukasa_evals.retrieval.memory import message
from lukasa_evals.retrieval.systems import Told
from lukasa_evals.systems.distilling import Ahead, distil
from lukasa_evals.systems.sharing import Unclosed
from lukasa_evals.systems.system import Found, Stats, Tools

FILE = "memory.lukasa"

_GRAPH_SHARE = 0.15
"""Of the budget, for relations around what the question names."""

_WITHOUT_MODEL = ("none", "rules")

_NAMED = 3
"""Entities of a question that are looked up."""


class Lukasa:
    """One partition a conversation; the context is what `context` gives."""

    def __init__(self, tools: Tools, *, extractor: str, graph: bool = False) -> None:
        self._tools = tools
        self._graph = graph
        self._extractor = extractor
        self._memory: AsyncMemory | None = None
        self._user = ""
        self._ids: Mapping[str, str] = {}

    async def ingest(self, conversation: Conversation) -> None:
        """See the protocol."""
        self._user = conversation.id

        async def remember(memory: AsyncMemory) -> AsyncIterator[bool]:
            handle = memory.of(user=conversation.id)
            for session in conversation.sessions:
                said = [message(turn) for turn in session.turns]
                receipt = await handle.remember(said, at=session.at, session=session.name)
                yield bool(receipt.turns)

        llm = self._tools.llm if self._extractor not in _WITHOUT_MODEL else None
        if llm is not None:
            await distil(self._tools.folder / FILE, Ahead(llm, guesses=False), remember, self._opened)
        self._memory = await open_memory(self._tools, self._extractor, llm=llm)
        if llm is None:
            async for _ in remember(self._memory):
                pass
        handle = self._memory.of(user=self._user)
        self._ids = {turn.id: str(turn.metadata["dia_id"]) for turn in await handle.turns()}

    async def _opened(self, path: Path, llm: LLM) -> AsyncMemory:
        return await open_memory(self._tools, self._extractor, llm=llm, path=path)

    async def answer(self, question: str, now: datetime) -> Found:
        """See the protocol."""
        handle = self._open.of(user=self._user)
        budget = self._tools.budget
        around = await self._relations(question, int(budget * _GRAPH_SHARE)) if self._graph else ""
        left = budget - self._tools.counter.count(f"{around}\n\n") if around else budget
        block = await handle.context(question, budget=left, now=now)
        told = [
            Told(fact.text, tuple(self._ids[source.turn] for source in fact.sources))
            for fact in (*block.known, *block.facts)
        ]
        return Found(
            text="\n\n".join(part for part in (block.text, around) if part),
            turns=[self._ids[turn.id] for turn in block.turns],
            facts=told,
        )

    async def stats(self) -> Stats:
        """See the protocol."""
        handle = self._open.of(user=self._user)
        facts = await handle.facts()
        texts = [turn.text for turn in await handle.turns()] + [fact.text for fact in facts]
        return Stats(
            tokens=sum(map(self._tools.counter.count, texts)),
            items=len(texts),
            bytes=sum(path.stat().st_size for path in self._tools.folder.glob(f"{FILE}*")),
        )

    async def aclose(self) -> None:
        """See the protocol."""
        if self._memory is not None:
            await self._memory.aclose()

    async def _relations(self, question: str, budget: int) -> str:
        """Return what the graph says around the entities that a question names."""
        handle = self._open.of(user=self._user)
        lines: list[str] = []
        for entity in (await handle.entities(question))[:_NAMED]:
            around = await handle.related(entity.id, hops=1)
            lines += [f"- {relation.text}" for relation in around.relations if relation.text]
        return fitting("Connected:", list(dict.fromkeys(lines)), budget, self._tools)

    @property
    def _open(self) -> AsyncMemory:
        if self._memory is None:
            raise RuntimeError("asked before anything was taken in")
        return self._memory


async def open_memory(
    tools: Tools, extractor: str, *, llm: LLM | None = None, path: Path | None = None
) -> AsyncMemory:
    """Open the store of a conversation; the embedder and the model are those of the run."""
    return await AsyncMemory.open(
        path or tools.folder / FILE,
        settings=settings_of(tools.settings, extractor),
        llm=llm,
        embedder=Unclosed(tools.embedder) if tools.embedder is not None else None,
    )


def settings_of(settings: Settings, extractor: str) -> Settings:
    """Return settings under which the same replies always lead to the same memory: one job after the other, none early."""
    return settings.with_(
        extractor=extractor,
        jobs=replace(JobPolicy(), concurrency=1, attempts=1_000_000),
        distil=replace(settings.distil, patience=timedelta(days=1)),
    )


def fitting(head: str, lines: Sequence[str], budget: int, tools: Tools) -> str:
    """Return as many lines as a budget holds, under a head; empty when there are none."""
    taken: list[str] = []
    for line in lines:
        if tools.counter.count("\n".join([head, *taken, line])) > budget:
            break
        taken.append(line)
    return "\n".join([head, *taken]) if taken else ""
