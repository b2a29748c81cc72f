"""The options that every command has, and what they open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cyclopts import Parameter

from lukasa import Handle, Memory, Settings
from lukasa.config import default_path
from lukasa.errors import NotFoundError

USER = "me"
"""Whose memory it is when nobody says."""


@Parameter(name="*", group="Shared options")
@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """How a command answers."""

    json: bool = False
    """Print JSON, and nothing else, on standard output."""

    debug: bool = False
    """Show the traceback of an error."""


@Parameter(name="*", group="Shared options")
@dataclass(frozen=True, slots=True, kw_only=True)
class Store(Output):
    """Which store."""

    db: str = ""
    """The store's file; without it LUKASA_DB, or else a file in your data folder."""


@Parameter(name="*", group="Shared options")
@dataclass(frozen=True, slots=True, kw_only=True)
class Shared(Store):
    """Which store, and whose memory in it."""

    user: str = ""
    """Whose memory; without it: me."""

    tenant: str = ""
    """The tenant that the user belongs to; without it: default."""


@contextmanager
def opened(options: Store, *, new: bool = False) -> Iterator[Memory]:
    """Open the store; unless it may be *new*, refuse one that isn't there: a typing error would look like amnesia."""
    settings = Settings.from_env()
    where = options.db or settings.store or str(default_path())
    if not new and (path := _file(where)) and not path.exists():
        raise NotFoundError(
            f"there is no store at {str(path)!r}; name another with --db, or make one with `lukasa import` or `lukasa remember`"
        )
    with Memory.open(options.db or None, settings=settings) as memory:
        yield memory


@contextmanager
def opened_handle(options: Shared, *, new: bool = False) -> Iterator[Handle]:
    """Open the store for one user."""
    with opened(options, new=new) as memory:
        yield handle(memory, options)


def handle(memory: Memory, options: Shared, user: str | None = None) -> Handle:
    """Return the memory of *user*, or of the one that the options name."""
    return memory.of(user=options.user or user or USER, tenant=options.tenant or None)


def moment(given: str) -> str | int | None:
    """Return what an option such as --as-of names: a version, when it is a number, or a moment; nothing when it is empty."""
    return int(given) if given.isascii() and given.isdecimal() else given or None


def _file(where: str) -> Path | None:
    """Return the store's file, if it is one."""
    if where.startswith("sqlite:"):
        return Path(where.removeprefix("sqlite:"))
    return None if where == "memory:" or "://" in where else Path(where)
