"""Opens a store with one of the benchmark's embedders; only here the benchmarks look past the public API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from synthetic import Synthetic, SyntheticDocuments

from lukasa import AsyncMemory, Memory, Settings
from lukasa._blocking import Loop
from lukasa.ports.embedder import Embedder
from lukasa.wiring import build, now


def open_memory(path: Path | str, kind: str, *, extractor: str = "none") -> Memory:
    """Open a store.

    *kind* says which vectors it gets: `real`; `dense` (synthetic, one a document); `tokens:N` (synthetic, and token
    vectors of N dimensions); `query:N` (the same, but questions are encoded by the real models).
    """
    if kind == "real":
        return Memory.open(path, settings=Settings())
    loop = Loop()
    return Memory(loop.call(partial(open_async, path, kind, extractor=extractor)), loop)


async def open_async(
    path: Path,
    kind: str,
    *,
    extractor: str = "none",
    around: Callable[[Embedder], Embedder] = lambda embedder: embedder,
) -> AsyncMemory:
    """Do as `open_memory` and `AsyncMemory.open` do; *around* puts something around the embedder."""
    # Without an extractor unless one is wanted: rules make facts of invented sentences, with vectors of their own.
    parts = build(Settings(store=str(path), extractor=extractor), clock=now)
    memory = AsyncMemory(replace(parts, embedder=around(_embedder(kind, parts.embedder))))
    await parts.store.open()
    return memory


def _embedder(kind: str, real: Embedder | None) -> Embedder:
    name, _, dims = kind.partition(":")
    match name:
        case "dense":
            return Synthetic(None)
        case "tokens":
            return Synthetic(int(dims))
        case "query" if real is not None:
            return SyntheticDocuments(real, int(dims))
        case _:
            raise ValueError(f"unknown kind of vectors {kind!r}")
