"""What an engine is made of, and the paths over it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime

from lukasa.domain.document import Document
from lukasa.domain.fact import Fact
from lukasa.errors import ClosedError
from lukasa.pipeline.believe import Believe, fact_document
from lukasa.pipeline.channels import Channels
from lukasa.pipeline.encode import Encoder
from lukasa.pipeline.erase import Erase
from lukasa.pipeline.extract import Extract
from lukasa.pipeline.policy import RecallPolicy, RememberPolicy, ResolvePolicy
from lukasa.pipeline.recall import Recall
from lukasa.pipeline.reembed import Reembed
from lukasa.pipeline.reindex import Reindex
from lukasa.pipeline.remember import Remember
from lukasa.pipeline.served import Served
from lukasa.pipeline.undo import Undo
from lukasa.pipeline.warm import WarmPartitions
from lukasa.ports.embedder import Embedder
from lukasa.ports.extractor import Extractor
from lukasa.ports.reranker import Reranker
from lukasa.ports.store import Store
from lukasa.ports.tokens import TokenCounter


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What an engine is made of; `wiring` chooses them from the settings."""

    store: Store
    store_name: str
    embedder: Embedder | None
    extractor: Extractor | None
    """`None`: turns only, nothing is distilled from them."""

    reranker: Reranker | None
    counter: TokenCounter
    clock: Callable[[], datetime]
    tenant: str
    zone: str | None
    rerank: bool
    """Whether recall reranks when the call does not say."""

    remember: RememberPolicy
    resolve: ResolvePolicy
    recall: RecallPolicy


class Running:
    """The paths over one set of parts, for as long as they are open; shared by an engine and its handles."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._closed = False
        self.encoder = Encoder(parts.embedder)
        self.served = Served()
        self.believe = Believe(parts.store, parts.extractor, self.served, parts.resolve)
        self.remember = Remember(parts.store, self.encoder, self.believe, parts.remember)
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
                if self._parts.reranker is not None:
                    stack.push_async_callback(self._parts.reranker.aclose)
                stack.push_async_callback(self.encoder.aclose)
