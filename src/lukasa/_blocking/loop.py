"""The event loop behind the blocking face."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import TypeVar

from lukasa.errors import ClosedError

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
