"""What stores of rows share: how terms and JSON are kept in a column, and what a column that was damaged does to its reader."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from types import NoneType
from typing import Any, TypeVar

from lukasa.domain.document import MAX_PASSAGES, Head
from lukasa.domain.time import from_micros
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
    return _encoded(plain)


_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""Made once: `json.dumps` makes an encoder for each value, which for a short one costs more than to encode it."""


def packed(passages: Sequence[Sequence[str]]) -> bytes:
    """Return the terms of a document as a column has them: JSON, compressed; those of a single passage as a plain list."""
    content = [list(terms) for terms in passages]
    plain = content[0] if len(content) == 1 else content
    return compressed(_encoded(plain).encode())


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


def heads_of(rows: Sequence[tuple[Any, ...]]) -> list[Head]:
    """Make heads of rows that begin with their columns, by `seq`; raise `StoreCorruptError` for one that cannot be read."""
    # Not row by row through `rows_as`: a whole partition is read before its first recall.
    heads = list(map(_head, rows))
    try:
        sound = not heads or _are_whole(heads)
    except UNREADABLE:
        sound = False
    if not sound:
        list(rows_as(_whole, heads, "document"))
    return sorted(heads, key=_SEQ)


def _head(row: tuple[Any, ...]) -> Head:
    turns = row[_TURNS]
    if turns is None:
        return Head._make(row[:_TURNS] + _NO_FACT)
    listed_turns = tuple(json.loads(turns)) if isinstance(turns, str) else None
    return Head._make((*row[:_TURNS], listed_turns, *row[_TURNS + 1 : -1]))


def _whole(head: Head) -> Head:
    if not _are_whole([head]):
        raise ValueError("not as any version writes it")
    return head


def _are_whole(heads: Sequence[Head]) -> bool:
    """Whether every value is of the type and within the bounds that it was written with."""
    columns = dict(zip(Head._fields, zip(*heads, strict=True), strict=True))
    if any(set(map(type, columns[name])) - types for name, types in _HEAD_TYPES.items()):
        return False
    turns = set(map(type, chain.from_iterable(columns["sources"])))
    times = {min(columns["at"]), max(columns["at"])}.union(*(columns[name] for name in _TIMES)) - {None}
    return (
        turns <= {str}
        and set(columns["role"]) <= {*ROLES, None}
        and min(map(min, (columns["seq"], columns["words"], columns["passages"]))) >= 0
        and max(columns["passages"]) <= MAX_PASSAGES
        and from_micros(min(times)) <= from_micros(max(times))
    )


_SEQ = itemgetter(Head._fields.index("seq"))
_TURNS = Head._fields.index("sources")
_NO_FACT: tuple[object, ...] = ((), None, None, None)
_TIMES = ("start", "end", "expires_at")
_COUNT, _WORD, _TIME = frozenset({int}), frozenset({str, NoneType}), frozenset({int, NoneType})
_HEAD_TYPES = {
    "seq": _COUNT, "at": _COUNT, "words": _COUNT, "passages": _COUNT, "session": _WORD, "speaker": _WORD, "role": _WORD,
    "dense": frozenset({bytes, NoneType}), "sources": frozenset({tuple}), "start": _TIME, "end": _TIME, "expires_at": _TIME,
}  # fmt: skip
