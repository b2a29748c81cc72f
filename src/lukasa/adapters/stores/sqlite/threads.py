"""The threads in which SQLite blocks, so that the event loop does not."""

from __future__ import annotations

import asyncio
import os
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import apsw

from lukasa.errors import ClosedError
from lukasa.off_loop import begun

T = TypeVar("T")

READERS = 4
"""More readers than cores only wait for one another; a desktop has four."""


class Threads:
    """One thread that writes, several that read, each with a connection of its own.

    A single writer keeps this process from competing with itself for SQLite's one write lock, and a long
    queue of writes from keeping readers out. A call that is cancelled while it runs is finished by its thread: a
    write is then done completely or not at all, and the caller does not learn which.
    """

    def __init__(self, connect: Callable[[bool], apsw.Connection]) -> None:
        self._connect = connect
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="lukasa-sqlite-writer")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="lukasa-sqlite-reader")
        self._own = threading.local()
        self._connections: list[apsw.Connection] = []
        self._running: set[Future[Any]] = set()
        self._process = os.getpid()
        self._closed = False

    async def write(self, job: Callable[[apsw.Connection], T]) -> T:
        """Run *job* with the connection that may write."""
        return await self._run(self._writer, job, writes=True)

    async def read(self, job: Callable[[apsw.Connection], T]) -> T:
        """Run *job* with a connection that may not write."""
        return await self._run(self._readers, job, writes=False)

    async def aclose(self) -> None:
        """Wait for what is running, then close connections and threads."""
        if self._closed:
            return
        self._closed = True
        if os.getpid() != self._process:
            return
        if running := [asyncio.wrap_future(future) for future in self._running]:
            await asyncio.wait(running)
        # In the writer's thread: closing the last connection moves the log into the file, which takes time.
        await asyncio.wrap_future(self._writer.submit(self._close_connections))
        self._writer.shutdown()
        self._readers.shutdown()

    async def _run(self, pool: ThreadPoolExecutor, job: Callable[[apsw.Connection], T], *, writes: bool) -> T:
        if self._closed:
            raise ClosedError("the store was closed; open the memory again")
        if os.getpid() != self._process:
            raise ClosedError("the store was opened before a fork; open one in each process")
        future, answer = begun(pool, partial(self._call, job, writes))
        self._running.add(future)
        future.add_done_callback(self._running.discard)
        return await answer

    def _call(self, job: Callable[[apsw.Connection], T], writes: bool) -> T:
        connection: apsw.Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = self._connect(writes)
            self._connections.append(connection)
        try:
            return job(connection)
        except BaseException as error:
            _release(error)
            raise

    def _close_connections(self) -> None:
        for connection in self._connections:
            connection.close()
        self._connections.clear()


def _release(error: BaseException) -> None:
    """Let go of what the failed job left unfinished: statements whose rows were not all read.

    The error keeps them alive. Freed later by whichever thread collects the garbage, they would touch a connection that
    is in use, and it could then not be closed.
    """
    chain: BaseException | None = error
    while chain is not None:
        traceback.clear_frames(chain.__traceback__)
        chain = chain.__cause__ or chain.__context__
