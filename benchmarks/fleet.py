"""A fleet over one PostgreSQL: so many facts of so many users, several servers and workers, and a noisy tenant beside others.

    python benchmarks/fleet.py                                     # 10,000 facts of 500 users, 2 servers, 2 workers
    python benchmarks/fleet.py --facts 100000 --users 1000 --sqlite
    python benchmarks/fleet.py --facts 1000000 --users 10000 --keep fleet --seconds 0   # fills a database and keeps it
    python benchmarks/fleet.py --facts 1000000 --users 10000 --keep fleet --serve 4 --workers 4 --seconds 60

A few users are made by the engine, with the rules; the others are these again, row by row, under other names: the store has as much
to do, and `verify` would find that their journals are those of somebody else. Rows of a user lie beside each other.

Four in five calls are `recall`, one is `remember`; five of one user follow one another, with pauses, then comes another user of a
random tenant. By turns there is also a tenant that asks as often as it can. `first recall` is one of a user whom that server has not
met. With `--sqlite`, the same on a file, with one server and one worker. Clients, servers and the database share the machine. Prints
JSON, milliseconds and megabytes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import AsyncExitStack, ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Self, TypeAlias

import filling
from postgres import _THINGS, message, spread
from processor import processor_seconds, resident_megabytes

from lukasa import AsyncMemory, Settings
from lukasa.domain.scope import Partition
from lukasa.policy import ClientPolicy
from lukasa.surfaces.keys import KeyFile, new_key
from lukasa.testing.postgres import PostgresServer

RECALLS = 0.8
CONVERSATION = 5
"""Calls of one user in a row, to the same server."""

SLICE = 5
"""Seconds."""

Times: TypeAlias = "defaultdict[str, list[float]]"


def owner(user: int, options: argparse.Namespace) -> Partition:
    return Partition(f"tenant{user % options.tenants}", f"user{user}")


class Process:
    """A `lukasa serve` or `lukasa worker`."""

    def __init__(self, where: str, *arguments: str) -> None:
        command = [sys.executable, "-m", "lukasa.surfaces.cli.main", *arguments, "--db", where]
        environment = {**os.environ, "LUKASA_EMBEDDER": "hashing"}  # noqa: TID251 - for the other process
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115 - as long as the process
        self._process = subprocess.Popen(command, stdout=self._log, stderr=self._log, env=environment)  # noqa: S603 - ours

    def address(self) -> str:
        """Return where it listens, once it does."""
        words: list[str] = []
        while "Listening" not in words:
            time.sleep(0.05)
            self._log.seek(0)
            text = self._log.read()
            if self._process.poll() is not None:
                raise SystemExit(f"the server did not start: {text[-500:]}")
            words = text.split()
        return words[words.index("Listening") + 2]

    @property
    def number(self) -> int:
        return self._process.pid

    def end(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait()
        self._log.close()


class Clients:
    """A client for each server and tenant."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self.of: dict[str, list[AsyncMemory]] = {}
        self.errors: Counter[str] = Counter()
        self.calls = 0
        self._chance = random.Random(7)
        self._met: set[tuple[int, int]] = set()  # which server has answered a recall of which user

    async def open(self, addresses: list[str], secrets: dict[str, str], stack: AsyncExitStack) -> None:
        settings = Settings(client=ClientPolicy(attempts=1))
        for tenant, secret in secrets.items():
            memories = [await AsyncMemory.open(where, key=secret, settings=settings) for where in addresses]
            for memory in memories:
                stack.push_async_callback(memory.aclose)
            self.of[tenant] = memories

    async def call(self, user: int, server: int, chance: random.Random, times: Times) -> None:
        partition = owner(user, self._options)
        handle = self.of[partition.tenant][server].of(user=partition.user)
        verb = "remember" if chance.random() >= RECALLS else "recall"
        began = time.perf_counter()
        try:
            if verb == "recall":
                await handle.recall(f"Who likes {chance.choice(_THINGS)}?")
            else:
                await handle.remember(message(chance), session="now")
        except Exception as error:  # noqa: BLE001 - counted
            self.errors[f"{type(error).__name__}: {error}"[:200]] += 1
            return
        if verb == "recall" and (user, server) not in self._met:
            self._met.add((user, server))
            verb = "first recall"
        times[verb].append(1000 * (time.perf_counter() - began))
        self.calls += 1

    async def load(self, times: Times, *, seconds: float, noisy: int = 0, noise: Times | None = None) -> None:
        """Call from so many tasks for so long; *noisy*: as many more, all of the first tenant, whose times are noted apart."""
        options, until = self._options, time.perf_counter() + seconds

        async def caller(*, loud: bool) -> None:
            chance = random.Random(self._chance.random())
            while time.perf_counter() < until:
                user, server = chance.randrange(options.users), chance.randrange(options.serve)
                if loud:
                    user -= user % options.tenants
                elif not user % options.tenants:
                    continue
                for _ in range(CONVERSATION):
                    if time.perf_counter() >= until:
                        break
                    await self.call(user, server, chance, noise if loud and noise is not None else times)
                    await asyncio.sleep(0 if loud else options.pause)

        async with asyncio.TaskGroup() as group:
            for number in range(options.clients + noisy):
                group.create_task(caller(loud=number >= options.clients))

    async def compare(self) -> dict[str, object]:
        """Call without and with a noisy tenant, in slices by turns, so that what else the machine does hits both."""
        times, beside, noise = (defaultdict[str, list[float]](list) for _ in range(3))
        slices = max(1, self._options.seconds // SLICE)
        for _ in range(slices):
            await self.load(times, seconds=self._options.seconds / slices)
            await self.load(
                beside, seconds=self._options.seconds / slices, noisy=self._options.noisy, noise=noise
            )
        figures: dict[str, object] = {
            name: {verb: spread(each) for verb, each in sorted(of.items()) if len(each) > 1}
            | {"calls": sum(map(len, of.values()))}
            for name, of in (("quiet", times), ("beside a noisy tenant", beside), ("the noisy tenant", noise))
        }
        for verb in times.keys() & beside.keys():
            before, after = (spread(of[verb])["p95_ms"] for of in (times, beside))
            figures[f"{verb} p95 beside / quiet"] = round(after / before, 2)
        return {**figures, "errors": self.errors}


async def measure(
    where: str, options: argparse.Namespace, folder: Path, *, database: int | None = None
) -> dict[str, object]:
    """Measure what servers of their own do; *database*: the process of the server of the database."""
    figures: dict[str, object] = {"servers": options.serve, "workers": options.workers}
    keys = folder / f"keys-{options.serve}"
    secrets: dict[str, str] = {}
    for number in range(options.tenants):
        key, secret = new_key(tenant=f"tenant{number}", role="write", now=datetime.now(UTC))
        KeyFile(keys).add(key)
        secrets[key.tenant] = secret
    limits = ("--per-minute", "0", "--at-once", str(options.at_once))
    async with AsyncExitStack() as stack:
        processes = stack.enter_context(ExitStack())
        servers = [
            Process(where, "serve", "--port", "0", "--keys", str(keys), *limits) for _ in range(options.serve)
        ]
        workers = [Process(where, "worker") for _ in range(options.workers)]
        for process in (*servers, *workers):
            processes.callback(process.end)
        used = {
            "servers": [each.number for each in servers],
            "workers": [each.number for each in workers],
            "postgresql": [database] if database else [],
        }
        clients = Clients(options)
        await clients.open([server.address() for server in servers], secrets, stack)
        await clients.load(defaultdict(list), seconds=min(SLICE, options.seconds))  # caches fill
        clients.calls = 0
        before = {name: sum(map(processor_seconds, numbers)) for name, numbers in used.items()}
        figures |= await clients.compare()
        figures["processor ms a call"] = {
            name: round(1000 * (sum(map(processor_seconds, numbers)) - before[name]) / clients.calls, 2)
            for name, numbers in used.items()
        }
        figures["MB a server"] = [resident_megabytes(number) for number in used["servers"]]
    return figures


async def run(options: argparse.Namespace, scratch: Path) -> dict[str, object]:
    folder = options.keep or Path(tempfile.mkdtemp(prefix="lukasa-fleet-"))
    folder.chmod(0o755)  # where root starts it, the database runs as somebody else
    figures: dict[str, object] = {"users": options.users, "tenants": options.tenants}
    try:
        filled = await fill_postgresql(folder, options, scratch)
        if options.seconds:
            with Server(folder / "postgresql", ("-c", "max_wal_size=4GB")) as server:
                measured = await measure(server.url("fleet"), options, scratch, database=server.number)
                filled |= measured | await filling.size(server.url("fleet"))
        figures["postgresql"] = filled
        if options.sqlite:
            path, one = (
                str(folder / "fleet.lukasa"),
                argparse.Namespace(**{**vars(options), "serve": 1, "workers": 1}),
            )
            filled = await fill_sqlite(path, options, scratch)
            figures["sqlite"] = filled | await measure(path, one, scratch)
    finally:
        if not options.keep:
            shutil.rmtree(folder)
    return {**figures, "load": os.getloadavg()[0]}


class Server(PostgresServer):
    """A PostgreSQL that runs inside a `with`."""

    def __init__(self, folder: Path, options: tuple[str, ...]) -> None:
        super().__init__(folder, options=options)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def number(self) -> int:
        """The process from which all others of the server come."""
        return int((self.data / "postmaster.pid").read_text().split()[0])


async def fill_postgresql(folder: Path, options: argparse.Namespace, scratch: Path) -> dict[str, object]:
    """Fill a database in *folder* and stop its server, unless it is there."""
    note = folder / "filled.json"
    wanted = {name: getattr(options, name) for name in ("facts", "users", "tenants")}
    if note.exists():
        if (there := json.loads(note.read_text())) != wanted:
            raise SystemExit(f"{str(folder)!r} was filled with {there}: name these, or another folder")
        return {}
    if (folder / "postgresql").exists():
        raise SystemExit(f"{str(folder)!r} was not filled to the end: delete it")
    dumps = await filling.templates(scratch, max(1, options.facts // options.users))
    with Server(folder / "postgresql", filling.OPTIONS) as server:
        server.create_database("fleet")
        began = time.perf_counter()
        owners = [owner(user, options) for user in range(options.users)]
        await filling.fill(server.url("fleet"), server.url("fleet", user="root_of_tests"), dumps, owners)
        figures = await filling.size(server.url("fleet"), seconds=time.perf_counter() - began)
    os.sync()
    note.write_text(json.dumps(wanted))
    return figures


async def fill_sqlite(path: str, options: argparse.Namespace, scratch: Path) -> dict[str, object]:
    if await asyncio.to_thread(Path(path).exists):
        return {}
    dumps = await filling.templates(scratch, max(1, options.facts // options.users))
    began = time.perf_counter()
    await filling.load(path, dumps, [owner(user, options) for user in range(options.users)])
    return await filling.size(path, seconds=time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    sizes = {
        "facts": 10_000,
        "users": 500,
        "tenants": 10,
        "serve": 2,
        "workers": 2,
        "seconds": 20,
        "clients": 8,
        "noisy": 8,
    }
    for name, default in sizes.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--at-once", type=int, default=1, help="as of `lukasa serve`")
    parser.add_argument("--pause", type=float, default=0.1, help="seconds of a client between two calls")
    parser.add_argument(
        "--sqlite", action="store_true", help="the same on a file, with one server and one worker"
    )
    parser.add_argument(
        "--keep", type=Path, help="a folder whose database is measured; it is filled if it is not there"
    )
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asyncio.run(run(parser.parse_args(), Path(folder))), indent=2))


if __name__ == "__main__":
    main()
