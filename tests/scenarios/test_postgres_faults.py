"""What goes wrong with a database: lost connections, killed servers, schemas of other versions, and what erasing leaves."""

from __future__ import annotations

import asyncio
import gc
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import anyio
import pytest

from databases import Databases
from lukasa import AsyncMemory, Settings
from lukasa.domain.erasure import Erasure
from lukasa.domain.job import PutSummary
from lukasa.domain.journal import Cause
from lukasa.domain.query import TurnQuery
from lukasa.domain.scope import Partition
from lukasa.errors import ConfigError, NewerSchemaError, ServerDownError, StoreBusyError, StoreCorruptError
from lukasa.policy import ClientPolicy
from lukasa.surfaces.keys import KeyFile, new_key
from lukasa.testing.conformance.samples import ALICE, BOB, CAUSE, NOON, add, embedded, fill, ids
from lukasa.testing.conformance.store_jobs import dead_job, keep, summary
from lukasa.testing.postgres import PostgresServer

psycopg = pytest.importorskip("psycopg", reason="NO TEST OF POSTGRESQL RUNS: psycopg is not installed")

from lukasa.adapters.stores.postgres import connection as connection_module  # noqa: E402 - needs psycopg
from lukasa.adapters.stores.postgres import migrations  # noqa: E402
from lukasa.adapters.stores.postgres.connection import identity, read_address  # noqa: E402
from lukasa.adapters.stores.postgres.scrub import TABLES  # noqa: E402
from lukasa.adapters.stores.postgres.sql import blocks, sql  # noqa: E402
from lukasa.adapters.stores.postgres.store import PostgresStore  # noqa: E402

pytestmark = pytest.mark.anyio

KILLS = int(os.environ.get("LUKASA_TEST_DATABASE_KILLS", "1"))  # noqa: TID251 - a size of this test
CANARY = "zaubernusskaeuzchen7734"
USERS = [Partition("acme", f"user{number}") for number in range(4)]


@pytest.fixture
def superuser(databases: Databases) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(
        databases.server.url(databases.name, "root_of_tests"), autocommit=True
    ) as connection:
        connection.execute("SET search_path = lukasa")
        yield connection


async def opened(url: str, **options: float) -> PostgresStore:
    store = PostgresStore(url, **options)
    await store.open()
    return store


# ── Walls ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_without_a_scope_nothing_is_seen(postgres_url: str) -> None:
    store = await opened(postgres_url)
    for partition in (ALICE, BOB):
        await fill(
            store, embedded("t1", "f"), add("t2", session="s1", metadata={"a": 1}), partition=partition
        )
        await dead_job(store, partition=partition)
        await keep(store, PutSummary(summary=summary()), partition=partition)
    await store.aclose()

    walled = [table for table in TABLES if table != "passages"]
    with psycopg.connect(read_address(postgres_url).url, autocommit=True) as connection:
        connection.execute("SET search_path = lukasa")
        for scope in ("", str(identity(Partition("acme", "nobody")))):
            connection.execute("SELECT set_config('lukasa.scope', %s, false)", [scope])
            seen = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone() for table in walled}
            assert set(seen.values()) == {(0,)}
            assert connection.execute("UPDATE turns SET text = 'x'").rowcount == 0

        connection.execute("SELECT set_config('lukasa.scope', %s, false)", [str(identity(BOB))])
        assert connection.execute("SELECT partition FROM partitions").fetchall() == [(identity(BOB),)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("INSERT INTO tombstones VALUES (%s, 'x')", [identity(ALICE)])


# ── Connections, servers ───────────────────────────────────────────────────────────────────────────────────────


class Writers:
    """Several users' writers, each noting what was acknowledged."""

    def __init__(self, store: PostgresStore) -> None:
        self.store = store
        self.acknowledged: dict[Partition, list[str]] = {user: [] for user in USERS}
        self.progress = asyncio.Condition()

    async def write(self, user: Partition, count: int) -> None:
        for number in range(count):
            name = f"t{len(self.acknowledged[user])}.{number}"
            version = await self.store.version(user)
            applied = await self.store.apply(user, [add(name)], cause=CAUSE, expected=version)
            assert applied.added == (name,)
            async with self.progress:
                self.acknowledged[user].append(name)
                self.progress.notify_all()

    async def write_all(self, count: int) -> None:
        async with anyio.create_task_group() as group:
            for user in USERS:
                group.start_soon(self.write, user, count)

    async def wait_for(self, more: int) -> None:
        """Wait until so many more writes were acknowledged."""
        goal = more + sum(map(len, self.acknowledged.values()))
        async with self.progress:
            await self.progress.wait_for(lambda: sum(map(len, self.acknowledged.values())) >= goal)

    async def check(self) -> None:
        for user, names in self.acknowledged.items():
            assert ids(await self.store.turns(user, TurnQuery())) == names
        assert (await self.store.verify()).findings == ()


async def test_connections_that_break_at_any_moment_lose_nothing_and_do_nothing_twice(
    postgres_url: str, superuser: psycopg.Connection[tuple[object, ...]]
) -> None:
    writers = Writers(await opened(postgres_url, timeout=300))

    async def breaking() -> None:
        while True:
            await writers.wait_for(5)
            superuser.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'lukasa' AND datname = current_database()"
            )

    task = asyncio.create_task(breaking())
    await writers.write_all(12)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task

    await writers.check()
    await writers.store.aclose()


async def test_a_number_that_another_transaction_was_given_does_not_stand_for_a_commit(
    postgres_url: str,
    superuser: psycopg.Connection[tuple[object, ...]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A killed server, or one that takes over, gives numbers again that were not yet on its disk."""
    store = await opened(postgres_url)
    (others,) = superuser.execute("SELECT pg_current_xact_id()::text").fetchone() or ("",)
    first, run = connection_module.first, connection_module.run
    broken: list[int] = []

    def numbered(db: Any, statement: str, values: Any = None) -> Any:
        row = first(db, statement, values)
        return (row[0], others, row[2]) if statement == sql("enter_write") and not broken else row

    def breaking(db: Any, statement: str, values: Any = None) -> int:
        if statement == sql("commit") and not broken:
            broken.append(db.info.backend_pid)
            superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [db.info.backend_pid])
        return run(db, statement, values)

    monkeypatch.setattr(connection_module, "first", numbered)
    monkeypatch.setattr(connection_module, "run", breaking)
    assert (await fill(store, add("t1"))).added == ("t1",)
    assert broken
    assert ids(await store.turns(ALICE, TurnQuery())) == ["t1"]
    assert len(await store.journal(ALICE)) == 1
    await store.aclose()


@pytest.mark.slow
@pytest.mark.usefixtures("databases")
async def test_a_database_that_is_killed_loses_nothing_acknowledged() -> None:
    """It is waited for: the writers get no error."""
    server = PostgresServer(Path(tempfile.mkdtemp(prefix="lukasa-killed-")), options=(), watch=os.getpid())
    server.start()
    server.create_database("killed")
    writers = Writers(await opened(f"{server.url('killed')}&pieces=1", timeout=300))
    try:
        for _ in range(KILLS):
            async with anyio.create_task_group() as group:
                group.start_soon(writers.write_all, 15)
                await writers.wait_for(20)
                await asyncio.to_thread(server.kill)
                await asyncio.to_thread(server.start)
        await writers.check()
    finally:
        await writers.store.aclose()
        server.stop()
        shutil.rmtree(server.folder)


class ServerProcess:
    """A `lukasa serve` over the database."""

    def __init__(self, url: str, keys: Path) -> None:
        command = [sys.executable, "-m", "lukasa.surfaces.cli.main", "serve", "--port", "0"]
        self._process = subprocess.Popen(
            [*command, "--keys", str(keys), "--per-minute", "0", "--db", url],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stderr is not None
        self.address = next(line.split()[2] for line in self._process.stderr if line.startswith("Listening"))

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


class Speakers:
    """Users who each say one thing after another, and again to the next server what was not acknowledged."""

    def __init__(self) -> None:
        self.said: dict[str, list[str]] = {user.user: [] for user in USERS}
        self._progress = asyncio.Condition()

    async def speak(self, memory: AsyncMemory, user: str, until: int | None = None) -> None:
        """Speak until the server is away, or so many things are said."""
        said = self.said[user]
        with suppress(ServerDownError):
            while len(said) != until:
                text = f"I like tea number {len(said)}."
                await memory.of(user=user, tenant="acme").remember(text, session="s1", key=str(len(said)))
                async with self._progress:
                    said.append(text)
                    self._progress.notify_all()

    async def wait_for(self, more: int) -> None:
        """Wait until so many more things were acknowledged."""
        goal = more + sum(map(len, self.said.values()))
        async with self._progress:
            await self._progress.wait_for(lambda: sum(map(len, self.said.values())) >= goal)


@pytest.mark.slow
async def test_servers_that_are_killed_lose_nothing_acknowledged_and_do_nothing_twice(
    postgres_url: str, tmp_path: Path
) -> None:
    key, secret = new_key(tenant="acme", role="write", now=NOON)
    KeyFile(tmp_path / "keys").add(key)
    speakers, once = Speakers(), Settings(client=ClientPolicy(attempts=1))
    for _ in range(KILLS):
        server = await asyncio.to_thread(ServerProcess, postgres_url, tmp_path / "keys")
        async with (
            await AsyncMemory.open(server.address, key=secret, settings=once) as memory,
            asyncio.TaskGroup() as group,
        ):
            for user in speakers.said:
                group.create_task(speakers.speak(memory, user))
            await speakers.wait_for(20)
            await asyncio.to_thread(server.kill)

    async with await AsyncMemory.open(postgres_url, settings=Settings(embedder="none")) as memory:
        for user, said in speakers.said.items():
            await speakers.speak(memory, user, until=len(said) + 1)
            handle = memory.of(user=user, tenant="acme")
            assert [turn.text for turn in await handle.turns(limit=None)] == said
            assert sorted(fact.evidence for fact in await handle.facts()) == [1] * len(said)
        assert (await memory.verify()).findings == ()


async def test_a_writer_that_waits_too_long_for_another_is_told_so(
    postgres_url: str, superuser: psycopg.Connection[tuple[object, ...]]
) -> None:
    store = await opened(postgres_url, timeout=0.2)
    await fill(store, add("t1"))
    lock = int.from_bytes(identity(ALICE).bytes[:8], signed=True)
    with superuser.transaction():
        superuser.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
        with pytest.raises(StoreBusyError):
            await fill(store, add("t2"))
        await fill(store, add("t2"), partition=BOB)
        assert ids(await store.turns(ALICE, TurnQuery())) == ["t1"]

    assert (await fill(store, add("t2"))).added == ("t2",)
    await store.aclose()


async def test_a_server_that_is_not_there_is_said_to_be_so_without_the_password() -> None:
    store = PostgresStore("//ana:very-secret@localhost:1/none", timeout=0.1)

    with pytest.raises(StoreBusyError) as raised:
        await store.open()
    assert "ana@localhost:1" in str(raised.value)
    assert "very-secret" not in str(raised.value)


# ── Schemas ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_processes_that_open_a_new_store_at_once_make_one(postgres_url: str) -> None:
    url = postgres_url.replace("pieces=1", "pieces=3&schema=fresh")
    stores = [PostgresStore(url) for _ in range(3)]
    async with anyio.create_task_group() as group:
        for store in stores:
            group.start_soon(store.open)

    await fill(stores[0], add("t1"))
    assert ids(await stores[1].turns(ALICE, TurnQuery())) == ["t1"]
    assert (await stores[2].verify()).findings == ()
    for store in stores:
        await store.aclose()


async def test_a_newer_schema_is_used_if_it_says_that_it_may_be_and_refused_otherwise(
    postgres_url: str, superuser: psycopg.Connection[tuple[object, ...]]
) -> None:
    newest = migrations.known()[-1].number
    try:
        superuser.execute("INSERT INTO lukasa_migrations VALUES (%s, 'later', '', %s)", [newest + 1, newest])
        await (await opened(postgres_url)).aclose()

        superuser.execute("UPDATE lukasa_migrations SET oldest = number WHERE name = 'later'")
        with pytest.raises(NewerSchemaError, match=f"{newest + 1}"):
            await opened(postgres_url)
    finally:
        superuser.execute("DELETE FROM lukasa_migrations WHERE name = 'later'")


async def test_somebody_elses_schema_is_refused_and_left_alone(
    postgres_url: str, superuser: psycopg.Connection[tuple[object, ...]]
) -> None:
    superuser.execute(
        "CREATE SCHEMA theirs; CREATE TABLE theirs.documents(a integer); GRANT USAGE ON SCHEMA theirs TO lukasa"
    )
    try:
        with pytest.raises(StoreCorruptError, match="theirs"):
            await opened(f"{postgres_url}&schema=theirs")
        assert superuser.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'theirs'").fetchone() == (
            1,
        )
    finally:
        superuser.execute("DROP SCHEMA theirs CASCADE")


async def test_a_lost_index_is_made_again_and_a_fallen_wall_is_found(
    postgres_url: str, superuser: psycopg.Connection[tuple[object, ...]]
) -> None:
    superuser.execute("DROP INDEX documents_name; ALTER TABLE turns NO FORCE ROW LEVEL SECURITY")
    try:
        store = await opened(postgres_url)
        assert [finding.what for finding in (await store.verify()).findings] == ["schema"]
        await store.aclose()
    finally:
        superuser.execute("ALTER TABLE turns FORCE ROW LEVEL SECURITY")


async def test_the_condition_of_the_server_is_told(
    postgres_url: str, superuser: psycopg.Connection[tuple[object, ...]]
) -> None:
    store = await opened(postgres_url)
    superuser.execute("DROP INDEX documents_session")

    told = await store.describe()
    assert told["indexes"] == "documents_session is missing"
    assert (told["standbys"], told["postgresql_role"]) == ("none", "primary")
    assert told["postgresql_extensions"] == "none, and none is needed"
    assert told["row_level_security"] == "in force"
    assert "%" in told["dead_rows"]
    await store.aclose()

    store = await opened(postgres_url)
    assert (await store.describe())["indexes"] == "all there"
    await store.aclose()


def test_every_row_has_a_place_that_its_partition_alone_decides(superuser: psycopg.Connection[Any]) -> None:
    """So tables could be spread over servers by that column: no key, and nothing that is unique, spans two partitions."""
    cut = superuser.execute(
        "SELECT relname, pg_get_partkeydef(oid) FROM pg_class "
        "WHERE relnamespace = 'lukasa'::regnamespace AND relkind = 'p'"
    ).fetchall()
    assert {key for _, key in cut} == {"HASH (partition)"}
    assert {name for name, _ in cut} == set(TABLES)
    whole = superuser.execute(
        "SELECT relname FROM pg_class "
        "WHERE relnamespace = 'lukasa'::regnamespace AND relkind = 'r' AND NOT relispartition"
    ).fetchall()
    assert {name for (name,) in whole} == {"meta", "embedders", "lukasa_migrations"}

    keys = superuser.execute(
        "SELECT indrelid::regclass::text, indisunique, pg_get_indexdef(indexrelid, 1, true) FROM pg_index "
        "WHERE indrelid = ANY(%s::text[]::regclass[])",
        [list(TABLES)],
    ).fetchall()
    assert {(table, first) for table, unique, first in keys if first != "partition"} == {
        ("passages", "tokens"),  # hashes of partition and term
        ("jobs", "tenant_key"),
    }
    assert {first for _, unique, first in keys if unique} == {"partition"}
    assert superuser.execute("SELECT count(*) FROM pg_constraint WHERE contype = 'f'").fetchone() == (0,)


OF_SEVERAL = {
    "opening, operators": {"partitions", "partition_rows", "revive_jobs", "spent", "drop_commits"},
    "stats": {"partition_count", "refused_counts", "session_count"},
    "verify": {
        "all_passages", "all_changes", "attributes", "contents_of_turns", "contents_of_versions", "last_versions",
        "live_documents", "lost_contents", "metadata", "misshapen", "orphans", "real_counts", "vector_count", "wrong_versions",
    },
    "jobs of any tenant": {"due_tenants", "due_jobs"},
    "moving": {"graves"},
    "tombstones that came from another store are of no partition": {"tombstones", "drop_tombstone"},
}  # fmt: skip
"""Statements that look at rows of more than one partition."""


def test_what_a_user_asks_for_looks_at_one_partition() -> None:
    table = re.compile(rf"\b(?:FROM|JOIN|INTO|UPDATE)\s+({'|'.join(TABLES)})\b")
    one = re.compile(
        r"\bpartition = %(\(partition\))?s|VALUES\((%s|%\(partition\)s)|SELECT %\(partition\)s|WHERE {conditions}"
    )
    several = {
        name
        for name, statement in blocks("queries.sql").items()
        if table.search(statement)
        and (not one.search(statement) or "(partition)s::uuid IS NULL OR" in statement)
    }
    assert several == set().union(*OF_SEVERAL.values())


@pytest.mark.parametrize("url", ["//h/d?pieces=0", "//h/d?schema=a-b", "//h/d?nonsense=1"])
def test_an_address_that_cannot_be_meant_is_refused(url: str) -> None:
    with pytest.raises(ConfigError):
        PostgresStore(url)


# ── Damage, erasing ────────────────────────────────────────────────────────────────────────────────────────────


async def test_tampering_is_found(
    postgres_url: str, superuser: psycopg.Connection[tuple[object, ...]]
) -> None:
    store = await opened(postgres_url)
    await fill(store, embedded("t1", "f"), add("t2", ["tea", "cup"], metadata={"a": 1}))
    for statement in (
        "UPDATE turns SET text = 'other' WHERE document = 1",
        "UPDATE changes SET verb = 'other' WHERE version = 1",
        "UPDATE passages SET length = 9",
        "UPDATE attributes SET number = 2",
        "UPDATE vectors SET passages = 2",
        "DELETE FROM turns WHERE document = 2",
        "UPDATE partitions SET terms = 99",
    ):
        with suppress(psycopg.Rollback), superuser.transaction():
            superuser.execute(statement)
            findings = await asyncio.to_thread(_findings, superuser, postgres_url)
            assert findings, statement
            raise psycopg.Rollback
    assert (await store.verify()).findings == ()
    await store.aclose()


def _findings(connection: psycopg.Connection[tuple[object, ...]], url: str) -> object:
    """Verify what a transaction sees that is not committed."""
    from lukasa.adapters.stores.postgres.texts import adapt  # noqa: PLC0415
    from lukasa.adapters.stores.postgres.verify import verify  # noqa: PLC0415

    adapt(connection)
    return verify(connection, replace(read_address(url), schema="lukasa")).findings


async def test_a_connection_that_is_lost_behind_the_last_row_of_verify_leaves_no_cursor_open(
    postgres_url: str, superuser: psycopg.Connection[tuple[object, ...]]
) -> None:
    from lukasa.adapters.stores.postgres import verify  # noqa: PLC0415

    store = await opened(postgres_url)
    await fill(store, add("t1"), add("t2"))
    with psycopg.connect(superuser.info.dsn) as connection:
        connection.execute("SET search_path = lukasa")
        rows = verify._each(connection, "live_documents")
        assert len(list(islice(rows, 2))) == 2
        superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            next(rows)
        del rows
        gc.collect()  # a cursor that is still open warns here, and a warning fails a test
    await store.aclose()


async def test_what_was_erased_is_in_no_file_of_tables_and_indexes(
    databases: Databases, postgres_url: str, superuser: psycopg.Connection[tuple[object, ...]]
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may read the files of the server's user")
    store = await opened(postgres_url)
    cause = Cause(verb="remember", at=NOON, reason=CANARY)
    turn = add(
        "t1",
        [CANARY, "word"],
        text=f"I am {CANARY}",
        session=CANARY,
        speaker=CANARY,
        metadata={CANARY: CANARY},
    )
    await store.apply(ALICE, [turn, add("t2")], cause=cause)
    await keep(store, PutSummary(summary=summary(CANARY, text=CANARY)))
    superuser.execute("ANALYZE; CHECKPOINT")
    assert _files_with(databases.server.data / "base", CANARY)

    erased = await store.erase(ALICE, Erasure(turns=["t1"], marks=["t1"]), cause=CAUSE)
    superuser.execute("CHECKPOINT")
    assert erased.complete
    assert _files_with(databases.server.data / "base", CANARY) == []
    assert (await store.verify()).findings == ()
    await store.aclose()

    # The log keeps it while it keeps the segment. This server uses none again.
    assert _files_with(databases.server.data / "pg_wal", CANARY)
    superuser.execute("SELECT pg_switch_wal()")
    superuser.execute("CHECKPOINT")
    assert _files_with(databases.server.data / "pg_wal", CANARY) == []


async def test_of_a_partition_that_was_erased_only_tombstones_are_left(
    postgres_url: str, superuser: psycopg.Connection[tuple[Any, ...]]
) -> None:
    store = await opened(postgres_url)
    for partition in (ALICE, BOB):
        await fill(store, embedded("t1", "f"), add("t2", metadata={"a": 1}), partition=partition)
    await store.erase(ALICE, Erasure(everything=True, marks=["t1"]), cause=CAUSE)
    await store.aclose()

    left = {
        partition: {
            table
            for table in TABLES
            if superuser.execute(
                f"SELECT 1 FROM {table} WHERE partition = %s", [identity(partition)]
            ).fetchone()
        }
        for partition in (ALICE, BOB)
    }
    assert left[ALICE] == {"tombstones"}
    assert "commits" in left[BOB]


def _files_with(folder: Path, text: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]
