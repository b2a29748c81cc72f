"""Two PostgreSQL servers, one the synchronous standby of the other: the first is killed under writers, the second promoted.

    python benchmarks/failover.py --seconds 10 --writers 8

As root, each runs in a network namespace of its own, and they and the writers speak TCP over a bridge; otherwise both listen on
this machine. Prints one line of JSON: what was acknowledged, how much of it the new primary lacks or has twice, and for how long
nothing was acknowledged. `--commit local` shows what is lost when nobody waits for the standby.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from lukasa import AsyncMemory, Settings
from lukasa.testing.postgres import PostgresServer

_BRIDGE = "lukasa-net"
_TRUST = "host all all all trust\nhost replication all all trust\n"


@contextmanager
def network(names: tuple[str, ...]) -> Iterator[dict[str, tuple[str | None, str]]]:
    """Yield, for each server, its namespace (or none) and its address."""
    try:
        _ip("link", "add", _BRIDGE, "type", "bridge")
    except (OSError, subprocess.CalledProcessError):
        yield {name: (None, f"127.0.0.{place}") for place, name in enumerate(names, 1)}
        return
    try:
        _ip("address", "add", "10.77.0.254/24", "dev", _BRIDGE)
        _ip("link", "set", _BRIDGE, "up")
        places: dict[str, tuple[str | None, str]] = {}
        for place, name in enumerate(names, 1):
            inside, address = f"lukasa-{name}", f"10.77.0.{place}"
            _ip("netns", "add", inside)
            _ip("link", "add", f"lukasa-{name}0", "type", "veth", "peer", "name", "eth0", "netns", inside)
            _ip("link", "set", f"lukasa-{name}0", "master", _BRIDGE, "up")
            for command in (
                ("address", "add", f"{address}/24", "dev", "eth0"),
                ("link", "set", "eth0", "up"),
                ("link", "set", "lo", "up"),
            ):
                _ip("-n", inside, *command)
            places[name] = (inside, address)
        yield places
    finally:
        for name in names:
            with suppress(subprocess.CalledProcessError):
                _ip("netns", "delete", f"lukasa-{name}")
        _ip("link", "delete", _BRIDGE)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)  # noqa: S603, S607 - our own commands


def server(
    name: str, folder: Path, places: dict[str, tuple[str | None, str]], *options: str
) -> PostgresServer:
    namespace, address = places[name]
    settings = ("-c", f"listen_addresses={address}", *options)
    return PostgresServer(folder / name, options=settings, watch=os.getpid(), network=namespace)


class Writers:
    """Users who each remember one message after another, and note what was acknowledged."""

    def __init__(self, memory: AsyncMemory, count: int) -> None:
        self.memory = memory
        self.said: dict[str, list[str]] = {f"user{number}": [] for number in range(count)}
        self.times: list[float] = []

    async def write(self, user: str, until: asyncio.Event) -> None:
        while not until.is_set():
            text = f"Note {len(self.said[user])} of {user}."
            await self.memory.of(user=user).remember(text)
            self.said[user].append(text)
            self.times.append(time.monotonic())

    async def missing(self) -> tuple[int, int]:
        """Count what was acknowledged and is not there, and what is there more than once."""
        lost = twice = 0
        for user, said in self.said.items():
            stored = Counter([turn.text for turn in await self.memory.of(user=user).turns(limit=None)])
            lost += sum(text not in stored for text in said)
            twice += sum(count > 1 for count in stored.values())
        return lost, twice

    def outage(self) -> float:
        """Return the longest time for which nothing was acknowledged."""
        return max(after - before for before, after in zip(self.times, self.times[1:], strict=False))


def start(
    folder: Path, places: dict[str, tuple[str | None, str]], commit: str
) -> tuple[PostgresServer, PostgresServer]:
    primary = server(
        "a", folder, places, "-c", "synchronous_standby_names=*", "-c", f"synchronous_commit={commit}"
    )
    standby = server("b", folder, places)
    primary.create()
    with (primary.data / "pg_hba.conf").open("a") as rules:
        rules.write(_TRUST)
    primary.start()
    standby.follow(f"postgresql://root_of_tests@{places['a'][1]}/postgres")
    standby.start()
    with psycopg.connect(primary.url(user="root_of_tests"), autocommit=True) as connection:
        while not connection.execute(
            "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync' AND state = 'streaming'"
        ).fetchone():
            time.sleep(0.05)
    primary.create_database("memory")
    return primary, standby


def promote(standby: PostgresServer) -> float:
    """Make the standby the primary; return how many seconds that took."""
    with psycopg.connect(standby.url(user="root_of_tests"), autocommit=True) as connection:
        began = time.monotonic()
        connection.execute("SELECT pg_promote()")
        return time.monotonic() - began


async def measure(options: argparse.Namespace, folder: Path) -> dict[str, object]:
    with network(("a", "b")) as places:
        primary, standby = start(folder, places, options.commit)
        hosts = ",".join(address for _, address in places.values())
        url = f"postgresql://lukasa@{hosts}/memory?target_session_attrs=read-write"
        memory = await AsyncMemory.open(url, settings=Settings(embedder="none", extractor="none"))
        try:
            writers, done = Writers(memory, options.writers), asyncio.Event()
            async with asyncio.TaskGroup() as group:
                for user in writers.said:
                    group.create_task(writers.write(user, done))
                await asyncio.sleep(options.seconds / 2)
                await asyncio.to_thread(primary.kill)
                before = len(writers.times)
                promoted = await asyncio.to_thread(promote, standby)
                await asyncio.sleep(options.seconds / 2)
                done.set()
            lost, twice = await writers.missing()
            findings = len((await memory.verify()).findings)
        finally:
            await memory.aclose()
            standby.stop()
    return {
        "network": "namespaces" if places["a"][0] else "loopback",
        "synchronous_commit": options.commit,
        "acknowledged_before": before,
        "acknowledged": len(writers.times),
        "lost": lost,
        "twice": twice,
        "findings": findings,
        "promote_seconds": round(promoted, 2),
        "outage_seconds": round(writers.outage(), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--commit", choices=("on", "remote_apply", "local"), default="on")
    folder = Path(tempfile.mkdtemp(prefix="lukasa-failover-"))
    folder.chmod(0o755)
    try:
        print(json.dumps(asyncio.run(measure(parser.parse_args(), folder))))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
