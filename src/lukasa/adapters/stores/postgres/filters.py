"""The filter language in PostgreSQL's words."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from lukasa.adapters.conditions import ConditionCompiler, Dialect, Kept
from lukasa.domain.filter import Scalar

_TYPES = {"text": "text", "number": "numeric", "instant": "bigint"}


class PostgresDialect(Dialect):
    """Attributes have a column for texts and one for numbers."""

    true, false = "TRUE", "FALSE"
    most_values = 60_000  # PostgreSQL binds 65,535.
    document = "documents.document"
    position = "strpos"

    def placeholder(self, name: str) -> str:
        return f"%({name})s"

    def is_in(self, compiler: ConditionCompiler, expression: str, values: Sequence[Any], kept: Kept) -> str:
        return f"({expression} = ANY({compiler.bind(list(values))}::{_TYPES[kept]}[]))"

    def attribute(self, kind: str) -> str:
        return f"attributes.{'text' if kind == 'text' else 'number'}"

    def plain(self, value: Scalar | tuple[Scalar, ...]) -> Any:
        match value:
            case bool() | int() | float():
                return Decimal(value)
            case None | str():
                return value
            case _:
                return None


conditions = PostgresDialect().conditions
