"""The SQL files beside this module, as named statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import apsw

from lukasa.adapters.statements import Statements
from lukasa.errors import StoreCorruptError

Value: TypeAlias = "bytes | float | int | str | None"
"""What a column holds."""

Row: TypeAlias = tuple[Value, ...]
Values: TypeAlias = dict[str, Value]
"""What is bound in a statement, by name."""

_STATEMENTS = Statements(Path(__file__).parent)

sql, fragment, blocks = _STATEMENTS.sql, _STATEMENTS.fragment, _STATEMENTS.blocks


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
