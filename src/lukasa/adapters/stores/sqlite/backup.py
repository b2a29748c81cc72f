"""A copy of the store, made while others write."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import apsw

from lukasa.adapters.stores.sqlite.failures import translated
from lukasa.adapters.stores.sqlite.scrub import scrub
from lukasa.adapters.stores.sqlite.sql import sql
from lukasa.adapters.stores.sqlite.verify import verify
from lukasa.domain.report import Verified
from lukasa.errors import ConfigError, StoreCorruptError

_STEP = 2_000
"""Pages copied at once; between two steps others may write."""

_PATIENCE = 30.0
"""Seconds; whoever was scrubbing the original does not scrub the copy."""


def back_up(connection: apsw.Connection, path: Path, *, force: bool) -> Verified:
    """Copy what the connection sees into a file of that name, which appears only when it is whole and was checked."""
    if path.is_dir() or Path(connection.filename).resolve() == path.resolve():
        raise ConfigError(f"{str(path)!r} cannot take a backup; name a new file")
    if path.exists() and not force:
        raise ConfigError(f"{str(path)!r} exists; name another file, or force it to be replaced")
    with translated(path), tempfile.TemporaryDirectory(prefix=".lukasa-backup-", dir=path.parent) as folder:
        copy = Path(folder) / "copy"
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        verified = _copied(connection, copy)
        if force:
            copy.replace(path)
        else:
            try:
                os.link(copy, path)  # unlike a rename, it replaces nothing that has come meanwhile
            except FileExistsError as error:
                raise ConfigError(f"{str(path)!r} exists; name another file") from error
            except OSError:  # a file system without hard links
                copy.replace(path)
    return verified


def _copied(connection: apsw.Connection, copy: Path) -> Verified:
    target = apsw.Connection(str(copy))
    try:
        with target.backup("main", connection, "main") as backup:
            while not backup.done:
                backup.step(_STEP)
        scrub(target, timeout=_PATIENCE)
        target.execute(sql("begin"))
        verified = verify(target)
        target.execute(sql("rollback"))
    finally:
        target.close()
    if not verified.ok:
        raise StoreCorruptError(
            f"the store is damaged, and so is its copy ({verified.findings[0].detail}); no backup was written: "
            "run `lukasa verify`"
        )
    with copy.open("rb+") as file:
        os.fsync(file.fileno())
    return verified
