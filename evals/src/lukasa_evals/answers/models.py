"""Which model a name means."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lukasa import Settings
from lukasa.ports.llm import LLM
from lukasa.wiring import language_model as configured
from lukasa_evals.datasets.values import Conversation
from lukasa_evals.errors import EvalError
from lukasa_evals.strong.model import StrongModel

_SCRIPTED = "scripted:"


def language_model(spec: str, conversations: Sequence[Conversation]) -> LLM:
    """Return a model by name, as in the settings of Lukasa; `NAME@URL` says where an OpenAI-compatible server is.

    `scripted:DIR` is one that extracts the facts on file in a folder, of these conversations, and asks nobody.

    Keys, timeouts and rates are read from the environment, as everywhere. Raises `ConfigError` for a name that cannot work.
    """
    if spec.startswith(_SCRIPTED):
        return StrongModel(Path(spec.removeprefix(_SCRIPTED)), conversations)
    name, _, url = spec.partition("@")
    settings = Settings.from_env().with_(llm=name, llm_record="", llm_replay="")
    found = configured(settings.with_(llm_url=url) if url else settings)
    if found is None:
        raise EvalError(f"{spec!r} names no model")
    return found
