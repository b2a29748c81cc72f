"""The tools over HTTP, as a route of `lukasa serve`: whose memory they are about, the key says."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple

from mcp.server.mcpserver import Context
from mcp.server.transport_security import TransportSecuritySettings
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from lukasa import AsyncHandle, AsyncMemory
from lukasa.errors import InputError
from lukasa.remote.routes import Role
from lukasa.surfaces.keys import Key
from lukasa.surfaces.mcp.server import make_server


class McpRoute(NamedTuple):
    """A route, and what must run as long as it is served."""

    route: Route
    running: Callable[[], AbstractAsyncContextManager[None]]


def mcp_route(path: str, memory_of: Callable[[], AsyncMemory], key_of: Callable[[Scope], Key]) -> McpRoute:
    """Return the route of the tools. *key_of* knows the key of a request, which was checked before."""

    def handle_of(context: Context[Any, Any], role: Role) -> AsyncHandle:
        request = context.request_context.request
        assert request is not None  # noqa: S101 - this way in is HTTP
        key = key_of(request.scope)
        if not key.allows(role):
            raise InputError(f"this needs a key with the role {role}, and this one has {key.role}")
        assert key.user is not None  # noqa: S101 - the door saw to it
        return memory_of().of(user=key.user, tenant=key.tenant)

    server = make_server(handle_of)
    # Nothing is kept between two requests, so that no session outlives its key. Hosts and origins were checked before.
    app = server.streamable_http_app(
        streamable_http_path=path,
        stateless_http=True,
        json_response=True,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    (inner,) = app.routes
    assert isinstance(inner, Route)  # noqa: S101 - what the library makes

    return McpRoute(Route(path, _Door(inner.app, key_of)), server.session_manager.run)


class _Door:
    def __init__(self, app: ASGIApp, key_of: Callable[[Scope], Key]) -> None:
        self._app, self._key_of = app, key_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._key_of(scope).user is None:
            raise HTTPException(403, "the tools are about one user: use a key that was made with --user")
        await self._app(scope, receive, send)
