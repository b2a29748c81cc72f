"""Stand-ins for tests: real objects that behave, and misbehave, on demand."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from lukasa.domain.embedding import EmbedderSpec, Embedding
from lukasa.domain.time import read_instant
from lukasa.ports.embedder import Embedder, Purpose


class FrozenClock:
    """A clock that stands still until it is told to move. Call it for the time."""

    def __init__(self, now: datetime | str) -> None:
        self._now = read_instant(now)

    def __call__(self) -> datetime:
        return self._now

    def set(self, now: datetime | str) -> None:
        """Show another time; one without a UTC offset is refused."""
        self._now = read_instant(now)

    def advance(self, by: timedelta) -> datetime:
        """Move on, or back, and return the new time."""
        self._now += by
        return self._now


class FailingEmbedder:
    """Hands everything to another embedder, except while `error` is set: then it raises that instead."""

    def __init__(self, inner: Embedder, error: Exception | None = None) -> None:
        self._inner = inner
        self.error = error
        """What to raise; `None`: work."""

        self.embedded: list[str] = []
        """Every text that was embedded with success, in order."""

    async def spec(self) -> EmbedderSpec:
        """See the port."""
        self._fail()
        return await self._inner.spec()

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> list[Embedding]:
        """See the port."""
        self._fail()
        embeddings = await self._inner.embed(texts, purpose=purpose)
        self.embedded += texts
        return embeddings

    async def aclose(self) -> None:
        """See the port. Never fails."""
        await self._inner.aclose()

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What `EmbeddingEndpoint` is to answer, whatever it is asked."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds of silence first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that came in."""

    path: str
    headers: Mapping[str, str]
    """Names in lower case."""

    body: Any


class EmbeddingEndpoint:
    """A real HTTP server on this machine that speaks OpenAI's `/embeddings`; a context manager.

    It gives what stands in `script` first, a reply a request, and then behaves: a vector for each text, made from
    the text's hash, in `dims` or as many `dimensions` as were asked for.
    """

    def __init__(self, *, dims: int = 16) -> None:
        self.dims = dims
        self.script: list[Reply] = []
        self.asked: list[Asked] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def base_url(self) -> str:
        """What stands before `/embeddings`."""
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

    def answer(self, asked: Asked) -> Reply:
        """Note a request, and return what it gets."""
        self.asked.append(asked)
        if self.script:
            return self.script.pop(0)
        texts: list[str] = asked.body["input"]
        if not all(texts):
            return Reply(status=400, body=b'{"error": {"message": "input must not be empty"}}')
        dims = asked.body.get("dimensions", self.dims)
        data = [{"index": place, "embedding": hashed_vector(text, dims)} for place, text in enumerate(texts)]
        return Reply(body=json.dumps({"data": data[::-1]}).encode())


def hashed_vector(text: str, dims: int) -> list[float]:
    """Return numbers between -1 and 1 that depend on nothing but the text."""
    raw = hashlib.shake_128(text.encode()).digest(dims)
    return [(byte - 127.5) / 127.5 for byte in raw]


def _handler(endpoint: EmbeddingEndpoint) -> type[BaseHTTPRequestHandler]:
    pause = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = endpoint.answer(Asked(path=self.path, headers=headers, body=json.loads(data)))
            pause.wait(reply.delay)
            # Not `send_response`, which adds a date of its own.
            self.send_response_only(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: a test's output is the test's."""

    return Handler
