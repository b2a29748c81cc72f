"""What callers may hand to a verb, read once and refused with its name when it cannot be used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import TypeAlias, TypeVar

from lukasa.domain.fact import FACT_KINDS, STATUSES, FactKind, Status
from lukasa.domain.filter import Filter
from lukasa.domain.scope import Partition
from lukasa.domain.time import read_instant, read_zone
from lukasa.domain.turn import MAX_INT
from lukasa.engine.parts import Running
from lukasa.errors import InputError

FilterLike: TypeAlias = Mapping[str, object] | Filter
"""A filter as a mapping (see `lukasa.domain.filter`) or already parsed."""

FactKinds: TypeAlias = FactKind | Sequence[FactKind] | None
"""One kind of fact, several, or any."""

Statuses: TypeAlias = Status | Sequence[Status] | None
"""One status, several, or what the verb says is usual."""

Word = TypeVar("Word", bound=str)


class Verbs:
    """What the verbs of one partition have in common."""

    def __init__(self, running: Running, partition: Partition) -> None:
        self._running = running
        self.partition = partition

    async def _version(self, as_of: datetime | str | int | None) -> int | None:
        """Return the partition's version at a moment; a number is a version already."""
        if as_of is None:
            return None
        parts = self._running.parts
        if isinstance(as_of, int):
            check_count("as_of", as_of, least=0)
            return as_of
        return await parts.store.version(self.partition, at=read_instant(as_of, zone=parts.zone))

    def _instant(self, given: datetime | str | None) -> datetime | None:
        return None if given is None else read_instant(given, zone=self._running.parts.zone)

    @property
    def _zone(self) -> tzinfo | None:
        name = self._running.parts.zone
        return read_zone(name) if name else None


def check_count(name: str, value: object, *, least: int) -> None:
    """Raise `InputError` unless it is a whole number of at least *least*."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MAX_INT:
        raise InputError(f"{name} must be a whole number of at least {least}, not {value!r}")


def check_limit(limit: object) -> None:
    """Raise `InputError` unless it is no limit or a count."""
    if limit is not None:
        check_count("limit", limit, least=0)


def listed(ids: Sequence[str] | str | None) -> list[str]:
    """Return ids as a list: one may come alone."""
    return [ids] if isinstance(ids, str) else list(ids or ())


def read_kinds(given: FactKinds) -> list[FactKind] | None:
    """Return kinds of facts, or raise `InputError` for a word that is none."""
    return _words("kind", given, FACT_KINDS)


def read_statuses(given: Statuses) -> list[Status] | None:
    """Return statuses, or raise `InputError` for a word that is none."""
    return _words("status", given, STATUSES)


def _words(name: str, given: Word | Sequence[Word] | None, known: Sequence[Word]) -> list[Word] | None:
    if given is None:
        return None
    wanted: list[Word] = [given] if isinstance(given, str) else list(given)
    if unknown := [word for word in wanted if word not in known]:
        raise InputError(f"unknown {name} {unknown[0]!r}; known: {', '.join(known)}")
    return wanted
