"""Where memories live: four protocols, and `Store`, which is all of them.

A store is one class. What uses it names the protocol that it needs. All methods raise `StoreError` when the store cannot be
used; none returns empty because something broke. `adapters/stores/reference/` is what each store must match.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from lukasa.domain.change import Applied, Change
from lukasa.domain.document import Delta, Scored
from lukasa.domain.embedding import TokenVectors
from lukasa.domain.erasure import Erased, Erasure
from lukasa.domain.fact import Fact
from lukasa.domain.job import Bookkeeping, Job, JobState, Spent, Summary
from lukasa.domain.journal import Cause, JournalEntry
from lukasa.domain.query import DocumentQuery, FactQuery, LexicalQuery, TurnQuery
from lukasa.domain.report import Backlog, Stats, Verified
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
        expected: int | None = None,
        bookkeeping: Sequence[Bookkeeping] = (),
    ) -> Applied:
        """Make every change in order, durably, or none of them; then the bookkeeping, in the same transaction.

        With *expected*, raise `StaleError` unless the partition is still at that version. A change to an unknown
        id raises `NotFoundError`. Each change that has an effect raises the version by one and leaves a journal entry.
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

    async def delta(self, partition: Partition, *, fingerprint: str | None, since: int) -> Delta:
        """Return what changed after version *since* (0: everything), with dense vectors of that fingerprint.

        Cheap when nothing changed; sees what other processes committed.
        """
        ...

    async def lexical(self, partition: Partition, query: LexicalQuery) -> list[Scored]:
        """Return live documents of one kind that have any of the terms, best first; ties by `seq`, newest first.

        The score is BM25 (k1 = 1.2, b = 0.75, idf = ln(1 + (N - n + 0.5) / (n + 0.5))) times the term's weight,
        with N, n and the average length taken over this partition's live documents of that kind, so that neither other
        partitions' rows nor facts ever change what a turn scores.
        """
        ...

    async def select(self, partition: Partition, query: DocumentQuery) -> set[str]:
        """Return the ids of live documents that pass the filter, exactly as `domain.filter.matches` says."""
        ...

    async def tokens(
        self, partition: Partition, ids: Sequence[str], *, fingerprint: str
    ) -> dict[str, TokenVectors]:
        """Return the token vectors of these documents; those that have none are left out."""
        ...


class Jobs(Protocol):
    """Background jobs, of all partitions. They are queued and finished by the bookkeeping of `Memories.apply`."""

    async def claim(
        self,
        *,
        now: datetime,
        until: datetime,
        worker: str,
        limit: int,
        kinds: Collection[str] | None = None,
    ) -> list[Job]:
        """Take up to so many jobs (of these *kinds*; `None`: of any) that are due, in all partitions: they run until *until*.

        Earliest due first. A job whose lease ran out is due. None is taken while another of the same partition and session runs, and
        no two of those at once. Each attempt is counted. Others of that session whose lease ran out wait again: whoever
        held them has lost them.
        """
        ...

    async def extend(self, job: Job, *, until: datetime) -> bool:
        """Prolong the lease of a claimed job; `False` when it is no longer this worker's."""
        ...

    async def jobs(
        self, partition: Partition | None = None, *, state: JobState | None = None, limit: int | None = None
    ) -> list[Job]:
        """List jobs of a partition, or of all, earliest due first (then by id)."""
        ...

    async def revive(self, partition: Partition | None = None, *, now: datetime) -> int:
        """Let dead jobs (of a partition, or of all) wait again, due now, with no attempts counted; return how many."""
        ...


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

    async def verify(self) -> Verified:
        """Check the whole store: file, schema, journal chain, indexes, orphans. Changes nothing."""
        ...


class Store(Memories, Jobs, UsageLedger, Upkeep, Protocol):
    """A store, from `open` to `aclose`."""

    async def open(self) -> None:
        """Create or migrate what is needed; rebuild a lost index. Refuse a newer schema with `NewerSchemaError`."""
        ...

    async def aclose(self) -> None:
        """Release files and threads; a second call does nothing."""
        ...
