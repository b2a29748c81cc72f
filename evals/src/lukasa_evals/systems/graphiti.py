"""Graphiti, the open-source part of Zep: its temporal graph, in an embedded graph database (Kùzu).

What 0.31 leaves undone for this database is done here: its name, its full-text indexes, and questions without the marks that are
wildcards to it. With a wildcard it finds nothing by words any more, once anything was changed, and every question ends with one.
"""

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
"""Facts shown, as in Zep's own evaluation."""

NODES = 20
"""Entities shown with their summaries, likewise."""

_WILDCARDS = str.maketrans("", "", "?*")
_GROUP = "conversation"
_ALL = 100_000


class Graphiti:
    """An episode a turn, with the time at which it was said. Shown are facts with the time in which they hold, and entities."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._loopback = Loopback(model_of(tools), tools.vectors, purpose="graphiti")
        self._entered = False
        self._graph: Any = None
        self._clients: list[Any] = []

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
            raise EvalError(
                f"graphiti-core lacks a package: pip install 'lukasa-evals[zep-graphiti]' ({error})"
            ) from error

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
        parts = OpenAIGenericClient(config), OpenAIEmbedder(embedder), OpenAIRerankerClient(config)
        self._clients = [part.client for part in parts]
        llm, vectors, reranker = parts
        return Package(graph_driver=driver, llm_client=llm, embedder=vectors, cross_encoder=reranker)

    async def answer(self, question: str, now: datetime) -> Found:
        """See the protocol."""
        with named("graphiti-core", self._loopback):
            edges, nodes = await self._found(question.translate(_WILDCARDS))
        facts = [_line(edge) for edge in edges]
        entities = [f"- {node.name}: {node.summary}" for node in nodes]
        parts = (("Facts:", facts), ("Entities:", entities))
        return Found(text="\n\n".join("\n".join([title, *lines]) for title, lines in parts if lines))

    async def _found(self, question: str) -> tuple[list[Any], list[Any]]:
        """Search by words and by meaning, merged by rank: the package's own default, for entities as for facts."""
        from graphiti_core.search.search_config_recipes import (  # noqa: PLC0415
            EDGE_HYBRID_SEARCH_RRF,
            NODE_HYBRID_SEARCH_RRF,
        )

        by_fact = EDGE_HYBRID_SEARCH_RRF.model_copy(update={"limit": EDGES})
        by_node = NODE_HYBRID_SEARCH_RRF.model_copy(update={"limit": NODES})
        facts = await self._graph.search_(question, config=by_fact, group_ids=[_GROUP])
        entities = await self._graph.search_(question, config=by_node, group_ids=[_GROUP])
        return facts.edges, entities.nodes

    async def stats(self) -> Stats:
        """See the protocol: facts and entities; the episodes, which are kept too, are not shown and not counted."""
        from graphiti_core.edges import EntityEdge  # noqa: PLC0415
        from graphiti_core.errors import GroupsEdgesNotFoundError  # noqa: PLC0415
        from graphiti_core.nodes import EntityNode  # noqa: PLC0415

        driver = self._graph.driver
        with named("graphiti-core", self._loopback):
            nodes = await EntityNode.get_by_group_ids(driver, [_GROUP], limit=_ALL)
            try:
                edges = await EntityEdge.get_by_group_ids(driver, [_GROUP], limit=_ALL)
            except GroupsEdgesNotFoundError:
                edges = []
        texts = [*(edge.fact for edge in edges), *(f"{node.name}: {node.summary}" for node in nodes)]
        files = [path for path in (self._tools.folder / "graphiti").rglob("*") if path.is_file()]
        return Stats(
            tokens=sum(map(self._tools.counter.count, texts)),
            items=len(texts),
            bytes=sum(path.stat().st_size for path in files),
        )

    async def aclose(self) -> None:
        """See the protocol."""
        if self._graph is not None:
            await self._graph.close()
        for client in self._clients:
            await client.close()
        if self._entered:
            self._loopback.__exit__(None, None, None)


def _line(edge: Any) -> str:
    since = f"{edge.valid_at:%d %B %Y}" if edge.valid_at else "?"
    until = f"{edge.invalid_at:%d %B %Y}" if edge.invalid_at else "present"
    return f"- {edge.fact} ({since} – {until})"
