"""Connections and transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

import psycopg
from psycopg.conninfo import conninfo_to_dict

from lukasa.adapters.stores.postgres.sql import Connection, Values, first, run, sql
from lukasa.adapters.stores.postgres.texts import adapt
from lukasa.domain.scope import Partition
from lukasa.errors import ConfigError, shown_url

_OWN = {"schema", "pieces"}
"""What an address may say that is not for libpq."""

_CONNECT_SECONDS = 10
MOVED = UUID(int=0)
"""Stands for the partition of a tombstone that came from a store which does not say whose it is."""

ALL = "all"
"""The scope that sees every partition."""


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """Where the store is."""

    url: str
    """For libpq."""

    shown: str
    """Without password."""

    schema: str = "lukasa"
    pieces: int = 16
    """Into how many pieces tables are cut when they are made."""


def read_address(url: str) -> StoreAddress:
    """Return what `postgresql://…` names; raise `ConfigError` when libpq cannot read it."""
    if url.startswith("//"):
        url = f"postgresql:{url}"
    parts = urlsplit(url)
    options = parse_qsl(parts.query, keep_blank_values=True)
    own = {name: value for name, value in options if name in _OWN}
    rest = urlencode([(name, value) for name, value in options if name not in _OWN], safe="/:,=")
    plain = urlunsplit(parts._replace(query=rest))
    try:
        conninfo_to_dict(plain)
    except psycopg.ProgrammingError as error:
        raise ConfigError(f"the store's address cannot be read: {str(error).strip()}") from None
    pieces, schema = own.get("pieces", "16"), own.get("schema", "lukasa")
    if not pieces.isdecimal() or not 1 <= int(pieces) <= 1024:  # noqa: PLR2004 - as said
        raise ConfigError(f"pieces={pieces!r} of the store's address must be a number from 1 to 1024")
    if not schema.isidentifier():
        raise ConfigError(
            f"schema={schema!r} of the store's address must be a name: letters, digits, underscores"
        )
    return StoreAddress(url=plain, shown=shown_url(plain), schema=schema, pieces=int(pieces))


def connect(address: StoreAddress, *, timeout: float) -> Connection:
    """Return a connection that begins transactions only when told to; it waits no longer than *timeout* seconds for locks."""
    connection = psycopg.connect(
        address.url,
        autocommit=True,
        connect_timeout=min(_CONNECT_SECONDS, max(2, int(timeout))),
        application_name="lukasa",
    )
    adapt(connection)
    milliseconds = int(timeout * 1000)
    values: Values = {
        "schema": address.schema,
        "lock": str(milliseconds),
        "statement": str(max(60_000, 2 * milliseconds)),
    }
    try:
        run(connection, sql("configure"), values)
    except BaseException:
        connection.close()
        raise
    return connection


def identity(partition: Partition) -> UUID:
    """Return the number of a partition: made from its names, so that nothing needs to be asked for it."""
    tenant, user = (
        partition.tenant.encode("utf-8", "surrogatepass"),
        partition.user.encode("utf-8", "surrogatepass"),
    )
    return UUID(
        bytes=blake2b(
            len(tenant).to_bytes(8) + tenant + user, digest_size=16, person=b"lukasa partition"
        ).digest()
    )


def lock_of(partition: UUID) -> int:
    """Return the number of the lock that whoever writes to a partition holds."""
    return int.from_bytes(partition.bytes[:8], signed=True)


@contextmanager
def reading(connection: Connection, scope: str) -> Iterator[None]:
    """See one state of one partition (`ALL`: of the store) inside."""
    with _transaction(connection, "begin_read"):
        run(connection, sql("enter"), {"scope": scope})
        yield


@dataclass(slots=True)
class Transaction:
    """A transaction that writes."""

    id: str = ""
    """Its number, by which the server says later what became of it."""

    ending: bool = False
    """Whether it was told to commit: from then on, a broken connection leaves open whether it has."""


@contextmanager
def writing(
    connection: Connection, scope: str, *, lock: int | None, transaction: Transaction
) -> Iterator[None]:
    """Write inside, all or nothing; holding *lock*, no other does."""
    with _transaction(connection, "begin", transaction):
        _, transaction.id, _ = first(connection, sql("enter_write"), {"scope": scope, "lock": lock})
        yield


@contextmanager
def _transaction(
    connection: Connection, begin: str, transaction: Transaction | None = None
) -> Iterator[None]:
    run(connection, sql(begin))
    try:
        yield
        if transaction is not None:
            transaction.ending = True
        run(connection, sql("commit"))
    except BaseException:
        with suppress(psycopg.Error):
            run(connection, sql("rollback"))
        raise
