"""Processes that write to a store, for tests that kill them. Started as a script; forks writers on request.

Starting an interpreter takes longer than what is tested, so one process loads everything and forks: `spawn` on its
standard input starts a writer, whose number it prints; each writer prints `<its name> <id>` for what is acknowledged.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from datetime import UTC, datetime

from lukasa.adapters.stores.sqlite.store import SqliteStore
from lukasa.domain.change import AddTurn, Restore, Retire
from lukasa.domain.document import Document
from lukasa.domain.embedding import Embedding, TokenVectors
from lukasa.domain.filter import AllOf
from lukasa.domain.journal import Cause
from lukasa.domain.query import DocumentQuery, LexicalQuery, TurnQuery
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Turn

ALICE = Partition("acme", "alice")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
CAUSE = Cause(verb="remember", at=NOW)


def addition(name: str) -> AddTurn:
    words = name.split("-")
    vectors = Embedding(bytes(64), TokenVectors(bytes(16 * 20), 16))
    return AddTurn(
        turn=Turn(
            id=name, role="user", text=name * 20, at=NOW, recorded_at=NOW, metadata={"writer": words[0]}
        ),
        document=Document(
            id=name, kind="turn", passages=[[*words, "word"]], embeddings=[vectors], fingerprint="f"
        ),
    )


async def write_for_ever(path: str, writer: str) -> None:
    """Add turns, some many at once, some retired and restored, and say so after each commit."""
    store = SqliteStore(path)
    await store.open()
    place = 0
    while True:
        names = [f"{writer}-{place + more}" for more in range(random.choice((1, 1, 1, 5)))]
        place += len(names)
        await store.apply(ALICE, [addition(name) for name in names], cause=CAUSE)
        _acknowledge(writer, names)
        if random.random() < 0.2:
            await store.apply(ALICE, [Retire(id=names[0])], cause=CAUSE)
            await store.apply(ALICE, [Restore(id=names[0])], cause=CAUSE)


async def mixed(path: str, writer: str, operations: int) -> None:
    """Write, search and list, as one of several processes; say what was acknowledged."""
    store = SqliteStore(path)
    await store.open()
    version = 0
    for place in range(operations):
        name = f"{writer}-{place}"
        match place % 5:
            case 0 | 1 | 2:
                await store.apply(ALICE, [addition(name)], cause=CAUSE)
                _acknowledge(writer, [name])
            case 3:
                found = await store.lexical(ALICE, LexicalQuery(terms=[writer, str(place - 1)], limit=2))
                assert found[0].id == f"{writer}-{place - 1}", found
                assert await store.turns(ALICE, TurnQuery(limit=3, newest_first=True))
            case _:
                delta = await store.delta(ALICE, fingerprint="f", since=version)
                assert f"{writer}-{place - 2}" in {head.id for head in delta.heads}
                version = delta.version
                await store.select(ALICE, DocumentQuery(filter=AllOf(())))
    await store.aclose()


def _acknowledge(writer: str, names: list[str]) -> None:
    # One write to the pipe, no buffer: what was printed was committed before.
    os.write(1, "".join(f"{writer} {name}\n" for name in names).encode())


def serve(path: str) -> None:
    for count, _ in enumerate(sys.stdin):
        child = os.fork()
        if child == 0:
            asyncio.run(write_for_ever(path, f"w{count}"))
        os.write(1, f"started {child}\n".encode())
        os.waitpid(child, 0)
        os.write(1, b"ended .\n")


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    else:
        asyncio.run(mixed(sys.argv[2], sys.argv[3], int(sys.argv[4])))
