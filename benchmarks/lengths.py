"""How recall and disk grow with the number of turns and their length: `python benchmarks/lengths.py`.

Documents get synthetic vectors; see README.md. Turns alternate between a user and an assistant.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median

from corpus import START, Corpus
from figures import MB, on_disk
from opening import open_memory

from lukasa import Handle

SIZES = (200, 2_000, 20_000)
LENGTHS = (20, 150, 450)
CALLS = 30
DIMS = 96
"""Of the default token vectors."""


def main() -> None:
    """Fill a store for each size and length, time recalls and contexts, and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--lengths", default=",".join(map(str, LENGTHS)))
    arguments = parser.parse_args()
    print("| turns | words each | recall p50, CPU ms | wall ms | context p50, CPU ms | bytes for 100 words |")
    print("|--:|--:|--:|--:|--:|--:|")
    for size in map(int, arguments.sizes.split(",")):
        for words in map(int, arguments.lengths.split(",")):
            with tempfile.TemporaryDirectory() as folder:
                print(row(Path(folder) / "store.lukasa", size, words), flush=True)


def row(path: Path, size: int, words: int) -> str:
    """Return the row of one size and length."""
    corpus = Corpus(seed=3)
    with open_memory(path, f"tokens:{DIMS}") as memory:
        handle = memory.of("ines")
        written = fill(handle, corpus, size, words)
        questions = [corpus.question() for _ in range(CALLS)]
        handle.recall(questions[0])
        recalls = [timed(lambda question=question: handle.recall(question)) for question in questions]
        contexts = [
            timed(lambda question=question: handle.context(question, budget=2000)) for question in questions
        ]
    cpu, wall = (median(times) for times in zip(*recalls, strict=True))
    context = median(times[0] for times in contexts)
    return f"| {size:,} | {words} | {cpu:.1f} | {wall:.1f} | {context:.1f} | {100 * MB * on_disk(path) / written:,.0f} |"


def fill(handle: Handle, corpus: Corpus, size: int, words: int) -> int:
    """Store so many turns of about so many words, and return the words."""
    written = 0
    for first in range(0, size, 100):
        messages = []
        for place in range(first, min(first + 100, size)):
            text = ""
            while len(text.split()) < words:
                text += f"{corpus.text()} " if len(text.split()) % 50 else f"{corpus.text()}\n\n"
            written += len(text.split())
            messages.append({"role": ("user", "assistant")[place % 2], "content": text.strip()})
        handle.remember(messages, at=START, session=f"s{first}")
    return written


def timed(call: object) -> tuple[float, float]:
    """Return the milliseconds of CPU and of wall time that a call takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    call()  # type: ignore[operator]
    return (time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000


if __name__ == "__main__":
    main()
