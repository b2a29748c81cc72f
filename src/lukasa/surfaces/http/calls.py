"""From a route to what answers it: parameters are checked by their verb's model, and the reply is written as JSON."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import aclosing
from typing import Annotated, Any, NamedTuple, TypeVar, cast, get_args, get_origin
from urllib.parse import unquote_to_bytes

from fastapi import Body, Header, Path, Query
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field, create_model
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from lukasa import Answer, AsyncHandle, AsyncMemory
from lukasa.errors import InputError, LukasaError, shown
from lukasa.remote.routes import LONGEST_PAGE, Role, Route
from lukasa.surfaces.http.guard import KEY, OPEN_PATHS
from lukasa.surfaces.http.pages import PAGE, page
from lukasa.surfaces.http.problems import of_error
from lukasa.surfaces.http.share import FairShare
from lukasa.surfaces.keys import Key
from lukasa.surfaces.schemas import encoded, reply_type, request_model

JSON, LINES, EVENTS = "application/json", "application/x-ndjson", "text/event-stream"

Answering = TypeVar("Answering", bound=Callable[..., Awaitable[Any]])

_GRAPHS = {
    "graphml": "application/xml",
    "jsonld": "application/ld+json",
    "cypher": "text/plain",
    "dot": "text/vnd.graphviz",
    "html": "text/html",
}


def needs(role: Role, *, counts: bool = True) -> Callable[[Answering], Answering]:
    """Say what a key must be allowed to do to reach an endpoint, and whether it counts among what an owner has at once."""

    def mark(endpoint: Answering) -> Answering:
        endpoint.role, endpoint.counts = role, counts  # type: ignore[attr-defined]
        return endpoint

    return mark


class Door(APIRoute):
    """A route that looks at the key before it looks at anything that was sent."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See the base class."""
        answer = super().get_route_handler()
        if self.path in OPEN_PATHS:
            return answer
        role, counts = (getattr(self.endpoint, name) for name in ("role", "counts"))  # `needs` gave them

        async def admit(request: Request) -> Response:
            key: Key = request.scope[KEY]
            if not key.allows(role):
                raise HTTPException(
                    403, f"this needs a key with the role {role}, and this one has {key.role}"
                )
            if "user" in request.path_params:
                request.state.handle = _handle(request, key)
            if not counts:
                return await answer(request)
            await request.body()  # Nobody waits for one that comes slowly.
            share: FairShare = request.app.state.share
            async with share.slot((key.tenant, key.user)):
                return await answer(request)

        return admit


def _handle(request: Request, key: Key) -> AsyncHandle:
    name = decoded(request.path_params["user"])
    if key.user is not None and key.user != name:
        raise HTTPException(403, "this key is for another user")
    memory: AsyncMemory = request.app.state.memory
    return memory.of(user=name, tenant=key.tenant)


def decoded(part: str) -> str:
    """Return a part of a path as it was meant: routes see it as it was sent."""
    try:
        return unquote_to_bytes(part).decode()
    except UnicodeError as error:
        raise InputError(f"the path is not UTF-8: {shown(part)}") from error


# --- one route -------------------------------------------------------------------------------------------------------


def endpoint(route: Route) -> Callable[..., Awaitable[Response]]:
    """Return the function that answers a route, with the signature that FastAPI reads."""
    verb = getattr(AsyncHandle, route.verb)
    textual = route.method == "GET"
    parameters = list(inspect.signature(verb).parameters)
    in_path = [name for name in parameters if f"{{{name}}}" in route.path]
    pages = _is_list(route)
    without = [*route.without, *in_path, *(["limit"] if pages else [])]
    model = request_model(
        f"{_title(route)}Query" if textual else f"{_title(route)}Request",
        verb,
        without=without,
        textual=textual,
    )
    if pages:
        model = create_model(
            model.__name__,
            __base__=model,
            limit=(int, Field(PAGE, ge=1, le=LONGEST_PAGE, description="How many things a page has.")),
            cursor=(str | None, Field(None, description="The `next` of the page before.")),
        )
    place = Query() if textual else Body(openapi_examples=_examples(route))
    reply = _REPLIES.get(route.verb if not route.name else route.name) or (_page if pages else _json)

    async def call(request: Request, **values: Any) -> Response:
        handle: AsyncHandle = request.state.handle
        asked: BaseModel = values["asked"]
        # Only what was sent: the verb has its own defaults.
        arguments = {name: getattr(asked, name) for name in asked.model_fields_set}
        if pages:
            arguments = {"limit": PAGE, "cursor": None, **arguments}
        arguments |= {name: decoded(values[name]) for name in in_path}
        return await reply(VerbCall(request, route, getattr(handle, route.verb), arguments))

    described = [
        _parameter("request", Request),
        _parameter("user", Annotated[str, Path(description="Whose memory.")]),
        *(_parameter(name, Annotated[str, Path(description="Its id.")]) for name in in_path),
    ]
    optional = not textual and not any(field.is_required() for field in model.model_fields.values())
    described.append(
        _parameter("asked", Annotated[model, place], model() if optional else inspect.Parameter.empty)
    )
    described += [
        _parameter(name, Annotated[str | None, Header(alias=alias, description=text)], None)
        for name, alias, text in _HEADERS.get(route.verb, ())
    ]
    call.__signature__ = inspect.Signature(described)  # type: ignore[attr-defined]
    call.__name__ = route.name or route.verb
    call.__doc__ = inspect.getdoc(verb)
    return needs(route.role, counts=route.verb not in _LONG)(call)


_LONG = {"ask", "ask_stream", "chat", "erase", "export", "flush", "maintain", "reextract"}
"""Verbs that wait for a model, jobs or files, or answer piece by piece."""


_HEADERS = {
    "remember": (
        (
            "key",
            "Idempotency-Key",
            "As `key`: with the same key, a request that is sent again stores nothing twice.",
        ),
    ),
    "amend": (("revision", "If-Match", "The `ETag` of the fact: 412 when it has changed since."),),
}
"""Headers that stand for a parameter."""


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _examples(route: Route) -> Any:
    return {"example": {"value": dict(route.example)}} if route.example else None


def _title(route: Route) -> str:
    return (route.name or route.verb).title().replace("_", "")


def _is_list(route: Route) -> bool:
    if route.name or route.verb in _REPLIES:
        return False
    return route.method == "GET" and get_origin(reply_type(getattr(AsyncHandle, route.verb))) is list


def reply_model(route: Route) -> Any:
    """Return the type of a route's reply; `None`: it is no JSON."""
    if route.verb in {"ask_stream", "export", "graph"}:
        return None
    kind = reply_type(getattr(AsyncHandle, route.verb))
    if route.verb == "path":
        return create_model("Path", items=(kind, ...), next=(None, ...))
    if route.name == "fact":
        (kind,) = get_args(kind)
    elif get_origin(kind) is list:
        return create_model(f"{_title(route)}Page", items=(kind, ...), next=(str | None, ...))
    return create_model(f"{_title(route)}Count", count=(int, ...)) if kind is int else kind


def media_types(route: Route) -> dict[str, Any] | None:
    """Return what a reply that is no JSON has in its place."""
    match route.verb:
        case "ask_stream":
            text = (
                "Events `text` with pieces of the answer, then one `answer` with all of it, or one `error`."
            )
            kinds: dict[str, Any] = {EVENTS: {}}
        case "export":
            text, kinds = "A message in JSON on each line.", {LINES: {}}
        case "graph":
            text, kinds = "The graph.", {kind: {"schema": {"type": "string"}} for kind in _GRAPHS.values()}
        case _:
            return None
    return {"description": text, "content": kinds}


# --- replies ---------------------------------------------------------------------------------------------------------


class VerbCall(NamedTuple):
    """A verb that is to be called."""

    request: Request
    route: Route
    verb: Callable[..., Any]
    arguments: Mapping[str, Any]


_DIGITS = 18
"""Of the largest revision that is taken: it fits in 64 bits."""


async def _json(call: VerbCall) -> Response:
    value = await call.verb(**call.arguments)
    if isinstance(value, list) or value is None:  # `None`: there is no path
        value = {"items": value, "next": None}
    return Response(encoded({"count": value} if isinstance(value, int) else value), media_type=JSON)


async def _page(call: VerbCall) -> Response:
    limits = "limit" in inspect.signature(call.verb).parameters
    found = await page(call.verb, call.arguments, order=call.route.order, limits=limits)
    return Response(encoded({"items": found.items, "next": found.next}), media_type=JSON)


async def _remember(call: VerbCall) -> Response:
    key = call.request.headers.get("idempotency-key")
    if key is None:
        return await _json(call)
    if call.arguments.get("key", key) != key:
        raise InputError("the header Idempotency-Key and `key` disagree; send one of them")
    return await _json(call._replace(arguments={**call.arguments, "key": key}))


async def _fact(call: VerbCall) -> Response:
    return _one_fact(call.request, (await call.verb(**call.arguments))[-1])


async def _amended(call: VerbCall) -> Response:
    match = call.request.headers.get("if-match", "*")
    arguments = dict(call.arguments)
    if match != "*":
        revision = match.strip().removeprefix("W/").strip('"')
        if not (revision.isascii() and revision.isdecimal() and len(revision) <= _DIGITS):
            raise InputError(f"If-Match must be the ETag of the fact, not {shown(match)}")
        arguments["revision"] = int(revision)
    return _one_fact(call.request, await call.verb(**arguments))


def _one_fact(request: Request, fact: Any) -> Response:
    tag = {"ETag": f'"{fact.revision}"'}
    if request.method == "GET" and request.headers.get("if-none-match") == tag["ETag"]:
        return Response(status_code=304, headers=tag)
    return Response(encoded(fact), media_type=JSON, headers=tag)


async def _graph(call: VerbCall) -> Response:
    text = await call.verb(**call.arguments)
    kind = call.arguments.get("format", "graphml")
    # It is somebody's words: a browser keeps it as a file and shows it in no page of this server.
    headers = {"Content-Disposition": f'attachment; filename="graph.{kind}"'}
    return Response(text.encode("utf-8", "replace"), media_type=_GRAPHS[kind], headers=headers)


async def _lines(call: VerbCall) -> Response:
    async def lines() -> AsyncIterator[bytes]:
        async with aclosing(call.verb(**call.arguments)) as messages:
            async for message in messages:
                yield encoded(message) + b"\n"

    return await _begun(lines(), LINES)


async def _events(call: VerbCall) -> Response:
    async def events() -> AsyncIterator[bytes]:
        async with aclosing(call.verb(**call.arguments)) as pieces:
            async for piece in pieces:
                yield _event("answer" if isinstance(piece, Answer) else "text", encoded(piece))

    return await _begun(events(), EVENTS, on_error=lambda error: _event("error", bytes(of_error(error).body)))


def _event(name: str, data: bytes) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), data)


async def _begun(
    pieces: AsyncIterator[bytes],
    media_type: str,
    *,
    on_error: Callable[[LukasaError], bytes] | None = None,
) -> Response:
    """Answer piece by piece, once there is a first one: what fails before that has a status of its own."""
    first = await anext(pieces, b"")

    async def stream() -> AsyncIterator[bytes]:
        try:
            yield first
            async for piece in pieces:
                yield piece
        except LukasaError as error:
            if on_error is None:
                raise
            yield on_error(error)
        finally:
            await cast("Any", pieces).aclose()

    return StreamingResponse(stream(), media_type=media_type)


Replying = Callable[[VerbCall], Awaitable[Response]]

_REPLIES: Mapping[str, Replying] = {
    "remember": _remember,
    "fact": _fact,
    "amend": _amended,
    "graph": _graph,
    "export": _lines,
    "ask_stream": _events,
}
"""What is answered in a way of its own, by verb or name of the operation."""
