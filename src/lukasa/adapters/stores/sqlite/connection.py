"""Opening the file: which SQLite, which settings, whose file it is."""

from __future__ import annotations

import ctypes
import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import apsw

from lukasa.adapters.stores.sqlite.failures import translated
from lukasa.adapters.stores.sqlite.sql import sql
from lukasa.errors import ConfigError, NotFoundError, StoreCorruptError, StoreError, StoreReadOnlyError, shown

OLDEST_SQLITE = (3, 51, 3)
"""Older ones can lose commits when two connections use one write-ahead log."""

OUR_APPLICATION_ID = 0x4C554B41
"""`LUKA`: tells our files from other people's databases."""

_PRIVATE = 0o600
_STATEMENTS = 200
_RETRY_SECONDS = 0.01
_LOOKS = 5
_PAGE = 16_384
"""As `write_ahead` in queries.sql sets it."""


def check_path(path: Path | str) -> Path:
    """Return the absolute path, or raise `ConfigError` for what is not a file's name."""
    text = str(path)
    if not text or text == ":memory:" or text.startswith("file:") or "\0" in text:
        raise ConfigError(f"a store needs the path of a file, not {text!r}")
    absolute = Path(path).absolute()
    try:
        # A file system has names of at most 255 bytes; those of the log and its index are four longer.
        absolute.with_name(absolute.name + "-wal").lstat()
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        if not isinstance(error, OSError) or error.errno in {errno.ENAMETOOLONG, errno.EINVAL, errno.ELOOP}:
            raise ConfigError(
                f"a store cannot have the path {shown(text)} of {len(text):,} characters: {_why(error)}; choose a shorter one"
            ) from error
    if absolute.is_symlink() and not absolute.exists():
        raise ConfigError(
            f"{text!r} is a link to a file that does not exist; remove it, or name the file itself"
        )
    return absolute


def _why(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def check_sqlite(version: str) -> None:
    """Raise `StoreError` for a SQLite that could lose commits."""
    if tuple(int(part) for part in version.split(".")[:3]) < OLDEST_SQLITE:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        raise StoreError(
            f"SQLite {version} can corrupt a file that two connections use; Lukasa needs {oldest} or later: "
            "install a newer apsw"
        )


def create_file(path: Path) -> None:
    """Create an empty file for its owner alone, unless it exists. SQLite's companion files copy its mode."""
    # Never open a file that exists: closing it again would drop the locks that other connections of this
    # process hold on it.
    if path.is_dir():
        raise StoreCorruptError(f"{str(path)!r} is a folder, not a Lukasa store")
    if path.exists() and path.stat().st_size == 1:
        # To SQLite a file of one byte is an empty one, and it would be overwritten.
        raise StoreCorruptError(f"{str(path)!r} is not a Lukasa store")
    try:
        with translated(path):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, _PRIVATE))
    except StoreError:
        if not path.exists():
            raise


def connect(path: Path, *, timeout: float, read_only: bool) -> apsw.Connection:
    """Return a connection with our settings. It only reads when asked to, or when the file cannot be written."""
    flags = apsw.SQLITE_OPEN_READONLY if read_only else apsw.SQLITE_OPEN_READWRITE
    with translated(path):
        connection = apsw.Connection(str(path), flags=flags, statementcachesize=_STATEMENTS)
        try:
            return _configured(connection, timeout)
        except (apsw.CantOpenError, apsw.ReadOnlyError):
            connection.close()
            return _configured(_immutable(path), timeout)
        except apsw.Error:
            connection.close()
            raise


def _configured(connection: apsw.Connection, timeout: float) -> apsw.Connection:
    connection.set_busy_timeout(int(timeout * 1000))
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    connection.execute(sql("configure"))
    connection.execute(sql("user_version")).fetchall()  # the first look at the file: may fail
    return connection


def _immutable(path: Path) -> apsw.Connection:
    """Return a connection to a file in a folder where nothing can be written: there is no log, and no writer."""
    if not path.exists():
        raise NotFoundError(f"there is no store {str(path)!r}")
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        raise StoreReadOnlyError(
            f"{str(path)!r} has changes in its log that cannot be read in a folder without write permission"
        )
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    return apsw.Connection(f"file:{quote(str(path))}?mode=ro&immutable=1", flags=flags)


def use_write_ahead_log(connection: apsw.Connection, path: Path, *, timeout: float) -> None:
    """Switch the file to write-ahead logging; it stays so."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            mode = connection.execute(sql("write_ahead")).get
        except apsw.BusyError:
            # SQLite does not wait here by itself: another process is switching the same new file.
            if time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_SECONDS)
            continue
        if mode != "wal":
            raise StoreError(
                f"{str(path)!r} is on a file system without shared memory; use a local disk (journal mode {mode!r})"
            )
        return


def lacks_log(path: Path) -> bool:
    """Whether the file is one page without a log: a copy of a store that was open, all of which was in its log.

    Ask before connecting, which makes a log. A process that is killed after it has begun to write leaves one.
    """
    log = path.with_name(path.name + "-wal")
    for _ in range(_LOOKS):
        if log.exists() or not path.exists() or path.stat().st_size != _PAGE:
            return False
        time.sleep(_RETRY_SECONDS)  # another process may be making the store: its log comes next
    return True


def leave_untouched(connection: apsw.Connection, path: Path) -> None:
    """Close the connection without moving the log into the file."""
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    connection.close()


def check_in_place(connection: apsw.Connection) -> None:
    """Raise `StoreError` when the file under that name is not the one that was opened: what is written would be lost."""
    if not connection.filename:
        return  # in memory
    moved = ctypes.c_int(0)
    asked = connection.file_control("main", apsw.SQLITE_FCNTL_HAS_MOVED, ctypes.addressof(moved))
    if asked and moved.value:
        # Closing must not write our log into a file that has been put in its place.
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        raise replaced(connection.filename)


def replaced(path: Path | str) -> StoreError:
    """Return the error for a file under whose name there is another one now."""
    return StoreError(
        f"{str(path)!r} was deleted or replaced while it was open; nothing was written: "
        "close this memory, and open it again"
    )


@contextmanager
def reading(connection: apsw.Connection) -> Iterator[None]:
    """See one state of the store throughout, whatever others commit meanwhile."""
    check_in_place(connection)
    connection.execute(sql("begin"))
    try:
        yield
    finally:
        _roll_back(connection)


@contextmanager
def writing(connection: apsw.Connection) -> Iterator[None]:
    """Do all of it durably, or nothing."""
    connection.execute(sql("begin_write"))
    try:
        yield
        check_in_place(connection)
        connection.execute(sql("commit"))
    finally:
        _roll_back(connection)


def is_free(connection: apsw.Connection) -> bool:
    """Whether nobody is writing at this moment."""
    with patience(connection, 0):
        try:
            with writing(connection):
                return True
        except apsw.BusyError:
            return False


@contextmanager
def patience(connection: apsw.Connection, seconds: float) -> Iterator[None]:
    """Wait so long, and no longer, for others that write."""
    usual = int(connection.execute(sql("busy_timeout")).get)
    connection.set_busy_timeout(int(seconds * 1000))
    try:
        yield
    finally:
        connection.set_busy_timeout(usual)


def _roll_back(connection: apsw.Connection) -> None:
    # After some errors (a full disk) SQLite has rolled back by itself; after a commit there is nothing left.
    if connection.in_transaction:
        connection.execute(sql("rollback"))
