"""Haystack: a document store in the memory of one user, and a retriever over it."""

from lukasa.integrations.haystack.retriever import LukasaRetriever
from lukasa.integrations.haystack.store import LukasaDocumentStore

__all__ = ["LukasaDocumentStore", "LukasaRetriever"]
