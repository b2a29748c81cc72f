"""What stores of rows share: how terms and JSON are kept in a column, and what a column that was damaged does to its reader."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from types import NoneType
from typing import Any, TypeVar

from lukasa.domain.document import MAX_PASSAGES, Head, Heads
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


def heads_of_rows(rows: Iterable[Sequence[Any]]) -> Heads:
    """Make heads of rows of one kind, which begin with the fields of `Head`; raise `StoreCorruptError` for one that cannot be read."""
    columns: dict[str, Sequence[Any]] = dict(zip(Head._fields, zip(*rows, strict=True), strict=False))
    if not columns:
        return Heads()
    dense = [vectors or b"" for vectors in columns.pop("dense")]
    columns["sources"] = [*map(_sources, columns["sources"])]
    return heads_of(columns, sizes=[*map(len, dense)], dense=b"".join(dense))


def heads_of(columns: Mapping[str, Sequence[Any]], *, sizes: Sequence[int], dense: bytes) -> Heads:
    """Make heads of columns, in any order; raise `StoreCorruptError` for one that cannot be read."""
    import numpy as np  # noqa: PLC0415 - only who keeps heads needs it, and it takes longer to load than all the rest

    numbers = {name: _at_once(columns[name]) for name in _NUMBERS}
    heads = Heads(**{**columns, **numbers}, sizes=_at_once(sizes), dense=dense)
    lengths = {len(getattr(heads, name)) for name in (*columns, "sizes")}
    if lengths != {len(heads)} or np.sum(heads.sizes) != len(dense):
        raise ValueError("columns that do not belong together")
    try:
        sound = _are_whole(heads)
    except UNREADABLE:
        sound = False
    if not sound:
        # Which one it is takes longer to find: a whole partition is read before its first recall.
        list(rows_as(_whole, heads, "document"))
    return heads if (np.diff(heads.seq) > 0).all() else Heads.of(heads)


def _sources(turns: object) -> tuple[str, ...] | None:
    if turns is None:
        return ()
    return tuple(json.loads(turns)) if isinstance(turns, str) else None


def _at_once(numbers: Sequence[Any]) -> Sequence[Any]:
    """Return whole numbers so that they can be computed with at once; what are none as they are."""
    import numpy as np  # noqa: PLC0415

    array = np.asarray(numbers)
    return array.data if array.dtype.kind in "bi" else numbers


def _whole(head: Head) -> Head:
    if not _are_whole(Heads.of([head])):
        raise ValueError("not as any version writes it")
    return head


def _are_whole(heads: Heads) -> bool:
    """Whether every value is of the type and within the bounds that it was written with."""
    import numpy as np  # noqa: PLC0415

    numbers = {name: np.asarray(getattr(heads, name)) for name in _NUMBERS}
    words: dict[str, Sequence[Any]] = {name: getattr(heads, name) for name in _TYPES}
    if any(array.dtype.kind not in "bi" for array in numbers.values()) or any(
        set(map(type, words[name])) - types for name, types in _TYPES.items()
    ):
        return False
    turns = set(map(type, chain.from_iterable(heads.sources)))
    at = numbers["at"]
    times = [time for time in {*heads.start, *heads.end, *heads.expires_at} if time is not None]
    times += [int(at.min()), int(at.max())]
    return (
        turns <= {str}
        and set(heads.role) <= {*ROLES, None}
        and min(numbers[name].min() for name in ("seq", "words", "passages")) >= 0
        and numbers["passages"].max() <= MAX_PASSAGES
        and from_micros(min(times)) <= from_micros(max(times))
    )


_NUMBERS = ("seq", "at", "retired", "words", "passages", "current")
_WORD, _TIME = frozenset({str, NoneType}), frozenset({int, NoneType})
_TYPES = {
    "id": frozenset({str}), "session": _WORD, "speaker": _WORD, "role": _WORD, "sources": frozenset({tuple}),
    "start": _TIME, "end": _TIME, "expires_at": _TIME,
}  # fmt: skip
