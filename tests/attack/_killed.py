"""A process that remembers, erases, undoes, hides, embeds anew and migrates, until it is killed; a message tells what begins and what is done.

Where chance would seldom strike it stands still, and says so: before each step of a scrub, and of a migration.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from random import Random
from typing import Any

from lukasa import Handle, Memory, Settings
from lukasa.adapters.embedders.hashing import HashingEmbedder
from lukasa.adapters.stores.sqlite import migrations, scrub
from lukasa.domain.embedding import EmbedderSpec
from lukasa.errors import ConflictError

SETTINGS = Settings(embedder="hashing")
Say = Callable[..., None]
_SCRUB = ["optimize_fulltext", "vacuum", "checkpoint", "drop_scrub"]


def main(pipe: Connection, path: str, target: str, *, life: int, seed: int) -> None:
    chance = Random(seed)

    def say(*words: str) -> None:
        pipe.send(words)

    async def spec(_: HashingEmbedder) -> EmbedderSpec:
        # In each life another one: all that is left from before has to be embedded anew.
        return EmbedderSpec(fingerprint=f"hashing:life {life}", dense_dims=512, token_width=128)

    HashingEmbedder.spec = spec  # type: ignore[method-assign]
    if target == "scrub":
        stand_still(say, scrub, chance.choice(_SCRUB), times=chance.randint(1, 3))
    elif target == "migrate" and chance.random() < 0.6:
        stand_still(say, migrations, "add_migration", times=1)
    say("begin", "migrate" if target == "migrate" else "open")
    with Memory.open(path, settings=SETTINGS) as memory:
        say("opened", "-")
        work(say, memory, target, life=life, chance=chance)


def work(say: Say, memory: Memory, target: str, *, life: int, chance: Random) -> None:
    ana = memory.of("ana")
    stored: dict[str, tuple[str, int]] = {}
    for number in range(10_000):
        word = f"canary{life}x{number}x"
        say("begin", "remember")
        receipt = ana.remember(
            {
                "role": "user",
                "name": "Ana",
                "content": f"I keep a lamp called {word} at home. I own a {word}.",
            },
            session=word,
            key=word,
            metadata={"note": word, word: [word]},
        )
        say("stored", word)
        stored[word] = receipt.turns[0], receipt.change
        verb = target if chance.random() < 0.5 else chance.choice(["erase", "undo", "forget", "reembed"])
        word = chance.choice(list(stored))
        say("begin", verb)
        match verb:
            case "erase" | "scrub":
                erase(ana, word, stored.pop(word)[0], chance)
                say("erased", word)
            case "undo":
                try:
                    ana.undo(call=stored[word][1], reason=f"because of {word}")
                except ConflictError:
                    continue  # it was undone before
                say("undone", word)
            case "forget":
                ana.forget(stored[word][0], reason=f"because of {word}")
                say("hidden", word)
            case "reembed":
                memory.reembed()
                say("did", verb)
            case _:
                say("did", verb)


def erase(ana: Handle, word: str, turn: str, chance: Random) -> None:
    match chance.randrange(3):
        case 0:
            ana.erase(turn)
        case 1:
            ana.erase(text=word)
        case _:
            ana.erase(session=word)


def stand_still(say: Say, module: Any, statement: str, *, times: int) -> None:
    """Stop for good before a module runs that statement for the n-th time, and say so."""
    original, left = module.sql, [times]

    def sql(name: str, **slots: str) -> str:
        if name == statement:
            left[0] -= 1
            if not left[0]:
                say("still", statement)
                time.sleep(600)
        return str(original(name, **slots))

    module.sql = sql
