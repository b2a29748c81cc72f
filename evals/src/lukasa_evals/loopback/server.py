"""The server: a thread beside the event loop, bound to 127.0.0.1, for whoever knows the key."""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from types import TracebackType
from typing import Any, Self

from lukasa.errors import LukasaError, OverBudgetError, RateLimitedError
from lukasa.ports.llm import LLM
from lukasa_evals.errors import EvalError
from lukasa_evals.loopback import wire
from lukasa_evals.retrieval.vectors import EngineVectors

_LARGEST = 20_000_000
"""Bytes of a request."""

_OK, _BAD, _WHO, _WHERE, _SLOW, _DOWN = 200, 400, 401, 404, 429, 503


class Loopback:
    """Serves a model and an embedder at `url` until it is left. Begin it within a running event loop: there the model is asked."""

    def __init__(self, llm: LLM, vectors: EngineVectors, *, purpose: str) -> None:
        self._llm = llm
        self._vectors = vectors
        self._purpose = purpose
        self.key = secrets.token_urlsafe(24)
        """What a client must send as its API key."""

        self.failed: LukasaError | None = None
        """The first error of the model: packages turn it into errors of their own."""

        self._numbers = count(1)

    @property
    def url(self) -> str:
        """The base URL, as OpenAI's clients want it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="lukasa-evals loopback", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """Return status and body for a request; called in a thread of the server's own."""
        model = str(body.get("model") or "")
        try:
            if path.endswith("/chat/completions"):
                asked = wire.request(body, self._purpose)
                said = asyncio.run_coroutine_threadsafe(self._llm.complete(asked), self._loop).result()
                return _OK, wire.reply(said, model, next(self._numbers))
            if path.endswith("/embeddings"):
                encoding = str(body.get("encoding_format") or "float")
                return _OK, wire.embeddings(self._vectors.documents(wire.texts(body)), model, encoding)
        except EvalError as error:
            return _BAD, _error(str(error))
        except LukasaError as error:
            self.failed = self.failed or error
            slow = isinstance(error, RateLimitedError | OverBudgetError)
            return (_SLOW if slow else _DOWN), _error(str(error))
        return _WHERE, _error(f"there is nothing at {path!r}")


def _error(message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "lukasa_evals", "code": None, "param": None}}


def _handler(owner: Loopback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """One request."""

        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if length > _LARGEST:
                self.close_connection = True
                self._send(_BAD, _error("the request is too large"))
                return
            data = self.rfile.read(length)
            given = self.headers.get("Authorization", "").removeprefix("Bearer ")
            if not hmac.compare_digest(given.encode(), owner.key.encode()):
                self._send(_WHO, _error("the key is wrong"))
                return
            try:
                body = json.loads(data)
            except ValueError:
                self._send(_BAD, _error("the body is not JSON"))
                return
            if not isinstance(body, dict):
                self._send(_BAD, _error("the body must be an object"))
                return
            self._send(*owner.answer(self.path.partition("?")[0], body))

        def _send(self, status: int, body: Mapping[str, Any]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing of it is logged."""

    return Handler
