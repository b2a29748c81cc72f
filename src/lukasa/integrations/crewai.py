"""CrewAI: a storage backend for `Memory(storage=LukasaStorage(memory.of("ana")))`, over a `Memory`."""

from __future__ import annotations

import asyncio
import base64
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeAlias

import numpy as np
from crewai.memory.storage.backend import EmbeddingDimensionMismatchError
from crewai.memory.types import MemoryRecord, ScopeInfo

from lukasa import Handle
from lukasa.integrations.documents import Document, Documents, Put

Records: TypeAlias = list[MemoryRecord]
Names: TypeAlias = list[str] | None
Labels: TypeAlias = dict[str, Any] | None

_VECTOR = np.dtype("<f4")
_SCOPE, _SIZE = "metadata.document.label.scope", "metadata.document.label.size"


class LukasaStorage:
    """CrewAI's records as documents in one user's memory, with the vectors that CrewAI made, which `search` ranks by cosine.

    What is counted, listed, searched or erased in a scope is what it has, and what those within it have. A search reads all of it:
    this is for thousands of records. Raises as `Documents` does, and `EmbeddingDimensionMismatchError`.
    """

    def __init__(self, handle: Handle, *, collection: str = "crewai") -> None:
        """Take the memory of one user, which is not closed here. At a server, its key needs the role `admin`."""
        self._documents = Documents(handle)
        self._collection = collection

    def save(self, records: Records) -> None:
        """Store records, all or none; one with the id of another takes its place."""
        last = self._documents.select(self._collection, filter={_SIZE: {"exists": True}}, limit=1)
        _check([*map(_record, last), *records])
        self._documents.put_all([_put(self._collection, record) for record in records])

    def update(self, record: MemoryRecord) -> None:
        self.save([record])

    def search(  # noqa: PLR0917 - as CrewAI has it
        self, query_embedding: list[float], scope_prefix: str | None = None, categories: Names = None,
        metadata_filter: Labels = None, limit: int = 10, min_score: float = 0.0
    ) -> list[tuple[MemoryRecord, float]]:  # fmt: skip
        """Return the records whose vectors are nearest, and their cosine, at least 0; one without a vector has 0."""
        records = self._select(scope_prefix, categories, metadata_filter)
        _check([*records, asked := MemoryRecord(content="", embedding=query_embedding)])
        scored = [(record, score) for record in records if (score := _cosine(record, asked)) >= min_score]
        return sorted(scored, key=lambda pair: -pair[1])[:limit]

    def delete(  # noqa: PLR0917 - as CrewAI has it
        self, scope_prefix: str | None = None, categories: Names = None, record_ids: Names = None,
        older_than: datetime | None = None, metadata_filter: Labels = None
    ) -> int:  # fmt: skip
        """Erase the records for which all that is named holds; without anything, all. Return how many."""
        found = self._select(scope_prefix, categories, metadata_filter)
        if record_ids is not None:
            found = [record for record in found if record.id in record_ids]
        if older_than is not None:
            found = [record for record in found if _utc(record.created_at) < _utc(older_than)]
        return self._documents.delete_all([(self._collection, record.id) for record in found])

    def get_record(self, record_id: str) -> MemoryRecord | None:
        """Return a record; `None`: there is none."""
        document = self._documents.get(self._collection, record_id)
        return None if document is None else _record(document)

    def list_records(self, scope_prefix: str | None = None, limit: int = 200, offset: int = 0) -> Records:
        """List records, newest first."""
        records = sorted(self._select(scope_prefix), key=lambda record: _utc(record.created_at), reverse=True)
        return records[offset : offset + limit]

    def get_scope_info(self, scope: str) -> ScopeInfo:
        """Return what a scope has."""
        records = self._select(scope)
        start = _path(scope).rstrip("/") + "/"
        inner = {
            _path(record.scope).removeprefix(start).split("/")[0]
            for record in records
            if _path(record.scope) > start
        }
        times = sorted((record.created_at for record in records), key=_utc) or [None]
        return ScopeInfo(
            path=_path(scope),
            record_count=len(records),
            categories=sorted({category for record in records for category in record.categories}),
            oldest_record=times[0],
            newest_record=times[-1],
            child_scopes=sorted(start + name for name in inner),
        )

    def list_scopes(self, parent: str = "/") -> list[str]:
        return list(self.get_scope_info(parent).child_scopes)

    def list_categories(self, scope_prefix: str | None = None) -> dict[str, int]:
        return Counter(each for record in self._select(scope_prefix) for each in record.categories)

    def count(self, scope_prefix: str | None = None) -> int:
        return len(self._select(scope_prefix))

    def reset(self, scope_prefix: str | None = None) -> None:
        self.delete(scope_prefix)

    async def asave(self, records: Records) -> None:
        await asyncio.to_thread(self.save, records)

    async def asearch(self, *args: Any, **kwargs: Any) -> list[tuple[MemoryRecord, float]]:
        return await asyncio.to_thread(self.search, *args, **kwargs)

    async def adelete(self, *args: Any, **kwargs: Any) -> int:
        return await asyncio.to_thread(self.delete, *args, **kwargs)

    def _select(self, scope: str | None, categories: Names = None, metadata: Labels = None) -> Records:
        path, within = _path(scope or "/"), None
        if path != "/":
            # "0" is the character after "/".
            within = {"or": [{_SCOPE: path}, {_SCOPE: {"gte": f"{path}/", "lt": f"{path}0"}}]}
        wanted, pairs = set(categories or ()), (metadata or {}).items()
        records = [_record(each) for each in self._documents.select(self._collection, filter=within)]
        records = [each for each in records if not wanted or wanted & set(each.categories)]
        return [each for each in records if all(each.metadata.get(name) == value for name, value in pairs)]


def _put(collection: str, record: MemoryRecord) -> Put:
    vector = np.asarray(record.embedding or [], _VECTOR)
    value = {**record.model_dump(mode="json"), "vector": base64.b64encode(vector.tobytes()).decode()}
    labels = {"scope": _path(record.scope), "size": vector.size or None}
    return Put(
        collection=collection, key=record.id, value=value, text=record.content.strip() or "-", labels=labels
    )


def _record(document: Document) -> MemoryRecord:
    vector = np.frombuffer(base64.b64decode(document.value["vector"]), _VECTOR)
    return MemoryRecord(**{**document.value, "embedding": vector.tolist() or None})


def _check(records: Iterable[MemoryRecord]) -> None:
    sizes = list(dict.fromkeys(len(record.embedding) for record in records if record.embedding))
    if len(sizes) > 1:
        raise EmbeddingDimensionMismatchError(*sizes[:2])


def _cosine(one: MemoryRecord, other: MemoryRecord) -> float:
    length = np.linalg.norm(one.embedding or 0) * np.linalg.norm(other.embedding or 0)
    return min(1.0, max(0.0, float(np.dot(one.embedding, other.embedding) / length))) if length else 0.0


def _path(scope: str) -> str:
    return "/" + "/".join(filter(None, scope.split("/")))


def _utc(time: datetime) -> datetime:
    """Return a time with an offset; CrewAI's have none, and are UTC."""
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time
