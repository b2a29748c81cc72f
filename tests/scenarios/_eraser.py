"""A process that remembers and erases, over and over, until it is killed; says on a line what it has finished."""

from __future__ import annotations

import sys

from _settings import SETTINGS

from lukasa import Memory


def main(path: str, life: str) -> None:
    """Store two turns, erase the first, and say so; in each life other ones."""
    with Memory.open(path, settings=SETTINGS) as memory:
        alice = memory.of("alice")
        for number in range(10_000):
            kept = {"role": "user", "name": "Ana", "content": f"I bought lamp{life}x{number} at the market."}
            gone = {"role": "user", "name": "Ana", "content": f"I lost canary{life}x{number} on the train."}
            receipt = alice.remember(
                [gone, kept], at=f"2026-03-01T10:00:00.{number:06d}Z", session=f"{life}-{number}"
            )
            alice.erase(receipt.turns[0])
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
