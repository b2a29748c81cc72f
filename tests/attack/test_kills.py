"""Processes killed in every phase: what was acknowledged stands, and of what was erased no byte is left."""

from __future__ import annotations

import gzip
import multiprocessing
import os
import re
import shutil
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import apsw
import pytest
from _killed import main

from lukasa import Memory, Settings

LIVES = int(os.environ.get("LUKASA_TEST_KILLS", "7"))  # noqa: TID251 - of this test alone
"""How often a process is killed; a campaign sets more."""

SEED = int(os.environ.get("LUKASA_TEST_SEED", "13"))  # noqa: TID251 - of this test alone
SETTINGS = Settings(embedder="hashing")
GOLDEN = Path(__file__).parents[1] / "scenarios" / "golden"
TARGETS = ("remember", "scrub", "erase", "undo", "scrub", "reembed", "migrate")
"""What a process is killed in, in turn. `scrub`: after an erasure is committed, before the file is clean."""

LIVES_OF_A_FILE = 40
"""A file grows with what the killed leave in it."""

_LONGEST = {"remember": 0.04, "erase": 0.06, "undo": 0.04, "reembed": 0.1, "migrate": 0.1}
"""Seconds from the beginning of a call within which it is killed: about as long as one takes."""

# Forked from one that has imported everything: a life is short.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["lukasa.wiring"])

_CANARY = re.compile(rb"canary\d+x\d+x")


@dataclass(slots=True)
class Shadow:
    """What one file must hold."""

    stored: set[str] = field(default_factory=set)
    erased: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    undone: set[str] = field(default_factory=set)


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_and_nothing_erased_is_left(tmp_path: Path):
    chance = Random(SEED)
    shadow, folder = Shadow(), tmp_path
    fallen: Counter[str] = Counter()
    for life in range(LIVES):
        target, where = TARGETS[life % len(TARGETS)], f"seed {SEED}, life {life}"
        if life % LIVES_OF_A_FILE == 0:
            shadow, folder = Shadow(), tmp_path / str(life)
            folder.mkdir()
        if target == "migrate":
            name = chance.choice(["schema-2", "schema-3"])
            fallen[kill_in_a_migration(tmp_path / f"old {life}", name, life, chance)] += 1
            continue
        lines = killed(folder / "memory.lukasa", target, life, chance)
        acknowledged = {
            what: {line[1] for line in lines if line[0] == what}
            for what in ("stored", "erased", "hidden", "undone")
        }
        shadow.stored |= acknowledged["stored"]
        shadow.erased |= acknowledged["erased"]
        shadow.hidden |= acknowledged["hidden"] | acknowledged["undone"]
        shadow.undone |= acknowledged["undone"]
        what = lines[-1][1] if lines[-1][0] in {"begin", "still"} else "between calls"
        if committed_and_not_clean(folder):
            what = f"after the commit of an erasure ({what})"
        fallen[what] += 1
        check(folder, shadow, where)
    print(dict(fallen))  # noqa: T201 - where the kills of a campaign fell
    unclean = sum(count for what, count in fallen.items() if what.startswith("after the commit"))
    assert unclean >= LIVES // len(TARGETS), f"seed {SEED}: {dict(fallen)}"


def killed(path: Path, target: str, life: int, chance: Random) -> list[tuple[str, str]]:
    """Start a process, kill it in what it is to be killed in, and return what it said."""
    ours, theirs = _PROCESSES.Pipe(duplex=False)
    worker = _PROCESSES.Process(
        target=main, args=(theirs, str(path), target), kwargs={"life": life, "seed": SEED + life}
    )
    worker.start()
    theirs.close()
    left, said = 1 if target == "migrate" else chance.randint(1, 8), list[tuple[str, str]]()
    while left:
        said.append(ours.recv())
        what, of = said[-1]
        left = 0 if what == "still" else left - (what == "begin" and of == target != "scrub")
    if said[-1][0] != "still":
        time.sleep(chance.uniform(0, _LONGEST[target]))
    worker.kill()
    worker.join()
    # A message that was cut off, or none any more.
    with suppress(EOFError, OSError):
        while True:
            said.append(ours.recv())
    ours.close()
    return said


def committed_and_not_clean(folder: Path) -> bool:
    """Return whether the killed process left a scrub undone; looked up in a copy, as opening would do it."""
    copy = folder.with_name(f"{folder.name} as it was left")
    shutil.copytree(folder, copy)
    connection = apsw.Connection(str(copy / "memory.lukasa"))
    owed = connection.execute("SELECT count(*) FROM meta WHERE name = 'scrub_owed'").get
    bytes_owed = bool(owed)
    connection.close()
    shutil.rmtree(copy)
    return bytes_owed


def check(folder: Path, shadow: Shadow, where: str) -> None:
    """Open the store, close it, and compare it with what was acknowledged."""
    with Memory.open(folder / "memory.lukasa", settings=SETTINGS) as memory:
        assert memory.verify().findings == (), where
        ana = memory.of("ana")
        left = {turn.text.split()[5] for turn in ana.turns(include_retired=True)}
        live = {turn.text.split()[5] for turn in ana.turns()}
        believed = {word.decode() for fact in ana.facts() for word in _CANARY.findall(fact.text.encode())}
    lost = shadow.stored - shadow.erased - left
    # The last erasure may have been committed and not acknowledged.
    assert len(lost) <= 1, f"{where}: lost {sorted(lost)}"
    shadow.erased |= lost
    assert not left & shadow.erased, f"{where}: back {sorted(left & shadow.erased)}"
    assert not live & shadow.hidden, f"{where}: seen again {sorted(live & shadow.hidden)}"
    assert not believed & shadow.undone, f"{where}: believed again {sorted(believed & shadow.undone)}"
    shadow.stored |= left
    found = {word.decode() for file in folder.iterdir() for word in _CANARY.findall(file.read_bytes())}
    assert found <= left, f"{where}: bytes of {sorted(found - left)}"


def kill_in_a_migration(folder: Path, name: str, life: int, chance: Random) -> str:
    """Kill a process that opens a file of an older version; return where it was killed. The next one migrates it."""
    folder.mkdir()
    path = folder / "memory.lukasa"
    path.write_bytes(gzip.decompress((GOLDEN / f"{name}.lukasa.gz").read_bytes()))
    lines = killed(path, "migrate", life, chance)
    where = f"seed {SEED}, life {life}"
    with Memory.open(path, settings=SETTINGS) as memory:
        assert memory.verify().findings == (), where
        turns = memory.of("ines").turns(include_retired=True)
        assert len(turns) == {"schema-2": 9, "schema-3": 10}[name], where
        assert memory.of("ines").recall("What was stolen?", kinds=["turn"]).hits, where
    return "migrate" if lines[-1][0] in {"begin", "still"} else "after migrate"
