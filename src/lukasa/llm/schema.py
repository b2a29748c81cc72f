"""Pydantic models as the JSON schemas that providers enforce (OpenAI's strict mode is the narrowest)."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from lukasa.ports.llm import Shape

_KEPT = frozenset({
    "additionalProperties", "anyOf", "const", "description", "enum", "exclusiveMaximum", "exclusiveMinimum",
    "format", "items", "maxItems", "maximum", "minItems", "minimum", "multipleOf", "pattern", "properties", "required", "type",
})  # fmt: skip
"""Keywords of JSON schema that strict mode knows; with any other, a provider refuses the whole request."""


def shape_of(model: type[BaseModel], name: str) -> Shape:
    """Return the shape of a *model*, which must not contain itself: objects closed, every property required, references resolved.

    A property that may be absent becomes one that may be null. The schema of a model is always the same to the byte: it is part
    of the prompt.
    """
    schema = model.model_json_schema()
    strict = _strict(schema, schema.pop("$defs", {}))
    strict.pop("description", None)
    return Shape(name=name, schema=strict, description=" ".join((model.__doc__ or "").split()))


def _strict(node: Any, definitions: dict[str, Any]) -> Any:
    """Return a schema, with all that is in it, as strict mode allows it; *definitions* are the models that it refers to."""
    if isinstance(node, list):
        return [_strict(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        beside = {word: value for word, value in node.items() if word != "$ref"}
        referred = definitions[node["$ref"].rpartition("/")[2]]
        return {**_strict(referred, definitions), **_strict(beside, definitions)}
    strict = {word: _value(word, value, definitions) for word, value in node.items() if word in _KEPT}
    if strict.get("type") != "object":
        return strict
    properties = strict.get("properties", {})
    return {**strict, "properties": properties, "additionalProperties": False, "required": list(properties)}


def _value(word: str, value: Any, definitions: dict[str, Any]) -> Any:
    if word == "properties":
        return {name: _strict(schema, definitions) for name, schema in value.items()}
    return value if word in {"enum", "const", "required", "type"} else _strict(value, definitions)
