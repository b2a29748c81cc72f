"""Settings: read once, at the edge, then passed down. Nothing else reads the environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from lukasa.errors import ConfigError
from lukasa.pipeline.policy import RecallPolicy, RememberPolicy, ResolvePolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be configured, with defaults that need no key, no network and no server."""

    store: str = ""
    """A file, or a URL: `memory:` (forgets at exit), `sqlite:PATH`. Empty: `default_path()`."""

    embedder: str = "onnx"
    """`onnx` (the bundled models), `hashing` (tests), `openai:MODEL`, or `none` for full-text only."""

    embedder_url: str = ""
    """Base URL of an OpenAI-compatible server, for `openai:MODEL`."""

    embedder_key: str = field(default="", repr=False)
    """API key for `embedder_url`."""

    dense_model: str = ""
    """For `onnx`: another model than the default, by manifest name or directory; empty: the default."""

    token_model: str = ""
    """For `onnx`: likewise for late interaction; `none` switches it off."""

    model_directory: str = ""
    """For `onnx`: a directory with a folder for each known model, looked in before the installed wheel; empty: none."""

    threads: int = 0
    """Threads of a model; 0: one a core, at most four."""

    reranker: str = "none"
    """`onnx` (the bundled cross-encoder; slow) or `none`."""

    extractor: str = "rules"
    """What distils facts from turns: `rules` (no model), or `none` for turns only."""

    tokens: str = "estimate"
    """How budgets are counted: `estimate` or `words`."""

    zone: str = ""
    """Time zone in which times without an offset are read; empty: they are refused."""

    tenant: str = "default"
    """The tenant when `of()` names none."""

    remember: RememberPolicy = field(default_factory=RememberPolicy)
    resolve: ResolvePolicy = field(default_factory=ResolvePolicy)
    recall: RecallPolicy = field(default_factory=RecallPolicy)

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read `LUKASA_STORE`, `LUKASA_EMBEDDER`, …; `LUKASA_DB` is another name for `LUKASA_STORE`.

        Raises `ConfigError` for a `LUKASA_` variable that is not known, so that a typing error is not silence.
        """
        given = os.environ if env is None else env  # noqa: TID251 - the one place
        names = {
            f"LUKASA_{f.name.upper()}": f.name
            for f in fields(cls)
            if f.name not in {"remember", "resolve", "recall"}
        }
        names["LUKASA_DB"] = "store"
        ours = {key: value for key, value in given.items() if key.startswith("LUKASA_")}
        if unknown := sorted(set(ours) - set(names)):
            raise ConfigError(f"unknown settings {', '.join(unknown)}; known: {', '.join(sorted(names))}")
        values: dict[str, str | int] = {names[key]: value for key, value in ours.items()}
        values["store"] = _one_store(ours.get("LUKASA_DB", ""), ours.get("LUKASA_STORE", ""))
        if "threads" in values:
            values["threads"] = _threads(str(values["threads"]))
        return replace(cls(), **values)  # type: ignore[arg-type]


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


def _one_store(db: str, store: str) -> str:
    if db and store and db != store:
        raise ConfigError(f"LUKASA_DB={db!r} and LUKASA_STORE={store!r} disagree; set one of them")
    return db or store


def _threads(text: str) -> int:
    if not text.isdecimal():
        raise ConfigError(f"LUKASA_THREADS must be a whole number, not {text!r}")
    return int(text)
