"""What of Haystack's filters the store can look up; `document_matches_filter` decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lukasa.domain.turn import MAX_INT
from lukasa.integrations.documents import WHOLE

_LONG = 1_000
"""Characters from which on a text is not looked up."""


def native(filters: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a filter that lets pass all that Haystack's does, and perhaps more; `None`: everything."""
    match filters:
        case {"operator": "==", "field": str(field), "value": value}:
            found = _equal(field, value)
            return found and {"or": [found, WHOLE]}
        case {"operator": "AND", "conditions": list(conditions)}:
            parts = [part for each in conditions if (part := native(each))]
            return {"and": parts} if parts else None
        case {"operator": "OR", "conditions": list(conditions)}:
            parts = [part for each in conditions if (part := native(each))]
            return {"or": parts} if len(parts) == len(conditions) else None
        case _:
            return None


def _equal(field: str, value: Any) -> dict[str, Any] | None:
    if not field.startswith("meta.") or field.count(".") > 1:
        return None
    if isinstance(value, str):
        # What begins like a date may be written otherwise, and mean the same day.
        looked_up = value[:1].isalpha() and "\0" not in value and len(value) < _LONG
        return {f"metadata.{field}": value} if looked_up else None
    if not isinstance(value, int | float) or not abs(value) <= MAX_INT:
        return None
    # To Python, 1 and true are equal.
    return {f"metadata.{field}": {"in": [bool(value), int(value)] if value in {0, 1} else [value]}}
