"""What is asked for, as the JSON schema that providers enforce (OpenAI's strict mode is the narrowest)."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from lukasa.ports.llm import Shape

_KEPT = frozenset({
    "$defs", "$ref", "additionalProperties", "anyOf", "const", "description", "enum", "exclusiveMaximum", "exclusiveMinimum",
    "format", "items", "maxItems", "maximum", "minItems", "minimum", "multipleOf", "pattern", "properties", "required", "type",
})  # fmt: skip
"""Words of JSON schema that strict mode knows; any other makes a provider refuse the whole request."""


def shape_of(model: type[BaseModel], name: str) -> Shape:
    """Return the shape of a *model*: objects closed, every property required, references put in place.

    A property that may be absent is one that may be null; one with another default must be given. Only what contains itself
    stays a reference. The same to the byte for the same model: it is part of the prompt.
    """
    schema = model.model_json_schema()
    strict = _Strict(schema.pop("$defs", {}))
    made = strict.node(schema)
    made.pop("description", None)
    if strict.recursive:
        made["$defs"] = {each: strict.definition(each) for each in sorted(strict.recursive)}
    return Shape(name=name, schema=made, description=" ".join((model.__doc__ or "").split()))


class _Strict:
    """Makes schemas strict, given what they refer to."""

    def __init__(self, definitions: dict[str, Any]) -> None:
        self._definitions = definitions
        self._within: list[str] = []
        self.recursive: set[str] = set()
        """Names of what contains itself."""

    def definition(self, name: str) -> Any:
        """Return what a name stands for."""
        self._within.append(name)
        made = self.node(self._definitions[name])
        self._within.pop()
        return made

    def node(self, node: Any) -> Any:
        """Return a schema, and all that is in it, as strict mode allows it."""
        if isinstance(node, list):
            return [self.node(each) for each in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return self._referred(node)
        if len(node.get("allOf", ())) == 1:
            beside = {word: value for word, value in node.items() if word != "allOf"}
            return self.node({**node["allOf"][0], **beside})
        made = {
            word: self._value(word, value)
            for word, value in (("anyOf" if word == "oneOf" else word, value) for word, value in node.items())
            if word in _KEPT
        }
        return _closed(made) if made.get("type") == "object" else made

    def _referred(self, node: dict[str, Any]) -> Any:
        name = node["$ref"].rpartition("/")[2]
        if name in self._within:
            self.recursive.add(name)
            return {"$ref": f"#/$defs/{name}"}
        made = self.definition(name)
        beside = self.node({word: value for word, value in node.items() if word != "$ref"})
        return {**made, **beside}

    def _value(self, word: str, value: Any) -> Any:
        if word == "properties":
            return {name: self.node(each) for name, each in value.items()}
        return value if word in {"enum", "const", "required", "type"} else self.node(value)


def _closed(made: dict[str, Any]) -> dict[str, Any]:
    """Return an object's schema with nothing allowed that is not named, and all required that is."""
    properties = made.get("properties", {})
    return {**made, "properties": properties, "additionalProperties": False, "required": list(properties)}
