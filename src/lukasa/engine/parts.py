"""What an engine is made of, and the paths over it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime

from lukasa.beliefs.believe import Believe
from lukasa.domain.document import Document
from lukasa.domain.fact import Fact
from lukasa.domain.report import Receipt, Usage
from lukasa.domain.scope import Partition
from lukasa.errors import ClosedError
from lukasa.extraction.guidance import Guidance
from lukasa.extraction.model.job import KIND as EXTRACT
from lukasa.extraction.model.job import SUMMARISE, ExtractSession
from lukasa.extraction.model.recipe import Recipe
from lukasa.extraction.model.session import SessionReader
from lukasa.extraction.rules import RulesExtractor
from lukasa.gate.echoes import Echoes
from lukasa.graph.cache import GraphCache
from lukasa.indexing.backlog import Reembed, Reindex
from lukasa.indexing.documents import document_of
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
from lukasa.ports.embedder import Embedder
from lukasa.ports.extractor import Extractor
from lukasa.ports.llm import LLM
from lukasa.ports.store import Store
from lukasa.ports.tokens import TokenCounter
from lukasa.retrieval.channels import Channels
from lukasa.retrieval.recall import Recall
from lukasa.retrieval.warm import WarmPartitions
from lukasa.upkeep.backfill import Backfill
from lukasa.upkeep.worker import JobHandler, Worker
from lukasa.writing.erase import Erase
from lukasa.writing.remember import Remember
from lukasa.writing.undo import Undo


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
    """Who holds the leases of jobs; no two engines over one store have the same name."""

    remember: RememberPolicy
    resolve: ResolvePolicy
    recall: RecallPolicy
    distil: ExtractionPolicy = field(default_factory=ExtractionPolicy)
    maintain: MaintainPolicy = field(default_factory=MaintainPolicy)
    jobs: JobPolicy = field(default_factory=JobPolicy)
    graph: GraphPolicy = field(default_factory=GraphPolicy)
    budget: BudgetPolicy = field(default_factory=BudgetPolicy)


_LISTED = 1_000
"""Turns whose reading is not whole that are looked at."""


class Running:
    """The paths over one set of parts, for as long as they are open; shared by an engine and its handles."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._closed = False
        self.encoder = Encoder(parts.embedder)
        self.served = Echoes()
        recipe = parts.recipe.name if parts.recipe else ""
        self.believe = Believe(parts.store, parts.extractor, self.served, parts.resolve, recipe)
        patience = parts.distil.patience if parts.recipe else None
        self.remember = Remember(parts.store, self.encoder, self.believe, parts.remember, patience)
        self.extract = Backfill(parts.store, self.encoder, self.believe)
        self.undo = Undo(parts.store, self.encoder)
        self.erase = Erase(parts.store, self.encoder)
        self.reembed = Reembed(parts.store, self.encoder)
        self.reindex = Reindex(parts.store)
        self.warm = WarmPartitions(parts.store, parts.recall)
        self.recall = Recall(
            store=parts.store,
            encoder=self.encoder,
            warm=self.warm,
            channels=Channels(parts.store, self.warm, parts.recall),
            counter=parts.counter,
            policy=parts.recall,
        )

        self.graphs = GraphCache(parts.store, parts.graph)
        self.guidance: dict[Partition, Guidance] = {}
        """Wishes for single partitions, in place of the general ones."""

        self.meter = (
            Meter(parts.llm, parts.store, parts.budget, parts.clock) if parts.llm is not None else None
        )
        self.worker = Worker(parts.store, self._handlers(), parts.jobs, parts.clock, parts.worker)

    @property
    def reader(self) -> SessionReader:
        """What reads turns later, or again: the model if there is a recipe, otherwise what reads them at once."""
        parts = self._parts
        recipe = parts.recipe.name if parts.recipe else ""
        extractor = RulesExtractor() if parts.recipe else parts.extractor
        return SessionReader(
            store=parts.store,
            encoder=self.encoder,
            warm=self.warm,
            believe=Believe(parts.store, extractor, self.served, parts.resolve, recipe),
            recipe=parts.recipe,
            meter=self.meter,
            guidance=lambda partition: self.guidance.get(partition, parts.guidance),
            policy=parts.distil,
        )

    def _handlers(self) -> dict[str, JobHandler]:
        parts = self._parts
        # Not what `import lukasa` should wait for.
        from lukasa.upkeep.maintain import KIND as MAINTAIN  # noqa: PLC0415
        from lukasa.upkeep.maintain import Maintain  # noqa: PLC0415

        reads = parts.recipe is not None and self.meter is not None
        care = Maintain(parts.store, self.reembed, SUMMARISE if reads else None, parts.maintain, parts.clock)
        if not reads or self.meter is None:
            return {MAINTAIN: care}
        # What asks a model brings pydantic along: not where no model is configured.
        from lukasa.extraction.model.summarise import Summarise  # noqa: PLC0415

        return {
            MAINTAIN: care,
            EXTRACT: ExtractSession(parts.store, self.reader, parts.clock),
            SUMMARISE: Summarise(parts.store, self.meter, parts.distil, parts.clock),
        }

    async def waited(self, partition: Partition, receipt: Receipt) -> Receipt:
        """Return the receipt as it stands when the partition's jobs are done, or could not be."""
        if self._parts.recipe is None:
            return receipt
        flushed = await self.worker.flush(partition, within=None)
        entries = await self._parts.store.journal(partition, since=receipt.change)
        facts = [entry.id for entry in entries if entry.verb == "extract" and entry.op != "extract"]
        lacking = await self._parts.store.unextracted(
            partition, extractor=self.reader.name, limit=_LISTED, lacking=True
        )
        told = set(receipt.turns).intersection(lacking)
        warned = (
            [f"{len(told)} of these turns were read by rules: the model's reading is not whole"]
            if told
            else []
        )
        return replace(
            receipt,
            facts=[*dict.fromkeys((*receipt.facts, *facts))],
            pending=flushed.pending,
            warnings=[*receipt.warnings, *flushed.errors, *warned],
            usage=_both(receipt.usage, flushed.usage),
        )

    async def document(self, fact: Fact) -> Document:
        """Return the index entry of a fact whose words are new."""
        encoded = await self.encoder.documents([fact.text])
        embedding = encoded.embeddings[0] if encoded.embeddings else None
        return document_of(fact, embedding, encoded.fingerprint)

    @property
    def parts(self) -> Parts:
        """What it is made of; raises `ClosedError` after `aclose`."""
        if self._closed:
            raise ClosedError("this memory was closed; open it again")
        return self._parts

    async def aclose(self) -> None:
        """Release the parts."""
        if not self._closed:
            self._closed = True
            async with AsyncExitStack() as stack:  # one that fails keeps no other open
                stack.push_async_callback(self._parts.store.aclose)
                if self._parts.llm is not None:
                    stack.push_async_callback(self._parts.llm.aclose)
                stack.push_async_callback(self.encoder.aclose)
                stack.push_async_callback(self.worker.aclose)  # first: it gives back what it began


def _both(one: Usage, other: Usage) -> Usage:
    return Usage(
        embedded=one.embedded + other.embedded,
        llm_calls=one.llm_calls + other.llm_calls,
        tokens_in=one.tokens_in + other.tokens_in,
        tokens_out=one.tokens_out + other.tokens_out,
        milliseconds=one.milliseconds + other.milliseconds,
    )
