"""Graphiti, the open-source part of Zep: its temporal graph, in an embedded graph database (Kùzu)."""

from __future__ import annotations

import warnings
from datetime import datetime
from typing import Any

from lukasa_evals.answers.transcript import line_of
from lukasa_evals.datasets.values import Conversation
from lukasa_evals.errors import EvalError
from lukasa_evals.loopback import Loopback
from lukasa_evals.systems.asking import model_of
from lukasa_evals.systems.packages import dimensions, emptied, named, silenced
from lukasa_evals.systems.system import Found, Stats, Tools

EDGES = 20
"""Facts shown, as in the paper's set-up of Zep."""

_GROUP = "conversation"
_ALL = 100_000


class Graphiti:
    """An episode a turn, with the time at which it was said; what is shown are facts with the time in which they hold."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._loopback = Loopback(model_of(tools), tools.vectors, purpose="graphiti")
        self._entered = False
        self._graph: Any = None

    async def ingest(self, conversation: Conversation) -> None:
        """See the protocol."""
        self._loopback.__enter__()
        self._entered = True
        with named("graphiti-core", self._loopback):
            self._graph = self._opened()
            await self._index()
            for session in conversation.sessions:
                for said in session.turns:
                    await self._graph.add_episode(
                        name=said.id,
                        episode_body=line_of(said, session).partition("] ")[2],
                        source_description="conversation",
                        reference_time=session.at,
                        group_id=_GROUP,
                    )

    async def _index(self) -> None:
        """Make the full-text indexes: for this database 0.31 leaves that to its users."""
        from graphiti_core.driver.driver import GraphProvider  # noqa: PLC0415
        from graphiti_core.graph_queries import get_fulltext_indices  # noqa: PLC0415

        await self._graph.build_indices_and_constraints()
        for query in get_fulltext_indices(GraphProvider.KUZU):
            await self._graph.driver.execute_query(query)

    def _opened(self) -> Any:
        folder = emptied(self._tools.folder / "graphiti")
        silenced(folder)
        try:
            from graphiti_core import Graphiti as Package  # noqa: PLC0415 - large, and may be absent
            from graphiti_core.cross_encoder.openai_reranker_client import (  # noqa: PLC0415
                OpenAIRerankerClient,
            )
            from graphiti_core.driver.kuzu_driver import KuzuDriver  # noqa: PLC0415
            from graphiti_core.embedder.openai import OpenAIEmbedder, OpenAIEmbedderConfig  # noqa: PLC0415
            from graphiti_core.llm_client.config import LLMConfig  # noqa: PLC0415
            from graphiti_core.llm_client.openai_generic_client import (  # noqa: PLC0415
                OpenAIGenericClient,
            )
        except ImportError as error:
            raise EvalError(f"graphiti-core needs its embedded graph: pip install kuzu ({error})") from error

        url, key = self._loopback.url, self._loopback.key
        config = LLMConfig(api_key=key, base_url=url, model="model", small_model="model", temperature=0)
        embedder = OpenAIEmbedderConfig(
            api_key=key, base_url=url, embedding_model="embedder", embedding_dim=dimensions(self._tools)
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            driver: Any = KuzuDriver(str(folder / "graph"))
        # 0.31 asks every driver which database it is at; this one forgot to say.
        driver._database = _GROUP  # noqa: SLF001
        return Package(
            graph_driver=driver,
            llm_client=OpenAIGenericClient(config),
            embedder=OpenAIEmbedder(embedder),
            cross_encoder=OpenAIRerankerClient(config),
        )

    async def answer(self, question: str, now: datetime) -> Found:
        """See the protocol."""
        with named("graphiti-core", self._loopback):
            edges = await self._graph.search(question, group_ids=[_GROUP], num_results=EDGES)
        return Found(text="\n".join(_line(edge) for edge in edges))

    async def stats(self) -> Stats:
        """See the protocol: the text of all facts and of all episodes."""
        from graphiti_core.edges import EntityEdge  # noqa: PLC0415
        from graphiti_core.errors import GroupsEdgesNotFoundError  # noqa: PLC0415

        try:
            edges = await EntityEdge.get_by_group_ids(self._graph.driver, [_GROUP], limit=_ALL)
        except GroupsEdgesNotFoundError:
            edges = []
        texts = [edge.fact for edge in edges]
        return Stats(tokens=sum(map(self._tools.counter.count, texts)), items=len(texts))

    async def aclose(self) -> None:
        """See the protocol."""
        if self._graph is not None:
            await self._graph.close()
        if self._entered:
            self._loopback.__exit__(None, None, None)


def _line(edge: Any) -> str:
    since = f"{edge.valid_at:%d %B %Y}" if edge.valid_at else "?"
    until = f"{edge.invalid_at:%d %B %Y}" if edge.invalid_at else "present"
    return f"- {edge.fact} ({since} – {until})"
