"""Which jobs a worker takes: one of each tenant in turn, so that none waits for all that another has queued."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from lukasa.adapters.stores.postgres.sql import Connection, Row, Values, changed, fetch, first, run, sql
from lukasa.domain.time import to_micros

_CANDIDATES = 10
"""Due jobs and tenants looked at together, beyond those that are wanted."""

_FIRST = -(2**63)
"""Comes before the number of any tenant, and before any time."""


@dataclass(slots=True)
class Turns:
    """Whose turn it is, in one process."""

    last: int = field(default_factory=lambda: random.randrange(_FIRST, -_FIRST))  # noqa: S311 - processes begin apart
    """Number of the tenant that was served last."""


_Line: TypeAlias = Iterator[Row]
"""The due jobs of a tenant."""


def take(
    connection: Connection,
    turns: Turns,
    *,
    now: datetime,
    until: datetime,
    worker: str,
    limit: int,
    kinds: Collection[str] | None,
) -> list[str]:
    """Take jobs that are due, inside the caller's transaction; return their names."""
    asked: Values = {
        "now": to_micros(now),
        "kinds": None if kinds is None else sorted(kinds),
        "page": max(0, limit) + _CANDIDATES,
    }
    taking = _Taking(connection, {**asked, "worker": worker, "until": to_micros(until)})
    lines: deque[_Line] = deque()
    for tenant in _tenants(connection, asked, turns.last) if limit > 0 else ():
        line = _due(connection, asked, tenant)
        if taking.one_of(line):
            turns.last = tenant
            lines.append(line)
        if len(taking.names) == limit:
            break
    while lines and len(taking.names) < limit:
        line = lines.popleft()
        if taking.one_of(line):
            lines.append(line)
    return taking.names


class _Taking:
    """The jobs that one call takes."""

    def __init__(self, connection: Connection, lease: Values) -> None:
        self.names: list[str] = []
        self._connection, self._lease = connection, lease
        self._busy: set[object] = set()

    def one_of(self, line: _Line) -> bool:
        """Take the first job whose session nobody is at; `False`: there is none."""
        for _, name, partition, session, lock in line:
            if lock in self._busy:
                continue
            self._busy.add(lock)
            job: Values = {
                **self._lease,
                "partition": partition,
                "session": session,
                "name": name,
                "lock": lock,
            }
            locked = first(self._connection, sql("lock_session"), job)[0]
            if locked and changed(self._connection, sql("take_job"), job):
                run(self._connection, sql("release_session"), job)
                self.names.append(str(name))
                return True
        return False


def _tenants(connection: Connection, asked: Values, last: int) -> Iterator[int]:
    """Yield each tenant that has due jobs, from the one after *last* round to it."""
    for after, until in ((last, -_FIRST - 1), (_FIRST, last)):
        start: int | None = after
        while start is not None:
            rows = fetch(connection, sql("due_tenants"), {**asked, "after": start})
            for (tenant,) in rows:
                if tenant > until:
                    return
                yield tenant
            start = rows[-1][0] if len(rows) == asked["page"] else None


def _due(connection: Connection, asked: Values, tenant: int) -> _Line:
    after: tuple[int, str] | None = (_FIRST, "")
    while after is not None:
        place: Values = {**asked, "tenant": tenant, "after_due": after[0], "after_name": after[1]}
        rows = fetch(connection, sql("due_jobs"), place)
        yield from rows
        after = (rows[-1][0], rows[-1][1]) if len(rows) == asked["page"] else None
