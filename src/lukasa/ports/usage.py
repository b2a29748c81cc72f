"""What a store keeps of model calls."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from lukasa.domain.job import Spent
from lukasa.domain.scope import Partition


class UsageLedger(Protocol):
    """What model calls took."""

    async def spend(self, partition: Partition, spent: Spent) -> None:
        """Add to the ledger of usage: rows of the same day, purpose and model add up."""
        ...

    async def spent(
        self, partition: Partition | None = None, *, since: date | None = None, until: date | None = None
    ) -> list[Spent]:
        """Return the ledger of a partition, or summed over all, by day, purpose and model; *until* is included."""
        ...
