"""Haystack's `DocumentStore`: documents of a collection in the memory of one user.

Its verbs block; those that end in `_async` run them in threads. Embeddings are kept and returned, but Lukasa's own are searched.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from haystack import default_from_dict, default_to_dict
from haystack.dataclasses import Document
from haystack.document_stores.errors import DuplicateDocumentError
from haystack.document_stores.types import DuplicatePolicy
from haystack.utils.filters import document_matches_filter

from lukasa import Memory
from lukasa.errors import ConflictError
from lukasa.integrations.documents import Document as Stored
from lukasa.integrations.documents import Documents, Put
from lukasa.integrations.haystack.filters import native
from lukasa.integrations.haystack.metadata import Metadata

S = TypeVar("S")
P = ParamSpec("P")
T = TypeVar("T")

_META = "meta."


def _threaded(
    verb: Callable[Concatenate[S, P], T],
) -> Callable[Concatenate[S, P], Awaitable[T]]:
    @wraps(verb)
    async def call(store: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.to_thread(verb, store, *args, **kwargs)

    return call


class LukasaDocumentStore(Metadata):
    """Documents of one user. *store* is what `Memory.open` takes; a *memory* that is open is used in its place, and not closed."""

    def __init__(
        self,
        store: str = "memory.lukasa",
        *,
        user: str,
        tenant: str = "default",
        collection: str = "haystack",
        memory: Memory | None = None,
    ) -> None:
        self._named = {"store": store, "user": user, "tenant": tenant, "collection": collection}
        self._collection = collection
        self._memory = memory
        self._owned = memory is None
        self._opened: Documents | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` makes it of; a server's key is not in it (`LUKASA_SERVER_KEY`)."""
        result: dict[str, Any] = default_to_dict(self, **self._named)
        return result

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> LukasaDocumentStore:
        """Return the store that was described."""
        store: LukasaDocumentStore = default_from_dict(cls, data)
        return store

    def close(self) -> None:
        """Close the memory, if it was opened here; the next verb opens it again."""
        if self._owned and self._memory is not None:
            self._memory.close()
            self._memory = self._opened = None

    def count_documents(self) -> int:
        """Count all documents."""
        return len(self._documents.select(self._collection))

    def filter_documents(self, filters: dict[str, Any] | None = None) -> list[Document]:
        """Return the documents that pass, in the order in which they were last written."""
        if not filters:
            return [_document(stored) for stored in self._documents.select(self._collection)]
        _check(filters)
        some = self._documents.select(self._collection, filter=native(filters))
        return [each for each in map(_document, some) if document_matches_filter(filters, each)]

    def write_documents(
        self, documents: list[Document], policy: DuplicatePolicy = DuplicatePolicy.NONE
    ) -> int:
        """Store documents in one transaction; return how many. Without a policy, an id that is there raises `DuplicateDocumentError`."""
        if not isinstance(documents, list) or not all(isinstance(each, Document) for each in documents):
            raise ValueError("write_documents() takes a list of documents")
        if policy == DuplicatePolicy.SKIP:
            there = self._documents.get_all([(self._collection, each.id) for each in documents])
            documents = [each for each, stored in zip(documents, there, strict=True) if stored is None]
        expected = None if policy == DuplicatePolicy.OVERWRITE else "absent"
        try:
            self._documents.put_all([self._put(each, expected) for each in documents])
        except ConflictError as error:
            raise DuplicateDocumentError("a document with one of these ids is there already") from error
        return len(documents)

    def delete_documents(self, document_ids: list[str]) -> None:
        """Erase documents; unknown ids are passed over."""
        self._documents.delete_all([(self._collection, id_) for id_ in document_ids])

    def delete_all_documents(self) -> None:
        """Erase all documents."""
        self.delete_by_filter({})

    def delete_by_filter(self, filters: dict[str, Any]) -> int:
        """Erase what passes; return how many documents."""
        doomed = self.filter_documents(filters)
        self.delete_documents([each.id for each in doomed])
        return len(doomed)

    def update_by_filter(self, filters: dict[str, Any], meta: dict[str, Any]) -> int:
        """Merge metadata into that of what passes; return how many documents."""
        some = self.filter_documents(filters)
        for each in some:
            each.meta.update(meta)
        self._documents.put_all([self._put(each, None) for each in some])
        return len(some)

    def search(self, query: str, *, filters: dict[str, Any] | None = None, limit: int = 10) -> list[Document]:
        """Return the documents that bear most on a query, best first, with scores from 0 to 1."""
        if filters:
            _check(filters)
        found = self._documents.search(
            query,
            self._collection,
            filter=native(filters) if filters else None,
            where=(lambda stored: document_matches_filter(filters, _document(stored))) if filters else None,
            limit=limit,
        )
        return [_document(each.document, each.score) for each in found]

    write_documents_async = _threaded(write_documents)
    count_documents_async = _threaded(count_documents)
    filter_documents_async = _threaded(filter_documents)
    delete_documents_async = _threaded(delete_documents)
    delete_all_documents_async = _threaded(delete_all_documents)
    delete_by_filter_async = _threaded(delete_by_filter)
    update_by_filter_async = _threaded(update_by_filter)
    count_documents_by_filter_async = _threaded(Metadata.count_documents_by_filter)
    count_unique_metadata_by_filter_async = _threaded(Metadata.count_unique_metadata_by_filter)
    get_metadata_fields_info_async = _threaded(Metadata.get_metadata_fields_info)
    get_metadata_field_min_max_async = _threaded(Metadata.get_metadata_field_min_max)
    get_metadata_field_unique_values_async = _threaded(Metadata.get_metadata_field_unique_values)

    @property
    def _documents(self) -> Documents:
        if self._opened is None:
            if self._memory is None:
                self._memory = Memory.open(self._named["store"])
            self._opened = Documents(self._memory.of(self._named["user"], self._named["tenant"]))
        return self._opened

    def _put(self, document: Document, expected: str | None) -> Put:
        plain = document.to_dict(flatten=False)
        value = {
            name: each
            for name, each in plain.items()
            if each is not None and name not in {"id", "meta", "score"}
        }
        value |= {f"{_META}{name}": each for name, each in plain["meta"].items()}
        if document.embedding is not None:
            value["embedding"] = struct.pack(f"<{len(document.embedding)}d", *document.embedding).hex()
        words = (document.content or "").strip()
        return Put(
            collection=self._collection,
            key=document.id,
            value=value,
            text=document.content if words else None,
            searchable=bool(words),
            expected=expected,
        )


def _check(filters: dict[str, Any]) -> None:
    if "operator" not in filters and "conditions" not in filters:
        raise ValueError("invalid filters: see Haystack's page on metadata filtering")


def _document(stored: Stored, score: float | None = None) -> Document:
    named = {name: each for name, each in stored.value.items() if not name.startswith(_META)}
    named["meta"] = {
        name[len(_META) :]: each for name, each in stored.value.items() if name.startswith(_META)
    }
    if (packed := named.get("embedding")) is not None:
        bytes_ = bytes.fromhex(packed)
        named["embedding"] = list(struct.unpack(f"<{len(bytes_) // 8}d", bytes_))
    document: Document = Document.from_dict({"id": stored.key, **named, "score": score})
    return document
