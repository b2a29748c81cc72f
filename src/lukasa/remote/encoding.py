"""What goes to a server and what comes back: arguments of verbs as JSON, and JSON as the values that verbs return."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeAlias, Union, get_args, get_origin, get_type_hints

from lukasa.domain.filter import AllOf, AnyOf, Compare, Not, as_mapping
from lukasa.errors import InputError, shown
from lukasa.extraction.candidates import CandidateFact

Decoder: TypeAlias = Callable[[Any], Any]
"""From JSON to a value of one type; raises `LookupError`, `TypeError` or `ValueError` for other JSON."""

_NAMES = {"Json": Any}
"""Types that are recursive: what JSON says is what they are."""


def encoded(value: object) -> bytes:
    """Return JSON. Raises `InputError` for what has no JSON."""
    try:
        return json.dumps(
            value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain
        ).encode()
    except RecursionError as error:
        raise InputError("an argument contains itself, or is nested too deep to be sent") from error
    except ValueError as error:  # also a text that is no Unicode
        raise InputError(f"an argument cannot be sent: {error}") from error


def query(arguments: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return arguments as the query of an address: a list is repeated, an object is JSON."""
    pairs = []
    for name, value in arguments.items():
        several = isinstance(value, Sequence) and not isinstance(value, str)
        if several and not value:
            raise InputError(f"{name} is an empty list; leave it out, or name what is wanted")
        pairs += [(name, _text(each)) for each in (value if several else [value])]  # type: ignore[attr-defined]
    return pairs


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return value.isoformat() if isinstance(value, date) else encoded(value).decode()


def _plain(value: object) -> object:
    match value:
        case date():  # `datetime` is one
            return value.isoformat()
        case Compare() | AllOf() | AnyOf() | Not():
            return as_mapping(value)
        case CandidateFact():
            named = {each.name: getattr(value, each.name) for each in fields(value)}
            return {name: item for name, item in named.items() if item is not None}
        case Mapping():
            return dict(value)
        case Sequence() if not isinstance(value, bytes | bytearray | memoryview):
            return list(value)
        case _:
            raise InputError(f"{shown(value)} cannot be sent: {type(value).__name__} has no JSON")


@cache
def decoder(hint: Any) -> Decoder:
    """Return what makes a value of a type from JSON. Members of objects that the type does not have are passed over."""
    origin, of = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        some = [each for each in of if each is not NoneType]
        return _optional(decoder(some[0])) if len(some) == 1 else _same
    if hint is datetime or hint is date:
        return hint.fromisoformat
    if isinstance(hint, type) and is_dataclass(hint):
        return _object(hint)
    if isinstance(hint, type) and issubclass(hint, tuple):  # a `NamedTuple`
        return lambda value: hint(*value)
    return _container(origin, of) if isinstance(origin, type) and issubclass(origin, Iterable) else _same


def _container(origin: type, of: Sequence[Any]) -> Decoder:
    if issubclass(origin, Mapping):
        item = decoder(of[1])
        return lambda value: {name: item(each) for name, each in value.items()}
    item = decoder(of[0])
    if origin is tuple:
        return lambda value: tuple(map(item, value))
    return lambda value: list(map(item, value))


def _same(value: Any) -> Any:
    return value


def _optional(item: Decoder) -> Decoder:
    return lambda value: None if value is None else item(value)


def _object(cls: type) -> Decoder:
    hints = get_type_hints(cls, localns=_NAMES)
    members = {each.name: decoder(hints[each.name]) for each in fields(cls)}

    def decode(value: Any) -> Any:
        return cls(**{name: members[name](each) for name, each in value.items() if name in members})

    return decode
