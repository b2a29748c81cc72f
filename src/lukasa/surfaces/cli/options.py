"""The options that every command has, and what they open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from cyclopts import Parameter

from lukasa import Handle, Memory, Settings
from lukasa.config import as_path, default_path
from lukasa.errors import NotFoundError

USER = "me"
"""The default user."""


@Parameter(name="*", group="Shared options")
@dataclass(frozen=True, slots=True, kw_only=True)
class OutputOptions:
    """How a command prints."""

    json: bool = False
    """Print JSON only."""

    debug: bool = False
    """Show the traceback of an error."""


@Parameter(name="*", group="Shared options")
@dataclass(frozen=True, slots=True, kw_only=True)
class StoreOptions(OutputOptions):
    """Which store."""

    db: str = ""
    """The file of the store. Default: LUKASA_DB, or a file in your data folder."""


def _named(_type: Any, value: str | None) -> None:
    """Refuse an empty name that was given: a variable that is not set must not choose the default user, or all of them."""
    if value == "":
        raise ValueError("It is empty; give a name, or leave the option out")


_Name: TypeAlias = Annotated[str | None, Parameter(validator=_named)]


@Parameter(name="*", group="Shared options")
@dataclass(frozen=True, slots=True, kw_only=True)
class UserOptions(StoreOptions):
    """Which store, and which user in it."""

    user: _Name = None
    """The user whose memory this is. Default: me."""

    tenant: _Name = None
    """The tenant of the user. Default: default."""


@contextmanager
def opened(options: StoreOptions, *, new: bool = False) -> Iterator[Memory]:
    """Open the store. Without *new*, a missing file is an error: a typo would look like an empty memory."""
    settings = Settings.from_env()
    where = options.db or settings.store or str(default_path())
    if not new and (path := store_file(where)) and not path.exists():
        raise NotFoundError(
            f"there is no store at {str(path)!r}; choose another with --db, or create one with `lukasa import` or `lukasa remember`"
        )
    with Memory.open(options.db or None, settings=settings) as memory:
        yield memory


@contextmanager
def opened_handle(options: UserOptions, *, new: bool = False) -> Iterator[Handle]:
    """Open the store for one user."""
    with opened(options, new=new) as memory:
        yield handle(memory, options)


def handle(memory: Memory, options: UserOptions, user: str | None = None) -> Handle:
    """Return the memory of the user named by the options, else of *user*."""
    return memory.of(user=options.user or user or USER, tenant=options.tenant or None)


def moment(value: str) -> str | int | None:
    """Return the value of an option such as --as-of: a version number or a time; `None` when it is empty."""
    return int(value) if value.isascii() and value.isdecimal() else value or None


def store_file(where: str) -> Path | None:
    """Return the store's file, if it is one."""
    if where.startswith("sqlite:"):
        return as_path(where.removeprefix("sqlite:").removeprefix("//"))
    return None if where == "memory:" or "://" in where else as_path(where)
