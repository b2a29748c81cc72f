"""What stores of rows share: how terms and JSON are kept in a column, and what a column that was damaged does to its reader."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from lukasa.domain.turn import ROLES, Json, Role
from lukasa.errors import InputError, StoreCorruptError

T = TypeVar("T")

UNREADABLE = (
    ArithmeticError,
    AttributeError,
    InputError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What reading a damaged row can raise."""

ADVICE = "run `lukasa verify` to see all that is damaged, and restore a backup"


def rows_as(make: Callable[[Any], T], rows: Iterable[Any], kind: str) -> Iterator[T]:
    """Make a value of each row; raise `StoreCorruptError` with the first column of one that cannot be read."""
    row: Any = ("?",)
    try:
        for row in rows:
            yield make(row)
    except UNREADABLE as error:
        raise StoreCorruptError(f"{kind} {row[0]!r} is damaged ({type(error).__name__}); {ADVICE}") from error


def number(value: object) -> int:
    """Return a value that has to be a count."""
    if not isinstance(value, int) or value < 0:
        raise TypeError(f"not a count: {type(value).__name__}")
    return value


def text(value: object) -> str:
    """Return a value that has to be text."""
    if not isinstance(value, str):
        raise TypeError(f"not text: {type(value).__name__}")
    return value


def role(value: object) -> Role:
    """Return a value that has to be the role of a turn."""
    for known in ROLES:
        if known == value:
            return known
    raise ValueError("not a role")


def as_json(value: Sequence[str] | Mapping[str, Json]) -> str:
    """Return JSON as the columns hold it."""
    plain = dict(value) if isinstance(value, Mapping) else list(value)
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def packed(passages: Sequence[Sequence[str]]) -> bytes:
    """Return the terms of a document as a column has them: JSON, compressed; those of a single passage as a plain list."""
    content = [list(terms) for terms in passages]
    plain = content[0] if len(content) == 1 else content
    return compressed(json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode())


def compressed(text: bytes) -> bytes:
    """Return the shorter of a JSON list and what compression makes of it; their first bytes differ."""
    return min(text, zlib.compress(text), key=len)


def unpacked(terms: bytes) -> list[list[str]]:
    """Read what `packed` wrote; what it cannot have written raises one of `UNREADABLE`."""
    content = json.loads(terms if terms[:1] == b"[" else zlib.decompress(terms))
    if not isinstance(content, list):
        raise TypeError("not a JSON list")
    if not (content and isinstance(content[0], list)):
        return [content]
    if not all(isinstance(passage, list) for passage in content):
        raise TypeError("not lists of terms")
    return content
