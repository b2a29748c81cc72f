"""How many requests a `lukasa serve` answers, how fast, and what is lost when it ends under load.

    python benchmarks/serving.py                              # 100 users × 1,000 turns, 64 clients, 60 s: some minutes
    python benchmarks/serving.py --users 20 --turns 100 --clients 16 --seconds 10
    python benchmarks/serving.py --keep /tmp/serving.lukasa --fill            # only fill a store, for later
    python benchmarks/serving.py --keep /tmp/serving.lukasa --watch 20        # only memory: 20 rounds of 30 s
    python benchmarks/serving.py --keep /tmp/serving.lukasa --watch 20 --recalls 1

Four in five calls are `recall`, one is `remember`, of a random user. The same calls are made in one process first, with as many tasks
at once: what is more is the price of HTTP. Clients and server share the machine. The embedder is `hashing` unless `--embedder`
says otherwise, so that the server is measured and not the model. At last the server is ended twice while it is written to, by
SIGTERM and by SIGKILL, and every acknowledged turn is looked for.

`--watch` has every partition read first, then prints what the server has in memory after each round of calls. With `--recalls 1` nothing is
stored meanwhile; otherwise new turns are among what it has.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from corpus import Corpus

from lukasa import AsyncMemory, LukasaError, Settings
from lukasa.policy import ClientPolicy

BATCH = 500
ROUND = 30
"""Seconds of calls between two looks at the memory."""


@dataclass
class Measured:
    """What came of calling."""

    seconds: float = 0.0
    computed: float = 0.0
    """Seconds of a processor in this process."""

    times: dict[str, list[float]] = field(default_factory=lambda: {"recall": [], "remember": []})
    errors: Counter[str] = field(default_factory=Counter)

    def row(self) -> dict[str, object]:
        """Return the figures: calls a second, milliseconds by verb, errors."""
        calls = sum(map(len, self.times.values()))
        figures: dict[str, object] = {
            "calls": calls,
            "calls/s": round(calls / self.seconds, 1),
            "CPU ms a call": round(1000 * self.computed / max(1, calls), 2),
            "errors": dict(self.errors),
        }
        for verb, times in self.times.items():
            ordered = sorted(times) or [0.0]
            for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
                figures[f"{verb} {name}"] = round(1000 * ordered[int(share * (len(ordered) - 1))], 1)
        return figures


class Server:
    """A `lukasa serve` in a process of its own."""

    def __init__(self, db: Path, embedder: str) -> None:
        command = [
            sys.executable,
            "-m",
            "lukasa.surfaces.cli.main",
            "serve",
            "--port",
            "0",
            "--per-minute",
            "0",
        ]
        environment = {**os.environ, "LUKASA_EMBEDDER": embedder}  # noqa: TID251 - for the other process
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115 - as long as the server
        self.process = subprocess.Popen([*command, "--db", str(db)], stderr=self._log, env=environment)  # noqa: S603 - ours
        words: list[str] = []
        while "Listening" not in words:
            time.sleep(0.05)
            if self.process.poll() is not None:
                raise SystemExit("the server did not start")
            self._log.seek(0)
            words = self._log.read().split()
        self.address = words[words.index("Listening") + 2]
        self.key = next(word for word in words if word.startswith("lk_"))

    def computed(self) -> float:
        """Return the seconds of a processor that it has had."""
        ticks = Path(f"/proc/{self.process.pid}/stat").read_text("utf-8").rpartition(")")[2].split()[11:13]
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

    def resident(self) -> int:
        """Return the megabytes that it has in memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("utf-8")
        return int(status.partition("VmRSS:")[2].split()[0]) // 1000

    def end(self, how: signal.Signals) -> None:
        """End it, and wait for that."""
        self.process.send_signal(how)
        self.process.wait()
        self._log.close()

    async def client(self) -> AsyncMemory:
        """Return a client of it, which sends nothing twice."""
        settings = Settings(client=ClientPolicy(attempts=1))
        return await AsyncMemory.open(self.address, key=self.key, settings=settings)


async def fill(db: Path, options: argparse.Namespace) -> None:
    """Store the turns that there are from the beginning."""
    corpus = Corpus()
    async with await AsyncMemory.open(db, settings=Settings(embedder=options.embedder)) as memory:
        for user in range(options.users):
            handle = memory.of(f"user{user}")
            for start in range(0, options.turns, BATCH):
                texts = [corpus.text() for _ in range(min(BATCH, options.turns - start))]
                await handle.remember(texts, session=f"s{start}")


async def read_all(memory: AsyncMemory, options: argparse.Namespace) -> None:
    """Have every partition read."""
    corpus = Corpus(3)
    for user in range(options.users):
        await memory.of(f"user{user}").recall(corpus.question())


async def watch(db: Path, options: argparse.Namespace) -> None:
    """Print the server's memory after each round of calls."""
    server = Server(db, options.embedder)
    async with await server.client() as client:
        print(f"started: {server.resident()} MB", flush=True)
        await read_all(client, options)
        print(f"all partitions read: {server.resident()} MB", flush=True)
        for number in range(1, options.watch + 1):
            measured = await load(client, argparse.Namespace(**{**vars(options), "seconds": ROUND}))
            calls = {verb: len(times) for verb, times in measured.times.items()}
            print(f"{number * ROUND} s: {server.resident()} MB, {calls}, {dict(measured.errors)}", flush=True)
    server.end(signal.SIGTERM)


async def load(memory: AsyncMemory, options: argparse.Namespace) -> Measured:
    """Call from so many tasks at once, for so long."""
    measured, corpus, computed = Measured(), Corpus(2), time.process_time()
    began = time.perf_counter()

    async def caller(number: int) -> None:
        chance = random.Random(number)
        while time.perf_counter() - began < options.seconds:
            handle = memory.of(f"user{chance.randrange(options.users)}")
            verb = "recall" if chance.random() < options.recalls else "remember"
            started = time.perf_counter()
            try:
                if verb == "recall":
                    await handle.recall(corpus.question())
                else:
                    await handle.remember(corpus.text(), session=f"c{number}")
            except LukasaError as error:
                measured.errors[type(error).__name__] += 1
            else:
                measured.times[verb].append(time.perf_counter() - started)

    async with asyncio.TaskGroup() as group:
        for number in range(options.clients):
            group.create_task(caller(number))
    measured.seconds = time.perf_counter() - began
    measured.computed = time.process_time() - computed
    return measured


async def interrupted(db: Path, options: argparse.Namespace, how: signal.Signals) -> dict[str, int]:
    """End the server while it is written to; return how many turns it acknowledged, and how many are lost."""
    server = Server(db, options.embedder)
    acknowledged: set[str] = set()
    enough = asyncio.Event()

    async def caller(memory: AsyncMemory, number: int) -> None:
        handle = memory.of("interrupted")
        for count in range(1_000_000):
            text = f"{how.name} {number} {count}"
            try:
                await handle.remember(text, session=f"{how.name}{number}")
            except LukasaError:
                return
            acknowledged.add(text)
            if len(acknowledged) >= 4 * options.clients:
                enough.set()

    async with await server.client() as memory:
        callers = [asyncio.create_task(caller(memory, number)) for number in range(options.clients)]
        await enough.wait()
        await asyncio.to_thread(server.end, how)
        await asyncio.wait(callers)
    async with await AsyncMemory.open(db, settings=Settings(embedder=options.embedder)) as memory:
        kept = {turn.text for turn in await memory.of("interrupted").turns()}
        findings = (await memory.verify()).findings
    return {"acknowledged": len(acknowledged), "lost": len(acknowledged - kept), "findings": len(findings)}


async def measure(db: Path, options: argparse.Namespace) -> dict[str, object]:
    """Return all figures."""
    figures: dict[str, object] = {}
    async with await AsyncMemory.open(db, settings=Settings(embedder=options.embedder)) as memory:
        await load(memory, argparse.Namespace(**{**vars(options), "seconds": options.seconds / 6}))
        figures["in process"] = (await load(memory, options)).row()
    server = Server(db, options.embedder)
    async with await server.client() as client:
        await load(client, argparse.Namespace(**{**vars(options), "seconds": options.seconds / 6}))
        before, computed = server.resident(), server.computed()
        measured = await load(client, options)
        of_client, measured.computed = measured.computed, server.computed() - computed
        calls = sum(map(len, measured.times.values()))
        figures["over HTTP"] = {
            **measured.row(),
            "CPU ms a call, client": round(1000 * of_client / max(1, calls), 2),
        }
        figures["MB in memory"] = {"before": before, "after": server.resident()}
    server.end(signal.SIGTERM)
    for how in (signal.SIGTERM, signal.SIGKILL):
        figures[how.name] = await interrupted(db, options, how)
    return figures


def main() -> None:
    """Measure, and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name, default in (("users", 100), ("turns", 1000), ("clients", 64), ("seconds", 60)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--embedder", default="hashing")
    parser.add_argument("--recalls", type=float, default=0.8, help="share of calls that are `recall`")
    parser.add_argument("--keep", type=Path, help="the store: filled where it is not there, and kept")
    parser.add_argument("--fill", action="store_true", help="end when the store is filled")
    parser.add_argument("--watch", type=int, default=0, metavar="ROUNDS", help="only watch the memory")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        db = options.keep or Path(folder) / "serving.lukasa"
        if not db.exists():
            asyncio.run(fill(db, options))
        if options.watch:
            asyncio.run(watch(db, options))
        elif not options.fill:
            print(json.dumps(asyncio.run(measure(db, options)), indent=2))


if __name__ == "__main__":
    main()
