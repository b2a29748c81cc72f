"""Carrying partitions from one store to another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from lukasa.domain.dump import PartitionDump
from lukasa.domain.scope import Partition
from lukasa.ports.store import Store


class MovableStore(Store, Protocol):
    """A store that can give partitions away as they are, journal included, and take them in."""

    async def dump(self, partition: Partition) -> PartitionDump | None:
        """Return all that is kept of a partition, in one state; `None` when nothing ever was. It is held in memory."""
        ...

    async def load(self, dump: PartitionDump) -> None:
        """Store a partition as it was elsewhere, in one transaction. It must not be there yet: `StaleError`."""
        ...

    async def graves(self) -> list[str]:
        """Return the digests of all that was erased, of every partition, in order."""
        ...

    async def bury(self, digests: Sequence[str]) -> None:
        """Keep what has these digests from being stored again."""
        ...
