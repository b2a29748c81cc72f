"""The filter language in SQLite's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lukasa.adapters.conditions import ConditionCompiler, Dialect, Kept
from lukasa.domain.filter import Scalar


class SqliteDialect(Dialect):
    """Values of attributes are in one column, of any type."""

    true, false = "1", "0"
    most_values = 30_000  # SQLite binds 32,766.
    document = "documents.id"
    position = "instr"

    def placeholder(self, name: str) -> str:
        return f":{name}"

    def is_in(self, compiler: ConditionCompiler, expression: str, values: Sequence[Any], kept: Kept) -> str:
        return f"({expression} IN ({', '.join(compiler.bind(value) for value in values)}))"

    def attribute(self, kind: str) -> str:
        return "value"

    def plain(self, value: Scalar | tuple[Scalar, ...]) -> Any:
        match value:
            case bool():
                return int(value)
            case None | int() | float() | str():
                return value
            case _:
                return None


conditions = SqliteDialect().conditions
