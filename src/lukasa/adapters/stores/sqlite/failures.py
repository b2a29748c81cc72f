"""What SQLite says went wrong, as our errors. The only place that knows both."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from lukasa.errors import (
    ClosedError,
    InputError,
    StoreBusyError,
    StoreCorruptError,
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
)

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_MISSING = frozenset({errno.ENOENT, errno.ENOTDIR})


@contextmanager
def translated(path: Path, connection: apsw.Connection | None = None) -> Iterator[None]:
    """Raise what SQLite or the system raises inside as one of our errors, naming the file."""
    try:
        yield
    except apsw.Error as error:
        raise _translate(error, path, connection) from error
    except UnicodeEncodeError as error:
        raise InputError(f"{error.object[:80]!r} is not valid Unicode: {error.reason}") from error
    except OSError as error:
        raise _translate_system(error, path) from error


def _translate(error: apsw.Error, path: Path, connection: apsw.Connection | None) -> Exception:  # noqa: PLR0911 - a table
    match error:
        case apsw.BusyError() | apsw.LockedError() | apsw.ProtocolError():
            return StoreBusyError(
                f"another process has been writing to {str(path)!r} for too long; try again"
            )
        case apsw.FullError():
            return StoreFullError(f"no space left for {str(path)!r}; nothing was written")
        case apsw.IOError() if connection is not None and _system_error(connection) in _FULL:
            return StoreFullError(f"no space left for {str(path)!r}; nothing was written")
        case apsw.ReadOnlyError() | apsw.PermissionsError():
            return StoreReadOnlyError(f"{str(path)!r} may not be written")
        case apsw.CantOpenError():
            return StoreReadOnlyError(
                f"{str(path)!r} cannot be opened; check that the file may be read and its folder written"
            )
        case apsw.NotADBError():
            return StoreCorruptError(f"{str(path)!r} is not a Lukasa store")
        case apsw.CorruptError() | apsw.FormatError():
            return StoreCorruptError(f"{str(path)!r} is damaged ({error}); restore it from a backup")
        case apsw.ConnectionClosedError():
            return ClosedError("the store was closed; open the memory again")
        case _:
            return StoreError(f"{str(path)!r}: {type(error).__name__}: {error}")


def _translate_system(error: OSError, path: Path) -> Exception:
    if error.errno in _FULL:
        return StoreFullError(f"no space left for {str(path)!r}; nothing was written")
    if error.errno in _MISSING:
        return StoreError(f"{str(path)!r} cannot be created: there is no folder {str(path.parent)!r}")
    if error.errno in _DENIED:
        return StoreReadOnlyError(f"{str(path)!r} cannot be created: {error.strerror}")
    return StoreError(f"{str(path)!r}: {error.strerror or error}")


def _system_error(connection: apsw.Connection) -> int:
    """Return the number of the operating system's last error (`errno`) as SQLite saw it."""
    return int(connection.system_errno)
