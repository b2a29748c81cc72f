"""Connections on which no request comes: they are closed, or a few hundred of them would keep everybody out."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol


def connections(seconds: float) -> Any:
    """Return what uvicorn makes of each connection; the headers of a request must come within *seconds*."""
    return partial(_Connection, header_timeout=seconds)


class _Connection(AutoHTTPProtocol):  # type: ignore[misc, valid-type]  # one of two classes of uvicorn
    def __init__(self, *arguments: Any, header_timeout: float, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._header_timeout = header_timeout
        self._waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_answering():
            self._stop_waiting()
        elif self._waiting is None:  # The beginning of a further request.
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(self._header_timeout, self._give_up)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        self._waiting = None
        if not self._is_answering():
            self.transport.close()
