"""From settings to an engine: the only module that chooses the parts."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from inspect import signature
from pathlib import Path
from typing import Self

from lukasa.adapters import registry
from lukasa.config import Settings, default_path
from lukasa.domain.time import read_zone
from lukasa.engine import AsyncEngine, Parts
from lukasa.errors import ConfigError, InputError, StoreReadOnlyError
from lukasa.pipeline.rules import RulesExtractor
from lukasa.ports.embedder import Embedder
from lukasa.ports.extractor import Extractor
from lukasa.ports.reranker import Reranker
from lukasa.ports.store import Store


class AsyncMemory(AsyncEngine):
    """Long-term memory for one application (async)."""

    @classmethod
    async def open(
        cls,
        store: str | os.PathLike[str] | None = None,
        *,
        settings: Settings | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> Self:
        """Open a memory: a file (made if it is not there), or a store URL such as `memory:`.

        Without *store*, the settings say which; without *settings*, the environment (`LUKASA_DB`, …) does, and
        else it is a file in the user's data folder. *clock* tells the time (for tests).

        Raises `ConfigError` for settings that cannot work, `StoreError` for a store that cannot be used.
        """
        chosen = settings or Settings.from_env()
        if store is not None:
            chosen = replace(chosen, store=os.fspath(store))
        memory = cls(build(chosen, clock=clock or now))
        try:
            await memory._running.parts.store.open()
        except BaseException:
            await memory.aclose()
            raise
        return memory


def build(settings: Settings, *, clock: Callable[[], datetime]) -> Parts:
    """Choose the parts; nothing is opened or loaded yet."""
    if settings.zone:
        _check_zone(settings.zone)
    name, store = _store(settings.store)
    return Parts(
        store=store,
        store_name=name,
        embedder=_embedder(settings),
        extractor=_extractor(settings.extractor),
        reranker=_reranker(settings),
        counter=registry.token_counter(settings.tokens)(),
        clock=clock,
        tenant=settings.tenant,
        zone=settings.zone or None,
        rerank=settings.reranker != NONE,
        remember=settings.remember,
        resolve=settings.resolve,
        recall=settings.recall,
    )


def now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


_LONGEST_SCHEME = 32
NONE = "none"


def _store(target: str) -> tuple[str, Store]:
    scheme, colon, rest = target.partition(":")
    # `C:\notes` is a file, and so is a name with a colon in some folder.
    named = colon and 1 < len(scheme) <= _LONGEST_SCHEME and scheme.isidentifier()
    if not named:
        path = Path(target) if target else _own_path()
        return str(path), registry.store("sqlite")(path)
    if scheme == "sqlite":
        if not rest:
            raise ConfigError("sqlite: needs a path, such as sqlite:agent.lukasa")
        return target, registry.store("sqlite")(Path(rest.removeprefix("//")))
    if scheme == "memory" and rest:
        raise ConfigError(f"{target!r}: a store in memory has no name; open 'memory:'")
    return target, registry.store(scheme)(rest) if rest else registry.store(scheme)()


def _own_path() -> Path:
    """Return the default file; its folder is made if it is not there."""
    path = default_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreReadOnlyError(
            f"the folder {str(path.parent)!r} cannot be made ({error.strerror}); name another file: set LUKASA_DB"
        ) from error
    return path


def _check_zone(name: str) -> None:
    try:
        read_zone(name)
    except InputError as error:
        raise ConfigError(f"setting zone: {error}") from error


def _embedder(settings: Settings) -> Embedder | None:
    name, colon, model = settings.embedder.partition(":")
    if colon and not model:
        raise ConfigError(f"embedder {settings.embedder!r} names no model after the colon")
    if model and name in {NONE, "onnx", "hashing"}:
        raise ConfigError(f"embedder {settings.embedder!r}: {name!r} takes no model after a colon")
    match name:
        case "none":
            return None
        case "openai":
            if not model or not settings.embedder_url:
                raise ConfigError(
                    "embedder 'openai' needs a model and a URL: embedder='openai:MODEL', embedder_url=…"
                )
            return registry.embedder(name)(
                base_url=settings.embedder_url, model=model, api_key=settings.embedder_key
            )
        case "onnx":
            options = _local(settings)
            if settings.dense_model:
                options["dense"] = settings.dense_model
            if settings.token_model:
                options["tokens"] = settings.token_model if settings.token_model != NONE else None
            return registry.embedder(name)(**options)
        case _:
            return _installed_embedder(name, model)


def _installed_embedder(name: str, model: str) -> Embedder:
    make = registry.embedder(name)
    if not model:
        return make()
    if not _takes(make, "model"):
        raise ConfigError(f"embedder '{name}:{model}': {name!r} takes no model after a colon")
    return make(model=model)


def _extractor(name: str) -> Extractor | None:
    match name:
        case "none":
            return None
        case "rules":
            return RulesExtractor()
        case _:
            return registry.extractor(name)()


def _reranker(settings: Settings) -> Reranker | None:
    match settings.reranker:
        case "none":
            return None
        case "onnx":
            return registry.reranker("onnx")(**_local(settings))
        case name:
            return registry.reranker(name)(threads=settings.threads or None)


def _local(settings: Settings) -> dict[str, object]:
    """Return what every model on this machine is told."""
    directory = Path(settings.model_directory) if settings.model_directory else None
    if directory is not None and not directory.is_dir():
        raise ConfigError(
            f"setting model_directory (LUKASA_MODEL_DIRECTORY): there is no directory {settings.model_directory!r}"
        )
    return {"threads": settings.threads or None, "directory": directory}


def _takes(make: Callable[..., object], argument: str) -> bool:
    """Tell whether a factory of somebody else's can be called with that argument alone."""
    try:
        signature(make).bind(**{argument: ""})
    except TypeError:
        return False
    except ValueError:  # written in C, it does not say: only calling it can tell
        return True
    return True
