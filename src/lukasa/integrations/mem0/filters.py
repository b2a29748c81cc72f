"""mem0's filters, read as whose memories are meant and as a filter of Lukasa's.

`{"user_id": "ana", "topic": {"in": ["food", "travel"]}, "OR": [{…}], "NOT": [{…}]}`; `"*"` is any value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lukasa import Fact
from lukasa.errors import FilterError, shown
from lukasa.integrations.mem0.items import SAID_AT, instant, written
from lukasa.integrations.mem0.scopes import SCOPES, Scope, clean

OPERATORS = ("eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "contains", "icontains")
_FIELDS = {"id": "id", "memory": "text", "created_at": "at", "timestamp": "at"}


def for_owner(
    filters: Mapping[str, Any], owner: Scope, facts: Sequence[Fact] = ()
) -> Mapping[str, Any] | None:
    """Return the filter that memories of this owner must pass, or `None` when none can.

    *facts* are the owner's, where the filter has `icontains`: it is asked for as one of the values that they have. Raises `FilterError` for
    an operator that is not known.
    """
    condition = _every([_entry(name, value, owner, facts) for name, value in filters.items()])
    return None if condition is False else {} if condition is True else condition


def _entry(name: str, value: Any, owner: Scope, facts: Sequence[Fact]) -> Mapping[str, Any] | bool:
    if name in {"AND", "OR", "NOT"}:
        parts = [
            _every([_entry(*each, owner, facts) for each in part.items()]) for part in _listed(name, value)
        ]
        if name == "AND":
            return _every(parts)
        some = _any(parts)
        return some if name == "OR" else (not some if isinstance(some, bool) else {"not": some})
    if name in SCOPES and name == owner.kind:
        return _holds(value, owner.name, name)
    field = _FIELDS.get(name, f"metadata.{name}")
    return _when(name, value) if field == "at" else _compare(field, value, facts)


def _listed(name: str, value: Any) -> list[Mapping[str, Any]]:
    parts = [value] if isinstance(value, Mapping) else value
    if not isinstance(parts, list) or not parts or not all(isinstance(part, Mapping) for part in parts):
        raise FilterError(f"{name} needs a list of conditions, not {shown(value)}")
    return parts


def _compare(field: str, value: Any, facts: Sequence[Fact]) -> Mapping[str, Any] | bool:
    if value == "*":
        return {field: {"exists": True}}
    if isinstance(value, list):
        return {field: {"in": value}}
    if isinstance(value, Mapping):
        for operator in value:
            if operator not in OPERATORS:
                raise FilterError(
                    f"unknown operator {shown(operator)} on {field}: use one of {', '.join(OPERATORS)}"
                )
        rest = {operator: operand for operator, operand in value.items() if operator != "icontains"}
        conditions: list[Mapping[str, Any] | bool] = [{field: rest}] if rest or not value else []
        if "icontains" in value:
            conditions.append(_contains_in_any_case(field, value["icontains"], facts))
        return _every(conditions)
    return {field: value}


def _when(name: str, value: Any) -> Mapping[str, Any] | bool:
    """Return a condition on when a memory was made: by its label where it has one (it was moved, or dated), else by when it was said."""
    if value == "*":
        return True
    label = f"metadata.{SAID_AT}"
    at = _instants(name, value)
    return _any(
        [
            _every([{label: {"exists": True}}, _compare(label, _written(at), ())]),
            _every([{label: {"exists": False}}, _compare("at", at, ())]),
        ]
    )


def _instants(name: str, value: Any) -> Any:
    """Return times in a condition as instants: mem0's are dates too, and seconds since 1970."""
    if isinstance(value, Mapping):
        return {operator: _instants(name, operand) for operator, operand in value.items()}
    if isinstance(value, list):
        return [_instants(name, each) for each in value]
    return instant(name, value)


def _written(value: Any) -> Any:
    """Return instants in a condition as labels have them."""
    if isinstance(value, Mapping):
        return {operator: _written(operand) for operator, operand in value.items()}
    if isinstance(value, list):
        return [_written(each) for each in value]
    return written(value)


def _contains_in_any_case(field: str, part: Any, facts: Sequence[Fact]) -> Mapping[str, Any] | bool:
    wanted = str(part).casefold()
    texts: set[str] = set()
    elements: set[str] = set()
    for fact in facts:
        value = fact.text if field == "text" else fact.metadata.get(field.removeprefix("metadata."))
        if isinstance(value, str) and wanted in value.casefold():
            texts.add(value)
        elif isinstance(value, list | tuple):
            elements |= {each for each in value if isinstance(each, str) and each.casefold() == wanted}
    among: list[Mapping[str, Any] | bool] = [{field: {"in": sorted(texts)}}] if texts else []
    return _any([*among, *({field: {"contains": each}} for each in sorted(elements))])


def _holds(value: Any, name: str, field: str) -> bool:
    """Return whether an owner's name passes a condition."""
    if value == "*":
        return True
    if isinstance(value, list):
        return name in {clean(field, each) for each in value}
    if not isinstance(value, Mapping):
        return name == clean(field, value)
    answers: dict[str, Callable[[Any], bool]] = {
        "eq": lambda other: name == clean(field, other),
        "ne": lambda other: name != clean(field, other),
        "in": lambda others: name in {str(other) for other in others},
        "nin": lambda others: name not in {str(other) for other in others},
        "contains": lambda part: str(part) in name,
    }
    for operator, other in value.items():
        if operator not in answers:
            raise FilterError(
                f"unknown operator {shown(operator)} on {field}: use one of {', '.join(answers)}"
            )
        if not answers[operator](other):
            return False
    return True


def _every(parts: list[Mapping[str, Any] | bool]) -> Mapping[str, Any] | bool:
    if any(part is False for part in parts):
        return False
    conditions = [part for part in parts if not isinstance(part, bool)]
    return _joined("and", conditions) if conditions else True


def _any(parts: list[Mapping[str, Any] | bool]) -> Mapping[str, Any] | bool:
    if any(part is True for part in parts):
        return True
    conditions = [part for part in parts if not isinstance(part, bool)]
    return _joined("or", conditions) if conditions else False


def _joined(name: str, conditions: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    return conditions[0] if len(conditions) == 1 else {name: conditions}
