"""What a store remembers: turns, facts, their index entries and the journal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from lukasa.domain.change import Applied, Basis, Change
from lukasa.domain.document import Delta, Scored
from lukasa.domain.embedding import TokenVectors
from lukasa.domain.erasure import Erased, Erasure
from lukasa.domain.fact import Fact
from lukasa.domain.job import Bookkeeping, Summary
from lukasa.domain.journal import Cause, JournalEntry
from lukasa.domain.query import DocumentQuery, FactQuery, LexicalQuery, Seen, TurnQuery
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Turn


class Memories(Protocol):
    """Turns, facts, their index entries and the journal, each partition by itself.

    No method lets one partition see, count or change another's rows.
    """

    async def apply(
        self,
        partition: Partition,
        changes: Sequence[Change],
        *,
        cause: Cause,
        expected: int | Basis | None = None,
        bookkeeping: Sequence[Bookkeeping] = (),
    ) -> Applied:
        """Make every change in order, durably, or none of them; then the bookkeeping, in the same transaction.

        With *expected*, raise `StaleError` unless the partition is still at that version; with a `Basis`, unless since its
        version nothing was erased, and nothing happened to what it names. A change to an unknown id raises `NotFoundError`. Each change that has an effect raises the version by one and leaves a journal entry.
        """
        ...

    async def erase(
        self, partition: Partition, erasure: Erasure, *, cause: Cause, expected: int | None = None
    ) -> Erased:
        """Destroy turns, facts, and all that was kept of them, so that no byte of it is left in any file.

        One transaction as in `apply`, then whatever the engine needs to clean its files. Journal entries about what was
        erased lose reason and content, and each erased id gets an entry; the chain is rebuilt from the start, and the
        receipt has the digest that it ended with before. Marks become tombstones. Other partitions' rows stay as they are.

        The summaries of the whole partition and of the erased turns' sessions go, and so do the errors of the partition's
        jobs. With `everything`, its jobs, summaries and usage go too.
        """
        ...

    async def version(self, partition: Partition, *, at: datetime | None = None) -> int:
        """Return how many changes were made to the partition (up to the instant *at*); 0 for one that was never written to."""
        ...

    async def look(
        self, partition: Partition, *, turns: Sequence[TurnQuery] = (), marks: Sequence[str] = ()
    ) -> Seen:
        """Answer what `version`, `turns` (of each query) and `tombstones` do, at once and from one state of the partition."""
        ...

    async def tombstones(self, partition: Partition, marks: Sequence[str]) -> set[str]:
        """Return those of the marks whose content was erased and not readmitted."""
        ...

    async def turns(self, partition: Partition, query: TurnQuery) -> list[Turn]:
        """List turns by `seq`; with `as_of`, as they were then."""
        ...

    async def facts(self, partition: Partition, query: FactQuery) -> list[Fact]:
        """List facts by `seq`, each in the version that is, or was then, believed."""
        ...

    async def history(self, partition: Partition, ids: Sequence[str]) -> dict[str, list[Fact]]:
        """Return all versions of these facts, oldest first; unknown ids are left out."""
        ...

    async def summaries(self, partition: Partition) -> list[Summary]:
        """Return the summaries of a partition: of the whole first, then by session."""
        ...

    async def journal(
        self, partition: Partition, *, since: int = 0, limit: int | None = None
    ) -> list[JournalEntry]:
        """Return journal entries after a version, oldest first."""
        ...

    async def delta(
        self, partition: Partition, *, fingerprint: str | None, since: int, limit: int | None = None
    ) -> Delta:
        """Return what changed after version *since* (0: everything), with the dense vectors of that fingerprint.

        With *limit*, at most so many documents, those that changed first: a large partition is read in parts.

        Cheap when nothing changed; sees what other processes committed.
        """
        ...

    async def lexical(self, partition: Partition, query: LexicalQuery) -> list[Scored]:
        """Return passages of live documents of one kind that have any of the terms, best first.

        Ties are ordered by `seq`, newest first, then as in the text.

        The score is BM25 (k1 = 1.2, b = 0.75, idf = ln(1 + (N - n + 0.5) / (n + 0.5))), with N, n and the average length
        taken over the passages of this partition's live documents of that kind, so that neither other partitions' rows nor
        facts ever change what a turn scores.
        """
        ...

    async def select(self, partition: Partition, query: DocumentQuery) -> set[str]:
        """Return the ids of live documents that pass the filter, exactly as `domain.filter.matches` says."""
        ...

    async def tokens(
        self, partition: Partition, ids: Sequence[str], *, fingerprint: str
    ) -> dict[str, Sequence[TokenVectors]]:
        """Return the token vectors of these documents, passage by passage; documents that have none are left out."""
        ...
