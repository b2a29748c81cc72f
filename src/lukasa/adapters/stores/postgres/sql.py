"""The SQL files beside this module, as named statements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, TypeAlias, cast
from uuid import UUID

import psycopg

Value: TypeAlias = "bytes | float | int | str | bool | UUID | Decimal | Sequence[str] | Sequence[int] | None"
"""What a column holds, or a parameter."""

Row: TypeAlias = tuple[Value, ...]
Values: TypeAlias = dict[str, Value]
"""What is bound in a statement, by name."""

Connection: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


def sql(name: str, **fragments: str) -> str:
    """Return the statement of that name in queries.sql; `{slots}` are filled with *fragments* of SQL, never values."""
    statement = blocks("queries.sql")[name]
    for slot, fragment in fragments.items():
        statement = statement.replace(f"{{{slot}}}", fragment)
    return statement


def fragment(name: str) -> str:
    """Return the condition or expression of that name in fragments.sql."""
    return blocks("fragments.sql")[name]


def fetch(connection: Connection, statement: str, values: Mapping[str, Value] | None = None) -> list[Any]:
    """Return the rows that a statement selects."""
    return connection.execute(_query(statement), values or {}, binary=True).fetchall()


def first(connection: Connection, statement: str, values: Mapping[str, Value] | None = None) -> Any:
    """Return the first row that a statement selects, `None` when there is none."""
    return connection.execute(_query(statement), values or {}, binary=True).fetchone()


def run(connection: Connection, statement: str, values: Mapping[str, Value] | None = None) -> int:
    """Execute a statement; return how many rows it changed."""
    return connection.execute(_query(statement), values or {}).rowcount


def run_many(connection: Connection, statement: str, rows: Iterable[Row]) -> None:
    """Execute a statement for each row, without waiting for one before the next is sent."""
    if rows := list(rows):
        with connection.cursor() as cursor:
            cursor.executemany(_query(statement), rows)


def _query(statement: str) -> Any:
    # psycopg's types want a literal, so that nobody builds statements of values; ours come from files.
    return cast("Any", statement)


@cache
def blocks(file: str) -> Mapping[str, str]:
    """Return the statements of a file by name, in order, without comments."""
    text = files(__package__).joinpath(file).read_text("utf-8")
    _, *parts = _NAME.split(text)
    names, bodies = parts[::2], parts[1::2]
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        raise ValueError(f"{file} names more than one statement {', '.join(sorted(doubled))}")
    return MappingProxyType({name: _without_comments(body) for name, body in zip(names, bodies, strict=True)})


def _without_comments(body: str) -> str:
    return "\n".join(line for line in body.splitlines() if not line.startswith("--")).strip()
