"""The schema: numbered steps that are never edited once released, and indexes that can be made again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from psycopg import sql as composed

from lukasa.adapters.stores.postgres.connection import StoreAddress
from lukasa.adapters.stores.postgres.sql import Connection, blocks, fetch, first, run, sql
from lukasa.errors import ConfigError, NewerSchemaError, StoreCorruptError

_OLDEST_SERVER = 16
_OLDEST = re.compile(r"^-- oldest: (\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SchemaStep:
    """One step of the schema."""

    number: int
    name: str
    script: str

    @property
    def checksum(self) -> str:
        """Tells an edited script from the one that was applied."""
        return hashlib.blake2b(self.script.encode(), digest_size=16).hexdigest()

    @property
    def oldest(self) -> int:
        """The schema up to which a program has to know it to work on this one: older ones go on while it is rolled out."""
        match = _OLDEST.search(self.script)
        return int(match.group(1)) if match else self.number


@cache
def known() -> tuple[SchemaStep, ...]:
    """Return the migrations of this version, in order."""
    folder = files(__package__).joinpath("migrations")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return tuple(
        SchemaStep(int(name[:4]), name.removesuffix(".sql"), folder.joinpath(name).read_text("utf-8"))
        for name in names
    )


def schema_version(connection: Connection, address: StoreAddress) -> int:
    """Return the number of the last migration, 0 where nothing is.

    Raises `StoreCorruptError` for another application's schema, `NewerSchemaError` for one that this version cannot work on,
    `ConfigError` for a server that is too old.
    """
    if (server := connection.info.server_version // 10_000) < _OLDEST_SERVER:
        raise ConfigError(f"{address.shown!r} is PostgreSQL {server}; Lukasa needs {_OLDEST_SERVER} or newer")
    ours, others = first(connection, sql("schema_exists"), {"schema": address.schema})
    if not ours:
        if others:
            raise StoreCorruptError(
                f"the schema {address.schema!r} of {address.shown!r} has tables, but is not a Lukasa store; "
                "name another one: ?schema=…"
            )
        return 0
    applied = fetch(connection, sql("migrations"))
    version = max((number for number, _, _ in applied), default=0)
    newest = known()[-1].number
    if any(number > newest and oldest > newest for number, _, oldest in applied):
        raise NewerSchemaError(
            f"{address.shown!r} has schema {version}, this version of Lukasa knows {newest}; upgrade Lukasa"
        )
    return int(version)


def migrate(connection: Connection, address: StoreAddress) -> None:
    """Apply what the store lacks, one process at a time, and check what was applied before."""
    run(connection, sql("lock_migrations"))
    try:
        version = schema_version(connection, address)
        run(connection, sql("configure_migration"), {"pieces": str(address.pieces)})
        for step in known():
            if step.number > version:
                _apply(connection, address, step)
        for detail in unlike(connection):
            raise StoreCorruptError(f"{address.shown!r}: {detail}")
        restore_indexes(connection, address)
    finally:
        run(connection, sql("unlock_migrations"))


def _apply(connection: Connection, address: StoreAddress, step: SchemaStep) -> None:
    with connection.transaction():
        if step.number == 1:
            name = composed.Identifier(address.schema)
            connection.execute(composed.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(name))
            run(connection, sql("create_migrations"))
        connection.execute(step.script.encode())
        run(
            connection,
            sql("add_migration"),
            {"number": step.number, "name": step.name, "checksum": step.checksum, "oldest": step.oldest},
        )


def unlike(connection: Connection) -> Iterator[str]:
    """Yield how the migrations that the store has differ from ours."""
    applied = {number: checksum for number, checksum, _ in fetch(connection, sql("migrations"))}
    for step in known():
        if applied.get(step.number) != step.checksum:
            yield f"migration {step.name!r} is not the one that was applied (checksum differs)"


def restore_indexes(connection: Connection, address: StoreAddress) -> None:
    """Make every index again that is missing."""
    for name in missing_indexes(connection, address):
        connection.execute(blocks("indexes.sql")[name].encode())


def missing_indexes(connection: Connection, address: StoreAddress) -> list[str]:
    """Return the names of the derived indexes that the store lacks."""
    present = {name for (name,) in fetch(connection, sql("indexes"), {"schema": address.schema})}
    return [name for name in blocks("indexes.sql") if name not in present]
