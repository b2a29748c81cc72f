"""What mem0's `MemoryClient(api_key=…, host="…/mem0")` calls, over the memories of the key's tenant."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any, TypeVar
from urllib.parse import unquote

from fastapi import Body, FastAPI, Query
from pydantic import ValidationError, validate_call
from starlette.requests import Request

from lukasa.errors import InputError, NotFoundError, shown
from lukasa.integrations.mem0 import AsyncMemory
from lukasa.remote.routes import Role
from lukasa.surfaces.http.calls import needs
from lukasa.surfaces.http.guard import KEY
from lukasa.surfaces.keys import Key

PREFIX = "/mem0"

Json = dict[str, Any]
T = TypeVar("T")

_BODY: Any = Body()
_PAGE: Any = Query(1, ge=1, le=10_000)
_PAGE_SIZE: Any = Query(100, ge=1, le=1000)

_NOT_OURS = (
    "app_id",
    "org_id",
    "project_id",
    "output_format",
    "version",
    "async_mode",
    "enable_graph",
    "fields",
    "keyword_search",
)
"""What the client may send that says nothing here."""


def add_mem0(app: FastAPI) -> None:
    """Add the routes. They are not in our OpenAPI: what they take and give is mem0's to say."""
    routes: tuple[tuple[str, str, Role, Callable[..., Any]], ...] = (
        ("GET", "/v1/ping/", "read", _ping),
        ("POST", "/v3/memories/add/", "write", _add),
        ("POST", "/v3/memories/", "read", _list),
        ("POST", "/v3/memories/search/", "read", _search),
        ("GET", "/v1/memories/{memory}/", "read", _get),
        ("PUT", "/v1/memories/{memory}/", "write", _update),
        ("DELETE", "/v1/memories/{memory}/", "write", _delete),
        ("GET", "/v1/memories/{memory}/history/", "read", _history),
        ("DELETE", "/v1/memories/", "write", _delete_all),
        ("PUT", "/v1/batch/", "write", _update_batch),
        ("DELETE", "/v1/batch/", "write", _delete_batch),
        ("GET", "/v1/entities/", "read", _entities),
        ("DELETE", "/v2/entities/{kind}/{name}/", "write", _delete_entity),
    )
    for method, path, role, endpoint in routes:
        needs(role)(endpoint)
        app.add_api_route(
            f"{PREFIX}{path}", endpoint, methods=[method], response_model=None, include_in_schema=False
        )


def _memory(request: Request) -> AsyncMemory:
    key: Key = request.scope[KEY]
    return AsyncMemory(memory=request.app.state.memory, tenant=key.tenant, only=key.user)


async def _ping(request: Request) -> Json:
    key: Key = request.scope[KEY]
    return {"status": "ok", "org_id": key.tenant, "project_id": key.tenant, "user_email": None}


async def _add(request: Request, body: Json = _BODY) -> Json:
    return await _called(AsyncMemory.add, _memory(request), body)


async def _list(request: Request, body: Json = _BODY, page: int = _PAGE, page_size: int = _PAGE_SIZE) -> Json:
    """Return one page of memories."""
    last = page * page_size
    found = await _called(AsyncMemory.get_all, _memory(request), {**body, "top_k": last + 1})
    results = found["results"][last - page_size : last]
    following = page + 1 if len(found["results"]) > last else None
    return {"count": len(results), "next": following, "previous": page - 1 or None, "results": results}


async def _search(request: Request, body: Json = _BODY) -> Json:
    return await _called(AsyncMemory.search, _memory(request), body)


async def _get(request: Request, memory: str) -> Json:
    found = await _memory(request).get(unquote(memory))
    if found is None:
        raise NotFoundError(f"Memory with id {shown(unquote(memory))} not found")
    return found


async def _update(request: Request, memory: str, body: Json = _BODY) -> Json:
    memories = _memory(request)
    await _called(AsyncMemory.update, memories, {**body, "memory_id": unquote(memory)})
    return await memories.get(unquote(memory)) or {}


async def _delete(request: Request, memory: str) -> dict[str, str]:
    return await _memory(request).delete(unquote(memory))


async def _history(request: Request, memory: str) -> list[Json]:
    return await _memory(request).history(unquote(memory))


async def _delete_all(request: Request) -> dict[str, str]:
    return await _called(AsyncMemory.delete_all, _memory(request), dict(request.query_params))


async def _update_batch(request: Request, body: Json = _BODY) -> Json:
    memories = _listed(body)
    for each in memories:
        await _called(AsyncMemory.update, _memory(request), each)
    return {"message": f"Successfully updated {len(memories)} memories"}


async def _delete_batch(request: Request, body: Json = _BODY) -> Json:
    memories = _listed(body)
    for each in memories:
        await _called(AsyncMemory.delete, _memory(request), each)
    return {"message": f"Successfully deleted {len(memories)} memories"}


async def _entities(request: Request) -> Json:
    return await _memory(request).users()


async def _delete_entity(request: Request, kind: str, name: str) -> dict[str, str]:
    return await _called(AsyncMemory.delete_all, _memory(request), {f"{kind}_id": unquote(name)})


async def _called(verb: Callable[..., Awaitable[T]], memories: AsyncMemory, body: Mapping[str, Any]) -> T:
    """Call a verb with what was sent. Raises `InputError` for what it does not take, with the names."""
    named = {name: value for name, value in body.items() if name not in _NOT_OURS and value is not None}
    try:
        result: T = await _checked(verb)(memories, **named)
    except ValidationError as error:
        wrong = {
            ".".join(map(str, each["loc"][:1])): each["msg"] for each in error.errors(include_input=False)
        }
        told = "; ".join(f"{name}: {message}" for name, message in wrong.items())
        raise InputError(f"the request does not fit: {told}") from None
    return result


@cache
def _checked(verb: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
    return validate_call(verb)


def _listed(body: Mapping[str, Any]) -> list[Json]:
    memories = body.get("memories")
    if not isinstance(memories, list) or not all(isinstance(each, dict) for each in memories):
        raise InputError("the request needs a list of memories")
    return memories
