"""Rows that cannot be read, as an error for who asked for them, and as findings for `verify`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import apsw

from lukasa.adapters.rows import ADVICE, UNREADABLE, number, text, unpacked
from lukasa.adapters.stores.sqlite.sql import fetch, sql
from lukasa.domain.fact_body import unpack
from lukasa.domain.report import Finding
from lukasa.domain.time import from_micros
from lukasa.errors import InputError, StoreCorruptError

T = TypeVar("T")


def readable(connection: apsw.Connection, statement: str) -> Iterator[Any]:
    """Return what a statement selects, without rows whose text is not valid UTF-8: `damaged_values` names those."""
    rows = connection.execute(statement)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except UnicodeDecodeError:
            continue
        yield row


@contextmanager
def sound(path: Path) -> Iterator[None]:
    """Raise what an answer from damaged rows fails with as `StoreCorruptError`."""
    try:
        yield
    except (InputError, OverflowError, UnicodeEncodeError):
        raise  # of the question, not of the rows
    except UNREADABLE as error:
        raise StoreCorruptError(f"{str(path)!r} is damaged ({type(error).__name__}); {ADVICE}") from error


def damaged_values(connection: apsw.Connection, checked: dict[str, int]) -> Iterator[Finding]:
    """Yield the values of every table that no version of Lukasa can have written: broken text, impossible times."""
    checked["values"] = 0
    for table in [name for (name,) in fetch(connection, sql("own_tables"))]:
        columns = list(fetch(connection, sql("columns"), {"table": table}))
        if not columns:
            continue
        names = [name for name, _, _ in columns]
        keys = [index for index, (_, _, primary) in enumerate(columns) if primary]
        raw = ", ".join(_raw(name, type_) for name, type_, _ in columns)
        for row in fetch(connection, sql("raw_rows", columns=raw, table=_quoted(table))):
            checked["values"] += len(row)
            for name, value in zip(names, row, strict=True):
                if wrong := _wrong(name, value):
                    key = ", ".join(f"{names[index]}={_shown(row[index])}" for index in keys)
                    yield Finding(what="value", detail=f"{table}.{name} of the row {key} {wrong}")


def _raw(name: str, type_: str) -> str:
    # Text as bytes: reading it can then not fail.
    quoted = _quoted(name)
    return f"CAST({quoted} AS BLOB)" if type_ == "TEXT" else quoted


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _wrong(name: str, value: object) -> str | None:
    if isinstance(value, bytes) and name not in _BINARY:
        try:
            value.decode()
        except UnicodeDecodeError:
            return "is not valid UTF-8; restore a backup"
    if read := _READERS.get(name):
        return _unreadable(read, value)
    if name in _TIMES and isinstance(value, int):
        try:
            from_micros(value)
        except (OverflowError, ValueError):
            return f"is no time: {value}; restore a backup"
    if name in _OFFSETS and isinstance(value, int) and abs(value) >= _DAY:
        return f"is no UTC offset: {value}; restore a backup"
    return None


def _unreadable(read: Callable[[Any], object], value: object) -> str | None:
    try:
        read(value)
    except UNREADABLE as error:
        return f"cannot be read ({type(error).__name__}); restore a backup"
    return None


def _json(kind: type[T]) -> Callable[[Any], T]:
    def read(value: bytes) -> T:
        content = json.loads(value)
        if not isinstance(content, kind):
            raise TypeError(f"not a JSON {kind.__name__}")
        return content

    return read


_READERS: dict[str, Callable[[Any], object]] = {
    "metadata": _json(dict),
    "refused": _json(dict),
    "terms": lambda value: value if isinstance(value, int) else unpacked(value),  # a count, in `partitions`
    "passages": number,
    "words": number,
    "counts": lambda value: value if value is None else [number(count) for count in _json(list)(value)],
    "turns": lambda value: [text(turn) for turn in _json(list)(value)],
    "body": unpack,
}
_DAY = 24 * 60
_BINARY = frozenset({"terms", "dense", "codes"})
_TIMES = frozenset({
    "at", "recorded_at", "retired_at", "valid_from", "valid_to", "expires_at", "due_at", "created_at", "leased_until",
    "updated_at",
})  # fmt: skip
_OFFSETS = frozenset({"at_offset", "recorded_offset", "retired_offset"})


def _shown(value: object) -> str:
    return repr(value.decode(errors="replace")[:80] if isinstance(value, bytes) else value)
