"""An object as models write it to the fields of a pydantic model: other spellings of keys, other types, other words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from lukasa.llm.salvage import salvage

_NOTHING = frozenset({"", "null", "none", "nil", "n/a", "na", "undefined", "unknown", "nan"})
_YES = frozenset({"true", "yes", "y", "1"})
_NO = frozenset({"false", "no", "n", "0"})
_TEXTS = ("text", "value", "name", "content", "fact", "label", "description")
"""Keys under which the text of an object stands."""

_TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})
_DESCRIBING = frozenset({"type", "anyOf", "oneOf", "allOf", "$ref", "enum", "const"})
_ABOUT_SCHEMAS = frozenset(
    {"name", "description", "strict", "type", "function", "schema", "json_schema", "parameters"}
)


class Members(NamedTuple):
    """The fields of a model, read from an object."""

    values: dict[str, object]
    dropped: int = 0
    """Items of lists that could not be understood."""


class MismatchError(Exception):
    """A value does not fit a field."""


def members(value: dict[str, object], model: type[BaseModel]) -> Members:
    """Read the model's fields from an object. A missing list is empty, and a missing optional value is null.

    Raises `MismatchError` if a required field cannot be understood, or no key belongs to the model.
    """
    values: dict[str, object] = {}
    dropped = matched = 0
    for name, field in model.model_fields.items():
        key = key_of(value, name)
        if key is None:
            values |= _missing(name, field)
            continue
        matched += 1
        try:
            values[name], lost = _coerced(value[key], field.annotation)
            dropped += lost
        except MismatchError:
            if field.is_required() and not _optional(field.annotation):
                raise
            values |= _missing(name, field)
    if not matched and model.model_fields:
        raise MismatchError
    return Members(values, dropped)


def key_of(value: dict[str, object], name: str) -> str | None:
    """Return the key of a field: its name in any spelling."""
    return name if name in value else next((key for key in value if _plain(key) == _plain(name)), None)


def only_list(model: type[BaseModel]) -> tuple[str, Any] | None:
    """Return the name and item type of a model's list, if it has exactly one."""
    lists = [
        (name, args[0]) for name, field in model.model_fields.items() if (args := _items_of(field.annotation))
    ]
    return lists[0] if len(lists) == 1 else None


def is_model(kind: Any) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def is_schema(value: object) -> bool:
    """Whether a value repeats the schema that was asked for instead of following it."""
    if not isinstance(value, dict):
        return False
    described = value.get("properties")
    if isinstance(described, dict) and described:
        return all(map(_describes, described.values()))
    if value.keys() <= _ABOUT_SCHEMAS and any(map(is_schema, value.values())):
        return True
    return "$defs" in value or "$schema" in value


def _describes(value: object) -> bool:
    """Whether a value is a schema, such as `{"type": "string"}`."""
    if not isinstance(value, dict) or not value.keys() & _DESCRIBING:
        return False
    kind = value.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    return kind is None or all(isinstance(name, str) and name in _TYPES for name in kinds)


def _missing(name: str, field: FieldInfo) -> dict[str, object]:
    if not field.is_required():
        return {}
    if _optional(field.annotation):
        return {name: None}
    return {name: []} if _items_of(field.annotation) else {}


def _plain(name: object) -> str:
    return re.sub(r"[\W_]+", "", str(name)).casefold()


# --- values ----------------------------------------------------------------------------------------------------------


def _coerced(value: object, annotation: Any) -> tuple[object, int]:
    """Convert a value to a field's type; also return how many items were dropped."""
    bare = _bare(annotation)
    if _is_nothing(value):
        return _nothing(value, annotation), 0
    if items := _items_of(bare):
        return _list(value, items[0])
    if is_model(bare):
        if not isinstance(value, dict):
            raise MismatchError
        return members(value, bare)
    if get_origin(bare) is Literal:
        return _choice(value, get_args(bare)), 0
    return _scalar(value, bare), 0


def _is_nothing(value: object) -> bool:
    if isinstance(value, str):
        return value.strip().casefold() in _NOTHING
    return value is None or (isinstance(value, float) and math.isnan(value))


def _nothing(value: object, annotation: Any) -> object:
    """Return the value of a field for `null`, `"N/A"` or the like."""
    if _optional(annotation):
        return None
    bare = _bare(annotation)
    if _items_of(bare):
        return []
    if isinstance(value, str) and value.strip():
        if bare is str:
            return value
        if get_origin(bare) is Literal:
            return _choice(value, get_args(bare))  # It may be one of the words to choose from.
    raise MismatchError


def _list(value: object, item: Any) -> tuple[list[object], int]:
    """Return the items that can be understood, and the number of others."""
    if _describes(value):
        raise MismatchError
    check = TypeAdapter(item)
    kept: list[object] = []
    dropped = 0
    for entry in value if isinstance(value, list) else _unlisted(value, item):
        try:
            converted, lost = _coerced(entry, item)
            kept.append(check.validate_python(converted))
            dropped += lost
        except (MismatchError, ValidationError):
            dropped += 1
    return kept, dropped


def _unlisted(value: object, item: Any) -> list[object]:
    """Return the items of what stands for a list: the list as JSON text, one item, or items by number or name."""
    if isinstance(value, str) and value.strip()[:1] in {"[", "{"} and value.strip()[-1:] in {"]", "}"}:
        inner = salvage(value)
        if inner is not None:
            return inner if isinstance(inner, list) else _unlisted(inner, item)
    if isinstance(value, dict) and value:
        parts = list(value.values())
        if all(isinstance(part, list) for part in parts):
            return [entry for part in parts for entry in part]
        by_number = not is_model(item) and all(key.isdecimal() for key in value)
        if by_number or all(isinstance(part, dict) for part in parts):
            return parts
    return [value]


def _choice(value: object, choices: Sequence[object]) -> object:
    if isinstance(value, dict | list):
        value = next(_texts_in(value), None)
    for choice in choices:
        if _plain(choice) == _plain(value):
            return choice
    raise MismatchError


def _scalar(value: object, kind: Any) -> object:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if kind is str:
        return _text(value)
    if isinstance(value, dict) and kind in {bool, int, float}:
        value = next((value[key] for key in _TEXTS if key in value), None)
    if kind is bool:
        return _truth(value)
    if kind is int:
        return _integer(value)
    return value


def _truth(value: object) -> bool:
    word = str(value).strip().rstrip(".").casefold()
    if word not in _YES | _NO:
        raise MismatchError
    return word in _YES


def _integer(value: object) -> int:
    """Return a number, also of one written `"3"`, `#3`, `[3]` or `message 3`."""
    text = "" if isinstance(value, bool) else str(value).strip()[:100]
    number = re.fullmatch(r"\D{0,20}?(-?\d{1,15})(?:\.0+)?\D{0,3}", text)
    if number is None:
        raise MismatchError
    return int(number.group(1))


def _text(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    text = value if isinstance(value, str) else next(_texts_in(value), None)
    if text is None:
        raise MismatchError
    # Half of a surrogate pair is JSON, but no text that can be stored.
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _texts_in(value: object) -> Iterator[str]:
    """Yield the texts of an object or list that stands for a text: under the usual keys, or its only one."""
    if isinstance(value, dict) and not _describes(value):
        yield from (text for key in _TEXTS if isinstance(text := value.get(key), str))
        texts = [text for text in value.values() if isinstance(text, str)]
        if len(texts) == 1:
            yield texts[0]
    elif isinstance(value, list) and value and all(isinstance(text, str) for text in value):
        yield " ".join(value)


# --- types -----------------------------------------------------------------------------------------------------------


def _items_of(annotation: Any) -> tuple[Any, ...]:
    bare = _bare(annotation)
    return get_args(bare) if get_origin(bare) in {list, tuple, Sequence} else ()


def _optional(annotation: Any) -> bool:
    if get_origin(annotation) is Annotated:
        return _optional(get_args(annotation)[0])
    return get_origin(annotation) in {Union, UnionType} and NoneType in get_args(annotation)


def _bare(annotation: Any) -> Any:
    """Return the type without `Annotated` and without `None`."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if _optional(annotation):
        others = [kind for kind in get_args(annotation) if kind is not NoneType]
        return _bare(others[0]) if len(others) == 1 else annotation
    return annotation
