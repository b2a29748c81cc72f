"""Settings: read once, at the edge, then passed down. Nothing else reads the environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeVar, get_args

from pydantic import Field, SecretStr, SkipValidation, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, TomlConfigSettingsSource
from pydantic_settings.sources import PydanticBaseSettingsSource

from lukasa.domain.fact import Cardinality
from lukasa.errors import ConfigError, InputError
from lukasa.extraction.guidance import CustomAttribute, Guidance
from lukasa.policy import (
    BudgetPolicy,
    DistilPolicy,
    JobPolicy,
    MaintainPolicy,
    RecallPolicy,
    RememberPolicy,
    ResolvePolicy,
)

Source = Literal["default", "file", "environment"]
Count = Annotated[int, Field(ge=0)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
T = TypeVar("T")

_PREFIX = "LUKASA_"
_FILE = f"{_PREFIX}CONFIG"
_OF_TESTS = f"{_PREFIX}TEST_"
"""What our own tests are told, such as which server to try; no settings."""

_GROUPS = frozenset({"guidance", "remember", "resolve", "recall", "distil", "jobs", "maintain", "budget"})
"""Settings that are objects: given in code, or as a table of the file."""


class Settings(BaseSettings):
    """Everything that can be configured, with defaults that need no key, no network and no server.

    `Settings(…)` takes what it is given, and defaults. `Settings.from_env()` also reads a file and the environment,
    `Settings.from_file(…)` that file alone. Groups such as `recall` are policies, or tables of what differs from their
    defaults: `Settings(recall={"max_terms": 40})`, `[recall]` in a file.

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

    threads: Count = 0
    """Threads of a model; 0: one a core, at most four."""

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

    llm_per_minute: Count = 0
    """Calls within a minute; 0: no bound."""

    llm_timeout: Amount = 0.0
    """Seconds for one call; 0: 60 where somebody waits for it, and `distil.timeout` in the background."""

    llm_record: str = ""
    """A file in which replies are kept, and from which they are taken when the same is asked again; empty: none."""

    llm_replay: str = ""
    """A file from which all replies are taken; no model is asked. Empty: none."""

    extractor: str = "auto"
    """What distils facts from turns: `llm` (one call a segment), `paper` (the Mem0 paper's), `paper+graph` (its graph
    variant), `rules` (no model), or `none`
    for turns only. `auto`: `llm` when a model is configured, otherwise `rules`."""

    paper_delete: Literal["supersede", "paper"] = "supersede"
    """What DELETE does in the recipe `paper`: `supersede` ends the old fact and stores the new one, `paper` only removes."""

    budget_calls_per_day: Count = 0
    """Model calls a day (UTC), for all users; 0: no bound. Beyond it, rules read in the model's place."""

    budget_tokens_per_day: Count = 0
    """Tokens a day, in and out, likewise."""

    budget_dollars_per_day: Amount = 0.0
    """Dollars a day, likewise, as far as prices are known."""

    budget_calls_per_run: Count = 0
    """Model calls of one call of a verb, or of one job; 0: no bound."""

    budget_tokens_per_run: Count = 0
    """Tokens of one call of a verb, or of one job, in and out; 0: no bound."""

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
    """Every bound on model calls; `budget_calls_per_day` and the like are a short way to say `budget.day.calls`, and go
    before it."""

    if not TYPE_CHECKING:

        def __init__(self, **given: Any) -> None:
            _refuse_unknown(given, type(self).model_fields, "")
            whole = {name: _grouped(name, value) for name, value in given.items() if name in _GROUPS}
            try:
                super().__init__(**{**given, **whole})
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
        return cls(**{**_in_file(given, cls), **_in_environment(given, cls)})

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Self:
        """Read a TOML file, and nothing else. Raises `ConfigError` if it is not there, or holds what is no setting."""
        return cls(**_read(Path(path), cls))

    def origins(self, env: Mapping[str, str] | None = None) -> dict[str, Source]:
        """Return where `from_env` takes each setting from."""
        given = os.environ if env is None else env  # noqa: TID251 - the one place
        found: dict[str, Source] = dict.fromkeys(type(self).model_fields, "default")
        found.update(dict.fromkeys(_in_file(given, type(self)), "file"))
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
    """Return the file that settings are read from: that of `LUKASA_CONFIG`, or else one of the user's, if it is there."""
    given = os.environ if env is None else env  # noqa: TID251 - the one place
    if named := given.get(_FILE):
        return Path(named)
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
    ours = {
        key: value
        for key, value in env.items()
        if key.startswith(_PREFIX) and key != _FILE and not key.startswith(_OF_TESTS)
    }
    _refuse_unknown(ours, [*names, f"{_PREFIX}DB"], "")
    for key, value in ours.items():
        # Pydantic also reads " 3" and "1_000": in a variable, that is a slip.
        whole = key in names and cls.model_fields[names[key]].annotation is int
        if whole and not (value.isascii() and value.isdecimal()):
            raise ConfigError(f"{key} must be a whole number, not {value!r}")
    values = {names[key]: value for key, value in ours.items() if key in names}
    store = _one_store(ours.get(f"{_PREFIX}DB", ""), ours.get(f"{_PREFIX}STORE", ""))
    return {**values, "store": store} if store else values


def _one_store(db: str, store: str) -> str:
    if db and store and db != store:
        raise ConfigError(f"LUKASA_DB={db!r} and LUKASA_STORE={store!r} disagree; set one of them")
    return db or store


# --- the file --------------------------------------------------------------------------------------------------------


def _in_file(env: Mapping[str, str], cls: type[Settings]) -> dict[str, Any]:
    path = config_path(env)
    if path.is_file():
        return _read(path, cls)
    if env.get(_FILE):
        raise ConfigError(f"LUKASA_CONFIG names {str(path)!r}, and there is no such file")
    return {}


def _read(path: Path, cls: type[Settings]) -> dict[str, Any]:
    if not path.is_file():
        raise ConfigError(f"there is no settings file {str(path)!r}")
    try:
        held = TomlConfigSettingsSource(cls, toml_file=path)()
    except (OSError, ValueError) as error:
        raise ConfigError(f"{str(path)!r} cannot be read as TOML: {error}") from error
    _refuse_unknown(held, cls.model_fields, f" in {str(path)!r}")
    return held


# --- groups ----------------------------------------------------------------------------------------------------------


def _grouped(name: str, given: object) -> object:
    """Return a group: as it was given, or as the table that was given says."""
    make = Settings.model_fields[name].default_factory
    assert make is not None  # noqa: S101 - every group has one
    default: object = make()  # type: ignore[call-arg]
    if isinstance(given, type(default)):
        return given
    if not isinstance(given, Mapping):
        raise ConfigError(f"{name} must be a table, such as [{name}], or a {type(default).__name__} in code")
    return _filled(name, given, default)


def _filled(path: str, table: Mapping[str, object], default: T) -> T:
    """Return a dataclass with what the table says in the place of its defaults."""
    _refuse_unknown(table, [each.name for each in fields(default)], f" in [{path}]")  # type: ignore[arg-type]
    changes = {
        name: _valued(f"{path}.{name}", value, getattr(default, name)) for name, value in table.items()
    }
    return replace(default, **changes)  # type: ignore[type-var]


def _valued(path: str, value: object, now: object) -> object:
    """Return a value as the field holds it: seconds for spans of time, tuples for lists."""
    if type(value) is type(now) and not (isinstance(value, float) and not isfinite(value)):
        return value
    match now, value:
        case (timedelta() | float(), int() | float()) if not isinstance(value, bool) and isfinite(value):
            return _measured(path, value, now)
        case tuple(), list():
            return _listed(path, value, now)
        case _, Mapping() if is_dataclass(now):
            return _filled(path, value, now)
        case Mapping(), _:
            raise ConfigError(f"{path} can be set in code only")
    raise ConfigError(f"{path} must be like {_example(now)}, not {value!r}")


def _measured(path: str, value: float, now: object) -> float | timedelta:
    if isinstance(now, float):
        return float(value)
    try:
        return timedelta(seconds=value)
    except OverflowError as error:
        raise ConfigError(f"{path} is too many seconds: {value!r}") from error


def _listed(path: str, values: list[object], now: tuple[object, ...]) -> tuple[object, ...]:
    """Return a list as a tuple: of attributes, of words, or of as many numbers as there are."""
    if path == "guidance.attributes":
        return tuple(_attribute(value) for value in values)
    kinds = [type(each) for each in now] or [str] * len(values)
    if [type(each) for each in values] != kinds:
        raise ConfigError(f"{path} must be like {_example(now)}, not {values!r}")
    return tuple(values)


def _attribute(given: object) -> CustomAttribute:
    if isinstance(given, CustomAttribute):
        return given
    if not isinstance(given, Mapping) or not all(isinstance(value, str) for value in given.values()):
        raise ConfigError(
            f"an attribute must be a table of words, such as [[guidance.attributes]], not {given!r}"
        )
    _refuse_unknown(given, [each.name for each in fields(CustomAttribute)], " in [[guidance.attributes]]")
    if (cardinality := given.get("cardinality", "multi")) not in get_args(Cardinality):
        raise ConfigError(f"guidance.attributes: cardinality must be single or multi, not {cardinality!r}")
    try:
        return CustomAttribute(**{"name": "", **given})
    except InputError as error:
        raise ConfigError(f"guidance.attributes: {error}") from error


def _example(now: object) -> str:
    match now:
        case timedelta():
            return f"{now.total_seconds():g} (seconds)"
        case ():
            return "['…', '…']"
        case tuple():
            return repr(list(now))
        case _ if is_dataclass(now):
            return "a table"
    return repr(now)


# --- refusals --------------------------------------------------------------------------------------------------------


def _refuse_unknown(
    given: Mapping[str, object], known: Sequence[str] | Mapping[str, object], where: str
) -> None:
    for name in sorted(set(given) - set(known)):
        # Without the prefix: it would make any two variables alike.
        bare = {each.removeprefix(_PREFIX): each for each in known}
        near = get_close_matches(name.removeprefix(_PREFIX), bare, n=1)
        hint = f"did you mean {bare[near[0]]}?" if near else f"known: {', '.join(sorted(known))}"
        raise ConfigError(f"{name} is not a setting{where}; {hint}")


def _told(error: ValidationError) -> str:
    """Return what is wrong with the first value that is, without the value: it may be a key."""
    first = error.errors(include_input=False, include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    return f"setting {name} (LUKASA_{name.upper()}): {first['msg']}"
