"""LangGraph's `BaseStore` over the memory of one user: items are documents, searched by meaning and words.

Made with the handle of a `Memory`, it serves `batch` and `abatch`; with that of an `AsyncMemory`, `abatch` alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from langgraph.store.base import (
    BaseStore,
    GetOp,
    Item,
    ListNamespacesOp,
    MatchCondition,
    Op,
    PutOp,
    Result,
    SearchItem,
    SearchOp,
    TTLConfig,
    get_text_at_path,
    tokenize_path,
    validate_op_namespace,
)

from lukasa import AsyncHandle, Handle
from lukasa.errors import InputError, shown
from lukasa.integrations.blocking import asynchronous, wait
from lukasa.integrations.documents import AsyncDocuments, Document, Put
from lukasa.integrations.langgraph.expiry import Expiry
from lukasa.integrations.langgraph.filters import matches, native

T = TypeVar("T")


class LukasaStore(BaseStore):
    """Items of one user. *fields* says what of a value is searched (default: its texts), as `index=` of a `put` does."""

    __slots__ = ("_documents", "_expiry", "_fields", "_handle", "ttl_config")

    supports_ttl = True

    def __init__(
        self,
        handle: Handle | AsyncHandle,
        *,
        fields: Sequence[str] | None = None,
        ttl: TTLConfig | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._handle = handle
        self._documents = AsyncDocuments(asynchronous(handle))
        self._fields = None if fields is None else list(fields)
        self.ttl_config = ttl
        self._expiry = Expiry(self._documents, clock)

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """Do what `abatch` does, and wait for it."""
        some = _checked(ops)
        return self._call(lambda: self._run(some))

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """Return what each operation found. What is read is read before anything is put, in one transaction."""
        if isinstance(self._handle, Handle):
            return await asyncio.to_thread(self.batch, ops)
        return await self._run(_checked(ops))

    def sweep_ttl(self) -> int:
        """Erase what has expired, and return how many items. Reads leave them out from the moment they do."""
        return self._call(self.asweep_ttl)

    async def asweep_ttl(self) -> int:
        """See `sweep_ttl`; for an `AsyncMemory`."""
        return await self._expiry.sweep()

    def _call(self, work: Callable[[], Awaitable[T]]) -> T:
        if not isinstance(self._handle, Handle):
            raise InputError("this store was made with an AsyncMemory: use abatch, aget, aput, asearch, …")
        return wait(self._handle, work)

    async def _run(self, ops: Sequence[Op]) -> list[Result]:
        results: list[Result] = [None] * len(ops)
        gets = {place: op for place, op in enumerate(ops) if isinstance(op, GetOp)}
        read: list[Document] = []
        got = await self._documents.get_all([(op.namespace, op.key) for op in gets.values()])
        for (place, op), document in zip(gets.items(), got, strict=True):
            if document is not None and not self._expiry.is_over(document):
                results[place] = Item(**_item(document))
                read += [document] if op.refresh_ttl else []
        for place, op in enumerate(ops):
            match op:
                case SearchOp():
                    found = await self._search(op)
                    results[place] = [SearchItem(**_item(document), score=score) for document, score in found]
                    read += [document for document, _ in found] if op.refresh_ttl else []
                case ListNamespacesOp():
                    results[place] = await self._namespaces(op)
                case GetOp() | PutOp():
                    pass
                case _:
                    raise InputError(f"unknown operation {shown(op)}")
        await self._expiry.refresh({document.revision: document for document in read}.values())
        await self._put({(op.namespace, op.key): op for op in ops if isinstance(op, PutOp)}.values())
        return results

    async def _put(self, ops: Iterable[PutOp]) -> None:
        ops = list(ops)
        if puts := [self._document(op, op.value) for op in ops if op.value is not None]:
            await self._documents.put_all(puts)
        if gone := [(op.namespace, op.key) for op in ops if op.value is None]:
            await self._documents.delete_all(gone)

    def _document(self, op: PutOp, value: Mapping[str, Any]) -> Put:
        fields = self._fields if op.index is None else op.index
        text = None
        if fields and "$" not in fields:
            text = "\n".join(
                text for field in fields for text in get_text_at_path(value, tokenize_path(field))
            )
        searchable = op.index is not False and (text is None or bool(text.strip()))
        return Put(
            collection=op.namespace,
            key=op.key,
            value=dict(value),
            text=text or None,
            searchable=searchable,
            labels=self._expiry.labels(op.ttl),
        )

    async def _search(self, op: SearchOp) -> list[tuple[Document, float | None]]:
        conditions = [native(key, condition) for key, condition in (op.filter or {}).items()]
        wanted = op.filter or {}

        def passes(document: Document) -> bool:
            if self._expiry.is_over(document) or not isinstance(document.value, dict):
                return False
            return all(matches(document.value.get(key), value) for key, value in wanted.items())

        looked_up = {"and": [condition for condition in conditions if condition]}
        arguments: dict[str, Any] = {
            "filter": looked_up,
            "where": passes,
            "limit": op.limit,
            "offset": op.offset,
        }
        prefix = tuple(op.namespace_prefix)
        scores: list[float | None]
        if op.query and op.query.strip():
            found = await self._documents.search(op.query, prefix, **arguments)
            documents, scores = [each.document for each in found], [each.score for each in found]
        else:
            documents = await self._documents.select(prefix, newest_first=True, **arguments)
            scores = [None] * len(documents)
        return list(zip(documents, scores, strict=True))

    async def _namespaces(self, op: ListNamespacesOp) -> list[tuple[str, ...]]:
        conditions = op.match_conditions or ()
        within = next(
            (each.path for each in conditions if each.match_type == "prefix" and "*" not in each.path), ()
        )
        documents = await self._documents.select(
            within, where=lambda document: not self._expiry.is_over(document)
        )
        some = {
            each.collection for each in documents if all(_fits(each.collection, one) for one in conditions)
        }
        cut = {namespace[: op.max_depth] for namespace in some}
        return sorted(cut)[op.offset : op.offset + op.limit]


def _checked(ops: Iterable[Op]) -> list[Op]:
    checked = list(ops)
    for op in checked:
        validate_op_namespace(op)
    return checked


def _item(document: Document) -> dict[str, Any]:
    return {
        "value": document.value,
        "key": document.key,
        "namespace": document.collection,
        "created_at": document.created,
        "updated_at": document.updated,
    }


def _fits(namespace: Sequence[str], condition: MatchCondition) -> bool:
    path = list(condition.path)
    part = namespace[: len(path)] if condition.match_type == "prefix" else namespace[-len(path) :]
    return len(part) == len(path) and all(
        wanted in {"*", name} for name, wanted in zip(part, path, strict=True)
    )
