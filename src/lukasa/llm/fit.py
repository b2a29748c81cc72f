"""A JSON value to the pydantic model that was asked for, whatever is wrapped around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from lukasa.llm.fields import MismatchError, is_model, is_schema, key_of, members, only_list
from lukasa.llm.salvage import Candidate, candidates, salvage

M = TypeVar("M", bound=BaseModel)

_WRAPPERS = (
    "result", "results", "data", "output", "response", "answer", "reply", "json", "arguments", "parameters", "input",
    "properties", "items", "value", "content", "final",
)  # fmt: skip
"""Keys that models put around an answer."""

_DEEPEST_WRAPPER = 3


@dataclass(frozen=True, slots=True)
class Fitted(Generic[M]):
    """A reply as a model."""

    value: M | None
    """`None`: the reply holds nothing that was asked for."""

    dropped: int = 0
    """Items of lists that could not be understood."""

    cut: bool = False
    """The reply was cut off: the rest is missing."""


def read(text: str, model: type[M]) -> Fitted[M]:
    """Return the reply as a *model*: the likeliest of its values that says anything."""
    return _first_that_says_anything(_fitted(candidate, model) for candidate in candidates(text))


def _fitted(candidate: Candidate, model: type[M]) -> Fitted[M]:
    try:
        return replace(_fit(candidate.value, model, _DEEPEST_WRAPPER), cut=candidate.cut)
    except RecursionError:  # A schema in a schema without end.
        return Fitted(None)


def _first_that_says_anything(attempts: Iterable[Fitted[M]]) -> Fitted[M]:
    fallback: Fitted[M] = Fitted(None)
    for fitted in attempts:
        if fitted.value is not None and _says_anything(fitted.value):
            return fitted
        fallback = fitted if fallback.value is None else fallback
    return fallback


def _says_anything(value: BaseModel) -> bool:
    fields = [field for _, field in value]
    return not fields or any(field not in (None, "", [], ()) for field in fields)


def _fit(value: object, model: type[M], depth: int) -> Fitted[M]:
    """Return a value as the model, unwrapped if need be."""
    if isinstance(value, list):
        value = _listed(value, model)
    if not isinstance(value, dict) or is_schema(value):
        return Fitted(None)
    fitted = _validated(value, model)
    if fitted.value is None:
        fitted = _single_item(value, model)
    if fitted.value is None and depth:
        return _first_that_says_anything(_fit(inner, model, depth - 1) for inner in _wrapped(value))
    return fitted


def _validated(value: dict[str, object], model: type[M]) -> Fitted[M]:
    """Return an object as the model. An optional field that breaks a rule of the model is dropped."""
    try:
        fields, dropped = members(value, model)
    except MismatchError:
        return Fitted(None)
    for _ in range(2):
        try:
            return Fitted(model.model_validate(fields), dropped)
        except ValidationError as error:
            wrong = {str(detail["loc"][0]) for detail in error.errors(include_url=False) if detail["loc"]}
            fields = {name: field for name, field in fields.items() if name not in wrong}
    return Fitted(None)


def _single_item(value: dict[str, object], model: type[M]) -> Fitted[M]:
    """Return an item that came without the list around it."""
    name, item = only_list(model) or ("", None)
    if not is_model(item) or _validated(value, item).value is None:
        return Fitted(None)
    return _validated({name: [value]}, model)


def _wrapped(value: dict[str, object]) -> Iterator[object]:
    """Yield what stands in a wrapper: under a usual key, or as the only object or list of objects."""
    by_key = {key.strip().casefold(): inner for key, inner in value.items()}
    for key in _WRAPPERS:
        inner = by_key.get(key)
        if isinstance(inner, str) and inner.lstrip()[:1] in {"{", "["}:
            inner = salvage(inner)
        if isinstance(inner, dict | list):
            yield inner
    others = [inner for inner in value.values() if isinstance(inner, dict) or _has_objects(inner)]
    if len(others) == 1:
        yield others[0]


def _has_objects(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _listed(value: list[object], model: type[BaseModel]) -> object:
    """Return a bare list as the only list of the model; a list of whole replies as one reply."""
    only = only_list(model)
    if only is None:
        return value[0] if len(value) == 1 else value
    name, _ = only
    replies = [item for item in value if isinstance(item, dict) and key_of(item, name)]
    if replies and len(replies) == len(value):
        return replies[0] if len(replies) == 1 else _joined(replies, name)
    return {name: value}


def _joined(replies: list[dict[str, object]], name: str) -> dict[str, object]:
    """Return several replies as one: all their items, each once, and the last of everything else."""
    joined: dict[str, object] = {}
    items: list[Any] = []
    for reply in replies:
        key = key_of(reply, name)
        joined |= {other: value for other, value in reply.items() if other != key and value is not None}
        value = reply[key] if key else []
        items += [item for item in (value if isinstance(value, list) else [value]) if item not in items]
    return {**joined, name: items}
