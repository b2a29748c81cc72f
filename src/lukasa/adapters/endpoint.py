"""An HTTP endpoint: its address, a client that is opened when it is first used, and what a reply asks for."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lukasa.errors import ClosedError, ConfigError

if TYPE_CHECKING:
    from httpx2 import AsyncClient, Response

_CONNECTIONS = 100
_CODE = re.compile(r"[A-Za-z][A-Za-z_]{1,47}")


class Endpoint:
    """One path of an OpenAI-compatible server."""

    def __init__(
        self,
        base_url: str,
        path: str,
        *,
        serves: str,
        example: str,
        api_key: str | None,
        timeout: float | None,
    ) -> None:
        """Prepare; nothing is sent yet. *serves* and *example* (an address) are for error messages.

        Raises `ConfigError` for an address that is not one.
        """
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ConfigError(
                f"the address of the {serves} must begin with http:// or https://, such as {example!r}"
            )
        self.url = base_url.rstrip("/") + path
        self.host = parts.netloc.rpartition("@")[2]
        self._serves = serves
        self._api_key = api_key
        self._timeout = timeout
        self._client: AsyncClient | None = None
        self._closed = False

    async def client(self) -> AsyncClient:
        """Return the client, the same for all calls. Raises `ClosedError` after `aclose`."""
        if self._closed:
            raise ClosedError(f"the {self._serves} was closed; open the memory again")
        if self._client is None:
            # In a thread: it imports the library, and reads the system's certificates from disk.
            client = await asyncio.to_thread(self._open)
            if self._client is None:
                self._client = client
            else:
                await client.aclose()
        return self._client

    async def aclose(self) -> None:
        """Close the client."""
        self._closed = True
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def _open(self) -> AsyncClient:
        from httpx2 import AsyncClient, Limits  # noqa: PLC0415 - only who uses an endpoint pays for it

        headers = {} if self._api_key is None else {"Authorization": f"Bearer {self._api_key}"}
        # As many as are used are kept: else, of 64 callers, 44 open a connection for every call.
        limits = Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)
        return AsyncClient(headers=headers, timeout=self._timeout, limits=limits)


def why_lost(error: BaseException) -> str:
    """Return the name of what broke a connection, such as `ConnectionRefusedError`; of TLS, also the code of what went wrong."""
    inner = error
    while (beneath := inner.__cause__ or inner.__context__) is not None:
        inner = beneath
    if not isinstance(inner, OSError):
        return type(error).__name__
    code = getattr(inner, "reason", None)
    return f"{type(inner).__name__}: {code}" if is_code(code) else type(inner).__name__


def is_code(value: object) -> bool:
    """Whether a value is the code of an error, and so may be shown; other texts may quote what was sent."""
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


_SPENT = frozenset({"insufficient_quota", "billing_hard_limit_reached"})


def out_of_credit(code: object) -> bool:
    """Whether the code of an error says that the account is empty: waiting does not fill it."""
    return code in _SPENT


def error_codes(answer: object) -> tuple[object, object]:
    """Return what the body of an error calls it: its code, and its type."""
    error = answer.get("error") if isinstance(answer, dict) else None
    return (error.get("code"), error.get("type")) if isinstance(error, dict) else (None, None)


def retry_after(response: Response) -> float | None:
    """Return the seconds to wait: a number, or a date, counted from the reply's own date and not from our clock."""
    header = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", header):
        return float(header)
    until, now = _date(header), _date(response.headers.get("date", ""))
    return None if until is None or now is None else max(0.0, (until - now).total_seconds())


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
