"""OpenAI's API with a memory: requests go to one upstream, with what is remembered, and what is said is remembered.

Whatever the memory does, the upstream's reply reaches the caller byte for byte.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

import httpx2
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from lukasa import AsyncHandle, AsyncMemory
from lukasa.errors import LukasaError
from lukasa.integrations.inserted import CONFIDENCE, TOKENS, fenced
from lukasa.remote.routes import Role
from lukasa.surfaces.http.calls import decoded
from lukasa.surfaces.http.chat_bodies import Api, ChatBody, ReplyText
from lukasa.surfaces.keys import Key

HEADER = "X-Lukasa"
SESSION_HEADER = "X-Lukasa-Session"

T = TypeVar("T")

_LOG = logging.getLogger("lukasa.http")

_PATHS: Mapping[str, tuple[str, Api | None]] = {
    "chat/completions": ("POST", "chat"),
    "responses": ("POST", "responses"),
    "embeddings": ("POST", None),
    "models": ("GET", None),
}
"""What is passed on, and how; the API where a memory takes part."""

_SENT = (
    "accept",
    "content-type",
    "openai-organization",
    "openai-project",
    "openai-beta",
    "idempotency-key",
    "user-agent",
)
"""Headers of a request that are passed on: never the caller's key."""

_KEPT_BACK = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "date",
        "server",
    }
)
"""Headers of a reply that are about the connection, or about the upstream's own callers."""

_RECALL_SECONDS = 2.0
_QUESTION = 4_000
_LARGE = 200_000
"""Bytes of a body beyond which it is read beside the loop."""

_WAITING = 1_000
"""Replies that wait to be remembered; beyond it, what comes is not."""

_GRACE_SECONDS = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """The server that requests are passed on to. It is configured; no request can name another."""

    url: str
    """What stands before `/chat/completions`."""

    key: str = field(default="", repr=False)


class _Mode(NamedTuple):
    """What the memory does with a request."""

    reads: bool
    writes: bool


@dataclass(slots=True)
class Proxy:
    """The routes of the proxy, and what runs behind them."""

    upstream: Upstream
    memory_of: Callable[[], AsyncMemory]
    key_of: Callable[[Request], Key]
    _client: httpx2.AsyncClient | None = None
    _captures: set[asyncio.Task[None]] = field(default_factory=set)

    def routes(self) -> Sequence[Route]:
        """Return a route for each path, for the user of a key and for one named in the path."""
        return [
            Route(f"{prefix}/{path}", self._endpoint(path, api), methods=[method])
            for path, (method, api) in _PATHS.items()
            for prefix in ("/openai/v1", "/openai/users/{user}/v1")
        ]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hold connections to the upstream; at the end, what was said is remembered first."""
        timeout = httpx2.Timeout(600.0, connect=10.0)
        async with httpx2.AsyncClient(timeout=timeout, follow_redirects=False, trust_env=False) as client:
            self._client = client
            yield
            if self._captures:
                await asyncio.wait(self._captures, timeout=_GRACE_SECONDS)

    def _endpoint(self, path: str, api: Api | None) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            handle, mode = self._admitted(request)
            sent = await request.body()
            body = None
            if api and (mode.reads or mode.writes):
                body = await _beside(len(sent), ChatBody.read, api, sent)
            session = request.headers.get(SESSION_HEADER, "") or (body.session if body else "")
            words = body.words if body else ""
            # Before the memory is put in: the words of the user are his alone.
            said = words if mode.writes and body and body.is_new else ""
            if body and words and mode.reads and (block := await _recalled(handle, words, session)):
                sent = await _beside(len(sent), body.with_memory, block)
            reply = await self._asked(request, path, sent)
            if not said or not reply.is_success or api is None:
                return _passed_on(reply, None, None)
            reader = ReplyText(api, "text/event-stream" in reply.headers.get("content-type", ""))
            return _passed_on(reply, reader, lambda: self._capture(handle, said, reader, session))

        return endpoint

    def _admitted(self, request: Request) -> tuple[AsyncHandle, _Mode]:
        """Return whose memory it is, and what it does; refuse what the key may not."""
        key = self.key_of(request)
        named = request.path_params.get("user")
        user = decoded(named) if named is not None else key.user
        if user is None:
            raise HTTPException(
                403, "whose memory? Use a key that was made with --user, or /openai/users/USER/v1"
            )
        if key.user not in {None, user}:
            raise HTTPException(403, "this key is for another user")
        return self.memory_of().of(user=user, tenant=key.tenant), _mode(request, key)

    async def _asked(self, request: Request, path: str, sent: bytes) -> httpx2.Response:
        assert self._client is not None  # noqa: S101 - it runs as long as routes are served
        headers = {name: request.headers[name] for name in _SENT if name in request.headers}
        headers["accept-encoding"] = "identity"  # What goes by is read, and passed on as it is.
        if self.upstream.key:
            headers["authorization"] = f"Bearer {self.upstream.key}"
        query = f"?{request.url.query}" if request.url.query else ""
        url = f"{self.upstream.url.rstrip('/')}/{path}{query}"
        asked = self._client.build_request(request.method, url, headers=headers, content=sent or None)
        try:
            return await self._client.send(asked, stream=True)
        except httpx2.TimeoutException as error:
            raise _Unreachable(504) from error
        except httpx2.HTTPError as error:
            raise _Unreachable(502) from error

    def _capture(self, handle: AsyncHandle, said: str, reader: ReplyText, session: str) -> None:
        if len(self._captures) >= _WAITING:
            _LOG.error(json.dumps({"capture": "too many wait; one was left out"}))
            return
        task = asyncio.create_task(_remembered(handle, said, reader, session))
        self._captures.add(task)
        task.add_done_callback(self._captures.discard)


class _Unreachable(HTTPException):
    """The upstream did not answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status, "the upstream did not answer; see `proxy_url` in the settings of the server")


def _mode(request: Request, key: Key) -> _Mode:
    asked = request.headers.get(HEADER, "").strip().lower() or ("write" if key.allows("write") else "read")
    if asked not in {"off", "read", "write"}:
        raise HTTPException(422, f"{HEADER} must be off, read or write")
    role: Role = "write" if asked == "write" else "read"
    if not key.allows(role):
        raise HTTPException(403, f"this needs a key with the role {role}, and this one has {key.role}")
    return _Mode(asked != "off", asked == "write")


async def _recalled(handle: AsyncHandle, words: str, session: str) -> str:
    """Return what is remembered for the user's words; empty where there is nothing, or no time."""
    elsewhere = {"session": {"ne": session}} if session else None
    try:
        async with asyncio.timeout(_RECALL_SECONDS):
            found = await handle.context(
                words[:_QUESTION], budget=TOKENS, filter=elsewhere, min_confidence=CONFIDENCE
            )
    except (LukasaError, TimeoutError) as error:
        _LOG.error(json.dumps({"recall": type(error).__name__}))
        return ""
    return fenced(found.text) if found.turns or found.facts else ""


async def _remembered(handle: AsyncHandle, said: str, reader: ReplyText, session: str) -> None:
    messages: list[Mapping[str, object]] = [{"role": "user", "content": said}]
    if reader.finished and reader.text.strip():
        messages.append({"role": "assistant", "content": reader.text})
    try:
        await handle.remember(messages, session=session or None)
    except Exception as error:  # noqa: BLE001 - the outermost edge: the reply has gone out
        _LOG.error(json.dumps({"capture": type(error).__name__}))


def _passed_on(reply: httpx2.Response, reader: ReplyText | None, done: Callable[[], None] | None) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        try:
            async for piece in reply.aiter_raw():
                yield piece
                if reader is not None:
                    reader.feed(piece)
        finally:
            await reply.aclose()
        if reader is not None and done is not None:
            reader.end()
            done()

    answer = StreamingResponse(pieces(), status_code=reply.status_code)
    answer.raw_headers = [
        (name.lower(), value) for name, value in reply.headers.raw if name.lower().decode() not in _KEPT_BACK
    ]
    return answer


async def _beside(size: int, work: Callable[..., T], *arguments: object) -> T:
    """Compute beside the loop what is large."""
    return work(*arguments) if size < _LARGE else await asyncio.to_thread(work, *arguments)
