"""When items expire: it stands in their labels, and a read gives them their whole time again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lukasa.errors import ConflictError
from lukasa.integrations.documents import AsyncDocuments, Document

_EXPIRES, _MINUTES = "expires", "minutes"
_REFRESHED = 0.05
"""The share of its time that must have passed before a read writes an item anew."""


@dataclass(frozen=True, slots=True)
class Expiry:
    documents: AsyncDocuments
    clock: Callable[[], datetime]

    def labels(self, minutes: float | None) -> dict[str, Any]:
        """Return the labels of what expires so many minutes from now; `None`: never."""
        if minutes is None:
            return {}
        expires = self.clock() + timedelta(minutes=minutes)
        return {_EXPIRES: expires.timestamp(), _MINUTES: minutes}

    def is_over(self, document: Document) -> bool:
        """Whether a document has expired."""
        expires = document.labels.get(_EXPIRES)
        return isinstance(expires, int | float) and expires <= self.clock().timestamp()

    async def refresh(self, documents: Iterable[Document]) -> None:
        """Give documents that were read their whole time again."""
        due: list[tuple[Document, dict[str, Any]]] = []
        for document in documents:
            minutes, expires = document.labels.get(_MINUTES), document.labels.get(_EXPIRES)
            if isinstance(minutes, int | float) and isinstance(expires, int | float):
                left = expires - self.clock().timestamp()
                if left < minutes * 60 * (1 - _REFRESHED):
                    due.append((document, self.labels(minutes)))
        try:
            await self.documents.relabel_all(due)
        except ConflictError:
            for one in due:
                with suppress(ConflictError):  # Who put it anew gave it a time.
                    await self.documents.relabel_all([one])

    async def sweep(self) -> int:
        """Erase what has expired; return how many documents."""
        old = {f"metadata.document.label.{_EXPIRES}": {"lte": self.clock().timestamp()}}
        expired = await self.documents.select(filter=old)
        return await self.documents.delete_all((each.collection, each.key) for each in expired)
