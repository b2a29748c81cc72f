"""Which model a name means."""

from __future__ import annotations

from lukasa import Settings
from lukasa.ports.llm import LLM
from lukasa.wiring import language_model as configured
from lukasa_evals.errors import EvalError


def language_model(spec: str) -> LLM:
    """Return a model by name, as in the settings of Lukasa; `NAME@URL` says where an OpenAI-compatible server is.

    Keys, timeouts and rates are read from the environment, as everywhere. Raises `ConfigError` for a name that cannot work.
    """
    name, _, url = spec.partition("@")
    settings = Settings.from_env().with_(llm=name, llm_record="", llm_replay="")
    found = configured(settings.with_(llm_url=url) if url else settings)
    if found is None:
        raise EvalError(f"{spec!r} names no model")
    return found
