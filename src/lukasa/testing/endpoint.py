"""A real HTTP server on this machine, which fakes of providers build on."""

from __future__ import annotations

import json
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRequest:
    """A request that came in."""

    path: str
    headers: Mapping[str, str]
    """Names in lower case."""

    body: Any
    data: bytes = b""
    """The body as it was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What an endpoint answers."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds of silence first."""


class FakeEndpoint(ABC):
    """A server for tests; a context manager. It gives the replies of `script` first, one a request, then its own answers."""

    def __init__(self, script: Iterable[Reply] = ()) -> None:
        self.script = list(script)
        self.asked: list[EndpointRequest] = []
        self._server = _QuietServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def base_url(self) -> str:
        """What stands before the path of a request."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def reply(self, request: EndpointRequest) -> Reply:
        """Note a request, and return its reply."""
        self.asked.append(request)
        return self.script.pop(0) if self.script else self.respond(request)

    @abstractmethod
    def respond(self, request: EndpointRequest) -> Reply:
        """Return the reply to a request for which none is scripted."""


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _handler(endpoint: FakeEndpoint) -> type[BaseHTTPRequestHandler]:
    pause = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            data = self.rfile.read(length)
            if len(data) < length:
                self.close_connection = True  # Who asked went away before all was sent.
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = EndpointRequest(path=self.path, headers=headers, body=json.loads(data), data=data)
            reply = endpoint.reply(asked)
            pause.wait(reply.delay)
            try:
                # Not `send_response`, which adds a date of its own.
                self.send_response_only(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)
            except OSError:
                self.close_connection = True  # Who asked did not wait.

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: a test's output is the test's."""

    return Handler
