"""Public types and verbs as pydantic models: what doors check what comes in with, and describe what goes out with.

Nothing is written twice: a reply's model has the fields of its dataclass and their docstrings, and a request's model has the
parameters of its verb with their defaults.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from itertools import pairwise
from types import NoneType, UnionType
from typing import Annotated, Any, Union, cast, get_args, get_origin, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Json, JsonValue, create_model
from pydantic_core import to_json

_NAMES = {
    "Json": JsonValue,
    "Message": str | dict[str, JsonValue],
    "FactLike": str | dict[str, JsonValue],
    "FilterLike": dict[str, JsonValue],
}
"""Types of the library that are recursive, or that also take objects of Python."""


def encoded(value: object) -> bytes:
    """Return JSON of what a verb returned."""
    return to_json(value, fallback=_simpler)


def _simpler(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is no JSON")


# --- replies ---------------------------------------------------------------------------------------------------------


def reply_type(verb: Callable[..., Any]) -> Any:
    """Return the type of what a verb returns, with models for dataclasses."""
    return modelled(get_type_hints(verb, localns=_NAMES)["return"])


def modelled(hint: Any) -> Any:
    """Return a type with models for dataclasses, and lists and dicts for sequences and mappings."""
    if isinstance(hint, type) and is_dataclass(hint):
        return _model(hint)
    origin, arguments = get_origin(hint), [modelled(each) for each in get_args(hint) if each is not ...]
    if hint in (Any, object):
        return JsonValue
    if origin in (Union, UnionType):
        return Union[tuple(arguments)]  # noqa: UP007 - made at run time
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return dict[arguments[0], arguments[1]]  # type: ignore[valid-type]
    if isinstance(origin, type) and issubclass(origin, Iterable):
        return list[arguments[0]]  # type: ignore[valid-type]
    return hint


@cache
def _model(cls: type) -> type[BaseModel]:
    hints, texts = get_type_hints(cls, localns=_NAMES), _docstrings(cls)
    members: dict[str, Any] = {
        field.name: (Annotated[modelled(hints[field.name]), Field(description=texts.get(field.name))], ...)
        for field in fields(cast("Any", cls))
    }
    return cast("type[BaseModel]", create_model(cls.__name__, __doc__=inspect.getdoc(cls), **members))


def _docstrings(cls: type) -> dict[str, str]:
    """Return the text under each field of a class."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    texts = {}
    statements = cast("ast.ClassDef", body).body
    for statement, following in pairwise(statements):
        match statement, following:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str() as text)),
            ):
                texts[name] = inspect.cleandoc(text)
    return texts


# --- requests --------------------------------------------------------------------------------------------------------


def _number(value: object) -> object:
    """Return a version of the partition as a number: in an address, everything is a text."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() else value


def request_model(
    name: str, verb: Callable[..., Any], *, without: Sequence[str] = (), textual: bool = False
) -> type[BaseModel]:
    """Return a model of a verb's parameters. *textual*: they come in an address, where every value is a text."""
    hints = get_type_hints(verb, localns=_NAMES)
    members: dict[str, Any] = {}
    for parameter in list(inspect.signature(verb).parameters.values())[1:]:
        if parameter.name in without:
            continue
        kind = _accepted(hints[parameter.name], textual=textual)
        default = parameter.default
        if isinstance(default, tuple):
            default = list(default)
        members[parameter.name] = (kind, ... if default is inspect.Parameter.empty else default)
    config = ConfigDict(extra="forbid", strict=not textual)
    return cast("type[BaseModel]", create_model(name, __config__=config, **members))


def _accepted(hint: Any, *, textual: bool) -> Any:
    """Return the type of a parameter as a door takes it: times are texts, and objects of Python have no place."""
    kind = modelled(hint)
    parts = list(get_args(kind)) if get_origin(kind) in (Union, UnionType) else [kind]
    if str in parts:
        parts = [part for part in parts if part is not datetime]
    if not textual:
        return Union[tuple(parts)]  # noqa: UP007 - made at run time
    in_json: Any = Json
    parts = [in_json[part] if get_origin(part) is dict else part for part in parts]
    if lists := [part for part in parts if get_origin(part) is list]:
        # One value of a list comes as a list of one.
        parts = [*lists, *(part for part in parts if part is NoneType)]
    whole: Any = Union[tuple(parts)]  # noqa: UP007 - made at run time
    return Annotated[whole, BeforeValidator(_number)] if {int, str} <= set(parts) else whole
