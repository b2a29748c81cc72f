"""The view of each partition as it is now, kept in memory until the partition's facts change."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from lukasa.domain.fact import Status
from lukasa.domain.query import FactQuery
from lukasa.domain.scope import Partition
from lukasa.graph.nodes import NodeVectors
from lukasa.graph.view import GraphView
from lukasa.policy import GraphPolicy
from lukasa.ports.store import Store

IN_GRAPH: list[Status] = ["current", "superseded", "conflicting"]
"""Facts that were withdrawn or wait for review are not part of the graph."""


@dataclass(slots=True)
class _CachedView:
    view: GraphView | None = None
    version: int = 0
    epoch: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Ten questions at once build the view once."""


class GraphCache:
    """Views of the partitions that were asked for lately; beyond `cached_views`, the least recently used one is dropped."""

    def __init__(self, store: Store, policy: GraphPolicy, nodes: NodeVectors | None = None) -> None:
        self._store = store
        self._nodes = nodes
        self._policy = policy
        self._cached: OrderedDict[Partition, _CachedView] = OrderedDict()

    async def view(self, partition: Partition) -> GraphView:
        """Return the view of a partition as it is now; built from all facts if any of them changed."""
        cached = self._cached.setdefault(partition, _CachedView())
        self._cached.move_to_end(partition)
        if len(self._cached) > self._policy.cached_views:
            self._cached.popitem(last=False)
        async with cached.lock:
            since = await self._store.version(partition) if cached.view is None else cached.version
            delta = await self._store.delta(partition, fingerprint=None, since=since)
            # Turns are no part of the graph: those that were only remembered leave the view as it is.
            changed = delta.gone or delta.facts
            if cached.view is None or delta.epoch != cached.epoch or changed:
                facts = await self._store.facts(partition, FactQuery(statuses=IN_GRAPH))
                # Off the event loop, and not where others compute: half a million facts take seconds.
                near = [] if self._nodes is None else await self._nodes.alike(partition, facts)
                cached.view = await asyncio.to_thread(GraphView, facts, partition, self._policy, near)
            cached.version, cached.epoch = delta.version, delta.epoch
            return cached.view

    def drop(self, partition: Partition) -> None:
        """Forget the view of a partition: some of it was erased."""
        self._cached.pop(partition, None)
