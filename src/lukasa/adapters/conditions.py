"""The filter language as SQL: fixed fragments around bound values, in step with `domain.filter.matches`.

Every fragment is true or false, never NULL, so that `NOT` means what it says. What engines say differently is their `Dialect`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, TypeAlias

from lukasa.domain.document import Kind
from lukasa.domain.filter import METADATA, AllOf, AnyOf, Compare, Filter, Not, Operator, Scalar
from lukasa.domain.time import to_micros
from lukasa.errors import FilterError

Kept: TypeAlias = Literal["text", "number", "instant"]
"""What a column keeps."""

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


class Dialect(ABC):
    """How an engine says what a condition is made of."""

    true: str
    false: str
    most_values: int
    """Values that can be bound to a statement."""

    document: str
    """The column of `documents` that `attributes.document` names."""

    position: str
    """The function that finds a text in another; 0: it is not there."""

    @abstractmethod
    def placeholder(self, name: str) -> str:
        """Return what stands for a bound value."""

    @abstractmethod
    def is_in(self, compiler: ConditionCompiler, expression: str, values: Sequence[Any], kept: Kept) -> str:
        """Return a test whether an expression is one of some values, of which there may be none."""

    @abstractmethod
    def attribute(self, kind: str) -> str:
        """Return the column of `attributes` with the values of a type."""

    @abstractmethod
    def plain(self, value: Scalar | tuple[Scalar, ...]) -> Any:
        """Return a value as columns have it; `None` for one whose type no column has: then it is never looked at."""

    def conditions(self, kinds: Sequence[Kind] | None, filter: Filter | None) -> tuple[str, dict[str, Any]]:
        """Return a condition on `documents` joined with `turns` and `facts`, and the values bound in it."""
        compiler = ConditionCompiler(self)
        tests = []
        if kinds is not None:
            tests.append(self.is_in(compiler, _COLUMNS["kind"], list(kinds), "text"))
        if filter is not None:
            tests.append(compiler.filter(filter))
        text = _joined(tests, "AND", empty=self.true)
        if len(compiler.values) > self.most_values:
            raise FilterError(
                f"the filter has {len(compiler.values)} values; at most {self.most_values} are possible"
            )
        return text, compiler.values


class ConditionCompiler:
    """Collects the values of one filter."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self.values: dict[str, Any] = {}

    def filter(self, filter: Filter) -> str:  # noqa: PLR0911 - one for each form
        match filter:
            case AllOf(parts=parts):
                return _joined([self.filter(part) for part in parts], "AND", empty=self._dialect.true)
            case AnyOf(parts=parts):
                return _joined([self.filter(part) for part in parts], "OR", empty=self._dialect.false)
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

    def bind(self, value: Any) -> str:
        """Bind a value, and return what stands for it. Raises `FilterError` for text that is not valid Unicode."""
        if isinstance(value, str):
            try:
                value.encode()
            except UnicodeEncodeError as error:
                raise FilterError(f"{value[:80]!r} is not valid Unicode: {error.reason}") from error
        name = f"f{len(self.values)}"
        self.values[name] = value
        return self._dialect.placeholder(name)

    def _instant(self, compare: Compare) -> str:
        match compare.op, compare.value:
            case "exists", bool() as wanted:
                return self._dialect.true if wanted else self._dialect.false
            case "eq", datetime() as at:
                return f"({_AT} = {self.bind(to_micros(at))})"
            case "in", tuple() as values:
                instants = [to_micros(value) for value in values if isinstance(value, datetime)]
                return self._is_in(_AT, instants, "instant")
            case ("gt" | "gte" | "lt" | "lte") as op, datetime() as at:
                return f"({_AT} {_SIGNS[op]} {self.bind(to_micros(at))})"
            case _:
                return self._dialect.false

    def _column(self, compare: Compare, column: str) -> str:
        match compare.op, compare.value:
            case "exists", bool() as wanted:
                return f"({column} IS {'NOT ' if wanted else ''}NULL)"
            case "eq", None:
                return f"({column} IS NULL)"
            case "in", tuple() as values:
                texts = [value for value in values if isinstance(value, str)]
                some = f"({column} IS NOT NULL AND {self._is_in(column, texts, 'text')})"
                return f"({some} OR {column} IS NULL)" if None in values else some
            case op, str() as text:
                return f"({column} IS NOT NULL AND {self._test(column, op, text)})"
            case _:
                return self._dialect.false

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
                some = self._held(name, f"element = 0 AND {_joined(tests, 'OR', empty=self._dialect.false)}")
                absent = self._held(name, "element = 0", present=False)
                return f"({some} OR {absent})" if None in values else some
            case "contains", value:
                return self._held(name, self._part(value))
            case op, value if (kind := _type(value)) in {"number", "text"} or op == "eq":
                return self._held(
                    name,
                    f"element = 0 AND type = {self.bind(kind)} AND "
                    f"{self._test(self._dialect.attribute(kind), op, value)}",
                )
            case _:
                return self._dialect.false

    def _held(self, name: str, test: str, *, present: bool = True) -> str:
        rows = (
            # Fixed but for names of bound values and fragments made here.
            "SELECT 1 FROM attributes WHERE attributes.partition = documents.partition "  # noqa: S608
            f"AND attributes.document = {self._dialect.document} AND attributes.name = {self.bind(name)} AND {test}"
        )
        return f"({'' if present else 'NOT '}EXISTS ({rows}))"

    def _one_of(self, kind: str, values: Sequence[Scalar]) -> str:
        same = [self._dialect.plain(value) for value in values if _type(value) == kind]
        kept: Kept = "text" if kind == "text" else "number"
        return f"(type = {self.bind(kind)} AND {self._is_in(self._dialect.attribute(kind), same, kept)})"

    def _part(self, value: Scalar | tuple[Scalar, ...]) -> str:
        kind = _type(value)
        column, type_ = self._dialect.attribute(kind), self.bind(kind)
        if value is None:
            return f"(element > 0 AND type = {type_})"
        part = self.bind(self._dialect.plain(value))
        element = f"(element > 0 AND type = {type_} AND {column} = {part})"
        if not isinstance(value, str):
            return element
        return f"({element} OR (element = 0 AND type = {type_} AND {self._dialect.position}({column}, {part}) > 0))"

    def _test(self, expression: str, op: Operator, value: Scalar | tuple[Scalar, ...]) -> str:
        bound = self.bind(self._dialect.plain(value))
        if op == "contains":
            return f"{self._dialect.position}({expression}, {bound}) > 0"
        return f"{expression} {_SIGNS.get(op, '=')} {bound}"

    def _is_in(self, expression: str, values: Sequence[Any], kept: Kept) -> str:
        return self._dialect.is_in(self, expression, values, kept)


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


def _joined(tests: Sequence[str], word: str, *, empty: str) -> str:
    """Join as a balanced tree: a chain is as deep as long. SQLite refuses more than 1,000, and PostgreSQL's stack ends too."""
    if len(tests) < 2:  # noqa: PLR2004 - one or none
        return tests[0] if tests else empty
    half = len(tests) // 2
    left, right = _joined(tests[:half], word, empty=empty), _joined(tests[half:], word, empty=empty)
    return f"({left} {word} {right})"
