"""The store for many users: PostgreSQL, with any number of processes on any number of machines."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import psycopg

from lukasa.adapters.stores.postgres import bookkeeping, eraser, fulltext, migrations, moving, reader, writer
from lukasa.adapters.stores.postgres.claiming import Turns, take
from lukasa.adapters.stores.postgres.condition import describe
from lukasa.adapters.stores.postgres.connection import (
    ALL,
    MOVED,
    Transaction,
    connect,
    identity,
    lock_of,
    read_address,
    reading,
    took_effect,
    writing,
)
from lukasa.adapters.stores.postgres.failures import lost, translated
from lukasa.adapters.stores.postgres.listening import Listener, channel
from lukasa.adapters.stores.postgres.partition import PartitionState, RowWriter, load
from lukasa.adapters.stores.postgres.scrub import scrub
from lukasa.adapters.stores.postgres.sql import Connection, Values, first, run, sql
from lukasa.adapters.stores.postgres.threads import ConnectionThreads
from lukasa.adapters.stores.postgres.verify import verify
from lukasa.domain.change import Applied, Basis, Change, check
from lukasa.domain.document import Delta, Kind, Scored
from lukasa.domain.dump import PartitionDump
from lukasa.domain.embedding import TokenVectors
from lukasa.domain.erasure import Erased, Erasure
from lukasa.domain.fact import Fact
from lukasa.domain.job import (
    Bookkeeping,
    Job,
    JobState,
    Postpone,
    Queue,
    Spent,
    Summary,
    check_bookkeeping,
    check_spent,
)
from lukasa.domain.journal import Cause, JournalEntry
from lukasa.domain.query import DocumentQuery, FactQuery, LexicalQuery, Seen, TurnQuery
from lukasa.domain.report import Backlog, Compacted, Stats, Verified
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Turn
from lukasa.errors import ClosedError, ConfigError, LukasaError, StoreCorruptError

T = TypeVar("T")

_CONNECTIONS = 8
"""Of one process. More than the server has cores only wait for one another there."""

_BUSY_SECONDS = 30.0

_log = logging.getLogger(__name__)


class PostgresStore:
    """Keeps everything in a schema of a PostgreSQL database, durable before it is acknowledged.

    *url*: for libpq, as `postgresql://user@host/database`; of our own are `schema=` (default `lukasa`) and `pieces=` (into
    how many tables are cut when they are made, default 16). *timeout*: seconds to wait for others that write, or for a
    server that is away, before `StoreBusyError`.
    """

    def __init__(self, url: str, *, timeout: float = _BUSY_SECONDS, connections: int = _CONNECTIONS) -> None:
        self._address = read_address(url)
        self._timeout = timeout
        self._connections = connections
        self._threads: ConnectionThreads | None = None
        self._turns = Turns()
        self._listener = Listener(self._address)
        self._unsaid = False
        self._notifying: asyncio.Task[None] | None = None
        self._closed = False

    async def open(self) -> None:
        if self._threads is not None:
            return
        threads = ConnectionThreads(
            lambda: connect(self._address, timeout=self._timeout),
            size=self._connections,
            patience=self._timeout,
        )
        try:
            with translated(self._address.shown):
                await threads.run(self._prepare)
        except BaseException:
            await threads.aclose()
            raise
        self._threads, self._closed = threads, False

    async def apply(
        self,
        partition: Partition,
        changes: Sequence[Change],
        *,
        cause: Cause,
        expected: int | Basis | None = None,
        bookkeeping: Sequence[Bookkeeping] = (),
    ) -> Applied:
        check(changes, cause)
        check_bookkeeping(bookkeeping)

        def work(db: Connection) -> Applied:
            return writer.apply(
                db, partition, changes, cause=cause, expected=expected, bookkeeping=bookkeeping
            )

        applied = await self._write(work, partition)
        if any(isinstance(item, Queue | Postpone) and item.due_at <= cause.at for item in bookkeeping):
            self._notify()
        return applied

    async def erase(
        self, partition: Partition, erasure: Erasure, *, cause: Cause, expected: int | None = None
    ) -> Erased:
        erased = await self._write(
            lambda db: eraser.erase(db, partition, erasure, cause=cause, expected=expected), partition
        )
        return replace(erased, complete=await self._scrub())

    async def version(self, partition: Partition, *, at: datetime | None = None) -> int:
        return await self._look(partition, lambda db: reader.version(db, partition, at=at))

    async def look(
        self, partition: Partition, *, turns: Sequence[TurnQuery] = (), marks: Sequence[str] = ()
    ) -> Seen:
        return await self._look(partition, lambda db: reader.look(db, partition, turns, marks))

    async def tombstones(self, partition: Partition, marks: Sequence[str]) -> set[str]:
        return await self._look(partition, lambda db: reader.tombstones(db, partition, marks))

    async def facts(self, partition: Partition, query: FactQuery) -> list[Fact]:
        return await self._read(partition, [], lambda db, row: reader.facts(db, row.id, query))

    async def history(self, partition: Partition, ids: Sequence[str]) -> dict[str, list[Fact]]:
        return await self._read(partition, {}, lambda db, row: reader.history(db, row.id, ids))

    async def turns(self, partition: Partition, query: TurnQuery) -> list[Turn]:
        return await self._read(partition, [], lambda db, row: reader.turns(db, row.id, query))

    async def delta(
        self, partition: Partition, *, fingerprint: str | None, since: int, limit: int | None = None
    ) -> Delta:
        return await self._read(
            partition,
            Delta(version=0),
            lambda db, row: reader.delta(db, row, fingerprint=fingerprint, since=since, limit=limit),
        )

    async def lexical(self, partition: Partition, query: LexicalQuery) -> list[Scored]:
        return await self._read(
            partition,
            [],
            lambda db, row: fulltext.search(db, _counts(row, query.kind), query),
        )

    async def select(self, partition: Partition, query: DocumentQuery) -> set[str]:
        return await self._read(partition, set(), lambda db, row: reader.select(db, row.id, query))

    async def tokens(
        self, partition: Partition, ids: Sequence[str], *, fingerprint: str
    ) -> dict[str, Sequence[TokenVectors]]:
        return await self._read(
            partition, {}, lambda db, row: reader.tokens(db, row.id, ids, fingerprint=fingerprint)
        )

    async def unembedded(self, partition: Partition, *, fingerprint: str, limit: int) -> list[str]:
        return await self._read(
            partition,
            [],
            lambda db, row: reader.unembedded(db, row.id, fingerprint=fingerprint, limit=limit),
        )

    async def outdated(self, partition: Partition, *, analysis: int, limit: int) -> list[str]:
        return await self._read(
            partition, [], lambda db, row: reader.outdated(db, row.id, analysis=analysis, limit=limit)
        )

    async def unextracted(
        self,
        partition: Partition,
        *,
        extractor: str,
        limit: int,
        sessions: Sequence[str | None] | None = None,
        lacking: bool = False,
    ) -> list[str]:
        return await self._read(
            partition,
            [],
            lambda db, row: reader.unextracted(
                db, row.id, extractor=extractor, limit=limit, sessions=sessions, lacking=lacking
            ),
        )

    async def claim(
        self,
        *,
        now: datetime,
        until: datetime,
        worker: str,
        limit: int,
        kinds: Collection[str] | None = None,
    ) -> list[Job]:
        def work(db: Connection) -> list[Job]:
            names = take(db, self._turns, now=now, until=until, worker=worker, limit=limit, kinds=kinds)
            return bookkeeping.claimed(db, names)

        return await self._write(work)

    async def queued(self) -> None:
        await self._listener.heard()

    async def extend(self, job: Job, *, until: datetime) -> bool:
        return await self._write(
            lambda db: bookkeeping.extend(db, job, until=until), job.partition, alone=False
        )

    async def jobs(
        self, partition: Partition | None = None, *, state: JobState | None = None, limit: int | None = None
    ) -> list[Job]:
        return await self._read_one_or_all(
            partition, [], lambda db, row: bookkeeping.jobs(db, row, state=state, limit=limit)
        )

    async def revive(self, partition: Partition | None = None, *, now: datetime) -> int:
        number = None if partition is None else identity(partition)
        revived = await self._write(lambda db: bookkeeping.revive(db, number, now=now), partition)
        self._notify()
        return revived

    async def summaries(self, partition: Partition) -> list[Summary]:
        return await self._read(partition, [], lambda db, row: bookkeeping.summaries(db, row.id))

    async def spend(self, partition: Partition, spent: Spent) -> None:
        check_spent(spent)
        cause = Cause(verb="spend", at=datetime.combine(spent.day, datetime.min.time(), UTC))
        await self._write(lambda db: bookkeeping.spend(RowWriter(db, partition, cause), spent), partition)

    async def spent(
        self, partition: Partition | None = None, *, since: date | None = None, until: date | None = None
    ) -> list[Spent]:
        return await self._read_one_or_all(
            partition, [], lambda db, row: bookkeeping.spent(db, row, since=since, until=until)
        )

    async def backlog(
        self, partition: Partition, *, fingerprint: str | None, analysis: int, extractor: str | None = None
    ) -> Backlog:
        def answer(db: Connection, row: PartitionState) -> Backlog:
            found = reader.backlog(db, row.id, partition, fingerprint=fingerprint, analysis=analysis)
            unread = reader.unextracted_count(db, row.id, extractor=extractor)
            return replace(found, unextracted=unread)

        return await self._read(partition, Backlog(partition=partition), answer)

    async def journal(
        self, partition: Partition, *, since: int = 0, limit: int | None = None
    ) -> list[JournalEntry]:
        return await self._read(
            partition, [], lambda db, row: reader.journal(db, row.id, since=since, limit=limit)
        )

    async def partitions(self) -> list[Partition]:
        return await self._look(None, reader.partitions)

    async def stats(self, partition: Partition | None = None) -> Stats:
        if partition is not None:
            return await self._read(partition, Stats(), lambda db, row: reader.stats(db, row.id, size=0))
        return await self._look(None, lambda db: reader.stats(db, None, size=self._size(db)))

    async def dump(self, partition: Partition) -> PartitionDump | None:
        return await self._look(partition, lambda db: moving.dump(db, partition))

    async def load(self, dump: PartitionDump) -> None:
        await self._write(lambda db: moving.load(db, dump), dump.partition)

    async def graves(self) -> list[str]:
        return await self._look(None, moving.graves)

    async def bury(self, digests: Sequence[str]) -> None:
        await self._write(lambda db: moving.bury(db, digests))

    async def describe(self) -> Mapping[str, str]:
        return await self._look(None, lambda db: describe(db, self._address))

    async def backup(self, path: Path, *, force: bool) -> Verified:
        raise ConfigError(
            f"{self._address.shown!r} has no file to copy: back the server up with pg_basebackup or pg_dump, "
            "or write an export with `lukasa export`"
        )

    async def compact(self) -> Compacted:
        before = (await self.stats()).bytes
        await self._scrub(everything=True)
        return Compacted(before=before, after=(await self.stats()).bytes)

    async def verify(self) -> Verified:
        return await self._look(None, lambda db: verify(db, self._address))

    async def aclose(self) -> None:
        self._closed = True
        if self._notifying is not None:
            await self._notifying
        await self._listener.aclose()
        if self._threads is not None:
            threads, self._threads = self._threads, None
            await threads.aclose()

    async def _read(
        self, partition: Partition, empty: T, answer: Callable[[Connection, PartitionState], T]
    ) -> T:
        """Answer from one state of the partition; with *empty* when nothing was ever written to it."""

        def look(connection: Connection) -> T:
            row = load(connection, partition)
            return empty if row is None else answer(connection, row)

        return await self._look(partition, look)

    async def _read_one_or_all(
        self, partition: Partition | None, empty: T, answer: Callable[[Connection, UUID | None], T]
    ) -> T:
        if partition is None:
            return await self._look(None, lambda db: answer(db, None))
        return await self._read(partition, empty, lambda db, row: answer(db, row.id))

    async def _look(self, partition: Partition | None, answer: Callable[[Connection], T]) -> T:
        """Answer from one state of a partition, or of the store."""
        scope = ALL if partition is None else str(identity(partition))

        def job(connection: Connection) -> T:
            with reading(connection, scope):
                return answer(connection)

        return await self._run(job)

    async def _write(
        self, work: Callable[[Connection], T], partition: Partition | None = None, *, alone: bool = True
    ) -> T:
        """Do something in one transaction, exactly once; *alone*: no other may write to the partition meanwhile."""
        number = None if partition is None else identity(partition)
        scope = ALL if number is None else str(number)
        lock = lock_of(number) if number is not None and alone else None
        unsure: list[tuple[Transaction, T]] = []

        def job(connection: Connection) -> T:
            if unsure:
                transaction, result = unsure[0]
                if took_effect(connection, scope, transaction, patience=self._timeout):
                    return result
                unsure.clear()
            transaction = Transaction(MOVED if number is None else number)
            try:
                with writing(connection, scope, lock=lock, transaction=transaction):
                    result = work(connection)
                    transaction.wrote = result is None or bool(result)
            except psycopg.OperationalError as error:
                if transaction.ending and lost(error):
                    unsure.append((transaction, result))
                raise
            return result

        return await self._run(job)

    async def _run(self, job: Callable[[Connection], T]) -> T:
        if self._threads is None:
            what = "was closed; open the memory again" if self._closed else "is not open; call open() first"
            raise ClosedError(f"the store {self._address.shown!r} {what}")
        with translated(self._address.shown):
            return await self._threads.run(job)

    def _notify(self) -> None:
        """Tell workers of other processes that a job is due; not in the transaction, whose commit would wait for others that do."""
        self._unsaid = True
        if self._notifying is None or self._notifying.done():
            self._notifying = asyncio.create_task(self._say())

    async def _say(self) -> None:
        values: Values = {"channel": channel(self._address)}
        with suppress(LukasaError):  # they look from time to time
            while self._unsaid:
                self._unsaid = False
                await self._run(lambda db: run(db, sql("notify"), values))

    def _prepare(self, connection: Connection) -> None:
        """Bring the schema up to date; leave one that is not ours as it is."""
        version = migrations.schema_version(connection, self._address)
        if version < migrations.known()[-1].number or migrations.missing_indexes(connection, self._address):
            migrations.migrate(connection, self._address)
            connection.close()  # it has the settings of a migration
            return
        for detail in migrations.unlike(connection):
            raise StoreCorruptError(f"{self._address.shown!r}: {detail}")

    async def _scrub(self, *, everything: bool = False) -> bool:
        def job(connection: Connection) -> bool:
            try:
                return scrub(connection, everything=everything)
            finally:
                connection.close()  # it has the settings of a scrub

        return await self._run(job)

    def _size(self, connection: Connection) -> int:
        return int(first(connection, sql("size"), {"schema": self._address.schema})[0])


def _counts(row: PartitionState, kind: Kind) -> fulltext.PassageCounts:
    passages, terms = (row.documents, row.terms) if kind == "turn" else (row.facts, row.fact_terms)
    return fulltext.PassageCounts(row.id, passages, terms)
