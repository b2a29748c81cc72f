"""`Store`: where memories live. It is four protocols in one, each in a module of its own.

A store is one class. What uses it names the protocol that it needs. All methods raise `StoreError` when the store cannot be
used; none returns empty because something broke. `adapters/stores/reference/` is what each store must match.
"""

from __future__ import annotations

from typing import Protocol

from lukasa.ports.jobs import Jobs
from lukasa.ports.memories import Memories
from lukasa.ports.upkeep import Upkeep
from lukasa.ports.usage import UsageLedger


class Store(Memories, Jobs, UsageLedger, Upkeep, Protocol):
    """A store, from `open` to `aclose`."""

    async def open(self) -> None:
        """Create or migrate what is needed; rebuild a lost index. Refuse a newer schema with `NewerSchemaError`."""
        ...

    async def aclose(self) -> None:
        """Release files and threads; a second call does nothing."""
        ...
