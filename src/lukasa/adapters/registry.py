"""Adapters by the names that settings use. An adapter is imported when it is named.

Other distributions add theirs by entry points in the groups `lukasa.stores`, `lukasa.embedders`, `lukasa.llms`,
`lukasa.extractors` and `lukasa.tokens`; they cannot take a built-in name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, TypeAlias, cast

from lukasa.errors import ConfigError
from lukasa.ports.embedder import Embedder
from lukasa.ports.extractor import Extractor
from lukasa.ports.llm import LLM
from lukasa.ports.store import Store
from lukasa.ports.tokens import TokenCounter

Targets: TypeAlias = Mapping[str, str]
"""`module:class` by name."""

STORES: Targets = {
    "memory": "lukasa.adapters.stores.reference:ReferenceStore",
    "sqlite": "lukasa.adapters.stores.sqlite.store:SqliteStore",
    "postgresql": "lukasa.adapters.stores.postgres.store:PostgresStore",
}
EMBEDDERS: Targets = {
    "hashing": "lukasa.adapters.embedders.hashing:HashingEmbedder",
    "onnx": "lukasa.adapters.embedders.onnx:OnnxEmbedder",
    "openai": "lukasa.adapters.embedders.openai:OpenAIEmbedder",
}
LLMS: Targets = {
    "openai_compatible": "lukasa.adapters.llms.openai_compatible:OpenAICompatibleLLM",
    "pydantic_ai": "lukasa.adapters.llms.pydantic_ai:PydanticAILLM",
}
TOKENS: Targets = {
    "estimate": "lukasa.adapters.tokens.estimate:EstimatingCounter",
    "words": "lukasa.adapters.tokens.words:WordCounter",
}


def store(name: str) -> Callable[..., Store]:
    """Return a factory of stores; raise `ConfigError` for an unknown name."""
    return cast("Callable[..., Store]", _find("store", name, STORES, "lukasa.stores"))


def embedder(name: str) -> Callable[..., Embedder]:
    """Return a factory of embedders; raise `ConfigError` for an unknown name."""
    return cast("Callable[..., Embedder]", _find("embedder", name, EMBEDDERS, "lukasa.embedders"))


def llm(name: str) -> Callable[..., LLM]:
    """Return a factory of language models; raise `ConfigError` for an unknown name."""
    return cast("Callable[..., LLM]", _find("model adapter", name, LLMS, "lukasa.llms"))


def has_llm(name: str) -> bool:
    """Whether another distribution has registered a language model of that name."""
    return name in _added("lukasa.llms")


def extractor(name: str) -> Callable[..., Extractor]:
    """Return a factory of extractors; raise `ConfigError` for an unknown name.

    `rules` and `none` are not here: they need nothing from outside (`wiring`).
    """
    return cast("Callable[..., Extractor]", _find("extractor", name, {}, "lukasa.extractors"))


def token_counter(name: str) -> Callable[..., TokenCounter]:
    """Return a factory of token counters; raise `ConfigError` for an unknown name."""
    return cast("Callable[..., TokenCounter]", _find("token counter", name, TOKENS, "lukasa.tokens"))


def _find(kind: str, name: str, built_in: Targets, group: str) -> Callable[..., Any]:
    if target := built_in.get(name):
        return _load(kind, name, target)
    added = _added(group)
    if target := added.get(name):
        return _load(kind, name, target)
    known = ", ".join(sorted({*built_in, *added}))
    raise ConfigError(f"unknown {kind} {name!r}; known: {known}")


def _added(group: str) -> dict[str, str]:
    """Return what other distributions have registered, by name."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - it reads files, and is seldom needed

    return {point.name: point.value for point in entry_points(group=group)}


_EXTRAS = {"psycopg": "postgres", "pydantic_ai": "llm"}


def _extra(missing: str) -> str:
    name = _EXTRAS.get(missing.partition(".")[0])
    return f"; pip install 'lukasa[{name}]'" if name else ""


def _load(kind: str, name: str, target: str) -> Callable[..., Any]:
    module, _, attribute = target.partition(":")
    try:
        factory = getattr(import_module(module), attribute)
    except ImportError as error:
        missing = error.name or module
        raise ConfigError(
            f"the {kind} {name!r} needs {missing!r}, which cannot be imported: {error}{_extra(missing)}"
        ) from error
    except AttributeError as error:
        raise ConfigError(f"the {kind} {name!r} is registered as {target!r}, which is not there") from error
    return cast("Callable[..., Any]", factory)
