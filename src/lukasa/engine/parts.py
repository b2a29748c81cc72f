"""What an engine is made of, and the paths over it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

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
from lukasa.extraction.model.summarise import Summarise
from lukasa.extraction.rules import RulesExtractor
from lukasa.gate.echoes import Served
from lukasa.indexing.backlog import Reembed
from lukasa.indexing.documents import fact_document
from lukasa.indexing.encoder import Encoder
from lukasa.indexing.reindex import Reindex
from lukasa.llm.budget import Meter
from lukasa.policy import (
    BudgetPolicy,
    DistilPolicy,
    JobPolicy,
    MaintainPolicy,
    RecallPolicy,
    RememberPolicy,
    ResolvePolicy,
)
from lukasa.ports.embedder import Embedder
from lukasa.ports.extractor import Extractor
from lukasa.ports.llm import LLM
from lukasa.ports.reranker import Reranker
from lukasa.ports.store import Store
from lukasa.ports.tokens import TokenCounter
from lukasa.retrieval.channels import Channels
from lukasa.retrieval.recall import Recall
from lukasa.retrieval.warm import WarmPartitions
from lukasa.upkeep.backfill import Extract
from lukasa.upkeep.maintain import KIND as MAINTAIN
from lukasa.upkeep.maintain import Maintain
from lukasa.upkeep.worker import Handler, Worker
from lukasa.writing.erase import Erase
from lukasa.writing.remember import Remember
from lukasa.writing.undo import Undo

if TYPE_CHECKING:
    from lukasa.graph import Walk


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

    reranker: Reranker | None
    counter: TokenCounter
    clock: Callable[[], datetime]
    tenant: str
    zone: str | None
    worker: str = "worker"
    """Who holds the leases of jobs; no two engines over one store have the same name."""

    rerank: bool
    """Whether recall reranks when the call does not say."""

    remember: RememberPolicy
    resolve: ResolvePolicy
    recall: RecallPolicy
    distil: DistilPolicy = field(default_factory=DistilPolicy)
    maintain: MaintainPolicy = field(default_factory=MaintainPolicy)
    jobs: JobPolicy = field(default_factory=JobPolicy)
    budget: BudgetPolicy = field(default_factory=BudgetPolicy)


_GRAPHS = 8
"""Graphs that are kept ready; a large one takes about a kilobyte a fact."""

_LISTED = 1_000
"""Turns whose reading is not whole that are looked at."""


class Running:
    """The paths over one set of parts, for as long as they are open; shared by an engine and its handles."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._closed = False
        self.encoder = Encoder(parts.embedder)
        self.served = Served()
        recipe = parts.recipe.name if parts.recipe else ""
        self.believe = Believe(parts.store, parts.extractor, self.served, parts.resolve, recipe)
        patience = parts.distil.patience if parts.recipe else None
        self.remember = Remember(parts.store, self.encoder, self.believe, parts.remember, patience)
        self.extract = Extract(parts.store, self.encoder, self.believe)
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
            reranker=parts.reranker,
            counter=parts.counter,
            policy=parts.recall,
        )

        self.guidance: dict[Partition, Guidance] = {}
        """Wishes for single partitions, in place of the general ones."""

        self.walks: OrderedDict[Partition, tuple[int, Walk]] = OrderedDict()
        """Graphs of the partitions that were asked for lately, each with the version that it was made of."""

        self.meter = (
            Meter(parts.llm, parts.store, parts.budget, parts.clock) if parts.llm is not None else None
        )
        self.worker = Worker(parts.store, self._handlers(), parts.jobs, parts.clock, parts.worker)

    def keep_walk(self, partition: Partition, held: tuple[int, Walk]) -> None:
        """Keep a graph for the next question; the one asked for longest ago makes room."""
        self.walks[partition] = held
        self.walks.move_to_end(partition)
        while len(self.walks) > _GRAPHS:
            self.walks.popitem(last=False)

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

    def _handlers(self) -> dict[str, Handler]:
        parts = self._parts

        reads = parts.recipe is not None and self.meter is not None
        care = Maintain(parts.store, self.reembed, SUMMARISE if reads else None, parts.maintain, parts.clock)
        if not reads or self.meter is None:
            return {MAINTAIN: care}

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
        return fact_document(fact, embedding, encoded.fingerprint)

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
                if self._parts.reranker is not None:
                    stack.push_async_callback(self._parts.reranker.aclose)
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
