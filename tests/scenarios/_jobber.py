"""Processes that do jobs, for tests that count what was done and that kill them. Started as a script.

`drain PATH NAME` prints `ready`, waits for a line, does jobs until none is due, and prints what it was given as JSON.
`hold PATH NAME` takes a job, prints its id, and does no more. `serve PATH` loads everything once and forks a worker for each
line of its standard input, whose number it prints; each worker prints `done <session>` for what was acknowledged.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta

from lukasa.adapters import registry
from lukasa.adapters.stores.sqlite.store import SqliteStore
from lukasa.domain.change import AddTurn
from lukasa.domain.document import Document
from lukasa.domain.job import Finish, Job
from lukasa.domain.journal import Cause
from lukasa.domain.turn import Turn
from lukasa.ports.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEASE = timedelta(minutes=5)
LIFE = timedelta(hours=1)
"""By so much later is it, to a worker, than to the one before: all that the dead one held is due."""


async def opened(path: str) -> Store:
    """Open a file, or a database by its URL."""
    store = registry.store("postgresql")(path) if "://" in path else SqliteStore(path)
    await store.open()
    return store


async def claim(store: Store, now: datetime, worker: str, limit: int = 3) -> list[Job]:
    return await store.claim(now=now, until=now + LEASE, worker=worker, limit=limit)


async def do(store: Store, job: Job, now: datetime) -> None:
    """Do a job: what comes of it is a turn, of another name each time, stored together with the end of the job."""
    name = f"{job.kind}-{job.session}-{job.worker}-{job.attempts}"
    turn = Turn(id=name, role="user", text=name, at=now, recorded_at=now, session=job.session)
    change = AddTurn(turn=turn, document=Document(id=name, kind="turn", passages=[[job.kind]]))
    cause = Cause(verb="work", at=now)
    await store.apply(job.partition, [change], cause=cause, bookkeeping=[Finish(job=job)])


async def drain(path: str, worker: str) -> None:
    """Do jobs beside other processes until none is left, and look whether any session is ever at two."""
    store = await opened(path)
    _say("ready")
    await asyncio.to_thread(sys.stdin.readline)
    given: list[str] = []
    crowded = 0
    while await store.jobs(limit=1):
        for job in await claim(store, NOON, worker):
            running = await store.jobs(state="running")
            crowded += max(Counter((each.partition, each.session) for each in running).values()) > 1
            given.append(job.id)
            await do(store, job, NOON)
    await store.aclose()
    _say(json.dumps({"given": given, "crowded": crowded}))


async def hold(path: str, worker: str) -> None:
    """Take a job and never end it."""
    store = await opened(path)
    (job,) = await claim(store, NOON, worker, limit=1)
    _say(job.id)
    await asyncio.sleep(600)


async def work(path: str, life: int) -> None:
    """Do all that is due, and say of each job that it is done once it is."""
    store = await opened(path)
    now = NOON + life * LIFE
    while jobs := await claim(store, now, f"w{life}"):
        for job in jobs:
            await do(store, job, now)
            _say(f"done {job.session}")
    await store.aclose()


def serve(path: str) -> None:
    for life, _ in enumerate(sys.stdin):
        child = os.fork()
        if child == 0:
            asyncio.run(work(path, life))
            os._exit(0)
        _say(f"started {child}")
        os.waitpid(child, 0)
        _say("ended .")


def _say(line: str) -> None:
    # One write to the pipe, no buffer: what was printed was committed before.
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", path]:
            serve(path)
        case ["hold", path, worker]:
            asyncio.run(hold(path, worker))
        case [_, path, worker]:
            asyncio.run(drain(path, worker))
