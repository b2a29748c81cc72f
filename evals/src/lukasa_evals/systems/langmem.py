"""LangMem, the open-source package: its memory store manager over an in-memory store.

The paper had an agent with memory tools (the "hot path"). The manager is the same package's way to take a conversation in, and does
not depend on whether an agent thinks of its tools.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lukasa_evals.answers.transcript import line_of
from lukasa_evals.datasets.values import Conversation
from lukasa_evals.loopback import Loopback
from lukasa_evals.systems.asking import model_of
from lukasa_evals.systems.packages import dimensions, named, silenced
from lukasa_evals.systems.system import Found, Stats, Tools

TOP = 30
"""Memories shown; the package's own default is ten."""

_NAMESPACE = ("memories",)
_ALL = 100_000


class LangMem:
    """One store a conversation; each session is handed to the manager as it is."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._loopback = Loopback(model_of(tools), tools.vectors, purpose="langmem")
        self._entered = False
        self._store: Any = None
        self._model: Any = None

    async def ingest(self, conversation: Conversation) -> None:
        """See the protocol."""
        self._loopback.__enter__()
        self._entered = True
        with named("langmem", self._loopback):
            manager = self._manager()
            for session in conversation.sessions:
                messages = [{"role": "user", "content": line_of(said, session)} for said in session.turns]
                await manager.ainvoke({"messages": messages})

    def _manager(self) -> Any:
        silenced(self._tools.folder)
        from langchain_openai import ChatOpenAI  # noqa: PLC0415 - large, and may be absent
        from langgraph.store.memory import InMemoryStore  # noqa: PLC0415
        from langmem import create_memory_store_manager  # noqa: PLC0415

        self._model = ChatOpenAI(
            model="model",
            api_key=self._loopback.key,
            base_url=self._loopback.url,
            temperature=0,
            max_retries=0,
        )
        self._store = InMemoryStore(index={"dims": dimensions(self._tools), "embed": self._embed})
        return create_memory_store_manager(self._model, namespace=_NAMESPACE, store=self._store)

    def _embed(self, texts: list[str]) -> list[list[float]]:
        found: list[list[float]] = self._tools.vectors.documents(texts).tolist()
        return found

    async def answer(self, question: str, now: datetime) -> Found:
        """See the protocol."""
        with named("langmem", self._loopback):
            found = await self._store.asearch(_NAMESPACE, query=question, limit=TOP)
        return Found(text="\n".join(f"- {_text(each.value)}" for each in found))

    async def stats(self) -> Stats:
        """See the protocol."""
        held = await self._store.asearch(_NAMESPACE, limit=_ALL)
        return Stats(
            tokens=sum(self._tools.counter.count(_text(each.value)) for each in held), items=len(held)
        )

    async def aclose(self) -> None:
        """See the protocol."""
        if self._model is not None:
            self._model.root_client.close()
            await self._model.root_async_client.close()
        if self._entered:
            self._loopback.__exit__(None, None, None)


def _text(value: Any) -> str:
    """Return a memory's words, however the package wraps them."""
    content = value.get("content", value) if isinstance(value, dict) else value
    return str(content.get("content", content) if isinstance(content, dict) else content)
