"""The schema: numbered steps that are never edited once released, and indexes that can be made again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import apsw

from lukasa.adapters.rows import compressed
from lukasa.adapters.stores.sqlite import fulltext
from lukasa.adapters.stores.sqlite.connection import OUR_APPLICATION_ID, writing
from lukasa.adapters.stores.sqlite.sql import blocks, fetch, sql
from lukasa.errors import NewerSchemaError, StoreCorruptError, StoreReadOnlyError

_FLOAT32 = 4
"""Bytes of a component of dense vectors in files before schema 7."""

_LARGEST = 127.0


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema."""

    number: int
    name: str
    script: str

    @property
    def checksum(self) -> str:
        """Tells an edited script from the one that was applied."""
        return hashlib.blake2b(self.script.encode(), digest_size=16).hexdigest()


@cache
def known() -> tuple[Migration, ...]:
    """Return the migrations of this version, in order."""
    folder = files(__package__).joinpath("migrations")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return tuple(
        Migration(int(name[:4]), name.removesuffix(".sql"), folder.joinpath(name).read_text("utf-8"))
        for name in names
    )


def schema_version(connection: apsw.Connection, path: Path) -> int:
    """Return the number of the file's last migration, 0 for an empty file. Needs a transaction, or it may see two states.

    Raises `StoreCorruptError` for another application's database, `NewerSchemaError` for one from the future.
    """
    application = connection.execute(sql("application_id")).get
    version = int(connection.execute(sql("user_version")).get)
    if application != OUR_APPLICATION_ID:
        if application or version or connection.execute(sql("objects")).fetchall():
            raise StoreCorruptError(f"{str(path)!r} is a SQLite database, but not a Lukasa store")
        return 0
    newest = known()[-1].number
    if version > newest:
        raise NewerSchemaError(
            f"{str(path)!r} has schema {version}, this version of Lukasa knows {newest}; upgrade Lukasa"
        )
    return version


def migrate(connection: apsw.Connection, path: Path, *, version: int) -> None:
    """Apply what the file of that version lacks, in one transaction, and check what was applied before."""
    steps = known()
    if version < steps[-1].number:
        with writing(connection):
            # Asked again: another process may have done it while we waited for the lock.
            _apply(connection, schema_version(connection, path), steps)
    for detail in unlike(connection):
        raise StoreCorruptError(f"{str(path)!r}: {detail}")


def unlike(connection: apsw.Connection) -> Iterator[str]:
    """Yield how the migrations that the file has differ from ours."""
    applied = dict(fetch(connection, sql("migrations")))
    for step in known():
        if applied.get(step.number) != step.checksum:
            yield f"migration {step.name!r} is not the one that was applied (checksum differs)"


def _apply(connection: apsw.Connection, version: int, steps: tuple[Migration, ...]) -> None:
    if version == 0:
        connection.execute(sql("create_migrations"))
        connection.execute(sql("mark_ours"))
    for name, function, arguments in _FUNCTIONS:
        connection.create_scalar_function(name, function, arguments, deterministic=True)
    for step in steps:
        if step.number > version:
            connection.execute(step.script)
            connection.execute(sql("add_migration"), (step.number, step.name, step.checksum))
            connection.execute(f"PRAGMA user_version = {step.number:d}")  # a pragma takes no bound value


def _directions(*values: Any) -> Any:
    """Return the direction of each of some vectors of float32, as `Embedding.dense` has it: the bytes, and how many vectors they are.

    What is not that is damaged, and stays what it is.
    """
    import numpy as np  # noqa: PLC0415 - only an older file needs it

    vectors, count = values
    if count < 1 or len(vectors) % (_FLOAT32 * count):
        return vectors
    rows = np.nan_to_num(np.frombuffer(vectors, "<f4").reshape(count, -1), posinf=0.0, neginf=0.0)
    largest = np.abs(rows).max(axis=1, keepdims=True, initial=0.0)
    largest[largest == 0.0] = 1.0
    return bytes(np.rint(rows * (_LARGEST / largest)).astype(np.int8))


def _compressed(*values: Any) -> Any:
    return compressed(values[0])


def _words_of_traits(*values: Any) -> Any:
    return int.from_bytes(values[0][:2], "little")


_FUNCTIONS = (
    ("directions", _directions, 2),
    ("compressed", _compressed, 1),
    ("words_of_traits", _words_of_traits, 1),
)


def restore_indexes(connection: apsw.Connection, path: Path, *, read_only: bool) -> None:
    """Make every index again that is missing, and fill the full-text index if it has lost rows."""
    if not (missing_indexes(connection) or fulltext.lost_rows(connection)):
        return
    if read_only:
        raise StoreReadOnlyError(f"{str(path)!r} has lost an index, which only a writer can make again")
    with writing(connection):
        if fulltext.lost_rows(connection):
            connection.execute(sql("drop_fulltext"))
        missing = missing_indexes(connection)
        for name in missing:
            connection.execute(blocks("indexes.sql")[name])
        if fulltext.TABLE in missing:
            fulltext.fill(connection)


def missing_indexes(connection: apsw.Connection) -> list[str]:
    """Return the names of the derived tables and indexes that the file lacks."""
    present = {name for _, name, _ in fetch(connection, sql("objects"))}
    return [name for name in blocks("indexes.sql") if name not in present]


@cache
def expected_objects() -> frozenset[tuple[str, str]]:
    """Return name and definition of every table and index that a sound file has."""
    blank = apsw.Connection(":memory:")
    try:
        with writing(blank):
            _apply(blank, 0, known())
        for statement in blocks("indexes.sql").values():
            blank.execute(statement)
        return frozenset(objects(blank))
    finally:
        blank.close()


def objects(connection: apsw.Connection) -> set[tuple[str, str]]:
    """Return name and definition of every table and index of the file."""
    return {(name, definition) for _, name, definition in fetch(connection, sql("objects"))}
