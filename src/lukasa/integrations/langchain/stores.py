"""Documents and values that a program stores, beside what was said."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Self
from uuid import uuid4

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.stores import BaseStore
from langchain_core.vectorstores import VectorStore

from lukasa import Handle
from lukasa.errors import InputError
from lukasa.integrations.documents import Collection, Documents, Put
from lukasa.integrations.documents import Document as Stored

_TEXT = "page_content"


class LukasaVectorStore(VectorStore):
    """Documents of a collection; Lukasa's own embedder and full-text search them, and no other embeddings are used."""

    def __init__(self, handle: Handle, collection: Collection = "langchain") -> None:
        self._documents = Documents(handle)
        self._collection = collection

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings | None = None,  # noqa: ARG003 - LangChain passes it
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        handle: Handle | None = None,
        **_: Any,
    ) -> Self:
        """Return a store with these texts over `handle=`; *embedding* is not used."""
        if handle is None:
            raise InputError("from_texts needs the handle of a user: handle=memory.of(user=…)")
        store = cls(handle)
        store.add_texts(texts, metadatas, ids=ids)
        return store

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: Sequence[str | None] | None = None,
        **_: Any,
    ) -> list[str]:
        """Store texts in the place of those with the same ids; return the ids."""
        some = list(texts)
        names = [id_ or uuid4().hex for id_ in ids or [None] * len(some)]
        values = zip(some, metadatas or [{}] * len(some), names, strict=True)
        self._documents.put_all(
            [
                Put(collection=self._collection, key=name, value={**metadata, _TEXT: text}, text=text)
                for text, metadata, name in values
            ]
        )
        return names

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """Return the documents that there are, in the order of the ids."""
        stored = self._documents.get_all([(self._collection, id_) for id_ in ids])
        return [_of_document(each) for each in stored if each is not None]

    def delete(self, ids: list[str] | None = None, **_: Any) -> bool:
        """Erase documents by their ids, or all; unknown ones are passed over."""
        names = [each.key for each in self._documents.select(self._collection)] if ids is None else ids
        self._documents.delete_all([(self._collection, name) for name in names])
        return True

    def similarity_search(self, query: str, k: int = 4, **kwargs: Any) -> list[Document]:
        """Return documents, best first; `filter=` as in docs/filters.md."""
        return [document for document, _ in self.similarity_search_with_score(query, k, **kwargs)]

    def similarity_search_with_score(
        self, query: str, k: int = 4, *, filter: dict[str, Any] | None = None, **_: Any
    ) -> list[tuple[Document, float]]:
        """Return the same with scores from 0 to 1."""
        found = self._documents.search(query, self._collection, filter=filter, limit=k)
        return [(_of_document(document), score) for document, score in found]


class LukasaByteStore(BaseStore[str, Any]):
    """Values under keys in a collection: JSON, or bytes."""

    def __init__(self, handle: Handle, collection: Collection = "store") -> None:
        self._documents = Documents(handle)
        self._collection = collection

    def mget(self, keys: Sequence[str]) -> list[Any]:
        """Return values in the order of their keys; `None` where there is none."""
        stored = self._documents.get_all([(self._collection, key) for key in keys])
        return [None if each is None else _unpacked(each.value) for each in stored]

    def mset(self, key_value_pairs: Sequence[tuple[str, Any]]) -> None:
        """Store values in one transaction."""
        puts = [
            Put(collection=self._collection, key=key, value=_packed(value), searchable=False)
            for key, value in key_value_pairs
        ]
        self._documents.put_all(puts)

    def mdelete(self, keys: Sequence[str]) -> None:
        """Erase values."""
        self._documents.delete_all([(self._collection, key) for key in keys])

    def yield_keys(self, *, prefix: str | None = None) -> Iterator[str]:
        """Yield the keys that begin with a prefix."""
        for stored in self._documents.select(self._collection):
            if stored.key.startswith(prefix or ""):
                yield stored.key


def _of_document(stored: Stored) -> Document:
    metadata = {name: value for name, value in stored.value.items() if name != _TEXT}
    return Document(id=stored.key, page_content=stored.value[_TEXT], metadata=metadata)


def _packed(value: Any) -> dict[str, Any]:
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    return {"json": value}


def _unpacked(value: dict[str, Any]) -> Any:
    return base64.b64decode(value["bytes"]) if "bytes" in value else value["json"]
