"""mem0's configuration, as far as it says something to us."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from lukasa import Settings
from lukasa.config import openai_account
from lukasa.errors import ConfigError, shown

_OURS = ("store", "settings", "llm", "embedder", "extractor", "clock", "key")
_SERVERS = {
    "openai": "",
    "ollama": "http://localhost:11434/v1",
    "vllm": "http://localhost:8000/v1",
    "lmstudio": "http://localhost:1234/v1",
}
"""mem0's names of servers with OpenAI's protocol, and where they are when the configuration does not say (`""`: `OPENAI_BASE_URL`)."""


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
                arguments |= _model(section, arguments.get("settings"))
    if given:
        warnings.warn(
            f"Lukasa does not use these of mem0's settings: {', '.join(sorted(given))}", stacklevel=4
        )
    return arguments, instructions


def _model(section: Mapping[str, Any], settings: Settings | None) -> dict[str, Any]:
    provider, config = str(section.get("provider", "openai")), section.get("config") or {}
    model = config.get("model") or ("gpt-5-mini" if provider == "openai" else "")
    if not model:
        raise ConfigError(f"the llm section of the configuration names no model: {shown(provider)}")
    if provider not in _SERVERS:
        return {"llm": f"{provider}:{model}"}
    account = openai_account()
    url = str(config.get(f"{provider}_base_url") or _SERVERS[provider] or account.url).rstrip("/")
    if provider == "ollama" and not url.endswith("/v1"):
        url += "/v1"
    # The key of the environment goes to its own address only.
    key = str(config.get("api_key") or (account.key if url == account.url.rstrip("/") else ""))
    own = (settings or Settings.from_env()).model_copy(update={"llm_url": url, "llm_key": SecretStr(key)})
    return {"llm": f"openai_compatible:{model}", "settings": own}
