"""`Memory` and `Handle`: the same verbs without `await`.

One event loop runs in a daemon thread for as long as the memory is open, so that connections and warm partitions
survive from call to call. Each verb is one line; `tests/api/test_blocking_parity.py` fails when a verb, a
parameter, a default or a docstring differs from the async one. Put no logic here.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from threading import Lock, Thread
from typing import Self, TypeVar

from lukasa.config import Settings
from lukasa.domain.change import JournalEntry
from lukasa.domain.recalled import Context, Recalled
from lukasa.domain.report import Forgotten, Health, Progress, Receipt, Stats, Verified
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Json, Turn
from lukasa.engine import AsyncHandle, FilterLike
from lukasa.errors import ClosedError
from lukasa.pipeline.messages import Message
from lukasa.wiring import AsyncMemory

T = TypeVar("T")


class Loop:
    """An event loop in a daemon thread, and the way into it."""

    # Not anyio's portal: one that nobody closed waits, when the interpreter ends, for a thread that is gone already.

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="lukasa", daemon=True)
        self._thread.start()
        self._pid = os.getpid()
        self._lock = Lock()
        self._stopped = False

    def call(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run *work* on the loop and wait for it."""
        if os.getpid() != self._pid:
            # Threads do not survive fork(): the call would wait for ever.
            raise ClosedError("this memory was opened before a fork; open one in each worker process")
        with self._lock:
            if self._stopped:
                raise ClosedError("this memory was closed; open it again")
            future = self._begin(work)
        return future.result()

    def stop(self, last: Callable[[], Awaitable[None]] | None = None) -> None:
        """Do a last piece of work, wait for calls that still run, and end the thread.

        A second call does nothing, and neither does one after a fork: what is open belongs to the other process.
        """
        if os.getpid() != self._pid:
            return
        with self._lock:
            stopped, self._stopped = self._stopped, True
        if stopped:
            self._thread.join()
            return
        try:
            self._begin(lambda: self._end(last)).result()
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def _begin(self, work: Callable[[], Awaitable[T]]) -> Future[T]:
        async def awaited() -> T:
            return await work()

        return asyncio.run_coroutine_threadsafe(awaited(), self._loop)

    async def _end(self, last: Callable[[], Awaitable[None]] | None) -> None:
        try:
            if last is not None:
                await last()
        finally:
            if others := asyncio.all_tasks() - {asyncio.current_task()}:
                await asyncio.wait(others)
            await self._loop.shutdown_asyncgens()


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

    def close(self) -> None:
        """Release files, threads and connections; a second call does nothing."""
        self._loop.stop(self._engine.aclose)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Handle:
    """The memory of one user: every verb is bound to its partition (blocking)."""

    def __init__(self, handle: AsyncHandle, loop: Loop) -> None:
        self._handle = handle
        self._loop = loop

    @property
    def partition(self) -> Partition:
        """Whose memory this is."""
        return self._handle.partition

    def remember(
        self,
        messages: Message | Sequence[Message],
        *,
        at: datetime | str | None = None,
        session: str | None = None,
        agent: str | None = None,
        origin: str | None = None,
        metadata: Mapping[str, Json] | None = None,
        key: str | None = None,
        zone: str | None = None,
    ) -> Receipt:
        """Store what was said, word for word, durably and all at once; it can be recalled when this returns.

        *messages* is a text, a message of the OpenAI shape (`role`, `content`, `name`; also its own `at`, `metadata`,
        `session`, `agent`, `origin` and `key`, which go before those of the call) or a list of them; what `export`
        yields is taken back as it was, forgotten turns as forgotten. *at* is when it was said (now, if nobody says); a time without an offset is
        read in *zone*, or refused. The same turn is stored once: the receipt lists the duplicates. With an
        idempotency *key*, a repeated call stores nothing twice, whatever its times.

        Raises `InputError` for what cannot be stored (nothing of the call is), `KeyReuseError` when the key came
        with other content before, `StoreError` when the store cannot be written.
        """
        return self._loop.call(
            lambda: self._handle.remember(
                messages,
                at=at,
                session=session,
                agent=agent,
                origin=origin,
                metadata=metadata,
                key=key,
                zone=zone,
            )
        )

    def recall(
        self,
        question: str,
        *,
        limit: int = 10,
        filter: FilterLike | None = None,
        explain: bool = False,
        rerank: bool | None = None,
        now: datetime | str | None = None,
    ) -> Recalled:
        """Return what bears on the question, best first, or an abstention when nothing does.

        *now* anchors "last week" in the question. *rerank* lets a cross-encoder read the best candidates (as
        configured, if `None`). With *explain*, each hit lists every signal that was weighed.

        Raises `FilterError`, `InputError`, `StoreError`. A model that fails is reported in `mode` and `warnings`.
        """
        return self._loop.call(
            lambda: self._handle.recall(
                question, limit=limit, filter=filter, explain=explain, rerank=rerank, now=now
            )
        )

    def context(
        self,
        question: str,
        *,
        budget: int = 1000,
        filter: FilterLike | None = None,
        rerank: bool | None = None,
        now: datetime | str | None = None,
    ) -> Context:
        """Return a block to paste into a prompt: the turns that bear on the question, dated, cited, oldest first.

        It never has more than *budget* tokens, by the counter in use. Raises as `recall` does.
        """
        return self._loop.call(
            lambda: self._handle.context(question, budget=budget, filter=filter, rerank=rerank, now=now)
        )

    def turns(
        self,
        *,
        session: str | None = None,
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        filter: FilterLike | None = None,
        after: int = 0,
        limit: int | None = None,
        newest_first: bool = False,
        include_retired: bool = False,
    ) -> list[Turn]:
        """List turns in the order in which they were stored. `after` is the `seq` of the last turn of the page before.

        Raises `FilterError`, `InputError`, `StoreError`.
        """
        return self._loop.call(
            lambda: self._handle.turns(
                session=session,
                since=since,
                until=until,
                filter=filter,
                after=after,
                limit=limit,
                newest_first=newest_first,
                include_retired=include_retired,
            )
        )

    def forget(
        self, ids: Sequence[str] | str | None = None, *, session: str | None = None, reason: str = ""
    ) -> Forgotten:
        """Hide turns, by ids or a whole session, from recall. They stay stored; `restore` brings them back.

        Raises `NotFoundError` for an unknown id; then nothing is hidden.
        """
        return self._loop.call(lambda: self._handle.forget(ids, session=session, reason=reason))

    def restore(self, ids: Sequence[str] | str, *, reason: str = "") -> list[str]:
        """Let forgotten turns be recalled again; return the ids for which that changed something.

        Raises `NotFoundError` for an unknown id; then nothing is restored.
        """
        return self._loop.call(lambda: self._handle.restore(ids, reason=reason))

    def export(self) -> Iterator[dict[str, Json]]:
        """Yield every turn, forgotten ones included, as a JSON object that `remember` takes back as it was."""
        items = self._handle.export()
        while (item := self._loop.call(lambda: anext(items, None))) is not None:
            yield item

    def changes(self, *, since: int = 0, limit: int | None = None) -> list[JournalEntry]:
        """List the journal of this partition after a version, oldest first."""
        return self._loop.call(lambda: self._handle.changes(since=since, limit=limit))

    def stats(self) -> Stats:
        """Count what this partition holds."""
        return self._loop.call(self._handle.stats)
