"""The memory of one user."""

from __future__ import annotations

from lukasa.domain.scope import Partition
from lukasa.engine.answers import AnswerVerbs
from lukasa.engine.changes import ChangeVerbs
from lukasa.engine.graph import GraphVerbs
from lukasa.engine.jobs import JobVerbs
from lukasa.engine.parts import Parts, Paths


class AsyncHandle(JobVerbs, ChangeVerbs, GraphVerbs, AnswerVerbs):
    """The memory of one user: every verb is bound to its partition."""

    def __init__(self, partition: Partition, parts: Parts, paths: Paths) -> None:
        self.partition = partition
        self._store, self._clock, self._zone = parts.store, parts.clock, parts.zone
        self._redacts = parts.remember.redact
        self._budget, self._graph_policy = parts.budget, parts.graph
        self._remember, self._wait, self._worker = paths.remember, paths.wait, paths.worker
        self._recall, self._served, self._names = paths.recall, paths.served, paths.names
        self._reindex, self._refresh = paths.reindex, paths.refresh
        self._meter = paths.meter
        self._edit, self._undo, self._forget, self._erase = paths.edit, paths.undo, paths.forget, paths.erase
        self._reread, self._guidance, self._guidance_of = paths.reread, paths.guidance, paths.guidance_of
        self._encoder, self._warm, self._graphs = paths.encoder, paths.warm, paths.graphs
        self._nodes, self._graph_context = paths.nodes, paths.graph_context
        self._caches = (paths.warm, paths.recall, paths.served, paths.graphs, paths.names)
