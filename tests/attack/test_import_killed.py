"""A large import that is killed again and again: what was stored stays, the next run goes on, and nothing is there twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from lukasa import Memory, Settings

SEED = int(os.environ.get("LUKASA_TEST_SEED", "20261130"))  # noqa: TID251
MESSAGES = int(os.environ.get("LUKASA_TEST_IMPORT", "800"))  # noqa: TID251
KILLS = int(os.environ.get("LUKASA_TEST_IMPORT_KILLS", "2"))  # noqa: TID251
SETTINGS = Settings(embedder="none")


def written(path: Path) -> Path:
    """Write a chat of several sessions; every fifth message is one that was said before."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(MESSAGES):
            place = number // 2 if number % 5 == 4 else number
            message = {
                "role": ("user", "assistant")[number % 2],
                # Long, so that a call takes a few sessions of them and no more.
                "content": f"I bought lamp {place}" + " and a shade for it" * 40 + ".",
                "at": f"2026-03-{1 + place // 1440 % 28:02}T{place // 60 % 24:02}:{place % 60:02}:00Z",
                "session": f"s{number // 40}",
            }
            file.write(json.dumps(message) + "\n")
    return path


def command(file: Path, db: Path) -> list[str]:
    return [sys.executable, "-m", "lukasa.surfaces.cli.main", "import", str(file), "--db", str(db), "--json"]


def test_an_import_that_is_killed_at_any_place_goes_on_and_stores_nothing_twice(
    tmp_path: Path, stored: Callable[[Path], int]
):
    chance = random.Random(SEED)
    file, db = written(tmp_path / "chat.jsonl"), tmp_path / "memory.lukasa"
    variables = {**os.environ, "LUKASA_EMBEDDER": "none", "LUKASA_EXTRACTOR": "none"}  # noqa: TID251
    subprocess.run(command(file, tmp_path / "whole.lukasa"), env=variables, check=True, capture_output=True)

    counts = [0]
    for place in sorted(chance.sample(range(100, MESSAGES * 3 // 4), KILLS)):
        with subprocess.Popen(command(file, db), env=variables, stdout=subprocess.DEVNULL) as process:
            while process.poll() is None and stored(db) <= max(place, counts[-1]):
                time.sleep(chance.random() / 10)
            process.send_signal(signal.SIGKILL)
        counts.append(stored(db))
    done = subprocess.run(command(file, db), env=variables, check=True, capture_output=True, text=True)

    assert counts == sorted(counts), f"seed {SEED}: a kill lost what was stored: {counts}"
    report = json.loads(done.stdout)
    assert report["turns"] + report["duplicates"] == MESSAGES, f"seed {SEED}"
    assert contents(db) == contents(tmp_path / "whole.lukasa"), f"seed {SEED}"
    assert stored(db) == MESSAGES, f"seed {SEED}"


def contents(db: Path) -> Counter[object]:
    with Memory.open(db, settings=SETTINGS) as memory:
        assert memory.verify().ok
        turns = memory.of("default").turns()
    return Counter((turn.id, turn.session, turn.role, turn.text, turn.at) for turn in turns)
