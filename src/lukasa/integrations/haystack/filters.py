"""What of Haystack's filters the store can look up; `document_matches_filter` decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lukasa.integrations.documents import Filter, equal_to


def native(filters: Mapping[str, Any]) -> Filter | None:
    """Return a filter that lets pass all that Haystack's does, and perhaps more; `None`: everything."""
    match filters:
        case {"operator": "==", "field": str(field), "value": value}:
            return _equal(field, value)
        case {"operator": "AND", "conditions": list(conditions)}:
            parts = [part for each in conditions if (part := native(each))]
            return {"and": parts} if parts else None
        case {"operator": "OR", "conditions": list(conditions)}:
            parts = [part for each in conditions if (part := native(each))]
            return {"or": parts} if len(parts) == len(conditions) else None
        case _:
            return None


def _equal(field: str, value: Any) -> Filter | None:
    # What begins like a date may be written otherwise, and mean the same day; further dots lead into a value.
    if (
        not field.startswith("meta.")
        or field.count(".") > 1
        or (isinstance(value, str) and not value[:1].isalpha())
    ):
        return None
    return equal_to(field, value)
