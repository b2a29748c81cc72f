"""Read, decide, write, and once more when another writer came first."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar
from weakref import WeakValueDictionary

from lukasa.domain.scope import Partition
from lukasa.errors import StaleError
from lukasa.ports.memories import Memories

T = TypeVar("T")

_LONGEST_PAUSE = 0.05
"""Seconds. Writers of other processes that lost twice wait for different times, or they would lose together again."""


@dataclass(frozen=True, slots=True)
class PartitionLocks:
    """A lock for each partition: the writers of one process take turns.

    Without it, of sixteen that race some would lose every time, and an erasure, which reads longest, nearly always.
    """

    _locks: WeakValueDictionary[Partition, asyncio.Lock] = field(
        default_factory=WeakValueDictionary, repr=False, compare=False
    )

    def of(self, partition: Partition) -> asyncio.Lock:
        """Return the partition's lock, the same one as long as anybody holds it."""
        return self._locks.setdefault(partition, asyncio.Lock())


async def until_applied(
    store: Memories, partition: Partition, decide: Callable[[int], Awaitable[T]], *, attempts: int
) -> T:
    """Return what *decide* returns, called again each time that its write was refused as stale.

    It takes the partition's version, reads, decides, and writes with that version as `expected`: the write is refused
    when anything that it rests on may have changed. Raises `StaleError` after so many attempts.
    """
    for attempt in range(attempts):
        # The version comes first: whatever is written while *decide* reads makes its write stale.
        version = await store.version(partition)
        try:
            return await decide(version)
        except StaleError:
            if attempt:
                await asyncio.sleep(random.uniform(0, _LONGEST_PAUSE))  # noqa: S311 - no secret
    raise StaleError(f"other writers changed {partition!r} {attempts} times in a row; try again")
