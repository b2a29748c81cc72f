"""`Memory`: the verbs over all partitions, without `await`."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from lukasa._blocking.handle import Handle
from lukasa._blocking.loop import Loop
from lukasa.domain.job import Job, JobState, Spent
from lukasa.domain.report import Flushed, Health, Progress, Stats, Verified
from lukasa.domain.scope import Partition
from lukasa.ports.embedder import Embedder
from lukasa.ports.extractor import Extractor
from lukasa.ports.llm import LLM
from lukasa.wiring import AsyncMemory

if TYPE_CHECKING:
    from lukasa.config import Settings


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
        llm: str | LLM | None = None,
        embedder: str | Embedder | None = None,
        extractor: str | Extractor | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> Self:
        """Open a memory: a file (made if it is not there), or a store URL such as `memory:`.

        Without *store*, the settings say which; without *settings*, the environment (`LUKASA_DB`, …) does, and
        else it is a file in the user's data folder. *llm*, *embedder* and *extractor* go before what the settings say:
        each is a setting (`"openai:gpt-4.1-mini"`), or any object that satisfies the port, used as it is and closed with the
        memory. *clock* tells the time (for tests).

        Raises `ConfigError` for settings that cannot work, `StoreError` for a store that cannot be used.
        """
        loop = Loop()
        try:
            return cls(
                loop.call(
                    lambda: AsyncMemory.open(
                        store, settings=settings, llm=llm, embedder=embedder, extractor=extractor, clock=clock
                    )
                ),
                loop,
            )
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

    def doctor(self, *, prove: bool = False) -> Health:
        """Tell what works, and what does not and why; never raises for a model that cannot be loaded.

        With *prove*, the whole loop is run on a partition of its own, which is erased afterwards: write, extract, recall.
        """
        return self._loop.call(lambda: self._engine.doctor(prove=prove))

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

    def flush(self, timeout: float | None = None) -> Flushed:
        """Wait until everything that is to be done is done, or has failed once.

        After *timeout* seconds what is left goes on in the background. A job that fails is tried again later.
        """
        return self._loop.call(lambda: self._engine.flush(timeout))

    def jobs(self, *, state: JobState | None = None, limit: int | None = None) -> list[Job]:
        """List what is to be done, for all users: `waiting`, `running`, or `dead` (given up; `retry` revives it)."""
        return self._loop.call(lambda: self._engine.jobs(state=state, limit=limit))

    def retry(self) -> int:
        """Have done again what was given up, and what rules had to read because the model failed; return how many jobs."""
        return self._loop.call(self._engine.retry)

    def work(self, *, until_idle: bool = False) -> int:
        """Do background jobs, other processes' too, until cancelled or (*until_idle*) none is due; return how many were done."""
        return self._loop.call(lambda: self._engine.work(until_idle=until_idle))

    def usage(self, *, since: date | None = None, until: date | None = None) -> list[Spent]:
        """Return what model calls took, over all users, by day (UTC), purpose and model; *until* is included."""
        return self._loop.call(lambda: self._engine.usage(since=since, until=until))

    def close(self) -> None:
        """Release files, threads and connections; a second call does nothing."""
        self._loop.stop(self._engine.aclose)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
