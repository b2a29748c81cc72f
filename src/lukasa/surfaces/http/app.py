"""The application: its routes, and what guards them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext, suppress
from datetime import datetime
from importlib.metadata import version
from importlib.util import find_spec
from typing import Annotated, Any

from fastapi import FastAPI, Path
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from lukasa import AsyncHandle, AsyncMemory, Receipt
from lukasa.errors import InputError, LukasaError
from lukasa.remote.routes import ROUTES, Role
from lukasa.surfaces.http import metrics, problems
from lukasa.surfaces.http.calls import JSON, LINES, Door, endpoint, media_types, needs, reply_model
from lukasa.surfaces.http.guard import KEY, Guard, RequestLimits, Tokens
from lukasa.surfaces.http.mem0 import add_mem0
from lukasa.surfaces.http.metrics import Metrics
from lukasa.surfaces.http.proxy import Proxy, Upstream
from lukasa.surfaces.http.share import FairShare
from lukasa.surfaces.http.web_page import page_routes
from lukasa.surfaces.keys import Key, KeyFile
from lukasa.surfaces.schemas import encoded

_PREFIX = "/v1/users/{user}"

_BATCH = 500
"""Lines of an import that are stored together."""

_LONGEST_LINE = 4_000_000

Opener = Callable[[], Awaitable[AsyncMemory]]


def make_app(
    opener: Opener,
    *,
    keys: KeyFile,
    clock: Callable[[], datetime],
    hosts: Sequence[str] = (),
    origins: Sequence[str] = (),
    limits: RequestLimits | None = None,
    upstream: Upstream | None = None,
    tokens: Tokens | None = None,
) -> ASGIApp:
    """Return the application that serves the memory that *opener* opens when it starts, and closes when it ends."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            memory = await stack.enter_async_context(await opener())
            app.state.memory = memory
            for running in app.state.running:
                await stack.enter_async_context(running())
            # Jobs that an earlier process left are done now; those that this one leaves, it gives back when it ends.
            left = asyncio.create_task(memory.flush())
            yield
            left.cancel()
            with suppress(asyncio.CancelledError, LukasaError):
                await left

    app = FastAPI(
        title="Lukasa",
        version=version("lukasa"),
        summary="Long-term memory for AI agents.",
        lifespan=lifespan,
        responses={status: {"description": text, **_PROBLEM} for status, text in _REFUSALS.items()},
        openapi_url=None,
        docs_url=None,  # Its page would load scripts from elsewhere.
        redoc_url=None,
        redirect_slashes=False,
        # Spans would have addresses with users in them, and messages of errors.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        exception_handlers={
            LukasaError: problems.on_error,
            RequestValidationError: problems.on_invalid,
            HTTPException: problems.on_refusal,
            Exception: problems.on_failure,
        },
    )
    app.router.route_class = Door
    counts = Metrics()
    _add_verbs(app)
    _add_server(app, counts, clock)
    add_mem0(app)
    app.router.routes += page_routes()
    app.state.share = FairShare((limits or RequestLimits()).at_once)
    app.state.running = [*_add_tools(app), *_add_proxy(app, upstream)]
    return Guard(
        app,
        keys=keys,
        clock=clock,
        hosts=hosts,
        origins=origins,
        limits=limits,
        metrics=counts,
        tokens=tokens,
    )


_PROBLEM: Mapping[str, Any] = {
    "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
}

_REFUSALS: Mapping[int | str, str] = {
    401: "No key, or one that is not known or has expired.",
    403: "The key may not do that.",
    404: "There is no such thing.",
    409: "Something else came first.",
    412: "It has changed since.",
    422: "The request cannot be understood or stored.",
    "default": "Any other failure.",
}


def _add_verbs(app: FastAPI) -> None:
    for route in ROUTES:
        usual = media_types(route)
        app.add_api_route(
            _PREFIX + route.path,
            endpoint(route),
            methods=[route.method],
            operation_id=route.name or route.verb,
            response_model=reply_model(route),
            response_class=Response if usual else JSONResponse,
            responses={200: usual} if usual else None,
            summary=_summary(route.name or route.verb),
        )


def _summary(name: str) -> str:
    return name.replace("_", " ").capitalize()


# --- the server itself -----------------------------------------------------------------------------------------------


class WhoAmI(BaseModel):
    """What a key is for."""

    id: str
    tenant: str
    user: str | None
    role: Role
    expires_at: datetime | None


class Users(BaseModel):
    """Who has a memory."""

    items: list[str]


def _add_server(app: FastAPI, counts: Metrics, clock: Callable[[], datetime]) -> None:
    @app.get("/healthz", summary="Whether the process runs", response_class=PlainTextResponse)
    async def healthz() -> str:
        return "ok"

    @app.get("/readyz", summary="Whether the store answers", response_class=PlainTextResponse)
    async def readyz(request: Request) -> str:
        await request.app.state.memory.jobs(limit=1)
        return "ok"

    @app.get(
        "/metrics",
        summary="Counts of requests and of background jobs, for Prometheus",
        response_class=PlainTextResponse,
    )
    @needs("admin", counts=False)
    async def counted(request: Request) -> Response:
        counts.show_jobs(await request.app.state.memory.jobs(limit=metrics.MOST_JOBS), clock())
        return Response(counts.text(), media_type=metrics.MEDIA_TYPE)

    @app.get("/v1/me", summary="What the key is for")
    @needs("read", counts=False)
    async def me(request: Request) -> WhoAmI:
        key: Key = request.scope[KEY]
        return WhoAmI(id=key.id, tenant=key.tenant, user=key.user, role=key.role, expires_at=key.expires_at)

    @app.get("/v1/users", summary="Who has a memory here")
    @needs("admin")
    async def users(request: Request) -> Users:
        key: Key = request.scope[KEY]
        if key.user is not None:
            return Users(items=[key.user])
        partitions = await request.app.state.memory.partitions()
        return Users(items=[each.user for each in partitions if each.tenant == key.tenant])

    @app.post(
        f"{_PREFIX}/import",
        operation_id="import",
        summary="Import",
        response_model=Imported,
        openapi_extra={"requestBody": {"required": True, "content": {LINES: {"schema": {"type": "string"}}}}},
    )
    @needs("write", counts=False)
    async def import_(request: Request, user: Annotated[str, Path(description="Whose memory.")]) -> Response:  # noqa: ARG001 - described
        """Store messages, one in JSON on each line, as `export` gives them. They are read as they come, of any number.

        What was read before a line that cannot be stored is kept; sent again, it is not stored twice.
        """
        return Response(encoded(await _imported(request, request.state.handle)), media_type=JSON)

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi(request: Request) -> Response:
        return Response(json.dumps(_openapi(request.app)), media_type=JSON)


def _add_tools(app: FastAPI) -> list[Callable[[], AbstractAsyncContextManager[None]]]:
    """Serve the tools for models too, if their library is installed; return what must run meanwhile."""
    if find_spec("mcp") is None:
        return []
    from lukasa.surfaces.mcp.http import mcp_route  # noqa: PLC0415 - of another extra

    tools = mcp_route("/mcp", lambda: app.state.memory, lambda scope: scope[KEY])
    inner = tools.route.app

    async def shared(scope: Scope, receive: Receive, send: Send) -> None:
        key: Key = scope[KEY]
        share: FairShare = app.state.share
        scope["route"] = tools.route  # for the log and the counts; FastAPI's own routes note themselves
        async with share.slot((key.tenant, key.user)) if scope["method"] == "POST" else nullcontext():
            await inner(scope, receive, send)

    tools.route.app = shared
    app.router.routes.append(tools.route)
    return [tools.running]


def _add_proxy(
    app: FastAPI, upstream: Upstream | None
) -> list[Callable[[], AbstractAsyncContextManager[None]]]:
    if upstream is None:
        return []
    proxy = Proxy(upstream, lambda: app.state.memory, lambda request: request.scope[KEY])
    app.router.routes.extend(proxy.routes())
    return [proxy.running]


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
        schema["components"]["schemas"]["Problem"] = problems.SCHEMA
        schema["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        schema["security"] = [{"key": []}]
        app.openapi_schema = schema
    return app.openapi_schema


# --- import ----------------------------------------------------------------------------------------------------------


class Imported(BaseModel):
    """What became of an import."""

    lines: int = 0
    turns: int = 0
    """Turns stored."""

    duplicates: int = 0
    """Turns that were known already."""

    skipped: int = 0
    """Messages without a text."""


async def _imported(request: Request, handle: AsyncHandle) -> Imported:
    done = Imported()
    batch: list[dict[str, Any]] = []
    async for line in _lines(request):
        done.lines += 1
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            raise InputError(f"line {done.lines} is no JSON; {_kept(done)}") from None
        if not isinstance(message, dict):
            raise InputError(f"line {done.lines} is no object; {_kept(done)}")
        batch.append(message)
        if len(batch) == _BATCH:
            await _store(handle, batch, done)
            batch = []
    await _store(handle, batch, done)
    return done


async def _store(handle: AsyncHandle, batch: list[dict[str, Any]], done: Imported) -> None:
    if not batch:
        return
    try:
        receipt: Receipt = await handle.remember(batch)
    except InputError as error:
        first = done.lines - len(batch) + 1
        raise InputError(f"in lines {first} to {done.lines}: {error}; {_kept(done)}") from error
    done.turns += len(receipt.turns)
    done.duplicates += len(receipt.duplicates)
    done.skipped += len(receipt.skipped)


def _kept(done: Imported) -> str:
    return f"{done.turns + done.duplicates:,} turns before it are stored"


async def _lines(request: Request) -> AsyncIterator[bytes]:
    rest = b""
    async for piece in request.stream():
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            if line.strip():
                yield line
        if len(rest) > _LONGEST_LINE:
            raise InputError(f"a line has more than {_LONGEST_LINE:,} bytes")
    if rest.strip():
        yield rest
