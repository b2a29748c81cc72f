"""The SQL files beside this module, as named statements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import apsw

from lukasa.errors import StoreCorruptError

Value: TypeAlias = "bytes | float | int | str | None"
"""What a column holds."""

Row: TypeAlias = tuple[Value, ...]
Values: TypeAlias = dict[str, Value]
"""What is bound in a statement, by name."""

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


def fetch(
    connection: apsw.Connection, statement: str, values: Mapping[str, Value] | None = None
) -> Iterator[Any]:
    """Return what a statement selects. STRICT tables vouch for the types, so they are not checked here.

    Raises `StoreCorruptError` at a row whose text is not valid UTF-8.
    """
    return _decoded(connection.execute(statement, values))


def _decoded(rows: Iterator[Any]) -> Iterator[Any]:
    try:
        yield from rows
    except UnicodeDecodeError as error:
        raise StoreCorruptError(
            "a row of the store is damaged (its text is not valid UTF-8); run `lukasa verify` to see which, "
            "and restore a backup"
        ) from error


@cache
def blocks(file: str) -> Mapping[str, str]:
    """Return the statements of a file by name, in order, without comments."""
    # Not `importlib.resources`: it brings archives and temporary files along, which a short process has to wait for.
    text = Path(__file__).with_name(file).read_text("utf-8")
    _, *parts = _NAME.split(text)
    names, bodies = parts[::2], parts[1::2]
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        raise ValueError(f"{file} names more than one statement {', '.join(sorted(doubled))}")
    return MappingProxyType({name: _without_comments(body) for name, body in zip(names, bodies, strict=True)})


def _without_comments(body: str) -> str:
    return "\n".join(line for line in body.splitlines() if not line.startswith("--")).strip()
