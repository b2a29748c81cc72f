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

from lukasa.errors import LukasaError, RateLimitedError
from lukasa.ports.llm import LLM
from lukasa_evals.errors import EvalError
from lukasa_evals.loopback import wire
from lukasa_evals.loopback.ids import Ids
from lukasa_evals.retrieval.vectors import EngineVectors

_LARGEST = 20_000_000
"""Bytes of a request."""

_OK, _BAD, _WHO, _WHERE, _SLOW, _BROKEN, _DOWN = 200, 400, 401, 404, 429, 500, 503


class Loopback:
    """Serves a model and an embedder at `url` until it is left. Begin it within a running event loop: there the model is asked."""

    def __init__(self, llm: LLM, vectors: EngineVectors, *, purpose: str) -> None:
        self._llm = llm
        self._vectors = vectors
        self._purpose = purpose
        self.key = secrets.token_urlsafe(24)
        """What a client must send as its API key."""

        self.failed: EvalError | LukasaError | None = None
        """The first error of the model, or of a request that was refused: packages turn it into errors of their own, or into nothing."""

        self._numbers = count(1)

    @property
    def url(self) -> str:
        """The base URL, as OpenAI's clients want it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
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
        try:
            return _OK, self._answered(path, body)
        except (EvalError, LukasaError) as error:
            self.failed = self.failed or error
            return _status(error), _error(str(error))
        except Exception as error:  # noqa: BLE001 - a client would see a broken connection, and try again
            self.failed = self.failed or EvalError(f"the model failed: {type(error).__name__}: {error}")
            return _BROKEN, _error(str(self.failed))

    def _answered(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        if path.endswith("/chat/completions"):
            return self._said(body)
        if path.endswith("/embeddings"):
            return wire.embeddings(self._vectors.documents(wire.texts(body)), body)
        raise _NoSuchPathError(
            f"there is nothing at {path!r}: only chat/completions and embeddings are offered"
        )

    def _said(self, body: Mapping[str, Any]) -> dict[str, Any]:
        ids = Ids()
        plain = json.loads(ids.hidden(json.dumps(body, ensure_ascii=False)))
        asked = wire.request(plain, self._purpose)
        said = asyncio.run_coroutine_threadsafe(self._llm.complete(asked), self._loop).result()
        reply = wire.reply(said, str(body.get("model") or ""), next(self._numbers))
        shown: dict[str, Any] = json.loads(ids.shown(json.dumps(reply, ensure_ascii=False)))
        return shown


class _NoSuchPathError(EvalError):
    """There is nothing at the path."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that went away."""


def _status(error: EvalError | LukasaError) -> int:
    """Return 429 and 503 for what may pass, which clients try again; 400 and 404 for what will not."""
    if isinstance(error, _NoSuchPathError):
        return _WHERE
    if isinstance(error, RateLimitedError):
        return _SLOW
    return _DOWN if isinstance(error, LukasaError) and error.retryable else _BAD


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
