"""The SQL files beside this module, as named statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias, cast
from uuid import UUID

import psycopg

from lukasa.adapters.statements import Statements

Value: TypeAlias = "bytes | float | int | str | bool | UUID | Decimal | Sequence[str] | Sequence[int] | None"
"""What a column holds, or a parameter."""

Row: TypeAlias = tuple[Value, ...]
Values: TypeAlias = dict[str, Value]
"""What is bound in a statement, by name."""

Connection: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"

_STATEMENTS = Statements(Path(__file__).parent)

sql, fragment, blocks = _STATEMENTS.sql, _STATEMENTS.fragment, _STATEMENTS.blocks


def fetch(connection: Connection, statement: str, values: Mapping[str, Value] | None = None) -> list[Any]:
    """Return the rows that a statement selects."""
    return connection.execute(_query(statement), values or {}, binary=True).fetchall()


def first(connection: Connection, statement: str, values: Mapping[str, Value] | None = None) -> Any:
    """Return the first row that a statement selects, `None` when there is none."""
    return connection.execute(_query(statement), values or {}, binary=True).fetchone()


def fetch_together(connection: Connection, *asked: tuple[str, Mapping[str, Value]]) -> list[list[Any]]:
    """Return the rows of each statement; they are sent in one round trip."""
    with connection.pipeline():
        cursors = [connection.execute(_query(statement), values, binary=True) for statement, values in asked]
    return [cursor.fetchall() for cursor in cursors]


def run(connection: Connection, statement: str, values: Mapping[str, Value] | None = None) -> None:
    """Execute a statement; in a transaction of one partition without waiting for it, so that its error may come later."""
    connection.execute(_query(statement), values or {})


def changed(connection: Connection, statement: str, values: Mapping[str, Value] | None = None) -> int:
    """Execute a statement; return how many rows it changed."""
    with connection.pipeline():
        cursor = connection.execute(_query(statement), values or {})
    return cursor.rowcount


def run_many(connection: Connection, statement: str, rows: Iterable[Row]) -> None:
    """Execute a statement for each row, without waiting for one before the next is sent."""
    if rows := list(rows):
        with connection.cursor() as cursor:
            cursor.executemany(_query(statement), rows)


def _query(statement: str) -> Any:
    # psycopg's types want a literal, so that nobody builds statements of values; ours come from files.
    return cast("Any", statement)
