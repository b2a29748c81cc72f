"""mem0's configuration, as far as it says something to us."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from lukasa.errors import ConfigError, shown

_OURS = ("store", "settings", "llm", "embedder", "extractor", "clock", "key")
_SERVED = {"ollama", "vllm", "lmstudio"}
"""mem0's names of model servers with OpenAI's protocol."""


class MemoryConfig(dict[str, Any]):
    """A configuration by its sections: `MemoryConfig(llm={…})`."""


def opening(config: Mapping[str, Any] | object | None) -> tuple[dict[str, Any], str | None]:
    """Return the arguments for opening a memory, and the instructions to its model.

    *config* has the arguments of `lukasa.Memory.open` by name, or mem0's own sections, of which `llm` and `custom_instructions` are read.
    A `MemoryConfig` of mem0's own is taken too. Raises `ConfigError` for what is none, and for an `llm` section without a model.
    """
    if callable(dump := getattr(config, "model_dump", None)):
        config = dump(exclude_unset=True)
    if config is not None and not isinstance(config, Mapping):
        raise ConfigError(f"the configuration must be a mapping of sections, not {shown(config)}")
    given = dict(config or {})
    instructions = given.pop("custom_instructions", None) or given.pop("custom_fact_extraction_prompt", None)
    arguments = {name: given.pop(name) for name in _OURS if name in given}
    for name in ("llm", "embedder"):
        section = arguments.get(name)
        if isinstance(section, Mapping):
            arguments.pop(name)
            if name == "llm":
                arguments[name] = _model(section)
    if given:
        warnings.warn(
            f"Lukasa does not use these of mem0's settings: {', '.join(sorted(given))}", stacklevel=4
        )
    return arguments, instructions


def _model(section: Mapping[str, Any]) -> str:
    provider, config = str(section.get("provider", "openai")), section.get("config") or {}
    model = config.get("model")
    if not model:
        raise ConfigError(f"the llm section of the configuration names no model: {shown(provider)}")
    if provider in _SERVED:
        return f"openai_compatible:{model}"
    return f"{provider}:{model}"
