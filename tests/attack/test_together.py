"""Processes that remember, read, undo, hide and erase on one file for one user: no caller sees an error, no byte is left."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lukasa import Memory, Settings

PROCESSES = int(os.environ.get("LUKASA_TEST_PROCESSES", "3"))  # noqa: TID251 - of this test alone
OPERATIONS = int(os.environ.get("LUKASA_TEST_OPERATIONS", "20"))  # noqa: TID251 - of this test alone
"""A campaign sets more of both."""

SEED = 17
_CANARY = re.compile(rb"canary[a-z]x\d+x")


@pytest.mark.slow
def test_processes_that_erase_and_undo_together_fail_no_caller(tmp_path: Path):
    path, worker = tmp_path / "memory.lukasa", Path(__file__).with_name("_together.py")
    workers = [
        subprocess.Popen(
            [sys.executable, str(worker), str(path), chr(97 + number), str(OPERATIONS), str(SEED + number)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    reports = [json.loads(process.communicate()[0]) for process in workers]
    _print_times(reports)

    assert [report["errors"] for report in reports] == [{}] * PROCESSES, f"seed {SEED}"
    with Memory.open(path, settings=Settings(embedder="hashing")) as memory:
        assert memory.verify().findings == ()
        turns = {turn.text.split()[5]: turn for turn in memory.of("ana").turns(include_retired=True)}
        live = {word for word, turn in turns.items() if turn.retired_at is None}
    present = {word for report in reports for word in report["present"]}
    hidden = {word for report in reports for word in report["hidden"]}
    assert set(turns) == present, f"seed {SEED}: what was acknowledged and not erased is there, nothing else"
    assert not live & hidden, f"seed {SEED}: what was hidden or undone stays so"
    found = {word for file in tmp_path.iterdir() for word in _CANARY.findall(file.read_bytes())}
    assert {word.decode() for word in found} <= present, f"seed {SEED}"


def _print_times(reports: list[dict[str, Any]]) -> None:
    for verb in sorted({verb for report in reports for verb in report["seconds"]}):
        times = sorted(second for report in reports for second in report["seconds"].get(verb, ()))
        print(  # noqa: T201 - the campaign's figures
            f"{verb}: {len(times)} calls, p50 {statistics.median(times):.3f} s, p95 {times[len(times) * 95 // 100]:.3f} s, longest {times[-1]:.3f} s"
        )
    incomplete, refused = (
        sum(report["incomplete"] for report in reports),
        sum(sum(report["refused"].values()) for report in reports),
    )
    print(f"erasures incomplete at first: {incomplete}; undos refused: {refused}")  # noqa: T201
