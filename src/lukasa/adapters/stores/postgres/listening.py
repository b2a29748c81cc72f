"""Hearing that another process has queued a job, sooner than by looking from time to time."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

import psycopg
from psycopg import sql as composed

from lukasa.adapters.stores.postgres.connection import StoreAddress

_PAUSE = 1.0
"""Seconds before a server that is away is tried again."""

_log = logging.getLogger(__name__)


def channel(address: StoreAddress) -> str:
    """Return the name under which the processes of one store tell each other of jobs."""
    return f"lukasa jobs {address.schema}"[:63]


class Listener:
    """A connection of its own, made when it is first waited on."""

    def __init__(self, address: StoreAddress) -> None:
        self._address = address
        self._connection: psycopg.AsyncConnection | None = None

    async def heard(self) -> None:
        """Return when a job may have been queued: also when the connection was made anew, for nobody listened before."""
        try:
            if self._connection is None:
                self._connection = await self._listening()
                return
            async for _ in self._connection.notifies(stop_after=1):
                return
        except psycopg.OperationalError as error:
            _log.info(
                "nobody listens for jobs (%s); they are looked for from time to time", type(error).__name__
            )
            await self.aclose()
        except psycopg.InterfaceError:  # an event loop that psycopg cannot wait on, as on Windows
            await asyncio.get_running_loop().create_future()
        await asyncio.sleep(_PAUSE)

    async def _listening(self) -> psycopg.AsyncConnection:
        connection = await psycopg.AsyncConnection.connect(
            self._address.url, autocommit=True, application_name="lukasa listening"
        )
        name = composed.Identifier(channel(self._address))
        await connection.execute(composed.SQL("LISTEN {}").format(name))
        return connection

    async def aclose(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                await connection.close()
