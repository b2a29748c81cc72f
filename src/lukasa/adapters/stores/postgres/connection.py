"""Connections and transactions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID, uuid4

import psycopg
from psycopg.conninfo import conninfo_to_dict

from lukasa.adapters.stores.postgres.sql import Connection, Values, first, run, sql
from lukasa.adapters.stores.postgres.texts import adapt
from lukasa.domain.scope import Partition
from lukasa.errors import ConfigError, shown_url

_OWN = {"schema", "pieces"}
"""What an address may say that is not for libpq."""

_CONNECT_SECONDS = 10
_PAUSE = 0.05
MOVED = UUID(int=0)
"""Stands for the partition of a tombstone that came from a store which does not say whose it is, and of what is of several."""

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
    with _transaction(connection, pipelined=scope != ALL):
        run(connection, sql("begin_read"))
        run(connection, sql("enter"), {"scope": scope})
        yield


@dataclass(slots=True)
class Transaction:
    """A transaction that writes."""

    partition: UUID
    """Whose rows it writes; `MOVED` when it is not one partition's alone."""

    id: str = ""
    """Its number, by which the server says later whether it has ended."""

    token: UUID = field(default_factory=uuid4)
    """Is in the database when it took effect."""

    wrote: bool = True
    """Whether there is anything of which it could be in doubt that it took effect."""

    ending: bool = False
    """Whether it was told to commit: from then on, a broken connection leaves open whether it has."""


@contextmanager
def writing(
    connection: Connection, scope: str, *, lock: int | None, transaction: Transaction
) -> Iterator[None]:
    """Write inside, all or nothing; holding *lock*, no other does."""
    with _transaction(connection, pipelined=True):
        run(connection, sql("begin"))
        _, transaction.id, _ = first(connection, sql("enter_write"), {"scope": scope, "lock": lock})
        yield
        if transaction.wrote:
            noted: Values = {"partition": transaction.partition, "token": transaction.token}
            run(connection, sql("note_commit"), noted)
        transaction.ending = True


def took_effect(connection: Connection, scope: str, transaction: Transaction, *, patience: float) -> bool:
    """Find out what became of a transaction whose commit was sent, and of which no answer came.

    Its number alone does not tell: a server that was killed, or one that took over, may have given it to another one. But as
    long as it is in progress, it may be ours, and nobody knows yet.
    """
    deadline = time.monotonic() + patience
    status: Values = {"transaction": transaction.id}
    while True:
        try:
            (state,) = first(connection, sql("transaction_status"), status)
        except psycopg.errors.InvalidParameterValue:
            return False  # this server never heard of it: it took over from one that had not sent it on
        if state != "in progress":
            break
        if time.monotonic() > deadline:
            raise psycopg.errors.QueryCanceled("the transaction does not end")
        time.sleep(_PAUSE)
    noted: Values = {"partition": transaction.partition, "token": transaction.token}
    with reading(connection, scope):
        return bool(first(connection, sql("committed"), noted)[0])


@contextmanager
def _transaction(connection: Connection, *, pipelined: bool) -> Iterator[None]:
    """Commit at the end. *pipelined*: only what is asked for is waited for, so that most statements take no round trip."""
    try:
        with connection.pipeline() if pipelined else nullcontext():
            yield
            run(connection, sql("commit"))
    except BaseException:
        with suppress(psycopg.Error):
            run(connection, sql("rollback"))
        raise
