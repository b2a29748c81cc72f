"""Read a store of mem0's open-source package: a folder of qdrant's local mode, and `history.db`.

Qdrant pickles its points. They are not unpickled here: the instructions of a pickle are read one by one, those that make plain values are
followed, and any other ends the reading. No class is looked up and nothing is called.
"""

from __future__ import annotations

import pickletools
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

from lukasa.errors import ImportFormatError, shown

_MARK = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMemory:
    """One memory of mem0's."""

    id: str
    payload: Mapping[str, Any]
    """`data`, `user_id`, `agent_id`, `run_id`, `created_at`, …; what else there is, is the caller's metadata."""

    words: tuple[str, ...] = field(default=())
    """Its words, from the first to those of today."""


def memories(folder: Path, history: Path | None) -> Iterator[StoredMemory]:
    """Yield the memories of every collection but those of entities. Raises `ImportFormatError`."""
    files = sorted(
        each
        for each in folder.glob("collection/*/storage.sqlite")
        if not each.parent.name.endswith("entities")
    )
    if not files:
        raise ImportFormatError(
            f"{shown(str(folder))} holds no collection/*/storage.sqlite: name the `path` of mem0's vector store"
        )
    versions = _versions(history) if history is not None else {}
    for file in files:
        for name, (blob,) in enumerate(_rows(file, "SELECT point FROM points ORDER BY rowid")):
            point = plain(blob) if isinstance(blob, bytes) else None
            payload = point.get("payload") if isinstance(point, dict) else None
            if (
                not isinstance(point, dict)
                or not isinstance(payload, dict)
                or not isinstance(payload.get("data"), str)
            ):
                raise ImportFormatError(f"{file.name}, point {name}: no memory of mem0's")
            id_, today = str(point["id"]), payload["data"]
            before = [words for words in versions.get(id_, []) if words != today]
            yield StoredMemory(id=id_, payload=payload, words=(*dict.fromkeys(before), today))


def _versions(history: Path) -> dict[str, list[str]]:
    versions: dict[str, list[str]] = defaultdict(list)
    for id_, words in _rows(
        history,
        "SELECT memory_id, new_memory FROM history WHERE new_memory IS NOT NULL ORDER BY created_at, rowid",
    ):
        versions[str(id_)].append(str(words))
    return versions


def _rows(file: Path, statement: str) -> Iterator[tuple[Any, ...]]:
    if not file.exists():
        raise ImportFormatError(f"there is no file {shown(str(file))}")
    try:
        connection = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            yield from connection.execute(statement)
        finally:
            connection.close()
    except apsw.Error as error:
        raise ImportFormatError(f"{file.name} is no store of mem0's: {error}") from error


def plain(pickled: bytes) -> Any:
    """Return the plain value that a pickle describes; an object is the mapping of its attributes.

    Raises `ImportFormatError` for an instruction that makes anything else.
    """
    stack: list[Any] = []
    memo: dict[int, Any] = {}
    try:
        for opcode, argument, _ in pickletools.genops(pickled):
            _follow(opcode.name, argument, stack, memo)
        (value,) = stack
    except ImportFormatError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, UnicodeError, OverflowError) as error:
        raise ImportFormatError(f"a point cannot be read: {type(error).__name__}") from error
    return value


def _follow(name: str, argument: Any, stack: list[Any], memo: dict[int, Any]) -> None:
    if name in _VALUES:
        stack.append(argument)
    elif name in _NEW:
        stack.append(_NEW[name]())
    elif name == "MEMOIZE":
        memo[len(memo)] = stack[-1]
    elif name in {"BINGET", "LONG_BINGET"}:
        stack.append(memo[argument])
    elif name in _CHANGES:
        _CHANGES[name](stack)
    else:
        raise ImportFormatError(
            f"a point has {name} in it, which is not followed: its pickle makes more than plain values"
        )


def _tuple(stack: list[Any], size: int) -> None:
    stack[-size:] = [tuple(stack[-size:])]


def _replace(stack: list[Any], value: Any) -> None:
    """Put a value in the place of the two last ones: a class's name, which is not looked up, or an object that is not made."""
    stack[-2:] = [value]


def _build(stack: list[Any]) -> None:
    state = stack.pop()
    stack[-1].update(state.get("__dict__", state))


def _set(stack: list[Any], items: list[Any]) -> None:
    stack[-1].update(zip(items[::2], items[1::2], strict=True))


def _extend(stack: list[Any], items: list[Any]) -> None:
    stack[-1].extend(items)


def _add(stack: list[Any], items: list[Any]) -> None:
    stack[-1].update(items)


def _since_mark(stack: list[Any]) -> list[Any]:
    start = len(stack) - 1 - stack[::-1].index(_MARK)
    items = stack[start + 1 :]
    del stack[start:]
    return items


_VALUES = frozenset(
    {"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "BININT", "BININT1", "BININT2", "LONG1", "LONG4", "BINFLOAT"}
    | {"SHORT_BINBYTES", "BINBYTES", "BINBYTES8"}
)  # fmt: skip
_NEW: Mapping[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "MARK": lambda: _MARK,
    "EMPTY_DICT": dict,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
    "EMPTY_SET": set,
}
_CHANGES: Mapping[str, Callable[[list[Any]], None]] = {
    "PROTO": lambda _: None,
    "FRAME": lambda _: None,
    "STOP": lambda _: None,
    "TUPLE1": lambda stack: _tuple(stack, 1),
    "TUPLE2": lambda stack: _tuple(stack, 2),
    "TUPLE3": lambda stack: _tuple(stack, 3),
    "TUPLE": lambda stack: stack.append(tuple(_since_mark(stack))),
    "APPEND": lambda stack: stack[-2].append(stack.pop()),
    "APPENDS": lambda stack: _extend(stack, _since_mark(stack)),
    "ADDITEMS": lambda stack: _add(stack, _since_mark(stack)),
    "SETITEM": lambda stack: _set(stack, [stack.pop(-2), stack.pop()]),
    "SETITEMS": lambda stack: _set(stack, _since_mark(stack)),
    "STACK_GLOBAL": lambda stack: _replace(stack, None),
    "NEWOBJ": lambda stack: _replace(stack, {}),
    "BUILD": _build,
}
