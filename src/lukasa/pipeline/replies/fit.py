"""A JSON value → what was asked for, with the liberties that models take: names of keys, wrappers, types, half items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from types import NoneType, UnionType
from typing import Annotated, Any, Generic, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from lukasa.pipeline.replies.salvage import values
from lukasa.ports.llm import ToolCall

M = TypeVar("M", bound=BaseModel)

_NOTHING = frozenset({"", "null", "none", "nil", "n/a", "na", "undefined", "unknown"})
_YES = frozenset({"true", "yes", "y", "1"})
_NO = frozenset({"false", "no", "n", "0"})
_TEXTS = ("text", "value", "name", "content", "fact", "label", "description")
_DEEPEST_WRAPPER = 3


@dataclass(frozen=True, slots=True)
class Read(Generic[M]):
    """What was understood of a reply."""

    value: M | None
    """`None`: nothing that was asked for."""

    dropped: int = 0
    """Items of lists that made no sense, and were left out."""

    cut: bool = False
    """The reply was cut off: what stood behind is missing."""


def read(text: str, model: type[M], *, calls: Sequence[ToolCall] = ()) -> Read[M]:
    """Return the reply (or the arguments of the calls in it) as a *model*; the candidate with most in it, if several fit."""
    best: Read[M] = Read(None)
    most = -1
    for source in (*(call.arguments for call in calls), text):
        for value in values(source):
            found = replace(_fit(value.value, model, _DEEPEST_WRAPPER), cut=value.cut)
            if found.value is not None and (size := _size(found.value)) > most:
                best, most = found, size
    return best


class _MismatchError(Exception):
    """A value is not what a field is to hold."""


def _fit(value: object, model: type[M], depth: int) -> Read[M]:
    """Return the value as the model; what is wrapped in something is unwrapped."""
    if isinstance(value, list):
        value = _listed(value, model)
    if not isinstance(value, dict) or _is_schema(value):
        return Read(None)
    try:
        made, dropped = _members(value, model)
        return Read(model.model_validate(made), dropped)
    except (_MismatchError, ValidationError):
        pass
    if (item := _lists(model)) and (alone := _one_item(value, item[1])):
        return Read(model.model_validate({item[0]: [alone]}))
    inner = [each for each in value.values() if isinstance(each, dict | list)]
    if depth and len(inner) == 1 and not _is_schema(inner[0]):
        return _fit(inner[0], model, depth - 1)
    return Read(None)


def _listed(value: list[object], model: type[BaseModel]) -> object:
    """Return a bare list as the only list that the model has; a list of one object as that object."""
    if (item := _lists(model)) is not None:
        if (
            len(value) == 1
            and isinstance(value[0], dict)
            and _find(value[0], item[0], model.model_fields[item[0]])
        ):
            return value[0]
        return {item[0]: value}
    return value[0] if len(value) == 1 else value


def _lists(model: type[BaseModel]) -> tuple[str, Any] | None:
    """Return name and item type of the model's only list."""
    found = [
        (name, args[0]) for name, field in model.model_fields.items() if (args := _items_of(field.annotation))
    ]
    return found[0] if len(found) == 1 else None


def _items_of(annotation: Any) -> tuple[Any, ...]:
    bare = _bare(annotation)
    return get_args(bare) if get_origin(bare) in {list, tuple, Sequence} else ()


def _one_item(value: dict[str, object], item: Any) -> BaseModel | None:
    """Return an item that came without the list around it."""
    if not (isinstance(item, type) and issubclass(item, BaseModel)):
        return None
    try:
        return item.model_validate(_members(value, item)[0])
    except (_MismatchError, ValidationError):
        return None


def _is_schema(value: object) -> bool:
    """Tell whether the model repeated the schema instead of following it."""
    if not isinstance(value, dict):
        return False
    described = value.get("properties")
    return (
        "$defs" in value
        or "$schema" in value
        or (
            isinstance(described, dict)
            and any(isinstance(each, dict) and "type" in each for each in described.values())
        )
    )


# --- members ---------------------------------------------------------------------------------------------------------


def _members(value: dict[str, object], model: type[BaseModel]) -> tuple[dict[str, object], int]:
    """Return the model's fields out of an object, and how many items of lists were left out."""
    made: dict[str, object] = {}
    dropped = 0
    matched = 0
    for name, field in model.model_fields.items():
        key = _find(value, name, field)
        if key is None:
            if _items_of(field.annotation) and field.is_required():
                made[name] = []
            continue
        matched += 1
        try:
            made[name], lost = _coerced(value[key], field.annotation)
            dropped += lost
        except _MismatchError:
            if field.is_required():
                raise
    if not matched and model.model_fields:
        raise _MismatchError
    return made, dropped


def _find(value: dict[str, object], name: str, field: FieldInfo) -> str | None:
    """Return the key under which a field stands: its name, or an alias, in any spelling."""
    if name in value:
        return name
    extra = field.json_schema_extra
    aliases = extra.get("aliases", ()) if isinstance(extra, dict) else ()
    wanted = {_plain(each) for each in (name, *(aliases if isinstance(aliases, list | tuple) else ()))}
    return next((key for key in value if _plain(key) in wanted), None)


def _plain(name: object) -> str:
    return re.sub(r"[\W_]+", "", str(name)).casefold()


def _coerced(value: object, annotation: Any) -> tuple[object, int]:  # noqa: PLR0911 - one case a type
    """Return a value as a field holds it, and how many items were left out."""
    optional, bare = _optional(annotation), _bare(annotation)
    if value is None or (isinstance(value, str) and value.strip().casefold() in _NOTHING):
        if optional:
            return None, 0
        if items := _items_of(bare):
            return [], 0
        if bare is str and isinstance(value, str) and value.strip():
            return value, 0
        raise _MismatchError
    if items := _items_of(bare):
        return _list(value, items[0])
    if get_origin(bare) is Literal:
        return _choice(value, get_args(bare)), 0
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        if not isinstance(value, dict):
            raise _MismatchError
        return _members(value, bare)
    return _scalar(value, bare), 0


def _list(value: object, item: Any) -> tuple[list[object], int]:
    given = value if isinstance(value, list) else _unlisted(value, item)
    kept: list[object] = []
    dropped = 0
    for each in given:
        try:
            made, lost = _coerced(each, item)
            kept.append(item.model_validate(made) if _is_model(item) else made)
            dropped += lost
        except (_MismatchError, ValidationError):
            dropped += 1
    return kept, dropped


def _unlisted(value: object, item: Any) -> list[object]:
    """Return what stands where a list was to stand: one item, or items by number or name."""
    if isinstance(value, dict) and value and all(isinstance(each, dict) for each in value.values()):
        return list(value.values())
    if isinstance(value, dict) and not _is_model(item) and all(str(key).isdecimal() for key in value):
        return list(value.values())
    return [value]


def _is_model(item: Any) -> bool:
    return isinstance(item, type) and issubclass(item, BaseModel)


def _choice(value: object, choices: Sequence[object]) -> object:
    if isinstance(value, dict | list):
        value = next(_texts_in(value), None)
    found = next((choice for choice in choices if _plain(choice) == _plain(value)), None)
    if found is None:
        raise _MismatchError
    return found


def _scalar(value: object, kind: Any) -> object:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if kind is str:
        return _text(value)
    if kind is bool:
        word = str(value).strip().casefold()
        if word in _YES or word in _NO:
            return word in _YES
        raise _MismatchError
    if kind is int:
        written = re.fullmatch(r"\D{0,20}?(-?\d{1,15})(?:\.0+)?\D{0,3}", str(value).strip())
        if written is None or isinstance(value, bool):
            raise _MismatchError
        return int(written.group(1))
    return value


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        raise _MismatchError
    if isinstance(value, int | float):
        return str(value)
    found = next(_texts_in(value), None)
    if found is None:
        raise _MismatchError
    return found


def _texts_in(value: object) -> Iterator[str]:
    """Yield the texts of an object that stands for a text: by the usual keys, or its only one."""
    if isinstance(value, dict):
        yield from (value[key] for key in _TEXTS if isinstance(value.get(key), str))
        texts = [each for each in value.values() if isinstance(each, str)]
        if len(texts) == 1:
            yield texts[0]
    elif isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        yield " ".join(value)


def _optional(annotation: Any) -> bool:
    if get_origin(annotation) is Annotated:
        return _optional(get_args(annotation)[0])
    return get_origin(annotation) in {Union, UnionType} and NoneType in get_args(annotation)


def _bare(annotation: Any) -> Any:
    """Return the type without `Annotated` and without `None`."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if _optional(annotation):
        others = [each for each in get_args(annotation) if each is not NoneType]
        return _bare(others[0]) if len(others) == 1 else annotation
    return annotation


def _size(value: BaseModel) -> int:
    """Return how much a value holds: the better of two readings is the one that has more."""
    return sum(len(held) if isinstance(held, list) else held not in (None, "") for _, held in value)
