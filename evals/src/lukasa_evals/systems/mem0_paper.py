"""The paper's Mem0 and its graph variant, run as the paper runs it: each conversation twice, once for each speaker (§1.6)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from lukasa import AsyncHandle, AsyncMemory, Entity, Guidance, Relation
from lukasa.ports.llm import LLM
from lukasa_evals.datasets.values import Conversation, Said
from lukasa_evals.errors import EvalError
from lukasa_evals.retrieval.memory import message
from lukasa_evals.retrieval.systems import Told
from lukasa_evals.systems.distilling import Ahead, distil
from lukasa_evals.systems.lukasa import FILE, fitting, open_memory
from lukasa_evals.systems.system import Found, Stats, Tools

_TOP = 30
"""Memories a speaker that are shown (§1.3)."""

_MEMORIES = {"metadata.graph": {"exists": False}}
"""Facts that are memories, and no parts of the graph."""

_NAMED = 3
"""Entities of a question that are looked up."""

_WISHES = (
    "Take facts from what {speaker} says alone; the other's messages are for understanding. Name {speaker} in each fact, "
    "write it so that it can be understood alone, with names and dates."
)
"""What the paper's evaluation asks for beside its extraction prompt (§1.6), in our words."""

_RELATIONS = 1_000
"""Most tokens of relations a speaker: about what the paper's graph variant adds to a context (3,616 against 1,764)."""


class Mem0Paper:
    """A partition a speaker: what that one says has role user, what the other says role assistant."""

    def __init__(self, tools: Tools, *, graph: bool) -> None:
        self._tools = tools
        self._graph = graph
        self._memory: AsyncMemory | None = None
        self._users: dict[str, str] = {}
        """By speaker."""

        self._ids: dict[str, str] = {}

    async def ingest(self, conversation: Conversation) -> None:
        """See the protocol."""
        if self._tools.llm is None:
            raise EvalError("the paper's Mem0 needs a language model: name one with --model")
        speakers = dict.fromkeys(said.speaker for said in conversation.turns())
        self._users = {speaker: f"{conversation.id} {speaker}" for speaker in speakers}

        async def remember(memory: AsyncMemory) -> AsyncIterator[bool]:
            for session in conversation.sessions:
                stored: list[str] = []
                for speaker, user in self._users.items():
                    said = [_message(turn, speaker) for turn in session.turns]
                    receipt = await memory.of(user=user).remember(said, at=session.at, session=session.name)
                    stored += receipt.turns
                yield bool(stored)

        path, llm = self._tools.folder / FILE, self._tools.llm
        await distil(path, Ahead(llm, guesses=True), remember, self._opened)
        self._memory = await self._opened(path, llm)
        for user in self._users.values():
            for turn in await self._memory.of(user=user).turns():
                self._ids[turn.id] = str(turn.metadata["dia_id"])

    async def _opened(self, path: Path, llm: LLM) -> AsyncMemory:
        """Open the store, or a copy of it, with the wishes for each speaker: those are not stored."""
        recipe = "paper+graph" if self._graph else "paper"
        memory = await open_memory(self._tools, recipe, llm=llm, path=path)
        for speaker, user in self._users.items():
            await memory.of(user=user).guide(Guidance(instructions=_WISHES.format(speaker=speaker)))
        return memory

    async def answer(self, question: str, now: datetime) -> Found:
        """See the protocol."""
        blocks: list[str] = []
        told: list[Told] = []
        for speaker, handle in self._handles():
            recalled = await handle.recall(question, limit=_TOP, kinds=["fact"], filter=_MEMORIES, now=now)
            lines = [f"- {hit.at:%d %B %Y}: {hit.text}" for hit in recalled.hits]
            blocks.append("\n".join([f"Memories for user {speaker}:", *lines]))
            told += [
                Told(hit.text, tuple(self._ids[source.turn] for source in hit.sources))
                for hit in recalled.hits
            ]
            if self._graph and (relations := await self._relations(handle, question, speaker)):
                blocks.append(relations)
        return Found(text="\n\n".join(blocks), facts=told)

    async def stats(self) -> Stats:
        """See the protocol. What the paper counts: memories, not the turns that Lukasa also keeps."""
        texts = [fact.text for _, handle in self._handles() for fact in await handle.facts()]
        return Stats(
            tokens=sum(map(self._tools.counter.count, texts)),
            items=len(texts),
            bytes=sum(path.stat().st_size for path in self._tools.folder.glob(f"{FILE}*")),
        )

    async def aclose(self) -> None:
        """See the protocol."""
        if self._memory is not None:
            await self._memory.aclose()

    def _handles(self) -> list[tuple[str, AsyncHandle]]:
        if self._memory is None:
            raise RuntimeError("asked before anything was taken in")
        return [(speaker, self._memory.of(user=user)) for speaker, user in self._users.items()]

    async def _relations(self, handle: AsyncHandle, question: str, speaker: str) -> str:
        """Return both retrievals of the graph variant (§1.4): around the question's entities, and triplets that are like it."""
        lines: list[str] = []
        for entity in (await handle.entities(question))[:_NAMED]:
            around = await handle.related(entity.id, hops=1)
            lines += [_triplet(each, around.entities) for each in around.relations]
        like = await handle.relations(query=question, limit=_TOP)
        if like:
            names = {entity.id: entity for entity in await handle.entities()}
            lines += [_triplet(each, names) for each in like]
        return fitting(f"Relations for user {speaker}:", list(dict.fromkeys(lines)), _RELATIONS, self._tools)


def _triplet(relation: Relation, entities: Mapping[str, Entity]) -> str:
    until = relation.valid.end
    past = "" if relation.status == "current" else " (no longer true)"
    past = f" (until {until:%d %B %Y})" if past and until else past
    return f"- {entities[relation.source].name} -- {relation.label} -- {entities[relation.target].name}{past}"


def _message(said: Said, speaker: str) -> dict[str, Any]:
    return {**message(said), "role": "user" if said.speaker == speaker else "assistant"}
