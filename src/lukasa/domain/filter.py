"""One small filter language, with the evaluator that every store must match.

As Python or JSON: `{"session": "s1", "metadata.topic": {"in": ["food", "travel"]}, "or": [{…}, {…}], "not": {…}}`;
entries of one mapping are all required. Fields are `id kind at session agent speaker role origin text` and
`metadata.<key>`, where everything after the first dot is one top-level key.

What the operators mean:

- absent and `null` are the same; `eq None` holds for both, and nothing else holds for them but `ne`, `nin`, `exists: false`
- types are strict: a number is never a text, a boolean is never a number; 1 and 1.0 are equal
- `gt gte lt lte` compare two numbers, two texts (by code point) or two instants, and are false for anything else
- `contains` looks for a part of a text (exact case) or an element of a list
- `ne` and `nin` are the negations of `eq` and `in`
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias, get_args

from lukasa.domain.document import Fields
from lukasa.domain.time import read_instant
from lukasa.domain.turn import MAX_INT
from lukasa.errors import FilterError, shown

Operator = Literal["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "contains", "exists"]
Scalar: TypeAlias = bool | int | float | str | datetime | None

OPERATORS: tuple[Operator, ...] = get_args(Operator)
COLUMNS = ("id", "kind", "at", "session", "agent", "speaker", "role", "origin", "text")
"""Fields that every document has, in place of metadata."""

METADATA = "metadata."
MAX_DEPTH = 20

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


@dataclass(frozen=True, slots=True)
class Compare:
    """One condition on one field."""

    field: str
    op: Operator
    value: Scalar | tuple[Scalar, ...]
    """A tuple for `in` and `nin`, a boolean for `exists`, otherwise one value."""


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part must hold; true when empty."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part must hold; false when empty."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part must not hold."""

    part: Filter


Filter: TypeAlias = Compare | AllOf | AnyOf | Not


def parse(given: Mapping[str, object] | Filter | None) -> Filter | None:
    """Return the filter, or raise `FilterError` with the field, operator or value that is not understood."""
    if given is None or isinstance(given, Compare | AllOf | AnyOf | Not):
        return given
    return _mapping(given, MAX_DEPTH)


def as_mapping(filter: Filter) -> dict[str, object]:
    """Return the mapping that `parse` reads as this filter."""
    match filter:
        case AllOf(parts=parts):
            return {"and": [as_mapping(part) for part in parts]}
        case AnyOf(parts=parts):
            return {"or": [as_mapping(part) for part in parts]}
        case Not(part=part):
            return {"not": as_mapping(part)}
        case Compare(field=field, op=op, value=value):
            return {field: {op: list(value) if isinstance(value, tuple) else value}}


def matches(filter: Filter, fields: Fields) -> bool:
    """Return True if the document passes. This is the reference: stores must agree with it exactly."""
    match filter:
        case AllOf(parts=parts):
            return all(matches(part, fields) for part in parts)
        case AnyOf(parts=parts):
            return any(matches(part, fields) for part in parts)
        case Not(part=part):
            return not matches(part, fields)
        case Compare(field=field, op=op, value=value):
            return _compare(_look_up(field, fields), op, value)


def _mapping(given: object, depth: int) -> Filter:
    if not isinstance(given, Mapping):
        raise FilterError(f"a filter must be a mapping, not {type(given).__name__} {shown(given)}")
    if depth == 0:
        raise FilterError(f"the filter is nested more than {MAX_DEPTH} deep")
    parts = tuple(part for key, value in given.items() for part in _entry(key, value, depth))
    return parts[0] if len(parts) == 1 else AllOf(parts)


def _entry(key: object, value: object, depth: int) -> list[Filter]:
    match key:
        case "and" | "or":
            if isinstance(value, str) or not isinstance(value, Sequence):
                raise FilterError(f"{shown(key)} takes a list of filters, not {shown(value)}")
            parts = tuple(_mapping(part, depth - 1) for part in value)
            return [AllOf(parts) if key == "and" else AnyOf(parts)]
        case "not":
            return [Not(_mapping(value, depth - 1))]
        case str():
            name = _field(key)
            if isinstance(value, Mapping):
                return [_condition(name, op, operand) for op, operand in value.items()]
            return [_condition(name, "eq", value)]
        case _:
            raise FilterError(f"a field name must be a string, not {shown(key)}")


def _field(name: str) -> str:
    if name in COLUMNS or (name.startswith(METADATA) and len(name) > len(METADATA)):
        return name
    raise FilterError(f"unknown field {shown(name)}; known: {', '.join(COLUMNS)}, metadata.<key>")


def _condition(field: str, op: object, operand: object) -> Compare:
    if op not in OPERATORS:
        raise FilterError(f"unknown operator {shown(op)} for {shown(field)}; known: {', '.join(OPERATORS)}")
    match op:
        case "in" | "nin":
            if isinstance(operand, str) or not isinstance(operand, Sequence):
                raise FilterError(
                    f"{shown(op)} on {shown(field)} takes a list of values, not {shown(operand)}"
                )
            if None in operand:
                raise FilterError(f"{shown(op)} on {shown(field)} cannot hold null; use exists: false")
            return Compare(field, op, tuple(_scalar(field, value) for value in operand))
        case "exists":
            if not isinstance(operand, bool):
                raise FilterError(f"'exists' on {shown(field)} takes true or false, not {shown(operand)}")
            return Compare(field, "exists", operand)
        case _:
            if operand is None and op not in {"eq", "ne"}:
                raise FilterError(f"{shown(op)} on {shown(field)} needs a value; null has no order")
            return Compare(field, op, _scalar(field, operand))


def _scalar(field: str, value: object) -> Scalar:
    if field == "at" and value is not None:
        if not isinstance(value, datetime | str):
            raise FilterError(f"'at' is compared with a time, not {shown(value)}")
        return read_instant(value)
    match value:
        case None | bool():
            return value
        case str() if "\0" not in value:
            return value
        case int() if abs(value) <= MAX_INT:
            return value
        case float() if math.isfinite(value):
            return value
        case _:
            raise FilterError(
                f"cannot compare {shown(field)} with {shown(value)}; use text, a finite number, a boolean or null"
            )


def _look_up(field: str, fields: Fields) -> object:
    if field.startswith(METADATA):
        return fields.metadata.get(field[len(METADATA) :])
    return getattr(fields, field)


def _compare(held: object, op: Operator, wanted: object) -> bool:
    match op:
        case "eq":
            return _equal(held, wanted)
        case "ne":
            return not _equal(held, wanted)
        case "in" | "nin":
            assert isinstance(wanted, tuple)  # noqa: S101 - by construction
            return any(_equal(held, value) for value in wanted) == (op == "in")
        case "exists":
            return (held is not None) == wanted
        case "contains":
            return _contains(held, wanted)
        case _:
            return _ordered(held, op, wanted)


def _type(value: object) -> str:
    """Return the type class in which values may be compared; `other` compares with nothing."""
    match value:
        case bool():
            return "bool"
        case int() | float():
            return "number"
        case str():
            return "text"
        case datetime():
            return "instant"
        case None:
            return "null"
        case _:
            return "other"


def _equal(held: object, wanted: object) -> bool:
    kind = _type(wanted)
    return kind == _type(held) and kind != "other" and held == wanted


def _contains(held: object, wanted: object) -> bool:
    if isinstance(held, str):
        return isinstance(wanted, str) and wanted in held
    return isinstance(held, list) and any(_equal(element, wanted) for element in held)


def _ordered(held: object, op: Operator, wanted: object) -> bool:
    kind = _type(wanted)
    if kind != _type(held) or kind not in {"number", "text", "instant"}:
        return False
    return _ORDER[op](held, wanted)
