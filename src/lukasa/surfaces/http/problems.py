"""Errors as problem details (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from lukasa import errors
from lukasa.errors import LukasaError, RateLimitedError, StaleError

MEDIA_TYPE = "application/problem+json"

STATUSES: Mapping[type[LukasaError], int] = {
    errors.LukasaError: 500,
    errors.ConfigError: 409,
    errors.InputError: 422,
    errors.NotFoundError: 404,
    errors.ConflictError: 409,
    errors.StoreError: 500,
    errors.StoreBusyError: 503,
    errors.StoreFullError: 507,
    errors.StoreReadOnlyError: 503,
    errors.ProviderError: 502,
    errors.ProviderTimeoutError: 504,
    errors.ProviderDownError: 503,
    errors.RateLimitedError: 503,
    errors.OverBudgetError: 503,
    errors.ClosedError: 503,
}
"""The status of each error; one that is not named has that of its parent."""

_RETRY_SECONDS = 1

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "retryable"],
    "properties": {
        "type": {
            "type": "string",
            "description": "`urn:lukasa:error:` and the name of the error in `lukasa.errors`, or `about:blank`.",
        },
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong, and what to do."},
        "retryable": {"type": "boolean", "description": "Whether the same request may succeed later."},
        "errors": {
            "type": "array",
            "description": "Of a request that is not as its schema says: what is wrong where.",
            "items": {
                "type": "object",
                "properties": {"where": {"type": "string"}, "what": {"type": "string"}},
            },
        },
    },
}


def problem(
    status: int,
    title: str,
    detail: str,
    *,
    kind: str = "about:blank",
    retryable: bool = False,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, str]] = (),
) -> Response:
    """Return the reply that says what is wrong."""
    members: dict[str, object] = {
        "type": kind,
        "title": title,
        "status": status,
        "detail": detail,
        "retryable": retryable,
    }
    if errors:
        members["errors"] = list(errors)
    # In ASCII: an error may show a text that is no Unicode.
    return Response(json.dumps(members), status, media_type=MEDIA_TYPE, headers=dict(headers or {}))


def of_error(error: LukasaError, *, conditional: bool = False) -> Response:
    """Return the reply for an error of the library; *conditional*: the request named the version that it is about."""
    status = next(STATUSES[cls] for cls in type(error).__mro__ if cls in STATUSES)
    if conditional and isinstance(error, StaleError):
        status = 412
    wait = getattr(error, "wait", None) if isinstance(error, RateLimitedError) else None
    headers = {"Retry-After": str(max(1, round(wait or _RETRY_SECONDS)))} if error.retryable else {}
    return problem(
        status,
        (type(error).__doc__ or "").strip(),
        str(error),
        kind=f"urn:lukasa:error:{type(error).__name__}",
        retryable=error.retryable,
        headers=headers,
    )


async def on_error(request: Request, error: Exception) -> Response:
    """Answer for an error of the library."""
    if not isinstance(error, LukasaError):
        raise error
    return of_error(error, conditional="if-match" in request.headers)


async def on_invalid(_: Request, error: Exception) -> Response:
    """Answer a request that is not as its schema says; what it holds is not repeated."""
    if not isinstance(error, RequestValidationError):
        raise error
    found = [_complaint(each) for each in error.errors()[:20]]
    detail = "; ".join(f"{each['where']}: {each['what']}" for each in found)
    return problem(422, "The request is not as its schema says.", detail, errors=found)


def _complaint(error: Mapping[str, Any]) -> dict[str, str]:
    where, what = ".".join(map(str, error["loc"]))[:200], str(error["msg"])[:200]
    if error["type"] == "json_invalid":
        where, what = "body", f"It is not JSON, from character {error['loc'][-1]} on"
    elif where == "body" and error["type"] == "model_attributes_type":
        what = "It must be a JSON object, sent with Content-Type: application/json"
    return {"where": where, "what": what}


async def on_refusal(_: Request, error: Exception) -> Response:
    """Answer what was refused before it came to a verb."""
    if not isinstance(error, HTTPException):
        raise error
    titles = {404: "There is no such address.", 405: "This address does not take this method."}
    title = titles.get(error.status_code, "The request was refused.")
    # The framework's word for a body that it could not read.
    unread = "the body must be JSON in UTF-8, neither compressed nor deeply nested"
    detail = unread if error.status_code == 400 else str(error.detail)  # noqa: PLR2004 - as above
    return problem(error.status_code, title, detail, headers=error.headers)


async def on_failure(_: Request, __: Exception) -> Response:
    """Answer for an error that nobody foresaw."""
    return failure()


def failure() -> Response:
    """Return the reply for it; the log has where it was, and nothing of the content."""
    return problem(500, "Something failed inside.", "This is a bug of Lukasa; the server's log says where.")
