"""The way to a server: requests are sent, again where that is safe, and what it refuses is raised as the error that it was there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lukasa import errors
from lukasa.adapters.endpoint import Endpoint, retry_after, why_lost
from lukasa.errors import (
    AccessError,
    ConfigError,
    InputError,
    LukasaError,
    RateLimitedError,
    ServerDownError,
    ServerError,
)
from lukasa.policy import ClientPolicy

if TYPE_CHECKING:
    from httpx2 import Response

ERROR = "urn:lukasa:error:"
"""What the type of a problem begins with, before the name of the error."""

_ERRORS: Mapping[str, type[LukasaError]] = {
    name: value
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, LukasaError)
}
_TOO_OFTEN = 429
_BY_STATUS: Mapping[int, type[LukasaError]] = {
    401: AccessError,
    403: AccessError,
    408: ServerDownError,
    413: InputError,
    422: InputError,
    _TOO_OFTEN: ServerDownError,
    502: ServerDownError,
    503: ServerDownError,
    504: ServerDownError,
}
"""Of what was refused before it came to a verb."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, under the server's address."""

    method: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = False
    """Sent twice, it does nothing twice."""

    seconds: float = 0.0
    """How long the verb itself may wait, beside the usual time."""


def is_address(store: str) -> bool:
    """Whether a store is one that a server has."""
    return store.lower().startswith(("http://", "https://"))


class Connection:
    """Requests to one server with one key."""

    def __init__(self, address: str, key: str, policy: ClientPolicy) -> None:
        """Prepare; nothing is sent yet. Raises `ConfigError` for an address that cannot be used, or without a key."""
        parts = urlsplit(address)
        if parts.scheme.lower() == "http" and not _is_loopback(parts.hostname or ""):
            raise ConfigError(
                f"the key and the memory would go to {parts.hostname!r} unencrypted; use https://, or http:// on this machine"
            )
        if not key:
            raise ConfigError(
                "a server needs a key: key=… or LUKASA_SERVER_KEY (`lukasa keys create` makes one)"
            )
        if parts.query or parts.fragment or "@" in parts.netloc:
            raise ConfigError(
                "the address of a server has no user, no query and no fragment; name the key by key=…"
            )
        self._endpoint = Endpoint(
            address,
            "",
            serves="client",
            example="https://memory.example",
            api_key=key,
            timeout=policy.timeout,
        )
        self.address = self._endpoint.url
        self._policy = policy

    async def send(self, request: Request) -> bytes:
        """Return the body of the reply. Raises the error of a request that is refused, and `ServerDownError`."""
        async with self.reply(request) as response:
            return response.content

    async def json(self, request: Request) -> Any:
        """Return the reply's JSON. Raises as `send` does, and `ServerError` for a reply that has none."""
        try:
            return json.loads(await self.send(request))
        except ValueError as error:
            raise self.unreadable() from error

    @asynccontextmanager
    async def reply(self, request: Request, *, streamed: bool = False) -> AsyncIterator[Response]:
        """Send; have the reply of a request that was taken, *streamed* or with its body read."""
        import httpx2  # noqa: PLC0415 - only who uses a server pays for it

        response = await self._taken(request, streamed=streamed)
        try:
            yield response
        except httpx2.TransportError as error:
            raise self._lost(error) from error
        finally:
            await response.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._endpoint.aclose()

    def error(self, problem: object, status: int = 0) -> LukasaError:
        """Return the error that a problem (RFC 9457) describes; the status says it where no error of ours is named."""
        match problem:
            case {"type": str(kind), "detail": str(detail)}:
                named = _ERRORS.get(kind.removeprefix(ERROR)) if kind.startswith(ERROR) else None
            case _:
                named, detail = None, f"{self._endpoint.host} answered {status}"
        return (named or _BY_STATUS.get(status, ServerError))(detail)

    def unreadable(self) -> ServerError:
        """Return the error for a reply that is not Lukasa's."""
        return ServerError(
            f"{self._endpoint.host} does not answer as Lukasa does; is it a `lukasa serve` of this version?"
        )

    async def _taken(self, request: Request, *, streamed: bool) -> Response:
        """Send until the request is taken, or must not be sent again."""
        wait = self._policy.first_wait
        for left in reversed(range(max(1, self._policy.attempts))):
            attempt = await self._attempt(request, streamed=streamed)
            if attempt.response is not None:
                return attempt.response
            if not (left and (attempt.untouched or (request.repeatable and attempt.passing))):
                raise attempt.failure
            await asyncio.sleep(
                min(wait if attempt.wait is None else attempt.wait, self._policy.longest_wait)
            )
            wait *= 2
        raise AssertionError  # pragma: no cover - the last attempt returns or raises

    async def _attempt(self, request: Request, *, streamed: bool) -> _Attempt:
        import httpx2  # noqa: PLC0415 - as above

        client = await self._endpoint.client()
        policy = self._policy
        prepared = client.build_request(
            request.method,
            self.address + request.path,
            params=list(request.query) or None,
            content=request.body,
            headers={**({"Content-Type": "application/json"} if request.body else {}), **request.headers},
            timeout=httpx2.Timeout(policy.timeout + request.seconds, connect=policy.connect),
        )
        try:
            response = await client.send(prepared, stream=True)
            if not (streamed and response.is_success):
                try:
                    await response.aread()
                finally:
                    await response.aclose()
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            return _Attempt(failure=self._lost(error), untouched=True)
        except httpx2.TransportError as error:
            return _Attempt(failure=self._lost(error), passing=True)
        if response.is_success:
            return _Attempt(response=response)
        failure = self._refusal(response)
        return _Attempt(
            failure=failure,
            untouched=response.status_code == _TOO_OFTEN,
            passing=type(failure) is ServerDownError,
            wait=retry_after(response),
        )

    def _lost(self, error: Exception) -> ServerDownError:
        # The message of a library may quote the address, and so a user.
        return ServerDownError(f"{self._endpoint.host} does not answer ({why_lost(error)})")

    def _refusal(self, response: Response) -> LukasaError:
        try:
            problem = response.json()
        except ValueError:
            problem = None
        error = self.error(problem, response.status_code)
        if isinstance(error, RateLimitedError):
            error.wait = retry_after(response)
        return error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """What became of sending a request once."""

    response: Response | None = None
    failure: LukasaError = field(default_factory=ServerDownError)
    untouched: bool = False
    """The server did nothing."""

    passing: bool = False
    """It may be over soon."""

    wait: float | None = None
    """Seconds, if the server said how long."""


def _is_loopback(host: str) -> bool:
    try:
        return host.lower() == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
