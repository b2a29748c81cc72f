"""A disk without room while something is erased: the rows go, the report says what is left, and the next opening finishes it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lukasa import Memory, Settings

pytest.importorskip("resource")

SETTINGS = Settings(embedder="none", extractor="none")

# A file may grow no further than it has, once there are turns: committing needs less, writing it anew needs more.
ERASER = """
import json, pathlib, resource, signal, sys
from lukasa import Memory, Settings

path = pathlib.Path(sys.argv[1])
with Memory.open(path, settings=Settings(embedder="none", extractor="none")) as memory:
    ana = memory.of("ana")
    ana.remember([f"Line {n} of the long tale. " + "word " * 300 for n in range(150)], session="tale")
    (turn,) = ana.remember("I hid it in canary1x1x street.", session="canary1x2x", metadata={"n": "canary1x3x"}).turns
with Memory.open(path, settings=Settings(embedder="none", extractor="none")) as memory:
    ana = memory.of("ana")
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(path.stat().st_size * float(sys.argv[2])), resource.RLIM_INFINITY))
    erased = ana.erase(turn)
    again = ana.erase(turn)
    print(json.dumps({
        "turn": turn,
        "turns": erased.turns,
        "complete": [erased.complete, again.complete],
        "left": [turn.id for turn in ana.turns(session="canary1x2x", include_retired=True)],
        "findings": [finding.what for finding in memory.verify().findings],
    }), flush=True)
"""


@pytest.mark.parametrize("room", [0.3, 0.6, 0.9])
def test_what_is_erased_on_a_full_disk_is_gone_and_the_rest_is_finished_later(tmp_path: Path, room: float):
    path = tmp_path / "memory.lukasa"
    done = subprocess.run(
        [sys.executable, "-c", ERASER, str(path), str(room)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)

    assert report["turns"] == [report["turn"]]
    assert (report["left"], report["complete"], report["findings"]) == ([], [False, False], ["erased"])
    with Memory.open(path, settings=SETTINGS) as memory:
        assert memory.verify().findings == ()
        assert len(memory.of("ana").turns()) == 150
    assert not [file.name for file in tmp_path.iterdir() if b"canary1x" in file.read_bytes()]
