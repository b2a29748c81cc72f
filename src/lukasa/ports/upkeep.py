"""What a store tells of its own condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from lukasa.domain.report import Backlog, Compacted, Stats, Verified
from lukasa.domain.scope import Partition


class Upkeep(Protocol):
    """What is not up to date, and what the store is like."""

    async def unembedded(self, partition: Partition, *, fingerprint: str, limit: int) -> list[str]:
        """Return ids of documents without vectors of that fingerprint, by `seq`."""
        ...

    async def outdated(self, partition: Partition, *, analysis: int, limit: int) -> list[str]:
        """Return ids of documents whose terms other rules made, lower numbers first, then by `seq`.

        Cheap when there are none: every question asks.
        """
        ...

    async def unextracted(
        self,
        partition: Partition,
        *,
        extractor: str,
        limit: int,
        sessions: Sequence[str | None] | None = None,
        lacking: bool = False,
    ) -> list[str]:
        """Return ids of live turns (of these sessions; `None`: of all) that this extractor has not read, by `seq`.

        With *lacking*, those that it has read and of which the reading is not whole (`Extraction.fallback`).
        """
        ...

    async def backlog(
        self, partition: Partition, *, fingerprint: str | None, analysis: int, extractor: str | None = None
    ) -> Backlog:
        """Count what `unembedded`, `outdated` and `unextracted` would list without a limit (with `None`: nothing)."""
        ...

    async def partitions(self) -> list[Partition]:
        """Return every partition, in the order in which they were first written to."""
        ...

    async def stats(self, partition: Partition | None = None) -> Stats:
        """Count what one partition holds, or the whole store."""
        ...

    async def describe(self) -> Mapping[str, str]:
        """Return what a bug report should name, such as the versions of the schema and of the engine."""
        ...

    async def backup(self, path: Path, *, force: bool) -> Verified:
        """Write a copy of one state of the store to a new file, and check the copy; others may write meanwhile.

        Raises `ConfigError` when the file exists, unless *force*, and when the store has no file.
        """
        ...

    async def compact(self) -> Compacted:
        """Give space that is no longer in use back to the file system, and say how much that was.

        Others may read and write, though writers wait meanwhile.
        """
        ...

    async def verify(self) -> Verified:
        """Check the whole store: file, schema, journal chain, indexes, orphans. Changes nothing."""
        ...
