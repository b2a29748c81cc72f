"""LangGraph's filters: what they mean, and what of it the store can look up."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from lukasa.errors import InputError, shown
from lukasa.integrations.documents import Filter, equal_to

_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "$gt": operator.gt,
    "$gte": operator.ge,
    "$lt": operator.lt,
    "$lte": operator.le,
}


def matches(value: Any, wanted: Any) -> bool:
    """Whether a member of a value is what a filter wants, as `InMemoryStore` has it; numbers and texts have no common order."""
    match wanted:
        case Mapping() if any(str(name).startswith("$") for name in wanted):
            return all(_compare(value, name, operand) for name, operand in wanted.items())
        case Mapping():
            return isinstance(value, Mapping) and all(
                matches(value.get(name), part) for name, part in wanted.items()
            )
        case list() | tuple():
            return isinstance(value, list) and len(value) == len(wanted) and all(map(matches, value, wanted))
        case _:
            return bool(value == wanted)


def _compare(value: Any, name: str, operand: Any) -> bool:
    if name in {"$eq", "$ne"}:
        return bool(value == operand) == (name == "$eq")
    if name not in _ORDER:
        raise InputError(f"unknown operator {shown(name)}; known: $eq, $ne, {', '.join(_ORDER)}")
    alike = (_is_number(value) and _is_number(operand)) or (
        isinstance(value, str) and isinstance(operand, str)
    )
    return bool(alike and _ORDER[name](value, operand))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def native(key: str, wanted: Any) -> Filter | None:
    """Return what the store can look up of a condition: all that passes, and perhaps more; `None`: nothing."""
    if isinstance(wanted, Mapping):
        return native(key, wanted["$eq"]) if "$eq" in wanted else None
    return equal_to(key, wanted)
