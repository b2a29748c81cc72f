"""A process of its own that takes two sessions in and has them read, and may die at any statement.

Usage: `_distiller.py PATH DIE_AT` (0: never, an hour later). It prints how many statements were run.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta

from _distilled import SAID, good

import lukasa.adapters.stores.sqlite.sql as statements
from lukasa import AsyncMemory, Settings
from lukasa.adapters.stores.sqlite import bookkeeping, eraser, fact_writer, partition, reader, writer
from lukasa.testing.fakes import FrozenClock
from lukasa.testing.llm import ScriptedLLM

DIES = 41


class Countdown:
    """Stands before every statement, and kills the process at one of them."""

    def __init__(self, die_at: int) -> None:
        self.die_at = die_at
        self.count = 0
        self._sql = statements.sql

    def __call__(self, name: str, **fragments: str) -> str:
        self.count += 1
        if self.count == self.die_at:
            os._exit(DIES)
        return self._sql(name, **fragments)


async def main(path: str, die_at: int) -> None:
    # An hour after whoever died, so that no lease holds any more.
    clock = FrozenClock("2026-03-01T12:00:00Z" if die_at else "2026-03-01T13:00:00Z")
    model = ScriptedLLM(good)
    settings = Settings(embedder="hashing", jobs={"lease": 0.2})
    async with await AsyncMemory.open(path, settings=settings, llm=model, clock=clock) as memory:
        ada = memory.of("ada")
        for number, session in enumerate(("s1", "s2")):
            at = f"2026-03-0{number + 1}T10:00:00Z"
            await ada.remember(SAID, session=session, at=at, key=session)
        # Whoever died holds a lease, which runs out.
        for _ in range(3):
            clock.advance(timedelta(seconds=1))
            await ada.flush()


if __name__ == "__main__":
    countdown = Countdown(int(sys.argv[2]))
    for module in (bookkeeping, eraser, fact_writer, partition, reader, writer):
        module.sql = countdown  # type: ignore[attr-defined]
    asyncio.run(main(sys.argv[1], countdown.die_at))
    sys.stdout.write(f"{countdown.count}\n")
