"""Times: kept with their zones, never moved by the machine's, from before 1970 to far ahead."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from _settings import SETTINGS

from lukasa import Memory, Settings
from lukasa.errors import InputError
from lukasa.testing.fakes import FrozenClock

NOW = "2026-11-23T10:00:00Z"
ZONES = ["America/Los_Angeles", "Pacific/Kiritimati"]
"""The machine's: a day apart."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memory.lukasa"


WRITE = """
import json, sys
from lukasa import Memory, Settings
from lukasa.policy import RecallPolicy
from lukasa.testing.fakes import FrozenClock

settings = Settings(embedder="hashing", tokens="words", zone="Europe/Lisbon")
with Memory.open(sys.argv[1], settings=settings, clock=FrozenClock("2026-11-23T23:30:00-09:30")) as memory:
    alice = memory.of("alice")
    for at in ("2026-03-01T10:00:00Z", "2026-07-01T00:30", "2026-10-25T01:30", "1969-07-20T22:17:40-05:00", None):
        alice.remember(f"Said at {at}.", at=at, session="s")
    for turn in alice.export():
        print(json.dumps(turn, sort_keys=True))
    print(alice.context("When was it said yesterday?", budget=500).text)
    print([(hit.id, hit.score) for hit in alice.recall("What was said last month?")])
    print(len(alice.turns(since="2026-07-01", until="2026-07-02")))
"""


def test_the_machines_time_zone_changes_no_byte(tmp_path: Path):
    outputs = []
    for place, zone in enumerate(ZONES):
        done = subprocess.run(
            [sys.executable, "-c", WRITE, str(tmp_path / f"{place}.lukasa")],
            env={**os.environ, "TZ": zone},  # noqa: TID251
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        outputs.append(done.stdout)

    assert len(set(outputs)) == 1
    *turns, count = [line for line in outputs[0].splitlines() if line.startswith("{") or line.isdigit()]
    assert [json.loads(turn)["at"] for turn in turns] == [
        "2026-03-01T10:00:00+00:00",
        "2026-07-01T00:30:00+01:00",
        "2026-10-25T01:30:00+01:00",
        "1969-07-20T22:17:40-05:00",
        "2026-11-23T23:30:00-09:30",
    ]
    assert count == "1"
    assert "20 July 1969, Sunday" in outputs[0]
    assert "23 November 2026, Monday" in outputs[0]


INSTANTS = [
    datetime(2026, 3, 1, 23, 59, 59, 999999, tzinfo=timezone(timedelta(hours=-9, minutes=-30))),
    datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo("Europe/London")),
    datetime(2026, 10, 25, 1, 30, fold=1, tzinfo=ZoneInfo("Europe/London")),
    datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(1815, 12, 10, tzinfo=UTC),
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(2024, 2, 29, 12, tzinfo=timezone(timedelta(hours=14))),
]


@pytest.mark.parametrize("store", ["memory:", None], ids=["in memory", "sqlite"])
def test_an_instant_comes_back_with_its_offset_and_its_day(path: Path, store: str | None):
    with Memory.open(store or path, settings=SETTINGS, clock=FrozenClock(NOW)) as memory:
        alice = memory.of("alice")
        for place, at in enumerate(INSTANTS):
            alice.remember(f"Line {place} about tea.", at=at)

        kept = [turn.at for turn in alice.turns()]
        # In UTC: Python calls times in the hour that a clock skips or repeats unequal to any other zone's.
        assert [at.astimezone(UTC) for at in kept] == [at.astimezone(UTC) for at in INSTANTS]
        assert [at.utcoffset() for at in kept] == [at.utcoffset() for at in INSTANTS]
        assert [at.date() for at in kept] == [at.date() for at in INSTANTS]
        block = alice.context("Who drinks tea?", budget=10_000)
        assert [turn.at for turn in block.turns] == sorted(kept)
        assert "1 March 2026, Sunday" in block.text
        assert "10 December 1815, Sunday" in block.text
        assert "1 January 1, Monday" in block.text
        for place, at in enumerate(INSTANTS):
            assert list(alice.remember(f"Line {place} about tea.", at=at.astimezone(UTC)).duplicates) == [
                alice.turns(limit=1, after=place)[0].id
            ]


def test_a_window_of_time_is_one_of_instants(path: Path):
    with Memory.open(path, settings=SETTINGS) as memory:
        alice = memory.of("alice")
        alice.remember("In Tokyo.", at="2026-03-02T08:00:00+09:00")
        alice.remember("In New York.", at="2026-03-01T20:00:00-05:00")
        alice.remember("Before 1970.", at="1969-12-31T23:59:59Z")

        assert [t.text for t in alice.turns(since="2026-03-02T00:00:00Z")] == ["In New York."]
        assert [t.text for t in alice.turns(until="1970-01-01T00:00:00Z")] == ["Before 1970."]
        assert [t.text for t in alice.turns(filter={"at": {"lt": "2026-03-02T00:00:00+01:00"}})] == [
            "Before 1970."
        ]


def test_a_time_without_offset_is_refused_or_read_in_the_zone_that_was_stated(path: Path):
    with Memory.open(path, settings=SETTINGS) as memory:
        alice = memory.of("alice")
        with pytest.raises(InputError, match="has no UTC offset"):
            alice.remember("When?", at="2026-07-01T10:00")
        alice.remember("By call.", at="2026-07-01T10:00", zone="Asia/Kathmandu")
    with Memory.open(path, settings=Settings(embedder="hashing", zone="Europe/Lisbon")) as memory:
        alice = memory.of("alice")
        alice.remember("By setting.", at=datetime(2026, 7, 1, 10))  # noqa: DTZ001
        alice.remember("The call says more.", at="2026-07-01T10:00", zone="UTC")
        alice.remember([{"role": "user", "content": "In a message.", "at": "2026-01-01T10:00"}])
        times = [turn.at.isoformat() for turn in alice.turns()]

    assert times == [
        "2026-07-01T10:00:00+05:45",
        "2026-07-01T10:00:00+01:00",
        "2026-07-01T10:00:00+00:00",
        "2026-01-01T10:00:00+00:00",
    ]


def test_what_nobody_dated_was_said_now(path: Path):
    with Memory.open(path, settings=SETTINGS, clock=FrozenClock("2026-11-23T23:30:00+13:00")) as memory:
        (turn,) = (memory.of("alice").remember("Hello."), memory.of("alice").turns())[1]

    assert turn.at.isoformat() == turn.recorded_at.isoformat() == "2026-11-23T23:30:00+13:00"


def test_last_week_is_counted_from_the_now_of_the_question(path: Path):
    with Memory.open(path, settings=SETTINGS, clock=FrozenClock(NOW)) as memory:
        alice = memory.of("alice")
        alice.remember("We sailed.", at="2026-11-18T10:00:00Z")
        alice.remember("We sailed.", at="2025-03-04T10:00:00Z")

        assert alice.recall("What did we do last week?").hits[0].at.year == 2026
        assert alice.recall("What did we do last week?", now="2025-03-12T10:00:00Z").hits[0].at.year == 2025
