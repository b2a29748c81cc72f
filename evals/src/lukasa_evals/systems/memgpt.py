"""MemGPT (Packer et al. 2023): an agent that pages its own memory.

Core memory (what is always in view) and archival memory are written by the agent, by function calls, while messages pass through a
bounded window; every message stays in recall memory, which can be searched. A question is answered by function calls, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import numpy as np
from pydantic import BaseModel, Field

from lukasa.errors import BadReplyError
from lukasa.llm.fit import read
from lukasa.llm.schema import shape_of
from lukasa.ports.llm import ChatMessage, LLMReply, LLMRequest, Shape
from lukasa_evals.answers.transcript import lines_of
from lukasa_evals.datasets.values import Conversation
from lukasa_evals.prompts import load
from lukasa_evals.retrieval.vectors import Matrix
from lukasa_evals.systems.asking import LIMITS, model_of
from lukasa_evals.systems.system import Found, Stats, Tools

WINDOW = 2_000
"""Tokens of messages in view. When they are full, the agent is warned, and then the older half goes."""

CORE = 500
"""Tokens of core memory; what does not fit is refused, and the agent told so."""

STEPS = 5
"""Function calls before a half of the window goes, and before a question must be answered."""

PAGE = 5
"""Results of one search."""


class CoreMemoryAppend(BaseModel):
    """Add a line to core memory, which is always in view."""

    text: str


class CoreMemoryReplace(BaseModel):
    """Put other words in the place of words of core memory."""

    old: str
    new: str


class ArchivalMemoryInsert(BaseModel):
    """Put a note into archival memory, which can be searched."""

    text: str


class ArchivalMemorySearch(BaseModel):
    """Search your notes."""

    query: str
    page: Annotated[int, Field(description="from 0")] = 0


class ConversationSearch(BaseModel):
    """Search everything that was said."""

    query: str
    page: Annotated[int, Field(description="from 0")] = 0


class Done(BaseModel):
    """Nothing more is worth keeping."""


class SendMessage(BaseModel):
    """Answer the question."""

    text: str


_WRITING: dict[str, type[BaseModel]] = {
    "core_memory_append": CoreMemoryAppend,
    "core_memory_replace": CoreMemoryReplace,
    "archival_memory_insert": ArchivalMemoryInsert,
    "done": Done,
}
_READING: dict[str, type[BaseModel]] = {
    "archival_memory_search": ArchivalMemorySearch,
    "conversation_search": ConversationSearch,
    "send_message": SendMessage,
}
_LAST: dict[str, type[BaseModel]] = {"send_message": SendMessage}


@dataclass(slots=True)
class Recall:
    """Texts that can be searched by likeness."""

    tools: Tools
    ids: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    _matrix: Matrix | None = None

    def add(self, text: str, id_: str = "") -> None:
        """Put one more in."""
        self.texts.append(text)
        self.ids.append(id_)
        self._matrix = None

    def search(self, query: str, page: int) -> list[int]:
        """Return the places of one page of results, best first."""
        if not self.texts:
            return []
        if self._matrix is None:
            self._matrix = self.tools.vectors.kept(self.texts, self.tools.common)
        scores = self._matrix @ self.tools.vectors.query(query)
        order: list[int] = np.argsort(-scores, kind="stable").tolist()
        start = max(page, 0) * PAGE
        return order[start : start + PAGE]


class MemGPT:
    """An agent with a memory; it reads and answers for itself."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._llm = model_of(tools)
        self._core: list[str] = []
        self._archive = Recall(tools)
        self._said = Recall(tools)

    async def ingest(self, conversation: Conversation) -> None:
        """See the protocol."""
        self._core, self._archive, self._said = [], Recall(self._tools), Recall(self._tools)
        window: list[str] = []
        for id_, line in lines_of(conversation):
            self._said.add(line, id_)
            window.append(line)
            if self._tools.counter.count("\n".join(window)) > WINDOW:
                await self._under_pressure(window)
                window = window[len(window) // 2 :]
        await self._under_pressure(window)

    async def _under_pressure(self, window: list[str]) -> None:
        """Let the agent keep what it wants of the window before the older half of it goes."""
        told = load("memgpt_keep").fill(core=self._core_text, messages="\n".join(window))
        messages: tuple[ChatMessage, ...] = told
        for _ in range(STEPS):
            try:
                reply = await self._llm.complete(_request(messages, "memgpt keep", _WRITING))
            except BadReplyError:
                return  # It is counted as unread; what the agent would have kept is gone.
            call = _called(reply, _WRITING)
            if call is None or isinstance(call, Done):
                return
            messages = (*messages, *_turn(call, self._write(call)))

    def _write(self, call: BaseModel) -> str:
        match call:
            case CoreMemoryAppend(text=text):
                return self._keep_in_core([*self._core, text])
            case CoreMemoryReplace(old=old, new=new) if old and old in self._core_text:
                return self._keep_in_core(self._core_text.replace(old, new, 1).splitlines())
            case CoreMemoryReplace():
                return "core memory has no such words"
            case ArchivalMemoryInsert(text=text):
                self._archive.add(text)
                return "kept"
        return "there is no such function"

    def _keep_in_core(self, lines: list[str]) -> str:
        if self._tools.counter.count("\n".join(lines)) > CORE:
            return "core memory is full: replace something, or use archival memory"
        self._core = lines
        return "kept"

    async def answer(self, question: str, now: datetime) -> Found:
        """See the protocol. The last step leaves nothing but to answer; a call that cannot be read ends the search."""
        told = load("memgpt_answer").fill(core=self._core_text, question=question, now=f"{now:%d %B %Y}")
        messages: tuple[ChatMessage, ...] = told
        seen: list[str] = []
        turns: list[str] = []
        for step in range(STEPS + 1):
            known = _LAST if step == STEPS else _READING
            reply = await self._llm.complete(_request(messages, "memgpt answer", known))
            call = _called(reply, known)
            if isinstance(call, SendMessage):
                return self._found(seen, turns, call.text)
            if call is None:
                return self._found(seen, turns, reply.text.strip())
            result = self._search(call, seen, turns)
            messages = (*messages, *_turn(call, result))
        return self._found(seen, turns, "")

    def _search(self, call: BaseModel, seen: list[str], turns: list[str]) -> str:
        query, page = str(getattr(call, "query", "")), int(getattr(call, "page", 0))
        held = self._said if isinstance(call, ConversationSearch) else self._archive
        places = held.search(query, page)
        turns += [held.ids[place] for place in places if held.ids[place]]
        result = "\n".join(held.texts[place] for place in places) or "nothing was found"
        seen.append(result)
        return result

    def _found(self, seen: list[str], turns: list[str], answer: str) -> Found:
        text = "\n\n".join([self._core_text, *seen]).strip()
        return Found(text=text, turns=list(dict.fromkeys(turns)), answer=answer)

    async def stats(self) -> Stats:
        """See the protocol."""
        texts = [*self._core, *self._archive.texts, *self._said.texts]
        return Stats(tokens=sum(map(self._tools.counter.count, texts)), items=len(texts))

    async def aclose(self) -> None:
        """See the protocol."""

    @property
    def _core_text(self) -> str:
        return "\n".join(self._core) or "(empty)"


def _request(
    messages: tuple[ChatMessage, ...], purpose: str, known: dict[str, type[BaseModel]]
) -> LLMRequest:
    tools: tuple[Shape, ...] = tuple(shape_of(model, name) for name, model in known.items())
    return LLMRequest(messages=messages, purpose=purpose, tools=tools, limits=LIMITS)


def _called(reply: LLMReply, known: dict[str, type[BaseModel]]) -> BaseModel | None:
    """Return the first call that can be read; `None` when there is none."""
    for call in reply.calls:
        if (model := known.get(call.name)) is not None:
            found = read(call.arguments or "{}", model).value
            if found is not None:
                return found
    return None


def _turn(call: BaseModel, result: str) -> tuple[ChatMessage, ChatMessage]:
    """Return a call and what came of it, as messages: models know them in that form whatever functions they know."""
    return (
        ChatMessage("assistant", f"{type(call).__name__} {call.model_dump_json()}"),
        ChatMessage("user", f"Result:\n{result}"),
    )
