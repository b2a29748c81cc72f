"""The memory of one user at a server: each verb of `AsyncHandle` is sent by its line in the table of routes."""

from __future__ import annotations

import inspect
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from functools import cache, wraps
from typing import Any, get_origin, get_type_hints
from urllib.parse import quote

from lukasa.domain.answer import Answer
from lukasa.domain.scope import Partition
from lukasa.engine.arguments import check_limit
from lukasa.engine.handle import AsyncHandle
from lukasa.errors import ConfigError, InputError, ServerDownError, shown
from lukasa.extraction.guidance import Guidance
from lukasa.remote.connection import Connection, Request
from lukasa.remote.encoding import decoder, encoded, query
from lukasa.remote.routes import LONGEST_PAGE, ROUTES, Route


class RemoteHandle(AsyncHandle):
    """The memory of one user, at a server."""

    _redacts = False  # The server does.

    def __init__(self, partition: Partition, connection: Connection) -> None:
        self.partition = partition
        self._connection = connection

    async def guide(self, guidance: Guidance | None) -> None:
        """See `AsyncHandle.guide`: no server takes it from its callers."""
        raise ConfigError("what to remember is configured where the server runs; no caller can change it")


# --- one verb --------------------------------------------------------------------------------------------------------


def _verb(route: Route) -> Callable[..., Any]:
    """Return the verb of a route, with the signature and the docstring that it has in this process."""
    local = getattr(AsyncHandle, route.verb)
    if inspect.isasyncgenfunction(local):

        @wraps(local)
        async def stream(self: RemoteHandle, *args: Any, **kwargs: Any) -> AsyncGenerator[Any]:
            request = _request(self.partition.user, route, _named(route.verb, args, kwargs))
            async with aclosing(_STREAMS[route.verb](self._connection, request)) as items:
                async for item in items:
                    yield item

        return stream

    @wraps(local)
    async def call(self: RemoteHandle, *args: Any, **kwargs: Any) -> Any:
        arguments = _named(route.verb, args, kwargs)
        kind = _returned(route.verb)
        if route.method == "GET" and get_origin(kind) is list:
            return await _pages(self._connection, self.partition.user, route, arguments)
        request = _request(self.partition.user, route, arguments)
        if kind is str:
            return (await self._connection.send(request)).decode()
        reply = await self._connection.json(request)
        return _read(self._connection, kind, _unwrapped(reply, kind))

    return call


@cache
def _returned(verb: str) -> Any:
    return get_type_hints(getattr(AsyncHandle, verb), localns={"Json": Any})["return"]


@cache
def _signature(verb: str) -> inspect.Signature:
    return inspect.signature(getattr(AsyncHandle, verb))


def _named(verb: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call that are not the defaults: the server has the same ones."""
    signature = _signature(verb)
    bound = signature.bind(None, *args, **kwargs).arguments
    return {
        name: value
        for name, value in list(bound.items())[1:]
        if value is not signature.parameters[name].default
    }


_HEADERS = {("amend", "revision"): "If-Match"}
"""Arguments that are a header."""


def _request(user: str, route: Route, arguments: Mapping[str, Any]) -> Request:
    given = dict(arguments)
    path = f"/v1/users/{_segment(user)}{route.path}"
    for name in [name for name in given if f"{{{name}}}" in path]:
        path = path.replace(f"{{{name}}}", _segment(given.pop(name)))
    headers = {
        header: f'"{given.pop(name)}"'
        for (verb, name), header in _HEADERS.items()
        if verb == route.verb and name in given
    }
    if refused := sorted(set(given).intersection(route.without)):
        raise InputError(f"{refused[0]}= is not taken by a server: it is configured where that runs")
    textual = route.method == "GET"
    return Request(
        method=route.method,
        path=path,
        query=query(given) if textual else (),
        body=None if textual else encoded(given),
        headers=headers,
        repeatable=route.role == "read" or "key" in given,
        seconds=given.get("timeout") or 0.0 if route.verb == "flush" else 0.0,
    )


def _segment(text: object) -> str:
    """Return a part of a path. `..` would lead elsewhere."""
    if not isinstance(text, str) or not text:
        raise InputError(f"an id must be a text, not {shown(text)}")
    try:
        return quote(text, safe="").replace(".", "%2E")
    except UnicodeEncodeError as error:
        raise InputError(f"{shown(text)} is not valid Unicode: {error.reason}") from error


# --- replies ---------------------------------------------------------------------------------------------------------


def _unwrapped(reply: Any, kind: Any) -> Any:
    match reply:
        case {"items": items, "next": None}:
            return items
        case {"count": int(count)} if kind is int:
            return count
        case _:
            return reply


def _read(connection: Connection, kind: Any, reply: Any) -> Any:
    try:
        return decoder(kind)(reply)
    except (LookupError, TypeError, ValueError, AttributeError, InputError) as error:
        raise connection.unreadable() from error


async def _pages(connection: Connection, user: str, route: Route, arguments: Mapping[str, Any]) -> list[Any]:
    """Return a list, of which a server gives so much at a time."""
    asked = dict(arguments)
    limit = asked.pop("limit", None)
    check_limit(limit)
    items: list[Any] = []
    while limit is None or len(items) < limit:
        asked["limit"] = LONGEST_PAGE if limit is None else min(LONGEST_PAGE, limit - len(items))
        reply = await connection.json(_request(user, route, asked))
        match reply:
            case {"items": list(more), "next": str() | None as cursor}:
                items += _read(connection, _returned(route.verb), more)
            case _:
                raise connection.unreadable()
        if cursor is None:
            break
        asked["cursor"] = cursor
    return items


async def _lines(connection: Connection, request: Request) -> AsyncGenerator[Any]:
    async for line in _parts(connection, request, b"\n"):
        yield _json(connection, line)


async def _events(connection: Connection, request: Request) -> AsyncGenerator[Any]:
    async for event in _parts(connection, request, b"\n\n"):
        lines = dict(line.split(b": ", 1) for line in event.split(b"\n") if b": " in line)
        value = _json(connection, lines.get(b"data", b""))
        match lines.get(b"event"):
            case b"text":
                yield value
            case b"answer":
                yield _read(connection, Answer, value)
                return
            case b"error":
                raise connection.error(value)
    raise ServerDownError("the answer ended before its end")


_STREAMS = {"export": _lines, "ask_stream": _events}


async def _parts(connection: Connection, request: Request, end: bytes) -> AsyncIterator[bytes]:
    """Yield the parts of a reply as they come. They are cut at *end* alone: a text may hold other ends of lines."""
    async with connection.reply(request, streamed=True) as response:
        rest = b""
        async for piece in response.aiter_bytes():
            *parts, rest = (rest + piece).split(end)
            for part in parts:
                yield part
        if rest.strip():
            yield rest


def _json(connection: Connection, text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise connection.unreadable() from error


for _route in ROUTES:
    if not _route.name:  # else another route has the verb
        setattr(RemoteHandle, _route.verb, _verb(_route))
