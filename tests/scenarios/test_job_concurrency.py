"""Jobs that several processes share: each is done once, and a worker that dies takes none with it. Real stores."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import anyio
import pytest
from _jobber import LEASE, LIFE, NOON, claim, do, opened

from lukasa.domain.job import Bookkeeping, Finish, Job, Queue
from lukasa.domain.journal import Cause
from lukasa.domain.query import TurnQuery
from lukasa.domain.scope import Partition
from lukasa.llm.budget import Spending
from lukasa.policy import JobPolicy
from lukasa.ports.store import Store
from lukasa.upkeep.worker import Worker

pytestmark = pytest.mark.anyio

WORKER = Path(__file__).with_name("_jobber.py")
USERS = [Partition("acme", f"user{number}") for number in range(5)]
PROCESSES = 4
SESSIONS = int(os.environ.get("LUKASA_TEST_SESSIONS", "8"))  # noqa: TID251 - a size of this test
KILLS = int(os.environ.get("LUKASA_TEST_WORKER_KILLS", "8"))  # noqa: TID251 - a size of this test
MANY = int(os.environ.get("LUKASA_TEST_MANY_JOBS", "100"))  # noqa: TID251 - a size of this test
NEW = 30
"""Jobs queued before each life of a worker: more than it ends before it is killed."""


@pytest.fixture(params=["sqlite", "postgresql"])
def path(request: pytest.FixtureRequest, tmp_path: str) -> str:
    """Return the name of a store that several processes can open."""
    if request.param == "sqlite":
        return str(tmp_path / "memory.lukasa")
    return str(request.getfixturevalue("postgres_url"))


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(WORKER), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> str:
    """Return the next line that a process prints."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


async def queue(store: Store, user: Partition, sessions: Sequence[str], kinds: Sequence[str]) -> None:
    cause = Cause(verb="queue", at=NOON)
    items: list[Bookkeeping] = [
        Queue(kind=kind, session=session, due_at=NOON - timedelta(seconds=len(kinds) - place))
        for session in sessions
        for place, kind in enumerate(kinds)
    ]
    await store.apply(user, [], cause=cause, bookkeeping=items)


async def done(store: Store) -> Counter[str]:
    """Count, by kind, session and user, what was done: each time is a turn."""
    counts: Counter[str] = Counter()
    for user in USERS:
        for turn in await store.turns(user, TurnQuery()):
            kind, session, *_ = turn.id.split("-")
            counts[f"{kind}-{session}-{user.user}"] += 1
    return counts


@pytest.mark.slow
async def test_four_processes_do_each_job_exactly_once(path: str) -> None:
    store = await opened(path)
    sessions, kinds = [f"s{number}" for number in range(SESSIONS)], ["extract", "summarise"]
    for user in USERS:
        await queue(store, user, sessions, kinds)
    queued = [job.id for job in await store.jobs()]
    assert len(queued) == SESSIONS * len(kinds) * len(USERS)

    workers = [start("drain", path, f"w{number}") for number in range(PROCESSES)]
    assert [said(worker) for worker in workers] == ["ready"] * PROCESSES
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    outputs = [worker.communicate(timeout=120) for worker in workers]

    assert [(worker.returncode, errors) for worker, (_, errors) in zip(workers, outputs, strict=True)] == [
        (0, "")
    ] * PROCESSES
    reports = [json.loads(output) for output, _ in outputs]
    assert sorted(job for report in reports for job in report["given"]) == sorted(queued)
    assert [report["crowded"] for report in reports] == [0] * PROCESSES
    assert await done(store) == Counter(
        f"{kind}-{session}-{user.user}" for kind in kinds for session in sessions for user in USERS
    )
    for user in USERS:  # what was due earlier of a session was done earlier, whoever did it
        for session in sessions:
            turns = [turn.id for turn in await store.turns(user, TurnQuery()) if turn.session == session]
            assert [name.split("-")[0] for name in turns] == kinds
    assert await store.jobs() == []
    assert (await store.verify()).findings == ()
    await store.aclose()


async def test_the_job_of_a_worker_that_was_killed_is_taken_when_its_lease_ran_out(path: str) -> None:
    store = await opened(path)
    await queue(store, USERS[0], ["s1"], ["extract", "summarise"])
    worker = start("hold", path, "killed")
    held = said(worker)
    worker.kill()
    worker.communicate(timeout=10)

    assert await claim(store, NOON + LEASE - timedelta(microseconds=1), "heir") == []
    first = await claim(store, NOON + LEASE, "heir")
    await do(store, first[0], NOON + LEASE)
    second = await claim(store, NOON + LEASE, "heir")
    await do(store, second[0], NOON + LEASE)

    attempts = {job.id: job.attempts for job in (*first, *second)}
    assert attempts.pop(held) == 2
    assert list(attempts.values()) == [1]
    assert sorted((await done(store)).values()) == [1, 1]
    assert (await store.verify()).findings == ()
    await store.aclose()


@pytest.mark.slow
async def test_workers_killed_at_any_instant_lose_no_job_and_do_none_twice(path: str) -> None:
    instants = random.Random(7)
    queued: set[str] = set()
    acknowledged: set[str] = set()
    interrupted = 0
    lives = max(4, KILLS // 4) if "://" in path else KILLS  # a life with a server takes four times as long
    with start("serve", path) as server:
        for life in range(lives):
            sessions = [f"s{life}.{number}" for number in range(NEW)]
            queued.update(f"extract-{session}-{USERS[0].user}" for session in sessions)
            store = await opened(path)
            await queue(store, USERS[0], sessions, ["extract"])
            await store.aclose()

            # One in four dies at any instant from its start; the others while they work.
            acknowledged |= live(server, instants.uniform(0.0, 0.04), working=life % 4 > 0)
            interrupted += await check_sound(path, queued, acknowledged)

    store = await opened(path)
    now = NOON + lives * LIFE
    while jobs := await claim(store, now, "last"):
        for job in jobs:
            await do(store, job, now)
    await store.aclose()
    assert await check_sound(path, queued, queued) == 0
    assert interrupted > 0


def live(server: subprocess.Popen[str], seconds: float, *, working: bool) -> set[str]:
    """Have a worker start (and do a job), kill it, and return all that it said was done."""
    assert server.stdin is not None
    server.stdin.write("live\n")
    server.stdin.flush()
    word, number = said(server).split()
    assert word == "started"
    acknowledged: list[str] = []
    if working:
        acknowledged.append(said(server))
    time.sleep(seconds)
    with suppress(ProcessLookupError):  # it had done everything
        os.kill(int(number), signal.SIGKILL)
    while (line := said(server)) != "ended .":
        acknowledged.append(line)
    return {f"extract-{line.removeprefix('done ')}-{USERS[0].user}" for line in acknowledged if line}


async def check_sound(path: str, queued: set[str], acknowledged: set[str]) -> int:
    """Check that every job is either done, once, or still there; return how many some dead worker was at."""
    store = await opened(path)
    counts = await done(store)
    left = await store.jobs()
    findings = (await store.verify()).findings
    await store.aclose()
    waiting = {f"{job.kind}-{job.session}-{job.partition.user}" for job in left}
    assert set(counts.values()) <= {1}
    assert counts.keys() | waiting == queued
    assert counts.keys() & waiting == set()
    assert acknowledged <= counts.keys()
    assert findings == ()
    return sum(job.state == "running" for job in left)


async def test_a_tenant_with_many_jobs_does_not_keep_another_waiting(postgres_url: str) -> None:
    """PostgreSQL takes one job of each tenant in turn, earliest due first."""
    store = await opened(postgres_url)
    many, few = Partition("large", "user"), [Partition(f"small{number}", "user") for number in range(3)]
    await queue(store, many, [f"s{number}" for number in range(MANY)], ["extract"])
    for user in few:
        later = Queue(kind="extract", session="s", due_at=NOON + timedelta(seconds=1))
        await store.apply(user, [], cause=Cause(verb="queue", at=NOON), bookkeeping=[later])

    now = NOON + timedelta(seconds=1)
    served = [job.partition for _ in range(7) for job in await claim(store, now, "worker", limit=1)]

    assert served.count(many) in {4, 5}
    assert {user for user in served if user != many} == {*few}
    assert [*{job.partition for job in await claim(store, now, "other")}] == [many]
    assert len(await claim(store, now, "other", limit=MANY)) == MANY - 3 - served.count(many)
    await store.aclose()


async def test_a_worker_hears_of_jobs_that_other_processes_queue(postgres_url: str) -> None:
    """Also after its connection was lost."""
    import psycopg  # noqa: PLC0415 - not everybody has it

    from lukasa.adapters.stores.postgres.connection import read_address  # noqa: PLC0415

    store, other = await opened(postgres_url), await opened(postgres_url)
    begun: asyncio.Queue[str] = asyncio.Queue()

    async def handle(job: Job, *, final: bool) -> Spending:
        begun.put_nowait(f"{job.session} {final}")
        cause = Cause(verb="work", at=NOON)
        await store.apply(job.partition, [], cause=cause, bookkeeping=[Finish(job=job)])
        return Spending()

    policy = JobPolicy(poll=timedelta(hours=1))
    worker = Worker(store, {"extract": handle}, policy, lambda: NOON, "w")
    working = asyncio.create_task(worker.run())
    with anyio.fail_after(60), psycopg.connect(read_address(postgres_url).url, autocommit=True) as connection:
        for session in ("s1", "s2"):
            while not connection.execute(_LISTENING).fetchall():  # noqa: ASYNC110 - the server says it to nobody
                await asyncio.sleep(0.01)
            await queue(other, USERS[0], [session], ["extract"])
            assert await begun.get() == f"{session} False"
            connection.execute(f"SELECT pg_terminate_backend(pid, 5000) FROM ({_LISTENING}) AS listening")
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    await worker.aclose()
    await store.aclose()
    await other.aclose()


_LISTENING = "SELECT pid FROM pg_stat_activity WHERE application_name = 'lukasa listening' AND query LIKE 'LISTEN%' AND state = 'idle' AND datname = current_database()"
