"""A JSON value → what was asked for, whatever is wrapped around it; half items and nonsense are left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from lukasa.llm.fields import MismatchError, is_model, is_schema, key_of, members, only_list
from lukasa.llm.salvage import candidates, salvage

M = TypeVar("M", bound=BaseModel)

_WRAPPERS = (
    "result", "results", "data", "output", "response", "answer", "reply", "json", "arguments", "parameters", "input",
    "properties", "items", "value", "content", "final",
)  # fmt: skip
"""Keys that models put around an answer."""

_DEEPEST_WRAPPER = 3


@dataclass(frozen=True, slots=True)
class Fitted(Generic[M]):
    """What was understood of a reply."""

    value: M | None
    """`None`: nothing that was asked for."""

    dropped: int = 0
    """Items of lists that made no sense, and were left out."""

    cut: bool = False
    """The reply was cut off: what stood behind is missing."""


def read(text: str, model: type[M]) -> Fitted[M]:
    """Return the reply as a *model*: the likeliest of its values that says anything."""
    empty: Fitted[M] = Fitted(None)
    for candidate in candidates(text):
        try:
            reading = _fit(candidate.value, model, _DEEPEST_WRAPPER)
        except RecursionError:  # A model that contains itself, and a reply that makes use of it.
            continue
        reading = replace(reading, cut=candidate.cut)
        if reading.value is not None and _says_anything(reading.value):
            return reading
        empty = reading if empty.value is None else empty
    return empty


def _says_anything(value: BaseModel) -> bool:
    held = [each for _, each in value]
    return not held or any(each not in (None, "", [], ()) for each in held)


def _fit(value: object, model: type[M], depth: int) -> Fitted[M]:
    """Return the value as the model; what is wrapped in something is unwrapped."""
    if isinstance(value, list):
        value = _listed(value, model)
    if not isinstance(value, dict) or is_schema(value):
        return Fitted(None)
    found = _made(value, model)
    if found.value is None:
        found = _alone(value, model)
    if found.value is None and depth:
        return _unwrapped(value, model, depth - 1)
    return found


def _made(value: dict[str, object], model: type[M]) -> Fitted[M]:
    """Return an object as the model. What need not be there and breaks a rule of the model is left out."""
    try:
        made, dropped = members(value, model)
    except MismatchError:
        return Fitted(None)
    for _ in range(2):
        try:
            return Fitted(model.model_validate(made, by_alias=True, by_name=True), dropped)
        except ValidationError as error:
            wrong = {str(each["loc"][0]) for each in error.errors(include_url=False) if each["loc"]}
            made = {name: each for name, each in made.items() if name not in wrong}
    return Fitted(None)


def _alone(value: dict[str, object], model: type[M]) -> Fitted[M]:
    """Return an item that came without the list around it."""
    name, item = only_list(model) or ("", None)
    if not is_model(item) or _made(value, item).value is None:
        return Fitted(None)
    return _made({name: [value]}, model)


def _unwrapped(value: dict[str, object], model: type[M], depth: int) -> Fitted[M]:
    """Return what stands in a wrapper: under a usual key, or as the only object or list of objects."""
    empty: Fitted[M] = Fitted(None)
    for inner in _wrapped(value):
        found = _fit(inner, model, depth)
        if found.value is not None and _says_anything(found.value):
            return found
        empty = found if empty.value is None else empty
    return empty


def _wrapped(value: dict[str, object]) -> Iterator[object]:
    usual = {key.strip().casefold(): each for key, each in value.items()}
    for key in _WRAPPERS:
        inner = usual.get(key)
        if isinstance(inner, str) and inner.lstrip()[:1] in {"{", "["}:
            inner = salvage(inner)
        if isinstance(inner, dict | list):
            yield inner
    others = [each for each in value.values() if isinstance(each, dict) or _has_objects(each)]
    if len(others) == 1:
        yield others[0]


def _has_objects(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(each, dict) for each in value)


def _listed(value: list[object], model: type[BaseModel]) -> object:
    """Return a bare list as the only list that the model has; a list of whole replies as one reply."""
    found = only_list(model)
    if found is None:
        return value[0] if len(value) == 1 else value
    name, _ = found
    whole = [
        each for each in value if isinstance(each, dict) and key_of(each, name, model.model_fields[name])
    ]
    if whole and len(whole) == len(value):
        return whole[0] if len(whole) == 1 else _joined(whole, model, name)
    return {name: value}


def _joined(replies: list[dict[str, object]], model: type[BaseModel], name: str) -> dict[str, object]:
    """Return several replies as one: all their items, each once, and the last of everything else."""
    joined: dict[str, object] = {}
    items: list[Any] = []
    for reply in replies:
        key = key_of(reply, name, model.model_fields[name])
        joined |= {other: each for other, each in reply.items() if other != key and each is not None}
        held = reply[key] if key else []
        items += [each for each in (held if isinstance(held, list) else [held]) if each not in items]
    return {**joined, name: items}
