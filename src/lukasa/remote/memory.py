"""The memory of an application at a server."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from lukasa.domain.scope import Partition
from lukasa.engine.memory import AsyncEngine
from lukasa.errors import ClosedError, ConfigError
from lukasa.policy import ClientPolicy
from lukasa.remote.connection import Connection, Request
from lukasa.remote.handle import RemoteHandle


class RemoteEngine(AsyncEngine):
    """The verbs over all partitions, as far as a key reaches: to the users of its tenant."""

    def __init__(self, connection: Connection, tenant: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._closed = False

    def of(self, user: str, tenant: str | None = None) -> RemoteHandle:
        """See `AsyncEngine.of`. Raises `ConfigError` for another tenant than the key's."""
        if self._closed:
            raise ClosedError("this memory was closed; open it again")
        if tenant not in {None, self._tenant}:
            raise ConfigError(
                f"the key is for the tenant {self._tenant!r}; open the memory with a key for {tenant!r}"
            )
        return RemoteHandle(Partition(self._tenant, user), self._connection)

    async def partitions(self) -> list[Partition]:
        """See `AsyncEngine.partitions`; those of the key's tenant."""
        match await self._connection.json(Request(method="GET", path="/v1/users", repeatable=True)):
            case {"items": list(users)}:
                return [Partition(self._tenant, user) for user in users]
        raise self._connection.unreadable()

    async def aclose(self) -> None:
        """See `AsyncEngine.aclose`."""
        self._closed = True
        await self._connection.aclose()


Client = TypeVar("Client")


async def connected(
    make: Callable[[Connection, str], Client], address: str, *, key: str, policy: ClientPolicy
) -> Client:
    """Return a client, after the server has said what the key is for. Raises `ConfigError`, `AccessError`, `ServerError`."""
    connection = Connection(address, key, policy)
    try:
        me = await connection.json(Request(method="GET", path="/v1/me", repeatable=True))
        return make(connection, me["tenant"])
    except (LookupError, TypeError) as error:
        await connection.aclose()
        raise connection.unreadable() from error
    except BaseException:
        await connection.aclose()
        raise


def _at_home(name: str) -> Callable[..., Any]:
    """Return a verb over the whole store, of which a key has one tenant."""

    @wraps(getattr(AsyncEngine, name))
    async def refuse(self: RemoteEngine, *_: Any, **__: Any) -> None:
        raise ConfigError(
            f"{name}() is about the whole store, not about one tenant: call it where {self._connection.address} runs"
        )

    return refuse


for _name in (
    "stats",
    "verify",
    "backup",
    "compact",
    "doctor",
    "reembed",
    "reindex",
    "extract",
    "flush",
    "jobs",
    "retry",
    "work",
    "usage",
):
    setattr(RemoteEngine, _name, _at_home(_name))
