"""The component that searches."""

from __future__ import annotations

import asyncio
from typing import Any

from haystack import component, default_from_dict, default_to_dict
from haystack.dataclasses import Document

from lukasa.integrations.haystack.store import LukasaDocumentStore


@component
class LukasaRetriever:
    """Finds documents for a query, by meaning and words together; no other embeddings are needed."""

    def __init__(
        self, document_store: LukasaDocumentStore, *, filters: dict[str, Any] | None = None, top_k: int = 10
    ) -> None:
        self.document_store = document_store
        self.filters = filters
        self.top_k = top_k

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` makes it of."""
        named = {
            "document_store": self.document_store.to_dict(),
            "filters": self.filters,
            "top_k": self.top_k,
        }
        result: dict[str, Any] = default_to_dict(self, **named)
        return result

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> LukasaRetriever:
        """Return the retriever that was described."""
        named = data["init_parameters"]
        named = {**named, "document_store": LukasaDocumentStore.from_dict(named["document_store"])}
        retriever: LukasaRetriever = default_from_dict(cls, {**data, "init_parameters": named})
        return retriever

    @component.output_types(documents=list[Document])
    def run(
        self, query: str, filters: dict[str, Any] | None = None, top_k: int | None = None
    ) -> dict[str, Any]:
        """Return `documents`, best first, with scores from 0 to 1; *filters* go before those of the component."""
        found = self.document_store.search(query, filters=filters or self.filters, limit=top_k or self.top_k)
        return {"documents": found}

    @component.output_types(documents=list[Document])
    async def run_async(
        self, query: str, filters: dict[str, Any] | None = None, top_k: int | None = None
    ) -> dict[str, Any]:
        """Do the same in a thread."""
        return await asyncio.to_thread(self.run, query, filters, top_k)
