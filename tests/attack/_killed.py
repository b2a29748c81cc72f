"""A process that remembers, erases, undoes, hides and embeds, until it is killed; says on a line what it has finished."""

from __future__ import annotations

import sys
from random import Random

from lukasa import Memory, Settings


def main(path: str, life: str, seed: int) -> None:
    chance = Random(seed)
    with Memory.open(path, settings=Settings(embedder="hashing")) as memory:
        ana = memory.of("ana")
        stored: list[tuple[str, str, int]] = []
        for number in range(10_000):
            word = f"canary{life}x{number}x"
            message = {
                "role": "user",
                "name": "Ana",
                "content": f"I bought a lamp called {word} at the market.",
            }
            receipt = ana.remember(message, session=f"{life}-{number % 7}", key=word)
            report("stored", word)
            stored.append((word, receipt.turns[0], receipt.change))
            verb = chance.choice(["erase", "erase", "erase text", "undo", "forget", "reembed", "nothing"])
            word, turn, change = stored.pop(chance.randrange(len(stored)))
            if verb == "erase":
                ana.erase(turn)
            elif verb == "erase text":
                ana.erase(text=word)
            elif verb == "undo":
                ana.undo(call=change)
            elif verb == "forget":
                ana.forget(turn, reason=f"because of {word}")
            elif verb == "reembed":
                memory.reembed()
            report("erased" if verb.startswith("erase") else "did", word)


def report(what: str, word: str) -> None:
    sys.stdout.write(f"{what} {word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
