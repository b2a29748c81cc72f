"""The threads in which psycopg blocks, so that the event loop does not; each has a connection of its own."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

import psycopg

from lukasa.adapters.stores.postgres.failures import AGAIN, first_line, lost
from lukasa.adapters.stores.postgres.sql import Connection
from lukasa.errors import ClosedError

T = TypeVar("T")

_PAUSE = 0.05
"""Seconds before a lost connection is tried again; doubled each time, up to a second."""

_log = logging.getLogger(__name__)


class ConnectionThreads:
    """So many threads at once, each with a connection that is replaced when it is lost.

    A call that is cancelled while it runs is finished by its thread: a write is then done completely or not at all, and the
    caller does not learn which. *patience*: seconds for which a lost server is waited for.
    """

    def __init__(self, connect: Callable[[], Connection], *, size: int, patience: float) -> None:
        self._connect = connect
        self._patience = patience
        self._pool = ThreadPoolExecutor(size, thread_name_prefix="lukasa-postgres")
        self._own = threading.local()
        self._connections: set[Connection] = set()
        self._running: set[Future[Any]] = set()
        self._process = os.getpid()
        self._closed = False

    async def run(self, job: Callable[[Connection], T]) -> T:
        """Run *job* with a connection, again when nothing came of it because others wrote or the server went away.

        A job that may have taken effect when the connection broke has to find out by itself what became of it.
        """
        if self._closed:
            raise ClosedError("the store was closed; open the memory again")
        if os.getpid() != self._process:
            raise ClosedError("the store was opened before a fork; open one in each process")
        future = self._pool.submit(self._call, job)
        self._running.add(future)
        future.add_done_callback(self._running.discard)
        return await asyncio.wrap_future(future)

    async def aclose(self) -> None:
        """Wait for what is running, then close connections and threads."""
        if self._closed:
            return
        self._closed = True
        if os.getpid() != self._process:
            return
        if running := [asyncio.wrap_future(future) for future in self._running]:
            await asyncio.wait(running)
        for connection in self._connections:
            connection.close()
        self._connections.clear()
        self._pool.shutdown()

    def _call(self, job: Callable[[Connection], T]) -> T:
        deadline, pause, told = time.monotonic() + self._patience, _PAUSE, False
        while True:
            try:
                return job(self._connection())
            except AGAIN:
                if time.monotonic() + pause > deadline:
                    raise
            except psycopg.OperationalError as error:
                if not lost(error):
                    raise
                self._drop()
                if self._closed or time.monotonic() + pause > deadline:
                    raise
                if not told:
                    why = first_line(error) if error.sqlstate is None else type(error).__name__
                    _log.warning("the store's server is away, trying again: %s", why)
                told = True
            time.sleep(pause)
            pause = min(1.0, 2 * pause)

    def _connection(self) -> Connection:
        connection: Connection | None = getattr(self._own, "connection", None)
        if connection is None or connection.closed:
            self._drop()
            connection = self._own.connection = self._connect()
            self._connections.add(connection)
        return connection

    def _drop(self) -> None:
        connection: Connection | None = getattr(self._own, "connection", None)
        self._own.connection = None
        if connection is not None:
            self._connections.discard(connection)
            with suppress(psycopg.Error):
                connection.close()
