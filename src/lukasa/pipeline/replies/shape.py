"""What is asked for, as the JSON schema that providers enforce (OpenAI's strict mode is the narrowest)."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from lukasa.ports.llm import Shape

_LEFT_OUT = frozenset({"title", "default"})


def shape_of(model: type[BaseModel], name: str) -> Shape:
    """Return the shape of a *model*: objects closed, every property required, references put in place.

    The same to the byte for the same model: it is part of the prompt.
    """
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})
    strict = _strict(schema, definitions)
    strict.pop("description", None)
    return Shape(name=name, schema=strict, description=" ".join((model.__doc__ or "").split()))


def _strict(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_strict(each, definitions) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        beside = {name: value for name, value in node.items() if name != "$ref"}
        return _strict({**definitions[node["$ref"].rpartition("/")[2]], **beside}, definitions)
    made = {
        name: {key: _strict(each, definitions) for key, each in value.items()}
        if name == "properties"
        else _strict(value, definitions)
        for name, value in node.items()
        if name not in _LEFT_OUT
    }
    if made.get("type") == "object":
        made.setdefault("properties", {})
        made["additionalProperties"] = False
        made["required"] = list(made["properties"])
    return made
