"""What Haystack asks of a store about its metadata, counted in this process."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from haystack.dataclasses import Document


class Metadata(ABC):
    """The verbs that only count and compare what `filter_documents` returns."""

    @abstractmethod
    def filter_documents(self, filters: dict[str, Any] | None = None) -> list[Document]:
        """Return the documents that pass."""

    def count_documents_by_filter(self, filters: dict[str, Any]) -> int:
        """Count what passes."""
        return len(self.filter_documents(filters))

    def count_unique_metadata_by_filter(
        self, filters: dict[str, Any], metadata_fields: Sequence[str]
    ) -> dict[str, int]:
        """Count the distinct values of fields, among what passes."""
        documents = self.filter_documents(filters)
        names = [field.removeprefix("meta.") for field in metadata_fields]
        return {name: len(_distinct(documents, name)) for name in names}

    def get_metadata_fields_info(self) -> dict[str, dict[str, str]]:
        """Return the type of each field: keyword, int, float or boolean."""
        types: dict[str, dict[str, str]] = {}
        for document in self.filter_documents():
            for name, value in document.meta.items():
                if value is not None:
                    types[name] = {"type": _TYPES.get(type(value), "keyword")}
        return types

    def get_metadata_field_min_max(self, metadata_field: str) -> dict[str, Any]:
        """Return the least and the greatest value of a field: `None` where there is none, or no order."""
        name = metadata_field.removeprefix("meta.")
        values = [document.meta.get(name) for document in self.filter_documents()]
        values = [value for value in values if isinstance(value, int | float | str)]
        try:
            return {"min": min(values, default=None), "max": max(values, default=None)}
        except TypeError:
            return {"min": None, "max": None}

    def get_metadata_field_unique_values(  # noqa: PLR0917 - as Haystack has it
        self,
        metadata_field: str,
        search_term: str | None = None,
        from_: int = 0,
        size: int = 10,
        filters: dict[str, Any] | None = None,
    ) -> tuple[list[Any], int]:
        """Return a page of a field's distinct values, and how many there are; *search_term* is a part of them, in any case."""
        found = _distinct(self.filter_documents(filters), metadata_field.removeprefix("meta."))
        wanted = (search_term or "").lower()
        some = [value for value in found if wanted in str(value).lower()]
        some.sort(key=lambda value: (str(value), type(value).__name__))
        return some[from_ : from_ + size], len(some)


_TYPES = {bool: "boolean", int: "int", float: "float"}


def _distinct(documents: Iterable[Document], name: str) -> list[Any]:
    values = [document.meta.get(name) for document in documents]
    distinct = {
        (type(value).__name__, json.dumps(value, sort_keys=True)): value
        for value in values
        if value is not None
    }
    return list(distinct.values())
