"""One of several processes that state the same facts at once, with several threads; prints what was acknowledged."""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

from _settings import SETTINGS

from lukasa import Handle, Memory

FACTS = int(os.environ.get("LUKASA_TEST_FACTS", "6"))  # noqa: TID251 - a size of this test
THREADS = 4
START = datetime(2026, 3, 1, tzinfo=UTC)


def state(handle: Handle, worker: int, barrier: Barrier) -> int:
    """State every fact once, as a turn or in so many words; return how many statements were acknowledged."""
    barrier.wait()
    done = 0
    for number in range(FACTS):
        at = START + timedelta(days=worker, minutes=number)
        if worker % 2:
            text = f"I am allergic to fruit{number}."
            receipt = handle.remember(
                {"role": "user", "name": "Ana", "content": text}, at=at, session=f"s{worker}"
            )
        else:
            value = f"fruit{number}"
            receipt = handle.believe(
                f"Ana is allergic to {value}.", subject="Ana", attribute="allergic_to", value=value
            )
        done += len(receipt.facts)
    return done


def main(path: str, place: int) -> None:
    """Run the threads, once somebody writes a line."""
    barrier = Barrier(THREADS)
    with Memory.open(path, settings=SETTINGS) as memory:
        handle = memory.of("alice")
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        with ThreadPoolExecutor(THREADS) as pool:
            workers = [pool.submit(state, handle, place * THREADS + each, barrier) for each in range(THREADS)]
            print(json.dumps(sum(worker.result() for worker in workers)))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
