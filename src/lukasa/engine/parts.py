"""What an engine is made of, and the paths over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from lukasa.beliefs.believe import Believe
from lukasa.domain.scope import Partition
from lukasa.extraction.guidance import Guidance
from lukasa.extraction.model.job import KIND as EXTRACT
from lukasa.extraction.model.job import SUMMARISE, ExtractSession
from lukasa.extraction.model.recipe import COMPARE, Recipe
from lukasa.extraction.model.session import SessionReader
from lukasa.extraction.rules import RulesExtractor
from lukasa.gate.echoes import Echoes
from lukasa.gate.judge import Judge
from lukasa.graph.cache import GraphCache
from lukasa.graph.calibration import Calibration
from lukasa.graph.context import GraphContext
from lukasa.graph.naming import NameCache
from lukasa.graph.nodes import NodeVectors
from lukasa.indexing.backlog import Reembed, Reindex
from lukasa.indexing.encoder import Encoder
from lukasa.llm.budget import Meter
from lukasa.policy import (
    BudgetPolicy,
    ExtractionPolicy,
    GraphPolicy,
    JobPolicy,
    MaintainPolicy,
    RecallPolicy,
    RememberPolicy,
    ResolvePolicy,
)
from lukasa.ports.attempts import PartitionLocks
from lukasa.ports.embedder import Embedder
from lukasa.ports.extractor import Extractor
from lukasa.ports.llm import LLM
from lukasa.ports.store import Store
from lukasa.ports.tokens import TokenCounter
from lukasa.retrieval.channels import Channels
from lukasa.retrieval.recall import Recall
from lukasa.retrieval.warm import WarmPartitions
from lukasa.upkeep.backfill import Backfill, ModelBackfill
from lukasa.upkeep.maintain import KIND as MAINTAIN
from lukasa.upkeep.maintain import Maintain
from lukasa.upkeep.refresh import KIND as REFRESH
from lukasa.upkeep.refresh import Refresh
from lukasa.upkeep.reread import Reread
from lukasa.upkeep.worker import JobHandler, Wait, Worker
from lukasa.writing.edit import EditFacts, Forget
from lukasa.writing.erase import Erase
from lukasa.writing.remember import Remember
from lukasa.writing.undo import Undo

if TYPE_CHECKING:
    from lukasa.extraction.model.compare import CompareFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What an engine is made of; `wiring` chooses them from the settings."""

    store: Store
    store_name: str
    embedder: Embedder | None
    extractor: Extractor | None
    """What reads turns as they are remembered; `None`: nothing does."""

    llm: LLM | None = None
    recipe: Recipe | None = None
    """How the model distils facts from turns, later; `None`: it does not."""

    guidance: Guidance = field(default_factory=Guidance)

    counter: TokenCounter
    clock: Callable[[], datetime]
    tenant: str
    zone: str | None
    worker: str = "worker"
    """Holds the leases of jobs; each engine over a store has a name of its own."""

    remember: RememberPolicy
    resolve: ResolvePolicy
    recall: RecallPolicy
    distil: ExtractionPolicy = field(default_factory=ExtractionPolicy)
    maintain: MaintainPolicy = field(default_factory=MaintainPolicy)
    jobs: JobPolicy = field(default_factory=JobPolicy)
    graph: GraphPolicy = field(default_factory=GraphPolicy)
    graph_in_contexts: bool = False
    """Whether contexts show relations: where a model finds them."""

    budget: BudgetPolicy = field(default_factory=BudgetPolicy)


class Paths:
    """What does the work of the verbs, over one set of parts; shared by an engine and its handles."""

    def __init__(self, parts: Parts) -> None:
        store, clock = parts.store, parts.clock
        recipe = parts.recipe.name if parts.recipe else ""
        self.encoder = Encoder(parts.embedder)
        self.served = Echoes()
        self.warm = WarmPartitions(store, parts.recall)
        self.calibration = Calibration(self.encoder)
        self.nodes = NodeVectors(self.encoder, self.warm, self.calibration, parts.graph)
        self.graphs = GraphCache(store, parts.graph, self.nodes)
        self.graph_context = (
            GraphContext(store, self.graphs, self.nodes, parts.counter, parts.graph)
            if parts.graph_in_contexts
            else None
        )
        self.names = NameCache(store, parts.graph)
        self.meter = Meter(parts.llm, store, parts.budget, clock) if parts.llm is not None else None
        self.guidance: dict[Partition, Guidance] = {}
        """Wishes for single partitions, in place of the general ones."""

        self.guidance_of = lambda partition: self.guidance.get(partition, parts.guidance)
        gate = Judge(self.served)
        self.believe = Believe(store, parts.extractor, gate, parts.resolve, recipe)
        self.reader = SessionReader(
            store=store,
            encoder=self.encoder,
            warm=self.warm,
            # The rules read what the model cannot.
            believe=Believe(
                store,
                RulesExtractor() if parts.recipe else parts.extractor,
                gate,
                parts.resolve,
                recipe,
            ),
            recipe=parts.recipe,
            meter=self.meter,
            guidance=self.guidance_of,
            policy=parts.distil,
        )
        patience = parts.distil.patience if parts.recipe else None
        locks = PartitionLocks()
        self.remember = Remember(store, self.encoder, self.believe, parts.remember, patience, locks)
        self.recall = Recall(
            store=store,
            encoder=self.encoder,
            warm=self.warm,
            channels=Channels(store, self.warm, parts.recall),
            counter=parts.counter,
            policy=parts.recall,
        )
        self.edit = EditFacts(store, self.encoder, clock)
        self.undo = Undo(store, self.encoder, locks)
        self.forget = Forget(store, clock, locks)
        self.erase = Erase(store, self.encoder, locks)
        self.reembed = Reembed(store, self.encoder)
        self.reindex = Reindex(store)
        self.refresh = Refresh(store, self.reindex, self.reembed, parts.maintain, clock)
        self.extract = Backfill(store, self.encoder, self.believe)
        self.compare = _compare(self.reader, parts)
        self.worker = Worker(store, self._handlers(parts), parts.jobs, clock, parts.worker)
        self.wait = Wait(store, self.worker, self.reader.name) if parts.recipe else None
        self.reread = Reread(store, self.reader, clock, self.compare)
        self.catch_up = ModelBackfill(store, self.worker, self.believe.name, clock)

    def _handlers(self, parts: Parts) -> dict[str, JobHandler]:
        store, clock = parts.store, parts.clock
        reads = parts.recipe is not None and self.meter is not None
        handlers: dict[str, JobHandler] = {
            MAINTAIN: Maintain(store, self.reembed, SUMMARISE if reads else None, parts.maintain, clock),
            REFRESH: self.refresh,
        }
        if reads and self.meter is not None:
            # Schemas of replies take a while to load: not where no model is configured.
            from lukasa.extraction.model.summarise import Summarise  # noqa: PLC0415

            handlers[EXTRACT] = ExtractSession(store, self.reader, clock, self.compare)
            if self.compare is not None:
                handlers[COMPARE] = self.compare
            handlers[SUMMARISE] = Summarise(store, self.meter, parts.distil, clock)
        return handlers


def _compare(reader: SessionReader, parts: Parts) -> CompareFacts | None:
    """Return what compares new facts with known ones, where the recipe leaves that for later."""
    if parts.recipe is None or parts.recipe.pairs:
        return None
    from lukasa.extraction.model.compare import CompareFacts  # noqa: PLC0415 - as above

    return CompareFacts(parts.store, reader, parts.clock)
