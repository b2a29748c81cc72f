"""The embedded store: one file, any number of processes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

import apsw

from lukasa.adapters.stores.sqlite import bookkeeping, eraser, fulltext, migrations, moving, reader, writer
from lukasa.adapters.stores.sqlite.backup import back_up
from lukasa.adapters.stores.sqlite.connection import (
    check_path,
    check_sqlite,
    connect,
    create_file,
    lacks_log,
    leave_untouched,
    patience,
    reading,
    replaced,
    use_write_ahead_log,
    writing,
)
from lukasa.adapters.stores.sqlite.damage import sound
from lukasa.adapters.stores.sqlite.failures import translated
from lukasa.adapters.stores.sqlite.partition import PartitionWriter
from lukasa.adapters.stores.sqlite.reader import PartitionRow
from lukasa.adapters.stores.sqlite.scrub import owes_scrub, rewrite, scrub
from lukasa.adapters.stores.sqlite.sql import sql
from lukasa.adapters.stores.sqlite.threads import Threads
from lukasa.adapters.stores.sqlite.verify import verify
from lukasa.domain.change import Applied, Basis, Change, check
from lukasa.domain.document import Delta, Kind, Scored
from lukasa.domain.dump import PartitionDump
from lukasa.domain.embedding import TokenVectors
from lukasa.domain.erasure import Erased, Erasure
from lukasa.domain.fact import Fact
from lukasa.domain.job import Bookkeeping, Job, JobState, Spent, Summary, check_bookkeeping, check_spent
from lukasa.domain.journal import Cause, JournalEntry
from lukasa.domain.query import DocumentQuery, FactQuery, LexicalQuery, Seen, TurnQuery
from lukasa.domain.report import Backlog, Compacted, Finding, Stats, Verified
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Turn
from lukasa.errors import (
    ClosedError,
    NewerSchemaError,
    NotFoundError,
    StoreCorruptError,
    StoreError,
    StoreReadOnlyError,
)

T = TypeVar("T")

_BUSY_SECONDS = 30.0
_SCRUB_PATIENCE = 1.0
"""Seconds that opening waits for each lock that others hold in order to finish an erasure."""

_LOST_LOG = Finding(
    what="file",
    detail="the file was empty and without its log: it was copied while a process had it open, or the process that made "
    "it died at once; look for the original, and copy it with `lukasa backup`",
)
_COMPANIONS = ("", "-wal", "-shm")
_log = logging.getLogger(__name__)


class SqliteStore:
    """Keeps everything in one SQLite file, durable before it is acknowledged.

    *timeout*: seconds to wait for another process that writes, before `StoreBusyError`.
    *read_only*: never write; otherwise a file that cannot be written is only read, and `apply` raises
    `StoreReadOnlyError`.
    """

    def __init__(self, path: Path | str, *, timeout: float = _BUSY_SECONDS, read_only: bool = False) -> None:
        self._path = check_path(path)
        self._timeout = timeout
        self._read_only = read_only
        self._threads: Threads | None = None
        self._closed = False
        self._incomplete = False
        self._file: tuple[int, int] | None = None

    async def open(self) -> None:
        if self._threads is not None:
            return
        check_sqlite(apsw.sqlite_lib_version())
        self._file = None
        threads = Threads(self._connect)
        try:
            await threads.write(self._prepare)
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
        def work(db: apsw.Connection) -> Applied:
            check(changes, cause)
            check_bookkeeping(bookkeeping)
            return writer.apply(
                db, partition, changes, cause=cause, expected=expected, bookkeeping=bookkeeping
            )

        return await self._write(work)

    async def erase(
        self, partition: Partition, erasure: Erasure, *, cause: Cause, expected: int | None = None
    ) -> Erased:
        def job(connection: apsw.Connection) -> Erased:
            if self._read_only:
                raise StoreReadOnlyError(f"{str(self._path)!r} may not be written")
            with translated(self._path, connection), writing(connection):
                erased = eraser.erase(connection, partition, erasure, cause=cause, expected=expected)
            return replace(erased, complete=self._scrub(connection, timeout=self._timeout))

        return await self._opened().write(job)

    async def version(self, partition: Partition, *, at: datetime | None = None) -> int:
        return await self._read_all(lambda db: reader.version(db, partition, at=at))

    async def look(
        self, partition: Partition, *, turns: Sequence[TurnQuery] = (), marks: Sequence[str] = ()
    ) -> Seen:
        return await self._read_all(lambda db: reader.look(db, partition, turns, marks))

    async def tombstones(self, partition: Partition, marks: Sequence[str]) -> set[str]:
        return await self._read_all(lambda db: reader.tombstones(db, partition, marks))

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
        return await self._write(
            lambda db: bookkeeping.claim(db, now=now, until=until, worker=worker, limit=limit, kinds=kinds)
        )

    async def queued(self) -> None:
        await asyncio.get_running_loop().create_future()  # a file tells nobody

    async def extend(self, job: Job, *, until: datetime) -> bool:
        return await self._write(lambda db: bookkeeping.extend(db, job, until=until))

    async def jobs(
        self, partition: Partition | None = None, *, state: JobState | None = None, limit: int | None = None
    ) -> list[Job]:
        return await self._read_one_or_all(
            partition, [], lambda db, row: bookkeeping.jobs(db, row, state=state, limit=limit)
        )

    async def revive(self, partition: Partition | None = None, *, now: datetime) -> int:
        def answer(db: apsw.Connection) -> int:
            row = None if partition is None else reader.partition_row(db, partition)
            if partition is not None and row is None:
                return 0
            return bookkeeping.revive(db, row.id if row else None, now=now)

        return await self._write(answer)

    async def summaries(self, partition: Partition) -> list[Summary]:
        return await self._read(partition, [], lambda db, row: bookkeeping.summaries(db, row.id))

    async def spend(self, partition: Partition, spent: Spent) -> None:
        check_spent(spent)
        cause = Cause(verb="spend", at=datetime.combine(spent.day, datetime.min.time(), UTC))
        await self._write(lambda db: bookkeeping.spend(PartitionWriter(db, partition, cause), spent))

    async def spent(
        self, partition: Partition | None = None, *, since: date | None = None, until: date | None = None
    ) -> list[Spent]:
        return await self._read_one_or_all(
            partition, [], lambda db, row: bookkeeping.spent(db, row, since=since, until=until)
        )

    async def backlog(
        self, partition: Partition, *, fingerprint: str | None, analysis: int, extractor: str | None = None
    ) -> Backlog:
        def answer(db: apsw.Connection, row: PartitionRow) -> Backlog:
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
        return await self._read_all(reader.partitions)

    async def stats(self, partition: Partition | None = None) -> Stats:
        if partition is not None:
            return await self._read(partition, Stats(), lambda db, row: reader.stats(db, row.id, size=0))
        return await self._read_all(lambda db: reader.stats(db, None, size=self._size()))

    async def dump(self, partition: Partition) -> PartitionDump | None:
        return await self._read(partition, None, lambda db, row: moving.dump(db, row.id, partition))

    async def load(self, dump: PartitionDump) -> None:
        await self._write(lambda db: moving.load(db, dump))

    async def graves(self) -> list[str]:
        return await self._read_all(moving.graves)

    async def bury(self, digests: Sequence[str]) -> None:
        await self._write(lambda db: moving.bury(db, digests))

    async def describe(self) -> Mapping[str, str]:
        schema = await self._read_all(lambda db: migrations.schema_version(db, self._path))
        return {"schema_version": str(schema), "sqlite_version": apsw.sqlite_lib_version()}

    async def backup(self, path: Path, *, force: bool) -> Verified:
        return await self._read_all(lambda db: back_up(db, path.expanduser().absolute(), force=force))

    async def compact(self) -> Compacted:
        def job(connection: apsw.Connection) -> Compacted:
            if self._read_only:
                raise StoreReadOnlyError(f"{str(self._path)!r} may not be written")
            before = self._size()
            with translated(self._path, connection), sound(self._path):
                if not owes_scrub(connection) or not self._scrub(connection, timeout=self._timeout):
                    rewrite(connection)
            return Compacted(before=before, after=self._size())

        return await self._opened().write(job)

    async def verify(self) -> Verified:
        verified = await self._read_all(verify)
        if self._incomplete:
            return replace(verified, findings=(_LOST_LOG, *verified.findings))
        return verified

    async def aclose(self) -> None:
        self._closed = True
        if self._threads is not None:
            threads, self._threads = self._threads, None
            await threads.aclose()

    async def _read(
        self, partition: Partition, empty: T, answer: Callable[[apsw.Connection, PartitionRow], T]
    ) -> T:
        """Answer from one state of the partition; with *empty* when nothing was ever written to it."""

        def job(connection: apsw.Connection) -> T:
            row = reader.partition_row(connection, partition)
            return empty if row is None else answer(connection, row)

        return await self._read_all(job)

    async def _read_one_or_all(
        self, partition: Partition | None, empty: T, answer: Callable[[apsw.Connection, int | None], T]
    ) -> T:
        if partition is None:
            return await self._read_all(lambda db: answer(db, None))
        return await self._read(partition, empty, lambda db, row: answer(db, row.id))

    async def _write(self, work: Callable[[apsw.Connection], T]) -> T:
        """Do something in one transaction."""

        def job(connection: apsw.Connection) -> T:
            if self._read_only:
                raise StoreReadOnlyError(f"{str(self._path)!r} may not be written")
            with translated(self._path, connection), sound(self._path), writing(connection):
                return work(connection)

        return await self._opened().write(job)

    async def _read_all(self, answer: Callable[[apsw.Connection], T]) -> T:
        def job(connection: apsw.Connection) -> T:
            with translated(self._path, connection), sound(self._path), reading(connection):
                return answer(connection)

        return await self._opened().read(job)

    def _opened(self) -> Threads:
        if self._threads is None:
            what = "was closed; open the memory again" if self._closed else "is not open; call open() first"
            raise ClosedError(f"the store {str(self._path)!r} {what}")
        return self._threads

    def _connect(self, writes: bool) -> apsw.Connection:
        if writes and not self._read_only:
            self._incomplete = lacks_log(self._path)
            create_file(self._path)
        elif not self._path.exists():
            raise NotFoundError(f"there is no store {str(self._path)!r}")
        connection = connect(self._path, timeout=self._timeout, read_only=self._read_only)
        file = self._path.stat()
        # What is opened later must be the same file: SQLite tells only those apart that were open already.
        if self._file not in {None, (file.st_dev, file.st_ino)}:
            # The log is that of the file before, and must not be moved into this one.
            leave_untouched(connection, self._path)
            raise replaced(self._path)
        self._file = (file.st_dev, file.st_ino)
        if not writes:
            connection.execute(sql("only_read"))
        return connection

    def _prepare(self, connection: apsw.Connection) -> None:
        """Bring the file up to date; leave one that is not ours as it is."""
        self._read_only = self._read_only or connection.readonly("main")
        with translated(self._path, connection), sound(self._path):
            try:
                with reading(connection):
                    version = migrations.schema_version(connection, self._path)
            except (NewerSchemaError, StoreCorruptError):
                leave_untouched(connection, self._path)
                raise
            if self._read_only and version < migrations.known()[-1].number:
                raise StoreReadOnlyError(
                    f"{str(self._path)!r} has schema {version} and may not be written; open it once for writing"
                )
            self._incomplete = self._incomplete and not version
            if self._incomplete:
                _log.warning("%r: %s", str(self._path), _LOST_LOG.detail)
            if not self._read_only:
                use_write_ahead_log(connection, self._path, timeout=self._timeout)
                migrations.migrate(connection, self._path, version=version)
            migrations.restore_indexes(connection, self._path, read_only=self._read_only)
            owed = not self._read_only and owes_scrub(connection)
        if owed:
            # Not the usual patience: whoever reads meanwhile must not keep the store from opening.
            with patience(connection, _SCRUB_PATIENCE):
                self._scrub(connection, timeout=self._timeout)

    def _scrub(self, connection: apsw.Connection, *, timeout: float) -> bool:
        """Clean the file of what was erased; return whether that is done. What is not remains owed."""
        try:
            with translated(self._path, connection):
                return scrub(connection, timeout=timeout)
        except StoreError as error:
            # The rows are gone: to raise would say that nothing happened.
            _log.warning("bytes of what was erased are still in %r: %s", str(self._path), error)
            return False

    def _size(self) -> int:
        files = (self._path.with_name(self._path.name + suffix) for suffix in _COMPANIONS)
        return sum(file.stat().st_size for file in files if file.exists())


def _counts(row: PartitionRow, kind: Kind) -> fulltext.Counts:
    passages, terms = (row.documents, row.terms) if kind == "turn" else (row.facts, row.fact_terms)
    return fulltext.Counts(fulltext.pool(row.id, kind), passages, terms)
