"""The filter language as SQL: fixed fragments around bound values, in step with `domain.filter.matches`.

Every fragment is true or false, never NULL, so that `NOT` means what it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from lukasa.adapters.stores.postgres.sql import Value, Values
from lukasa.domain.document import Kind
from lukasa.domain.filter import METADATA, AllOf, AnyOf, Compare, Filter, Not, Operator, Scalar
from lukasa.domain.time import to_micros
from lukasa.errors import FilterError

_TRUE, _FALSE = "TRUE", "FALSE"
_MOST_VALUES = 60_000
"""PostgreSQL binds 65,535 values to a statement."""

_COLUMNS = {
    "id": "documents.name",
    "kind": "documents.kind",
    "session": "documents.session",
    "agent": "documents.agent",
    "speaker": "documents.speaker",
    "role": "documents.role",
    "origin": "documents.origin",
    "text": "coalesce(turns.text, facts.text)",
}
_AT = "documents.at"
_SIGNS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def conditions(kinds: Sequence[Kind] | None, filter: Filter | None) -> tuple[str, Values]:
    """Return a condition on `documents` joined with `turns` and `facts`, and the values bound in it."""
    compiler = _ConditionCompiler()
    tests = []
    if kinds is not None:
        tests.append(compiler.is_in(_COLUMNS["kind"], list(kinds)))
    if filter is not None:
        tests.append(compiler.filter(filter))
    text = _joined(tests, "AND", empty=_TRUE)
    if len(compiler.values) > _MOST_VALUES:
        raise FilterError(
            f"the filter has {len(compiler.values)} values; at most {_MOST_VALUES} are possible"
        )
    return text, compiler.values


class _ConditionCompiler:
    """Collects the values of one filter."""

    def __init__(self) -> None:
        self.values: Values = {}

    def filter(self, filter: Filter) -> str:  # noqa: PLR0911 - one for each form
        match filter:
            case AllOf(parts=parts):
                return _joined([self.filter(part) for part in parts], "AND", empty=_TRUE)
            case AnyOf(parts=parts):
                return _joined([self.filter(part) for part in parts], "OR", empty=_FALSE)
            case Not(part=part):
                return f"(NOT {self.filter(part)})"
            case Compare(field=field, op="ne", value=value):
                return f"(NOT {self.filter(Compare(field, 'eq', value))})"
            case Compare(field=field, op="nin", value=value):
                return f"(NOT {self.filter(Compare(field, 'in', value))})"
            case Compare(field="at"):
                return self._instant(filter)
            case Compare(field=field) if field.startswith(METADATA):
                return self._attribute(filter, field[len(METADATA) :])
            case Compare(field=field):
                return self._column(filter, _COLUMNS[field])

    def bind(self, value: Value) -> str:
        if isinstance(value, str):
            try:
                value.encode()
            except UnicodeEncodeError as error:
                raise FilterError(f"{value[:80]!r} is not valid Unicode: {error.reason}") from error
        name = f"f{len(self.values)}"
        self.values[name] = value
        return f"%({name})s"

    def is_in(self, expression: str, values: Sequence[Any], type_: str = "text") -> str:
        return f"({expression} = ANY({self.bind(list(values))}::{type_}[]))"

    def _instant(self, compare: Compare) -> str:
        match compare.op, compare.value:
            case "exists", bool() as wanted:
                return _TRUE if wanted else _FALSE
            case "eq", datetime() as at:
                return f"({_AT} = {self.bind(to_micros(at))})"
            case "in", tuple() as values:
                instants = [to_micros(value) for value in values if isinstance(value, datetime)]
                return self.is_in(_AT, instants, "bigint")
            case ("gt" | "gte" | "lt" | "lte") as op, datetime() as at:
                return f"({_AT} {_SIGNS[op]} {self.bind(to_micros(at))})"
            case _:
                return _FALSE

    def _column(self, compare: Compare, column: str) -> str:
        match compare.op, compare.value:
            case "exists", bool() as wanted:
                return f"({column} IS {'NOT ' if wanted else ''}NULL)"
            case "eq", None:
                return f"({column} IS NULL)"
            case "in", tuple() as values:
                texts = [value for value in values if isinstance(value, str)]
                some = f"({column} IS NOT NULL AND {self.is_in(column, texts)})"
                return f"({some} OR {column} IS NULL)" if None in values else some
            case op, str() as text:
                return f"({column} IS NOT NULL AND {self._test(column, op, text)})"
            case _:
                return _FALSE

    def _attribute(self, compare: Compare, name: str) -> str:
        """Return a test for a top-level key of the metadata; one row an element, with its type."""
        match compare.op, compare.value:
            case "exists", bool() as wanted:
                return self._held(name, "element = 0", present=wanted)
            case "eq", None:
                return self._held(name, "element = 0", present=False)
            case "in", tuple() as values:
                kinds = {_type(value) for value in values} - {"null"}
                tests = [self._one_of(kind, values) for kind in sorted(kinds)]
                some = self._held(name, f"element = 0 AND {_joined(tests, 'OR', empty=_FALSE)}")
                absent = self._held(name, "element = 0", present=False)
                return f"({some} OR {absent})" if None in values else some
            case "contains", value:
                return self._held(name, self._part(value))
            case op, value if (kind := _type(value)) in {"number", "text"} or op == "eq":
                return self._held(
                    name,
                    f"element = 0 AND type = {self.bind(kind)} AND "
                    f"{self._test(f'attributes.{_column(kind)}', op, value)}",
                )
            case _:
                return _FALSE

    def _held(self, name: str, test: str, *, present: bool = True) -> str:
        rows = (
            # Fixed but for names of bound values and fragments made here.
            "SELECT 1 FROM attributes WHERE attributes.partition = documents.partition "  # noqa: S608
            f"AND attributes.document = documents.document AND attributes.name = {self.bind(name)} AND {test}"
        )
        return f"({'' if present else 'NOT '}EXISTS ({rows}))"

    def _one_of(self, kind: str, values: Sequence[Scalar]) -> str:
        same = [_plain(value) for value in values if _type(value) == kind]
        column = _column(kind)
        type_ = "text" if column == "text" else "numeric"
        return f"(type = {self.bind(kind)} AND {self.is_in(f'attributes.{column}', same, type_)})"

    def _part(self, value: Scalar | tuple[Scalar, ...]) -> str:
        kind = self.bind(_type(value))
        if isinstance(value, str):
            part = self.bind(value)
            return (
                f"((element > 0 AND type = {kind} AND attributes.text = {part}) "
                f"OR (element = 0 AND type = {kind} AND strpos(attributes.text, {part}) > 0))"
            )
        same = "" if value is None else f" AND attributes.number = {self.bind(_plain(value))}"
        return f"(element > 0 AND type = {kind}{same})"

    def _test(self, expression: str, op: Operator, value: Scalar | tuple[Scalar, ...]) -> str:
        if op == "contains":
            return f"strpos({expression}, {self.bind(_plain(value))}) > 0"
        return f"{expression} {_SIGNS.get(op, '=')} {self.bind(_plain(value))}"


def _type(value: Scalar | tuple[Scalar, ...]) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "bool"
        case int() | float():
            return "number"
        case str():
            return "text"
        case _:
            return "other"


def _column(kind: str) -> str:
    return "text" if kind == "text" else "number"


def _plain(value: Scalar | tuple[Scalar, ...]) -> Value:
    match value:
        case bool() | int() | float():
            return Decimal(value)
        case None | str():
            return value
        case _:
            return None  # its type is held by nothing, so the value is never looked at


def _joined(tests: Sequence[str], word: str, *, empty: str) -> str:
    """Join as a balanced tree: a chain is as deep as long, and the server's stack is not."""
    if len(tests) < 2:  # noqa: PLR2004 - one or none
        return tests[0] if tests else empty
    half = len(tests) // 2
    left, right = _joined(tests[:half], word, empty=empty), _joined(tests[half:], word, empty=empty)
    return f"({left} {word} {right})"
