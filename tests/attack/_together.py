"""One of several processes on one file and one user; says at its end what it stored and erased, what failed, and how long each call took."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter, defaultdict
from random import Random

from lukasa import Handle, Memory, Settings
from lukasa.errors import ConflictError, LukasaError

_VERBS = (*["remember"] * 4, *["recall"] * 2, "context", "undo", "undo_alone", "erase", "forget")


class Worker:
    """Does the calls of one process, and remembers what must be true."""

    def __init__(self, ana: Handle, name: str, chance: Random) -> None:
        self.ana = ana
        self.name = name
        self.chance = chance
        self.present: dict[str, tuple[str, int]] = {}
        self.erased: list[str] = []
        self.hidden: list[str] = []
        self.alone: set[str] = set()
        """Words of calls that nothing else rests on."""

        self.refused: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.incomplete = 0
        self.seconds: defaultdict[str, list[float]] = defaultdict(list)

    def call(self, number: int) -> None:
        verb = self.chance.choice(_VERBS)
        if verb == "remember" or not self.present:
            verb, word = "remember", f"canary{self.name}x{number}x"
        else:
            word = self.chance.choice(sorted(set(self.present) - set(self.hidden)) or sorted(self.present))
        if verb == "undo_alone":
            word = next(
                (word for word in sorted(self.alone - set(self.hidden)) if word in self.present), word
            )
        began = time.monotonic()
        try:
            getattr(self, verb)(word)
        except LukasaError as error:
            # Not a failure but an answer: somebody's later change rests on what was to be undone.
            answer = type(error) is ConflictError and verb.startswith("undo") and word not in self.alone
            (self.refused if answer else self.errors)[f"{verb}: {type(error).__name__}: {error}"] += 1
        self.seconds[verb].append(time.monotonic() - began)

    def remember(self, word: str) -> None:
        # Some of it everybody says: those facts rest on turns of several processes.
        shared = self.chance.choice(["", " I live in Lisbon.", " I am allergic to walnuts."])
        text = f"I keep a lamp called {word} at home.{shared}"
        said = {"role": "user", "name": "Ana", "content": text}
        receipt = self.ana.remember(said, session=f"{self.name}-{self.chance.randrange(5)}", key=word)
        self.present[word] = receipt.turns[0], receipt.change
        if not shared:
            self.alone.add(word)

    def recall(self, word: str) -> None:
        self.ana.recall(f"Where is {word}?")

    def context(self, word: str) -> None:
        self.ana.context(f"Where is {word}?", budget=300)

    def undo(self, word: str) -> None:
        self.ana.undo(call=self.present[word][1], reason=f"for {word}")
        self.hidden.append(word)

    def undo_alone(self, word: str) -> None:
        self.undo(word)

    def forget(self, word: str) -> None:
        self.ana.forget(self.present[word][0], reason=f"because of {word}")
        self.hidden.append(word)

    def erase(self, word: str) -> None:
        by_id = self.chance.random() < 0.5
        erased = self.ana.erase(self.present[word][0]) if by_id else self.ana.erase(text=word)
        self.incomplete += not erased.complete
        self.erased.append(word)
        del self.present[word]


def main(path: str, name: str, operations: int, seed: int) -> None:
    with Memory.open(path, settings=Settings(embedder="hashing")) as memory:
        worker = Worker(memory.of("ana"), name, Random(seed))
        for number in range(operations):
            worker.call(number)
    report = {
        "present": list(worker.present),
        "erased": worker.erased,
        "hidden": worker.hidden,
        "errors": worker.errors,
        "refused": worker.refused,
        "seconds": worker.seconds,
        "incomplete": worker.incomplete,
    }
    print(json.dumps(report))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
