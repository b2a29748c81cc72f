"""Arguments of verbs: their types, and the checks that refuse them by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from inspect import isasyncgenfunction, iscoroutinefunction
from typing import TypeAlias, TypeVar

from lukasa.bounds import check_ids
from lukasa.domain.fact import FACT_KINDS, STATUSES, FactKind, Status
from lukasa.domain.filter import Filter
from lukasa.domain.scope import Partition
from lukasa.domain.time import read_instant
from lukasa.domain.turn import MAX_INT
from lukasa.engine.doors import guarded
from lukasa.errors import InputError, shown
from lukasa.ports.store import Store

FilterLike: TypeAlias = Mapping[str, object] | Filter
"""A filter as a mapping (see `lukasa.domain.filter`) or already parsed."""

FactKinds: TypeAlias = FactKind | Sequence[FactKind] | None
"""One kind of fact, several, or any."""

Statuses: TypeAlias = Status | Sequence[Status] | None
"""One status, several, or what the verb says is usual."""

Word = TypeVar("Word", bound=str)


class Verbs:
    """What the verbs of one partition share. Each group of verbs names what it uses; `AsyncHandle` sets it."""

    partition: Partition
    _store: Store
    _clock: Callable[[], datetime]
    _zone: str | None
    """Time zone in which times without an offset are read."""

    _redacts: bool
    """Whether secrets in arguments become labels."""

    def __init_subclass__(cls) -> None:
        for name, value in list(vars(cls).items()):
            if name[0] != "_" and (iscoroutinefunction(value) or isasyncgenfunction(value)):
                setattr(cls, name, guarded(value))

    async def _version(self, as_of: datetime | str | int | None) -> int | None:
        """Return the partition's version at a moment; a number is a version already."""
        if as_of is None:
            return None
        if isinstance(as_of, int):
            check_count("as_of", as_of, least=0)
            return as_of
        return await self._store.version(self.partition, at=read_instant(as_of, zone=self._zone))

    def _instant(self, moment: datetime | str | None) -> datetime | None:
        return None if moment is None else read_instant(moment, zone=self._zone)


def check_count(name: str, value: object, *, least: int) -> None:
    """Raise `InputError` unless it is a whole number of at least *least*."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MAX_INT:
        raise InputError(f"{name} must be a whole number of at least {least}, not {shown(value)}")


def check_limit(limit: object) -> None:
    """Raise `InputError` unless it is no limit or a count."""
    if limit is not None:
        check_count("limit", limit, least=0)


def listed(what: str, ids: Sequence[str] | str | None) -> list[str]:
    """Return ids as a list: one may come alone."""
    many = [ids] if isinstance(ids, str) else list(ids or ())
    check_ids(what, many)
    return many


def read_kinds(kinds: FactKinds) -> list[FactKind] | None:
    """Return kinds of facts as a list; raise `InputError` for an unknown one."""
    return _words("kind", kinds, FACT_KINDS)


def read_statuses(statuses: Statuses) -> list[Status] | None:
    """Return statuses as a list; raise `InputError` for an unknown one."""
    return _words("status", statuses, STATUSES)


def _words(name: str, words: Word | Sequence[Word] | None, known: Sequence[Word]) -> list[Word] | None:
    if words is None:
        return None
    wanted: list[Word] = [words] if isinstance(words, str) else list(words)
    if unknown := [word for word in wanted if word not in known]:
        raise InputError(f"unknown {name} {shown(unknown[0])}; known: {', '.join(known)}")
    return wanted
