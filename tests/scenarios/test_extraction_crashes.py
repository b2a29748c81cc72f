"""The process dies at any statement while facts are distilled: in the end, the store is what it would have been."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lukasa import Memory
from lukasa.domain.fact import STATUSES

HERE = Path(__file__).parent
DIES = 41
PLACES = 3
"""How many statements are tried, spread over the whole run."""


def run(path: Path, die_at: int) -> int:
    """Distil in a process that dies at a statement (0: never); return how many statements it got to."""
    done = subprocess.run(
        [sys.executable, str(HERE / "_distiller.py"), str(path), str(die_at)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=HERE,
    )
    assert done.returncode in {0, DIES}, done.stderr
    return int(done.stdout) if done.returncode == 0 else -1


def state(path: Path) -> tuple[object, ...]:
    """Return all that is remembered, without times of recording and the numbers of the journal."""
    with Memory.open(path) as memory:
        ada = memory.of("ada")
        assert memory.verify().findings == ()
        facts = ada.facts(status=list(STATUSES), include_retired=True)
        return (
            [turn.text for turn in ada.turns()],
            [(f.id, f.text, f.status, f.valid, f.evidence, f.sources, f.revision) for f in facts],
            [(each.session, each.text) for each in ada.summaries()],
            [(job.kind, job.state) for job in ada.jobs()],
        )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, tuple[object, ...]]:
    path = tmp_path_factory.mktemp("whole") / "a.lukasa"
    statements = run(path, 0)
    return statements, state(path)


@pytest.mark.parametrize("place", range(PLACES))
def test_dying_anywhere_and_going_on_ends_the_same(
    tmp_path: Path, whole: tuple[int, tuple[object, ...]], place: int
):
    statements, expected = whole
    path = tmp_path / "a.lukasa"
    assert statements > 40

    # Not quite to the end: how often it looks for jobs differs from run to run.
    assert run(path, 1 + place * int(statements * 0.9) // (PLACES - 1)) == -1
    run(path, 0)

    assert state(path) == expected
