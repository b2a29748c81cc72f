"""What PostgreSQL says went wrong, as our errors. The only place that knows both.

Its messages may show what is stored: only those about connections are passed on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors

from lukasa.errors import (
    InputError,
    StoreBusyError,
    StoreCorruptError,
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
)

AGAIN = (errors.SerializationFailure, errors.DeadlockDetected)
"""Nothing was done, and the same may succeed at once."""

_HOPELESS = re.compile(
    r'FATAL:  (database|role) ".*" does not exist|password authentication failed|no password supplied'
    r"|no pg_hba.conf entry|SSL was required|certificate verify failed"
)
"""In a message of libpq: the address is wrong, and waiting does not mend it. In other languages it is waited all the same."""


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Raise what psycopg raises inside as one of our errors, naming the store."""
    try:
        yield
    except psycopg.Error as error:
        raise _translate(error, where) from error
    except UnicodeEncodeError as error:
        raise InputError(f"{error.object[:80]!r} is not valid Unicode: {error.reason}") from error


def _translate(error: psycopg.Error, where: str) -> Exception:  # noqa: PLR0911 - a table
    match error:
        case errors.LockNotAvailable() | errors.QueryCanceled() | errors.TooManyConnections():
            return StoreBusyError(f"others have been writing to {where!r} for too long; try again")
        case errors.SerializationFailure() | errors.DeadlockDetected():
            return StoreBusyError(f"others are writing to {where!r}; try again")
        case errors.DiskFull() | errors.ProgramLimitExceeded():
            return StoreFullError(f"no room for this in {where!r}; nothing was written")
        # The third: of a standby, or a server that has not ended its recovery, when a transaction that writes begins.
        case errors.ReadOnlySqlTransaction() | errors.InsufficientPrivilege() | errors.FeatureNotSupported():
            return StoreReadOnlyError(f"{where!r} may not be written: {_about(error)}")
        case errors.DataCorrupted() | errors.IndexCorrupted():
            return StoreCorruptError(f"{where!r} is damaged ({_about(error)}); restore it from a backup")
        case errors.UndefinedTable() | errors.UndefinedColumn() | errors.UndefinedFunction():
            return StoreCorruptError(
                f"{where!r} lacks something of its schema ({error.sqlstate}); restore it from a backup"
            )
        case psycopg.OperationalError() if lost(error):
            return StoreBusyError(f"{where!r} cannot be reached: {first_line(error)}")
        case psycopg.OperationalError(sqlstate=None):
            return StoreError(f"{where!r} cannot be used: {first_line(error)}")
        case _:
            return StoreError(f"{where!r}: {_about(error)}")


def lost(error: BaseException) -> bool:
    """Whether the connection is gone, or was not to be had, and another one may serve."""
    if not isinstance(error, psycopg.OperationalError):
        return False
    if error.sqlstate is None:
        # One line a server, where the address names several.
        attempts = [line for line in str(error).splitlines() if line.startswith("- host: ")] or [str(error)]
        return not all(map(_HOPELESS.search, attempts))
    return error.sqlstate[:2] in {"08", "57"} and not isinstance(error, errors.QueryCanceled)


def _about(error: psycopg.Error) -> str:
    return f"{type(error).__name__} {error.sqlstate or ''}".strip()


def first_line(error: psycopg.Error) -> str:
    """Return what libpq says of a connection; what the server says of a statement may show what is stored."""
    return (str(error).splitlines() or [""])[0][:200]
