"""One of several processes that use a store through `Memory`; says on its last line what it was told was stored."""

from __future__ import annotations

import json
import random
import sys

from _settings import SETTINGS

from lukasa import Handle, Memory

AT = "2026-03-01T10:00:00Z"


class Worker:
    """Does the operations of one process and remembers what must be true."""

    def __init__(self, alice: Handle, name: str, chance: random.Random) -> None:
        self.alice = alice
        self.name = name
        self.chance = chance
        self.stored: list[str] = []
        self.hidden: set[str] = set()
        self.met = 0

    def remember(self, place: int) -> None:
        text = f"{self.name} writes number {place} about word{self.chance.randrange(20)}."
        # Half of them without a time: these are decided on the state of the session.
        at = AT if place % 2 else None
        receipt = self.alice.remember(text, session=f"s{place % 3}", at=at)
        assert len(receipt.turns) == 1, (text, receipt)
        assert (receipt.unembedded, list(receipt.warnings)) == (0, []), receipt
        self.stored += receipt.turns

    def recall(self, place: int) -> None:
        recalled = self.alice.recall(f"What does {self.name} write about word7?", limit=20)
        assert (recalled.mode, list(recalled.warnings)) == ("full", []), recalled
        assert recalled.searched >= len(self.stored) - len(self.hidden)
        assert not {hit.id for hit in recalled} & self.hidden
        self.met += any(not hit.text.startswith(self.name) for hit in recalled)

    def turns(self, place: int) -> None:
        listed = {turn.id for turn in self.alice.turns()}
        assert set(self.stored) - self.hidden <= listed
        assert not self.hidden & listed

    def forget(self, place: int) -> None:
        if self.stored:
            chosen = self.chance.choice(self.stored)
            self.alice.forget(chosen)
            self.hidden.add(chosen)

    def restore(self, place: int) -> None:
        if self.hidden:
            chosen = self.hidden.pop()
            assert self.alice.restore(chosen) == [chosen]

    def context(self, place: int) -> None:
        block = self.alice.context("Who writes?", budget=100)
        assert block.tokens <= 100
        assert not {turn.id for turn in block.turns} & self.hidden


def main(path: str, name: str, operations: int) -> None:
    """Do so many operations, mostly writes, and report."""
    chance = random.Random(name)
    with Memory.open(path, settings=SETTINGS) as memory:
        worker = Worker(memory.of("alice"), name, chance)
        verbs = (
            [worker.remember] * 5
            + [worker.recall] * 2
            + [worker.turns, worker.forget, worker.restore, worker.context]
        )
        print("open", flush=True)  # noqa: T201
        sys.stdin.readline()  # until the others have opened it, too
        for place in range(operations):
            chance.choice(verbs)(place)
    print(json.dumps({"stored": worker.stored, "hidden": sorted(worker.hidden), "met": worker.met}))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
