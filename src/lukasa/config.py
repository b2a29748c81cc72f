"""Settings: read once, then passed down. Nothing else reads the environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import timedelta
from difflib import get_close_matches
from functools import reduce
from math import isfinite
from operator import getitem
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Self
from warnings import warn

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, TomlConfigSettingsSource
from pydantic_settings.sources import PydanticBaseSettingsSource

from lukasa.errors import ConfigError, InputError, SettingWarning, shown
from lukasa.extraction.guidance import CustomAttribute, Guidance
from lukasa.policy import (
    BudgetPolicy,
    ClientPolicy,
    ExtractionPolicy,
    GraphPolicy,
    InputLimits,
    JobPolicy,
    MaintainPolicy,
    RecallPolicy,
    RememberPolicy,
    ResolvePolicy,
)

Source = Literal["default", "file", "environment"]
Count = Annotated[int, Field(ge=0)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]

_PREFIX = "LUKASA_"
_DB = f"{_PREFIX}DB"
_FILE = f"{_PREFIX}CONFIG"
_OF_TESTS = f"{_PREFIX}TEST_"
"""Variables of our own tests, such as which server to try; not settings."""

_GROUPS = frozenset(
    {"guidance", "remember", "resolve", "recall", "distil", "jobs", "maintain", "graph", "budget", "client"}
)
"""Settings that are objects: given in code, or as a table of the file."""

_NEAR = 0.8
"""How much a variable must be like a setting to be taken for a slip of the keyboard, from 0 to 1 (`difflib`)."""

_UNKNOWN = "unexpected_keyword_argument"
"""Pydantic's word for a name that a dataclass does not have."""


class Settings(BaseSettings):
    """Everything that can be configured. The defaults need no key, no network and no server.

    `Settings(…)` takes its arguments alone, `Settings.from_env()` reads a file and the environment, and
    `Settings.from_file(…)` a file. Groups such as `recall` are policies, or tables of what differs from their defaults:
    `Settings(recall={"max_terms": 40})`, `[recall]` in a file.

    Raises `ConfigError` for a name that is not known and a value that cannot be used.
    """

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix=_PREFIX,
        hide_input_in_errors=True,
        str_max_length=InputLimits().setting_bytes,
    )

    store: str = ""
    """A file, or a URL: `memory:` (forgets at exit), `sqlite:PATH`, or the address of a `lukasa serve` (`https://…`).
    Empty: `default_path()`."""

    server_key: SecretStr = SecretStr("")
    """The key for that server, as `lukasa keys create` printed it."""

    embedder: str = "onnx"
    """`onnx` (the bundled models), `hashing` (tests), `openai:MODEL`, or `none` for full-text only."""

    embedder_url: str = ""
    """Base URL of an OpenAI-compatible server, for `openai:MODEL`. Empty: OpenAI's own."""

    embedder_key: SecretStr = SecretStr("")
    """API key for `embedder_url`. Empty, and without `embedder_url`: `OPENAI_API_KEY`."""

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

    proxy_url: str = ""
    """Where `lukasa serve` passes on what comes to `/openai/v1`, such as `https://api.openai.com/v1`. Empty: nowhere."""

    proxy_key: SecretStr = SecretStr("")
    """API key for `proxy_url`."""

    traces: str = ""
    """`otlp`: `lukasa serve` sends spans without content to a collector (needs `lukasa[otel]`). Empty: nowhere."""

    jwt_issuer: str = ""
    """`iss` of the tokens that `lukasa serve` believes beside its own keys. Empty: none."""

    jwt_audience: str = ""
    """`aud` that they must have."""

    jwt_keys: str = ""
    """The issuer's public keys (JWKS): a file, or an `https` address."""

    jwt_user_claim: str = "sub"
    """The claim that names the user."""

    jwt_tenant_claim: str = ""
    """The claim that names the tenant; empty: all are of `tenant`."""

    llm_attempts: Annotated[int, Field(ge=1)] = 3
    """How often a call is tried that may succeed a little later, within the time that it has."""

    llm_concurrency: Annotated[int, Field(ge=1)] = 4
    """Calls at once."""

    llm_per_minute: Count = 0
    """Calls within a minute; 0: no bound."""

    llm_timeout: Amount = 0.0
    """Seconds for one call with all its attempts; 0: 60 where a caller waits for it, and `distil.timeout` in the background."""

    llm_record: str = ""
    """A file of recorded replies: a request that is in it is answered from it, others are added. Empty: none."""

    llm_replay: str = ""
    """A file from which all replies are taken; no model is asked. Empty: none."""

    extractor: str = "auto"
    """What distils facts from turns: `llm` (one call a segment), `paper` (the Mem0 paper's), `paper+graph` (its graph
    variant), `rules` (no model), or `none`
    for turns only. `auto`: `llm` when a model is configured, otherwise `rules`."""

    paper_delete: Literal["supersede", "paper"] = "supersede"
    """What DELETE does in the recipe `paper`: `supersede` ends the old fact and stores the new one, `paper` only removes."""

    budget_calls_per_day: Count = 0
    """Model calls a day (UTC), for all users; 0: no bound. Beyond it, rules extract facts instead."""

    budget_tokens_per_day: Count = 0
    """Tokens a day, in and out, likewise."""

    budget_dollars_per_day: Amount = 0.0
    """Dollars a day, likewise, as far as prices are known."""

    budget_calls_per_run: Count = 0
    """Model calls of one call of a verb, or of one job; 0: no bound."""

    budget_tokens_per_run: Count = 0
    """Tokens of one call of a verb, or of one job, in and out; 0: no bound."""

    tokens: str = "estimate"
    """How the tokens of a context are counted: `estimate` or `words`."""

    zone: str = ""
    """Time zone in which times without an offset are read; empty: they are refused."""

    tenant: str = "default"
    """The tenant when `of()` names none."""

    guidance: Guidance = Field(default_factory=Guidance)
    """What to remember, and how: shown to the model."""

    remember: RememberPolicy = Field(default_factory=RememberPolicy)
    resolve: ResolvePolicy = Field(default_factory=ResolvePolicy)
    recall: RecallPolicy = Field(default_factory=RecallPolicy)
    distil: ExtractionPolicy = Field(default_factory=ExtractionPolicy)
    jobs: JobPolicy = Field(default_factory=JobPolicy)
    maintain: MaintainPolicy = Field(default_factory=MaintainPolicy)
    graph: GraphPolicy = Field(default_factory=GraphPolicy)
    budget: BudgetPolicy = Field(default_factory=BudgetPolicy)
    """Every bound on model calls; `budget_calls_per_day` and the like are a short way to say `budget.day.calls`, and go
    before it."""

    client: ClientPolicy = Field(default_factory=ClientPolicy)

    if not TYPE_CHECKING:

        def __init__(self, **given: Any) -> None:
            _refuse_unknown(given, type(self).model_fields, "")
            try:
                super().__init__(**given)
            except ValidationError as error:
                raise ConfigError(_refusal(error, given)) from error
            except InputError as error:
                raise ConfigError(f"guidance.attributes: {error}") from error
            for name in sorted(_GROUPS & given.keys()):
                if isinstance(given[name], Mapping):
                    for path in _converted((name,), given[name], getattr(self, name)):
                        raise ConfigError(_wrong(path, given))

    @classmethod
    def settings_customise_sources(  # type: ignore[override]  # only one source is wanted
        cls, _: type[BaseSettings], init_settings: PydanticBaseSettingsSource, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments only: settings made in code must not depend on where it runs."""
        return (init_settings,)

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Self:
        """Read the file that `LUKASA_CONFIG` names (or `config_path()`), then `LUKASA_STORE`, `LUKASA_EMBEDDER`, … over it.

        `LUKASA_DB` is another name for `LUKASA_STORE`. The working directory is never looked in: a cloned repository must
        not decide where memories go.

        Variables of others, such as those that Kubernetes makes for a service, are ignored, with a `SettingWarning` where one
        looks like a misspelt setting. Raises `ConfigError` for a value that cannot be used, and for an unknown name in
        the file.
        """
        variables = os.environ if env is None else env  # noqa: TID251 - the one place
        for doubt in _misspelt(variables, cls):
            warn(doubt, SettingWarning, stacklevel=2)
        return cls(**{**_in_file(variables, cls), **_in_environment(variables, cls)})

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Self:
        """Read a TOML file only. Raises `ConfigError` if it is missing or holds anything but settings."""
        return cls(**_read(as_path(path), cls))

    def origins(self, env: Mapping[str, str] | None = None) -> dict[str, Source]:
        """Return where `from_env` takes each setting from."""
        variables = os.environ if env is None else env  # noqa: TID251 - the one place
        sources: dict[str, Source] = dict.fromkeys(type(self).model_fields, "default")
        sources |= dict.fromkeys(_in_file(variables, type(self)), "file")
        sources |= dict.fromkeys(_in_environment(variables, type(self)), "environment")
        return sources

    def with_(self, **changes: Any) -> Self:
        """Return a copy with changes."""
        current = {name: getattr(self, name) for name in self.model_fields_set}
        return type(self)(**{**current, **changes})


class OpenAIAccount(NamedTuple):
    """Where OpenAI's own libraries would ask, and with which key."""

    url: str
    key: str


def openai_account(env: Mapping[str, str] | None = None) -> OpenAIAccount:
    """Return what `OPENAI_BASE_URL` and `OPENAI_API_KEY` say; the key goes nowhere but to that address."""
    variables = os.environ if env is None else env  # noqa: TID251 - the one place
    url = variables.get("OPENAI_BASE_URL") or "https://api.openai.com/v1"
    return OpenAIAccount(url, variables.get("OPENAI_API_KEY", ""))


def default_path(env: Mapping[str, str] | None = None) -> Path:
    """Return the store used when none is named: a file in the user's data folder."""
    return _user_folder(env, "LOCALAPPDATA", "XDG_DATA_HOME") / "lukasa" / "memory.lukasa"


def as_path(name: str | os.PathLike[str]) -> Path:
    """Return a path as written in a setting; a leading `~` is the home folder."""
    try:
        return Path(name).expanduser()
    except RuntimeError:  # no such user: a file may be called ~draft
        return Path(name)


def config_path(env: Mapping[str, str] | None = None) -> Path:
    """Return the file that settings are read from: that of `LUKASA_CONFIG`, or one in the user's configuration folder."""
    variables = os.environ if env is None else env  # noqa: TID251 - the one place
    if named := variables.get(_FILE):
        return as_path(named)
    return _user_folder(env, "APPDATA", "XDG_CONFIG_HOME") / "lukasa" / "config.toml"


_FOLDERS = {
    "LOCALAPPDATA": "AppData/Local",
    "APPDATA": "AppData/Roaming",
    "XDG_DATA_HOME": ".local/share",
    "XDG_CONFIG_HOME": ".config",
}
"""Where a folder is, in the user's home, when its variable is not set."""


def _user_folder(env: Mapping[str, str] | None, windows: str, xdg: str) -> Path:
    variables = os.environ if env is None else env  # noqa: TID251 - the one place
    if sys.platform == "darwin":
        return _home() / "Library" / "Application Support"
    variable = windows if sys.platform == "win32" else xdg
    return Path(variables.get(variable) or _home() / _FOLDERS[variable])


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # a user of a container that nobody gave a name or a home: as if HOME were /
        return Path("/")


# --- the environment -------------------------------------------------------------------------------------------------


def _in_environment(env: Mapping[str, str], cls: type[Settings]) -> dict[str, str]:
    variables = {_PREFIX + name.upper(): name for name in cls.model_fields if name not in _GROUPS}
    values = {name: env[key] for key, name in variables.items() if key in env}
    for name, value in values.items():
        # Pydantic also reads " 3" and "1_000": in a variable, that is a slip.
        whole = cls.model_fields[name].annotation is int
        if whole and not (value.isascii() and value.isdecimal()):
            raise ConfigError(f"{_PREFIX}{name.upper()} must be a whole number, not {value!r}")
    store = _one_store(env.get(_DB, ""), env.get(f"{_PREFIX}STORE", ""))
    return {**values, "store": store} if store else values


def _misspelt(env: Mapping[str, str], cls: type[Settings]) -> Iterator[str]:
    """Yield a warning for each variable that looks like a misspelt setting."""
    settings = {name.upper(): _PREFIX + name.upper() for name in cls.model_fields if name not in _GROUPS}
    settings |= {variable.removeprefix(_PREFIX): variable for variable in (_DB, _FILE)}
    for variable in sorted(env.keys() - settings.values()):
        # Without the prefix: it would make any two variables alike.
        name = variable.removeprefix(_PREFIX).upper()
        if not variable.startswith(_PREFIX) or variable.startswith(_OF_TESTS):
            continue
        if name.lower() in _GROUPS:
            yield f"{variable} is not read; write a table [{name.lower()}] in a settings file"
        elif near := get_close_matches(name, settings, n=1, cutoff=_NEAR):
            yield f"{variable} is not a setting, and is ignored; did you mean {settings[near[0]]}?"


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
        table = TomlConfigSettingsSource(cls, toml_file=path)()
    except (OSError, ValueError) as error:
        raise ConfigError(f"{str(path)!r} cannot be read as TOML: {error}") from error
    _refuse_unknown(table, cls.model_fields, f" in {str(path)!r}")
    return table


# --- refusals --------------------------------------------------------------------------------------------------------


def _refuse_unknown(
    given: Mapping[str, object], known: Sequence[str] | Mapping[str, object], where: str
) -> None:
    for name in sorted(set(given) - set(known)):
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(known))}"
        raise ConfigError(f"{name} is not a setting{where}; {hint}")


def _converted(
    path: tuple[str, ...], table: Mapping[str, object], group: object
) -> Iterator[tuple[str, ...]]:
    """Yield where pydantic is more lenient than we are: texts and booleans for numbers, infinity, mappings."""
    for name, value in table.items():
        stored = getattr(group, name)
        if is_dataclass(stored) and isinstance(value, Mapping):
            yield from _converted((*path, name), value, stored)
            continue
        other_kind = isinstance(value, bool | str) and type(value) is not type(stored)
        endless = isinstance(value, float) and not isfinite(value)
        if other_kind or endless or isinstance(value, Mapping):
            yield (*path, name)


def _refusal(error: ValidationError, given: Mapping[str, object]) -> str:
    """Return what is wrong with the first value that is; unknown names come first, as they explain the others."""
    details = error.errors(include_url=False, include_input=False)
    first = min(details, key=lambda detail: detail["type"] != _UNKNOWN)
    path, message = first["loc"], first["msg"]
    group = str(path[0])
    if group not in _GROUPS:
        # Without the value: it may be a key.
        return f"setting {'.'.join(map(str, path))} (LUKASA_{group.upper()}): {message}"
    of_attribute = path[:2] == ("guidance", "attributes") and len(path) > 2  # noqa: PLR2004 - an index follows
    if first["type"] == _UNKNOWN:
        known = fields(CustomAttribute if of_attribute else _default(path[:-1])[1])  # type: ignore[arg-type]
        where = "[[guidance.attributes]]" if of_attribute else f"[{'.'.join(map(str, path[:-1]))}]"
        _refuse_unknown({str(path[-1]): None}, [field.name for field in known], f" in {where}")
    if not of_attribute:
        return _wrong(path, given)
    if len(path) > 3:  # noqa: PLR2004 - a member of an attribute
        return f"guidance.attributes: {'.'.join(map(str, path[3:]))}: {message}"
    return "each of guidance.attributes must be a table, such as [[guidance.attributes]]"


def _default(path: Sequence[int | str]) -> tuple[tuple[str, ...], object]:
    """Return the setting that a path leads to or into, and its default."""
    names = [str(path[0])]
    default: object = Settings.model_fields[names[0]].get_default(call_default_factory=True)
    for name in map(str, path[1:]):
        if not is_dataclass(default):
            break
        names.append(name)
        default = getattr(default, name)
    return tuple(names), default


def _wrong(path: Sequence[int | str], given: Mapping[str, object]) -> str:
    """Return how a setting of a group ought to look."""
    names, default = _default(path)
    name = ".".join(names)
    value: Any = reduce(getitem, names, given)  # type: ignore[arg-type]
    match default:
        case _ if len(names) == 1:
            return f"{name} must be a table, such as [{name}], or a {type(default).__name__} in code"
        case Mapping():
            return f"{name} can be set in code only"
        case timedelta():
            example = f"{default.total_seconds():g} (seconds)"
        case ():
            example = "['…', '…']"
        case tuple():
            example = repr(list(default))
        case _:
            example = "a table" if is_dataclass(default) else repr(default)
    return f"{name} must be like {example}, not {shown(value)}"
