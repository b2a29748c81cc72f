"""What every request passes first: whose it is, whether it may come in, how much it may send, and what is kept of it."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from time import monotonic
from typing import Any, Protocol
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lukasa.errors import LukasaError
from lukasa.surfaces.http.metrics import Metrics
from lukasa.surfaces.http.problems import failure, problem
from lukasa.surfaces.http.traces import request_span
from lukasa.surfaces.http.web_page import is_page
from lukasa.surfaces.keys import Key, KeyFile

KEY = "lukasa.key"
"""Where the scope of a request has its key."""

OPEN_PATHS = frozenset({"/healthz", "/readyz", "/openapi.json"})
"""What needs no key: it says nothing of what is stored."""

STREAMED_PATHS = ("/import",)
"""Ends of the paths whose body is read piece by piece and may have any length."""

_SCHEMES = ("bearer", "token")
"""The second is what mem0's client sends."""

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_MOST_BUCKETS = 10_000
_SLOWEST = 10_000
"""Bytes a second that a body must come with, once `read_timeout` has passed."""

_LOG = logging.getLogger("lukasa.http")

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLimits:
    """What one request, and one key, may take."""

    body: int = 10_000_000
    """Bytes of a body; an import is read piece by piece and may be longer."""

    read_timeout: float = 30.0
    """Seconds in which a body must begin to come at 10 kB a second."""

    header_timeout: float = 10.0
    """Seconds in which the headers of a request must come, on a connection that is open."""

    per_minute: int = 1200
    """Requests of a key, with bursts of a quarter of it; 0: no bound."""

    at_once: int = 1
    """Requests of a tenant (or of the one user whom a key is for) that run at once in this process while others ask too, the
    rest in order; 0: no bound. A process has one core, which one fills. Those that wait for a model or stream do not count."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class RateLimiter:
    """A token bucket for each key."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = monotonic) -> None:
        self._rate, self._most = per_minute / 60, max(1.0, per_minute / 4)
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def wait(self, key: str) -> float:
        """Take one request of a key; return how many seconds it must wait instead, or 0."""
        if not self._rate:
            return 0.0
        now = self._clock()
        if (
            len(self._buckets) > _MOST_BUCKETS
        ):  # Full ones say nothing; tokens have as many as there are users.
            full = now - self._most / self._rate
            self._buckets = {name: each for name, each in self._buckets.items() if each.at > full}
        bucket = self._buckets.setdefault(key, _Bucket(self._most, now))
        bucket.tokens = min(self._most, bucket.tokens + (now - bucket.at) * self._rate)
        bucket.at = now
        if bucket.tokens < 1:
            return (1 - bucket.tokens) / self._rate
        bucket.tokens -= 1
        return 0.0


class Tokens(Protocol):
    """Knows tokens of an identity provider; `tokens.py`, whose library is of another extra."""

    async def find(self, token: str, *, now: datetime) -> Key | None:
        """Return what a token allows."""


class Guard:
    """An ASGI application around another, which gets only what may come in, and answers every error as a problem."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        keys: KeyFile,
        clock: Callable[[], datetime],
        hosts: Sequence[str] = (),
        origins: Sequence[str] = (),
        limits: RequestLimits | None = None,
        metrics: Metrics,
        tokens: Tokens | None = None,
    ) -> None:
        self._app, self._keys, self._clock, self._tokens = app, keys, clock, tokens
        self._hosts = {host.lower() for host in (*_LOOPBACK, *hosts)}
        self._origins = {origin.lower() for origin in origins}
        self._limits = limits or RequestLimits()
        self._rates = RateLimiter(self._limits.per_minute)
        self._metrics = metrics
        self.tracer_provider: Any = None
        """In place of the one of the process."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Routes see the path as it was sent: a user's name may have a slash in it, as %2F. `calls` decodes what they find.
        scope["path"] = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
        reply = _Reply(send)
        began = monotonic()
        headers = Headers(scope=scope)
        with self._metrics.running(), request_span(headers, provider=self.tracer_provider) as span:
            try:
                refusal = await self._refusal(scope)
                if refusal is None:
                    await self._app(scope, _Body(receive, scope, self._limits), reply)
                else:
                    await refusal(scope, receive, reply)
            except Exception as error:  # noqa: BLE001 - the outermost edge
                _LOG.error(json.dumps({"request": reply.id, "failure": _place(error)}))
                if not reply.status:
                    await failure()(scope, receive, reply)
            finally:
                seconds = monotonic() - began
                route = getattr(scope.get("route"), "path", "other")
                self._metrics.count(scope["method"], route, reply.status, seconds)
                key: Key | None = scope.get(KEY)
                line = {
                    "request": reply.id,
                    "at": self._clock().isoformat(),
                    "method": scope["method"],
                    "route": route,
                    "status": reply.status,
                    "ms": round(seconds * 1000, 1),
                    "key": key.id if key else None,
                    **({"trace": span.trace} if span.trace else {}),
                }
                span.answered(scope["method"], route, reply.status, key.id if key else None)
                _LOG.info(json.dumps(line))

    async def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "").lower()
        if _without_port(host) not in self._hosts:
            return problem(
                403, "This host is not served.", "start the server with --allow-host for other names"
            )
        origin = headers.get("origin", "").lower()
        if origin and origin not in self._origins and not _is_of(origin, host):
            return problem(
                403, "Pages of this origin may not call.", "start the server with --allow-origin to let them"
            )
        if (refusal := await self._stranger(scope, headers)) is not None:
            return refusal
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > self._limits.body and not _streamed(scope):
            return problem(413, "The body is too large.", _too_large(self._limits))
        return None

    async def _stranger(self, scope: Scope, headers: Headers) -> Response | None:
        """Refuse a request without a key that counts; note the key of others."""
        scheme, _, secret = headers.get("authorization", "").partition(" ")
        try:
            key = await self._key(secret.strip()) if scheme.lower() in _SCHEMES else None
        except LukasaError as error:
            _LOG.error(json.dumps({"failure": str(error)}))
            return problem(503, "The keys cannot be read.", "the server's log says why")
        if key is None:
            if scope["path"] in OPEN_PATHS or is_page(scope["method"], scope["path"]):
                return None
            detail = "send a key that is known and has not expired: Authorization: Bearer lk_…"
            return problem(401, "A key is needed.", detail, headers={"WWW-Authenticate": "Bearer"})
        scope[KEY] = key
        if wait := self._rates.wait(key.id):
            seconds = str(int(wait) + 1)
            return problem(
                429,
                "Too many requests.",
                f"try again in {seconds} s",
                retryable=True,
                headers={"Retry-After": seconds},
            )
        return None

    async def _key(self, secret: str) -> Key | None:
        """Return the key that a secret is, or that a token of the identity provider stands for."""
        now = self._clock()
        key = self._keys.find(secret, now=now)
        return await self._tokens.find(secret, now=now) if key is None and self._tokens else key


class _Body:
    """Receives a body, as long as it is neither too large nor too slow."""

    def __init__(self, receive: Receive, scope: Scope, limits: RequestLimits) -> None:
        self._receive, self._limits = receive, limits
        self._streamed = _streamed(scope)
        self._bytes, self._began, self._ended = 0, monotonic(), False

    async def __call__(self) -> Message:
        if self._ended:  # What follows is the end of the connection, whenever that is.
            return await self._receive()
        left = self._began + self._limits.read_timeout + self._bytes / _SLOWEST - monotonic()
        try:
            async with asyncio.timeout(max(left, 0)):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, "the body comes too slowly") from None
        self._bytes += len(message.get("body", b""))
        self._ended = not message.get("more_body", False)
        if self._bytes > self._limits.body and not self._streamed:
            raise HTTPException(413, _too_large(self._limits))
        return message


class _Reply:
    """Sends a reply with the headers that all of them have; knows its status."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.id = token_hex(8)
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("X-Request-Id", self.id)  # The proxy passes on its upstream's.
        await self._send(message)


def _is_of(origin: str, host: str) -> bool:
    try:
        return urlsplit(origin).netloc == host
    except ValueError:  # `http://[`
        return False


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() else host


def _streamed(scope: Scope) -> bool:
    return bool(scope["method"] == "POST" and scope["path"].endswith(STREAMED_PATHS))


def _too_large(limits: RequestLimits) -> str:
    return f"at most {limits.body:,} bytes are taken; send several requests, or use /import"


def _place(error: BaseException) -> list[str]:
    """Return what failed and where, without the message: it may show content."""
    frames = traceback.extract_tb(error.__traceback__)
    return [type(error).__name__, *(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-8:])]
