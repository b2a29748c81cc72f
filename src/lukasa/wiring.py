"""From settings to an engine: the only module that chooses the components."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from inspect import signature
from pathlib import Path
from typing import NamedTuple, Self, TypeVar, cast
from uuid import uuid4

from lukasa.adapters import registry
from lukasa.config import Settings, as_path, default_path, openai_account
from lukasa.domain.dump import Migrated
from lukasa.domain.time import read_zone
from lukasa.engine.memory import AsyncEngine
from lukasa.engine.parts import Parts
from lukasa.errors import ConfigError, InputError, StoreReadOnlyError, shown_url
from lukasa.extraction.model.recipe import Recipe
from lukasa.extraction.rules import RulesExtractor
from lukasa.policy import Allowance, BudgetPolicy, RecallPolicy
from lukasa.ports.embedder import Embedder
from lukasa.ports.extractor import Extractor
from lukasa.ports.llm import LLM
from lukasa.ports.moving import MovableStore
from lukasa.ports.store import Store
from lukasa.remote.connection import is_address
from lukasa.remote.memory import RemoteEngine, connected
from lukasa.upkeep.moving import move

T = TypeVar("T")


class AsyncMemory(AsyncEngine):
    """Long-term memory for one application (async)."""

    @classmethod
    async def open(
        cls,
        store: str | os.PathLike[str] | None = None,
        *,
        settings: Settings | None = None,
        llm: str | LLM | None = None,
        embedder: str | Embedder | None = None,
        extractor: str | Extractor | None = None,
        clock: Callable[[], datetime] | None = None,
        key: str | None = None,
    ) -> Self:
        """Open a memory: a file (made if it is not there), a URL (`memory:`, `postgresql://…`), or the address of a `lukasa serve`.

        Without *store*, the settings say which; without *settings*, the environment (`LUKASA_DB`, …) does, and
        else it is a file in the user's data folder. *llm*, *embedder* and *extractor* go before what the settings say:
        each is a setting (`"openai:gpt-4.1-mini"`), or any object that satisfies the port, used as it is and closed with the
        memory. *clock* tells the time (for tests).

        At an address (`https://…`, or `http://…` on this machine) a server has the memory: *key* is the one that
        `lukasa keys create` printed. It has its own models, and its errors are raised here.

        Raises `ConfigError` for settings that cannot work, `StoreError` for a store and `ServerError` for a server that
        cannot be used.
        """
        chosen = settings or Settings.from_env()
        named = {"llm": llm, "embedder": embedder, "extractor": extractor}
        changes = {name: value for name, value in named.items() if isinstance(value, str)}
        if store is not None:
            changes["store"] = os.fspath(store)
        chosen = chosen.with_(**changes)
        if is_address(chosen.store):
            if passed := [name for name, value in {**named, "clock": clock}.items() if value is not None]:
                raise ConfigError(f"{passed[0]}= is for a memory of this process; a server has its own")
            secret = chosen.server_key.get_secret_value() if key is None else key
            client = await connected(AsyncClient, chosen.store, key=secret, policy=chosen.client)
            return cast("Self", client)
        if key is not None or issubclass(cls, AsyncClient):
            raise ConfigError(f"{chosen.store!r} is no address of a server, such as https://memory.example")
        components = Components(
            llm=None if isinstance(llm, str) else _checked("llm", llm),
            embedder=None if isinstance(embedder, str) else _checked("embedder", embedder),
            extractor=None if isinstance(extractor, str) else _checked("extractor", extractor),
        )
        memory = cls(build(chosen, clock=clock or now, components=components))
        try:
            await memory._parts.store.open()
        except BaseException:
            await memory.aclose()
            raise
        return memory


class AsyncClient(RemoteEngine, AsyncMemory):
    """Long-term memory that another process serves (async): what `AsyncMemory.open` returns for the address of a server.

    It has the verbs of `AsyncMemory`, with the same results and errors. Those over the whole store raise `ConfigError`, apart
    from `partitions`: a key is for one tenant.
    """


async def migrate(
    source: str, target: str, *, progress: Callable[[Migrated], None] = lambda _: None
) -> Migrated:
    """Carry everything of one store over to another: a file, `sqlite:PATH` or `postgresql://…`.

    Each partition is written in one transaction and compared with its original; begun again, it goes on where it stopped.
    Nothing may write to either store meanwhile. Raises `ConfigError` for a store that cannot be moved, and for a partition
    that the target has with other content; `StoreError` when a store cannot be used.
    """
    if target == source:
        raise ConfigError("source and target are the same store")
    stores = [_store(name)[1] for name in (source, target)]
    for name, store in zip((source, target), stores, strict=True):
        if not hasattr(store, "dump"):
            raise ConfigError(f"{shown_url(name)!r} cannot be moved; a file and PostgreSQL can")
    origin, copy = (cast("MovableStore", store) for store in stores)
    await origin.open()
    try:
        await copy.open()
        try:
            return await move(origin, copy, progress=progress)
        finally:
            await copy.aclose()
    finally:
        await origin.aclose()


class Components(NamedTuple):
    """Components passed in by the caller."""

    llm: LLM | None = None
    embedder: Embedder | None = None
    extractor: Extractor | None = None


_MEMBERS = {
    "llm": ("name", "complete", "stream", "aclose"),
    "embedder": ("spec", "embed", "aclose"),
    "extractor": ("name", "claims"),
}
"""What an object must have to satisfy a port."""


def _checked(port: str, component: T) -> T:
    """Refuse an object that cannot satisfy the port; it would fail at its first use otherwise."""
    lacking = [] if component is None else [name for name in _MEMBERS[port] if not hasattr(component, name)]
    if lacking or isinstance(component, type):
        what = (
            f"the class {component.__name__}"
            if isinstance(component, type)
            else repr(type(component).__name__)
        )
        why = f"lacks {', '.join(lacking)}" if lacking else "must be called first"
        raise ConfigError(f"{port} must be a setting or an object that satisfies its port; {what} {why}")
    return component


def build(
    settings: Settings, *, clock: Callable[[], datetime], components: Components | None = None
) -> Parts:
    """Choose the components; nothing is opened or loaded yet."""
    llm, embedder, extractor = components or Components()
    if settings.zone:
        _check_zone(settings.zone)
    name, store = _store(settings.store)
    llm = language_model(settings) if llm is None else llm
    method = _method(settings.extractor, llm) if extractor is None else NONE
    return Parts(
        store=store,
        store_name=name,
        embedder=_embedder(settings) if embedder is None else embedder,
        extractor=_extractor(method) if extractor is None else extractor,
        llm=llm,
        recipe=_recipe(method, settings, llm),
        guidance=settings.guidance,
        counter=registry.token_counter(settings.tokens)(),
        clock=clock,
        tenant=settings.tenant,
        zone=settings.zone or None,
        worker=uuid4().hex,
        remember=settings.remember,
        resolve=settings.resolve,
        recall=_recall(settings.recall, method),
        distil=settings.distil,
        maintain=settings.maintain,
        jobs=settings.jobs,
        graph=settings.graph,
        graph_in_contexts=method == _PAPER_GRAPH,
        budget=_budget(settings),
    )


def _recall(policy: RecallPolicy, method: str) -> RecallPolicy:
    """Return how facts are found: by the recipe `paper` as the paper does, unless the settings say otherwise."""
    if policy.facts.alone != "auto" or not method.startswith("paper"):
        return policy
    return replace(policy, facts=replace(policy.facts, alone="dense"))


def now() -> datetime:
    """Return the current time."""
    return datetime.now(UTC)


_LONGEST_SCHEME = 32
NONE = "none"


def _store(target: str) -> tuple[str, Store]:
    scheme, colon, rest = target.partition(":")
    # `C:\notes` is a file, and so is a name with a colon in some folder.
    url = scheme.isidentifier() or rest.startswith("//")
    named = colon and 1 < len(scheme) <= _LONGEST_SCHEME and url
    if not named:
        path = as_path(target) if target else _own_path()
        return str(path), registry.store("sqlite")(path)
    if scheme == "sqlite":
        if not rest:
            raise ConfigError("sqlite: needs a path, such as sqlite:agent.lukasa")
        return target, registry.store("sqlite")(as_path(rest.removeprefix("//")))
    if scheme == "memory" and rest:
        raise ConfigError(f"{target!r}: a store in memory has no name; open 'memory:'")
    if scheme in {"postgres", "postgresql"}:
        return shown_url(target), registry.store("postgresql")(rest)
    return target, registry.store(scheme)(rest) if rest else registry.store(scheme)()


def _own_path() -> Path:
    """Return the default file, and make its folder if it is missing."""
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
            url, key = settings.embedder_url, settings.embedder_key.get_secret_value()
            if model and not url:
                account = openai_account()
                url, key = account.url, key or account.key
            if not model or not (settings.embedder_url or key):
                raise ConfigError(
                    "embedder 'openai' needs a model, and OpenAI's key or another server's URL: embedder='openai:MODEL' with "
                    "OPENAI_API_KEY, or embedder_url=… (LUKASA_EMBEDDER_URL)"
                )
            return registry.embedder(name)(base_url=url, model=model, api_key=key or None)
        case "onnx":
            options = _local(settings)
            if settings.dense_model:
                options["dense"] = settings.dense_model
            if settings.token_model:
                options["tokens"] = settings.token_model if settings.token_model != NONE else None
            return registry.embedder(name)(**options)
        case _:
            return _installed("embedder", name, registry.embedder(name), model)


def _method(extractor: str, llm: LLM | None) -> str:
    if extractor == "auto":
        return "rules" if llm is None else "llm"
    if extractor in _RECIPES and llm is None:
        raise ConfigError(
            f"extractor {extractor!r} needs a model: set llm (LUKASA_LLM), such as llm='openai:gpt-4.1-mini'"
        )
    return extractor


def _extractor(name: str) -> Extractor | None:
    """Return the extractor that reads turns at once. A model reads them later."""
    if name in {NONE, *_RECIPES}:
        return None
    if name == "rules":
        return RulesExtractor()
    try:
        return registry.extractor(name)()
    except ConfigError as error:
        # The registry knows only those that are installed.
        own = ", ".join(sorted({"auto", "rules", NONE, *_RECIPES}))
        raise ConfigError(f"{error} (extractors of our own: {own})") from error


def _recipe(name: str, settings: Settings, llm: LLM | None) -> Recipe | None:
    if name not in _RECIPES or llm is None:
        return None
    # Imported only where a model is configured: they need pydantic.
    if name.startswith("paper"):
        from lukasa.extraction.model.paper import PaperRecipe  # noqa: PLC0415

        return PaperRecipe(
            llm.name,
            settings.distil,
            settings.paper_delete,
            graph=name == _PAPER_GRAPH,
            same_node=settings.graph.same_node,
        )
    from lukasa.extraction.model.one_call import LLMRecipe  # noqa: PLC0415

    return LLMRecipe(llm.name, settings.distil)


_PAPER_GRAPH = "paper+graph"
_RECIPES = frozenset({"llm", "paper", _PAPER_GRAPH})


def language_model(settings: Settings) -> LLM | None:
    """Return the configured model in its wrappers; `None` if none is configured.

    Raises `ConfigError` for settings that cannot work.
    """
    if settings.llm_record and settings.llm_replay:
        raise ConfigError("llm_record and llm_replay exclude each other: what is replayed asks no model")
    if not (settings.llm or settings.llm_replay):
        return None
    # Imported only where a model is configured.
    from lukasa.adapters.wrappers.limited import LimitedLLM  # noqa: PLC0415
    from lukasa.adapters.wrappers.priced import PricedLLM  # noqa: PLC0415
    from lukasa.adapters.wrappers.recorded import RecordedLLM  # noqa: PLC0415
    from lukasa.adapters.wrappers.retried import RetriedLLM  # noqa: PLC0415
    from lukasa.adapters.wrappers.timed import TimedLLM  # noqa: PLC0415
    from lukasa.adapters.wrappers.traced import TracedLLM  # noqa: PLC0415

    if settings.llm_replay:
        return RecordedLLM(None, settings.llm_replay, mode="replay", name=settings.llm)
    # Inside of the queue: the time of a call begins when it is its turn.
    llm: LLM = RetriedLLM(TracedLLM(PricedLLM(_model(settings))), attempts=settings.llm_attempts)
    llm = LimitedLLM(llm, concurrency=settings.llm_concurrency, per_minute=settings.llm_per_minute)
    if settings.llm_timeout:
        llm = TimedLLM(llm, settings.llm_timeout)
    return RecordedLLM(llm, settings.llm_record) if settings.llm_record else llm


def _model(settings: Settings) -> LLM:
    provider, colon, model = settings.llm.partition(":")
    if colon and not model:
        raise ConfigError(f"llm {settings.llm!r} names no model after the colon")
    key = settings.llm_key.get_secret_value() or None
    if provider == "openai_compatible":
        if not settings.llm_url or not model:
            raise ConfigError(
                "llm 'openai_compatible' needs a model and a URL: llm='openai_compatible:MODEL', llm_url=…"
            )
        return registry.llm(provider)(base_url=settings.llm_url, model=model, api_key=key)
    if settings.llm_url or key:
        # A key that is silently ignored would look like one that the provider refuses.
        name = "llm_url" if settings.llm_url else "llm_key"
        raise ConfigError(
            f"{name} is for llm='openai_compatible:MODEL'; {provider!r} takes address and key from its own variables"
        )
    if registry.has_llm(provider):
        return _installed("llm", provider, registry.llm(provider), model)
    return registry.llm("pydantic_ai")(settings.llm)


def _budget(settings: Settings) -> BudgetPolicy:
    """Return the bounds; settings such as `budget_calls_per_day` override those of `budget`."""
    day = _bounded(
        settings.budget.day,
        calls=settings.budget_calls_per_day,
        tokens=settings.budget_tokens_per_day,
        dollars=settings.budget_dollars_per_day,
    )
    run = _bounded(
        settings.budget.run, calls=settings.budget_calls_per_run, tokens=settings.budget_tokens_per_run
    )
    return replace(settings.budget, day=day, run=run)


def _bounded(full: Allowance, *, calls: int, tokens: int, dollars: float = 0.0) -> Allowance:
    return Allowance(calls=calls or full.calls, tokens=tokens or full.tokens, dollars=dollars or full.dollars)


def _local(settings: Settings) -> dict[str, object]:
    """Return the options of every model that runs on this machine."""
    directory = as_path(settings.model_directory) if settings.model_directory else None
    if directory is not None and not directory.is_dir():
        raise ConfigError(
            f"setting model_directory (LUKASA_MODEL_DIRECTORY): there is no directory {settings.model_directory!r}"
        )
    return {"threads": settings.threads or None, "directory": directory}


def _installed(kind: str, name: str, make: Callable[..., T], model: str) -> T:
    """Make an installed adapter, with a model if one is named."""
    if not model:
        return make()
    try:
        signature(make).bind(model="")
    except TypeError as error:
        raise ConfigError(f"{kind} '{name}:{model}': {name!r} takes no model after a colon") from error
    except ValueError:  # Written in C, it has no signature: only calling it can tell.
        pass
    return make(model=model)
