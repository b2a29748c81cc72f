"""Facts counted against labels, and facts that were judged by hand against their turns."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from lukasa.domain.claim import Scene
from lukasa.domain.turn import Turn
from lukasa.extraction.rules import extract
from lukasa_evals.believed import measure

HERE = Path(__file__).parent
DATA = os.environ.get("LUKASA_DEV_DATA", "")  # noqa: TID251 - of a test
"""Folder of the development sets, which are not part of the repository."""

FILES = {
    "longmemeval": "longmemeval-evidence-dev.jsonl",
    "realmem": "realmem-dev.jsonl",
    "beam": "beam-100k-dev.jsonl",
}


def test_facts_are_counted_against_labels(tmp_path: Path):
    turns, labels = tmp_path / "turns.jsonl", tmp_path / "labels.jsonl"
    said = [
        ("2026-01-01T10:00:00+00:00", "I live in Ghent. I'm 30. I'm a nurse."),
        ("2026-02-01T10:00:00+00:00", "I moved to Turin last week. I'm vegan."),
    ]
    turns.write_text(
        "\n".join(
            json.dumps({"conversation": "c", "session": at, "at": at, "role": "user", "text": text})
            for at, text in said
        )
    )
    told = [
        {"attribute": "lives_in", "value": "Turin, Italy", "status": "current"},
        {"attribute": "lived_in", "value": "Ghent", "status": "past"},
        {"attribute": "age", "value": "31", "status": "current"},
        {"attribute": "pet", "value": "a cat", "status": "current"},
        {"not_about_user": "vegan (a friend)"},
    ]
    labels.write_text("\n".join(json.dumps({"conversation": "c"} | row) for row in told))

    result = measure(turns, labels)

    judged = {(fact.attribute, judgement) for _, fact, judgement in result.judged}
    assert ("lives_in", "right") in judged
    assert {("age", "wrong value"), ("diet", "not the user's"), ("works_as", "unlabelled")} <= judged
    assert result.recall == 0.5


def _labelled() -> Iterator[tuple[str, str, str, str]]:
    for line in (HERE / "labelled_facts.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            name, turn, attribute, label = line.split("\t")
            yield name, turn, attribute, label


def _claimed(name: str) -> Counter[tuple[str, str, str]]:
    found: Counter[tuple[str, str, str]] = Counter()
    before: Turn | None = None
    for line in (Path(DATA) / FILES[name]).read_text("utf-8").splitlines():
        row = json.loads(line)
        if "text" not in row:
            continue
        at = datetime.fromisoformat(row["at"])
        # BEAM counts the turns of each chat from 0.
        turn_id = f"{row['conversation']}:{row['id']}" if name == "beam" else row["id"]
        turn = Turn(
            id=turn_id, role=row["role"], text=row["text"], at=at, recorded_at=at, session=row["session"],
            origin=row["role"],
        )  # fmt: skip
        previous = before if before is not None and before.session == turn.session else None
        before = turn
        found.update(
            (name, turn.id, claim.attribute or "") for claim in extract(turn, Scene(previous=previous))
        )
    return found


@pytest.mark.skipif(not DATA, reason="LUKASA_DEV_DATA names no folder with the development sets")
def test_facts_of_real_chats_are_right():
    claimed = sum(map(_claimed, FILES), Counter[tuple[str, str, str]]())
    labels: Counter[str] = Counter()
    for name, turn, attribute, label in _labelled():
        if claimed[name, turn, attribute]:
            claimed[name, turn, attribute] -= 1
            labels[label] += 1

    new = sum(claimed.values())
    assert new <= 0.1 * labels.total(), "judge the new facts by hand, and label them"
    assert labels["right"] >= 0.75 * labels.total()
    assert labels["wrong"] <= 0.03 * labels.total()
