"""Pydantic models as the JSON schemas that providers enforce (OpenAI's strict mode is the narrowest)."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from lukasa.ports.llm import Shape

_KEPT = frozenset({
    "$defs", "$ref", "additionalProperties", "anyOf", "const", "description", "enum", "exclusiveMaximum", "exclusiveMinimum",
    "format", "items", "maxItems", "maximum", "minItems", "minimum", "multipleOf", "pattern", "properties", "required", "type",
})  # fmt: skip
"""Keywords of JSON schema that strict mode knows; with any other, a provider refuses the whole request."""


def shape_of(model: type[BaseModel], name: str) -> Shape:
    """Return the shape of a *model*: objects closed, every property required, references resolved.

    A property that may be absent becomes one that may be null. Only a recursive model stays a reference. The schema of a
    model is always the same to the byte: it is part of the prompt.
    """
    schema = model.model_json_schema()
    strict = _Strict(schema.pop("$defs", {}))
    strict_schema = strict.node(schema)
    strict_schema.pop("description", None)
    if strict.recursive:
        strict_schema["$defs"] = {used: strict.definition(used) for used in sorted(strict.recursive)}
    return Shape(name=name, schema=strict_schema, description=" ".join((model.__doc__ or "").split()))


class _Strict:
    """Makes schemas strict. *definitions* are the models that they refer to."""

    def __init__(self, definitions: dict[str, Any]) -> None:
        self._definitions = definitions
        self._within: list[str] = []
        self.recursive: set[str] = set()
        """Names of models that contain themselves."""

    def definition(self, name: str) -> Any:
        """Return the strict schema of a model that is referred to."""
        self._within.append(name)
        schema = self.node(self._definitions[name])
        self._within.pop()
        return schema

    def node(self, node: Any) -> Any:
        """Return a schema, with all that is in it, as strict mode allows it."""
        if isinstance(node, list):
            return [self.node(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return self._referred(node)
        if len(node.get("allOf", ())) == 1:
            beside = {word: value for word, value in node.items() if word != "allOf"}
            return self.node({**node["allOf"][0], **beside})
        strict = {
            word: self._value(word, value)
            for word, value in (("anyOf" if word == "oneOf" else word, value) for word, value in node.items())
            if word in _KEPT
        }
        return _closed(strict) if strict.get("type") == "object" else strict

    def _referred(self, node: dict[str, Any]) -> Any:
        name = node["$ref"].rpartition("/")[2]
        if name in self._within:
            self.recursive.add(name)
            return {"$ref": f"#/$defs/{name}"}
        beside = self.node({word: value for word, value in node.items() if word != "$ref"})
        return {**self.definition(name), **beside}

    def _value(self, word: str, value: Any) -> Any:
        if word == "properties":
            return {name: self.node(schema) for name, schema in value.items()}
        return value if word in {"enum", "const", "required", "type"} else self.node(value)


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """Return an object's schema with exactly its properties allowed and required."""
    properties = schema.get("properties", {})
    return {**schema, "properties": properties, "additionalProperties": False, "required": list(properties)}
