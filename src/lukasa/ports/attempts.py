"""Read, decide, write, and once more when another writer came first."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, TypeVar
from weakref import WeakValueDictionary

from lukasa.domain.scope import Partition
from lukasa.errors import StaleError
from lukasa.ports.memories import Memories

T = TypeVar("T")

_LONGEST_PAUSE = 0.05
"""Seconds. Writers of other processes that lost twice wait for different times, or they would lose together again."""


class PartitionLock(asyncio.Lock):
    """A lock that counts how often it was taken: whoever decided before others had it looks again."""

    taken = 0

    async def acquire(self) -> Literal[True]:
        await super().acquire()
        self.taken += 1
        return True


@dataclass(frozen=True, slots=True)
class PartitionLocks:
    """A lock for each partition: the writers of one process take turns.

    Without it, of sixteen that race some would lose every time, and an erasure, which reads longest, nearly always.
    """

    _locks: WeakValueDictionary[Partition, PartitionLock] = field(
        default_factory=WeakValueDictionary, repr=False, compare=False
    )

    def of(self, partition: Partition) -> PartitionLock:
        """Return the partition's lock, the same one as long as anybody holds it."""
        return self._locks.setdefault(partition, PartitionLock())


async def until_applied(
    store: Memories, partition: Partition, decide: Callable[[int], Awaitable[T]], *, attempts: int
) -> T:
    """Return what *decide* returns, called again each time that its write was refused as stale.

    It takes the partition's version, reads, decides, and writes with that version as `expected`: the write is refused
    when anything that it rests on may have changed. Raises `StaleError` after so many attempts.
    """

    async def decide_anew() -> T:
        # The version comes first: whatever is written while *decide* reads makes its write stale.
        return await decide(await store.version(partition))

    return await until_current(partition, decide_anew, attempts=attempts)


async def until_current(partition: Partition, attempt: Callable[[], Awaitable[T]], *, attempts: int) -> T:
    """Do as `until_applied` does with an attempt that reads the version by itself, together with what it decides on."""
    for failed in range(attempts):
        try:
            return await attempt()
        except StaleError:
            if failed:
                await asyncio.sleep(random.uniform(0, _LONGEST_PAUSE))  # noqa: S311 - no secret
    raise StaleError(f"other writers changed {partition!r} {attempts} times in a row; try again")
