"""`Memory`: the verbs over all partitions, without `await`."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from typing import Self

from lukasa._blocking.handle import Handle
from lukasa._blocking.loop import Loop
from lukasa.config import Settings
from lukasa.domain.report import Health, Progress, Stats, Verified
from lukasa.domain.scope import Partition
from lukasa.wiring import AsyncMemory


class Memory:
    """Long-term memory for one application (blocking)."""

    def __init__(self, engine: AsyncMemory, loop: Loop) -> None:
        self._engine = engine
        self._loop = loop

    @classmethod
    def open(
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
        loop = Loop()
        try:
            return cls(loop.call(lambda: AsyncMemory.open(store, settings=settings, clock=clock)), loop)
        except BaseException:
            loop.stop()
            raise

    def of(self, user: str, tenant: str | None = None) -> Handle:
        """Return a handle bound to one partition: this user's memory, and nobody else's."""
        return Handle(self._engine.of(user, tenant), self._loop)

    def partitions(self) -> list[Partition]:
        """List every partition, in the order in which they were first written to."""
        return self._loop.call(self._engine.partitions)

    def stats(self) -> Stats:
        """Count what the whole store holds."""
        return self._loop.call(self._engine.stats)

    def verify(self) -> Verified:
        """Check the whole store: file, schema, journal chain, indexes, orphans. Changes nothing."""
        return self._loop.call(self._engine.verify)

    def doctor(self) -> Health:
        """Tell what works, and what does not and why; never raises for a model that cannot be loaded."""
        return self._loop.call(self._engine.doctor)

    def reembed(self, limit: int | None = None) -> Progress:
        """Make vectors of the embedder in use for up to *limit* documents that have none; resumable.

        Raises `ProviderError` when the embedder cannot be used.
        """
        return self._loop.call(lambda: self._engine.reembed(limit))

    def reindex(self, limit: int | None = None) -> Progress:
        """Make the terms of up to *limit* documents anew that other rules of analysis made; resumable, and needs no model.

        Only a store that another version of Lukasa wrote has such documents; until then full-text finds less in it.
        """
        return self._loop.call(lambda: self._engine.reindex(limit))

    def extract(self, limit: int | None = None) -> Progress:
        """Distil facts from up to *limit* turns that the extractor in use has not read; resumable.

        Turns that this version stored were read when they were remembered; those of an older file, or of another
        extractor, were not. Raises `ProviderError` when the extractor needs a model that cannot be used.
        """
        return self._loop.call(lambda: self._engine.extract(limit))

    def close(self) -> None:
        """Release files, threads and connections; a second call does nothing."""
        self._loop.stop(self._engine.aclose)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
