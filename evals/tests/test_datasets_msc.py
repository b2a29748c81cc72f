"""MSC-Self-Instruct, on records of our own in the shape of its file."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from lukasa_evals.datasets import load
from lukasa_evals.datasets.msc import LAST_SESSION
from lukasa_evals.datasets.values import Dataset, Label


def record(**changes: object) -> dict[str, Any]:
    given: dict[str, Any] = {
        "personas": [["I keep bees."], ["I paint boats."]],
        "dialog": [
            {"text": "Back from the harbour?", "id": "Speaker 1", "convai2_id": "x", "rating": 5},
            {"text": "Yes, all painted.", "id": "Speaker 2"},
        ],
        "previous_dialogs": [
            {
                "personas": [[], []],
                "dialog": [{"text": "I keep bees."}, {"text": "I paint boats."}, {"text": "What colour?"}],
                "time_num": 9,
                "time_unit": "days",
                "time_back": "9 days 3 hours ago",
            },
            {"dialog": [{"text": "The hive swarmed."}, {"text": "Oh no."}], "time_back": "2 hours ago"},
        ],
        "self_instruct": {"B": "Remember what I keep?", "A": "Bees!"},
        "metadata": {"initial_data_id": "valid_3", "session_id": 2},
    }
    return {**given, **changes}


def read(folder: Path, *records: dict[str, Any], variant: str | None = None) -> Dataset:
    (folder / "msc_self_instruct.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    return load("msc", folder, variant=variant)


def test_the_current_session_is_the_last_one(tmp_path: Path):
    (conversation,) = read(tmp_path, record()).conversations

    assert [(session.name, LAST_SESSION - session.at) for session in conversation.sessions] == [
        ("session_1", timedelta(days=9, hours=3)),
        ("session_2", timedelta(hours=2)),
        ("session_3", timedelta()),
    ]


def test_the_variant_previous_leaves_the_current_session_out(tmp_path: Path):
    (conversation,) = read(tmp_path, record(), variant="previous").conversations

    assert [session.name for session in conversation.sessions] == ["session_1", "session_2"]


def test_speakers_take_turns_where_they_are_not_named(tmp_path: Path):
    (conversation,) = read(tmp_path, record()).conversations

    assert [(said.id, said.speaker, said.role) for said in conversation.turns()] == [
        ("D1:1", "Speaker 1", None),
        ("D1:2", "Speaker 2", None),
        ("D1:3", "Speaker 1", None),
        ("D2:1", "Speaker 1", None),
        ("D2:2", "Speaker 2", None),
        ("D3:1", "Speaker 1", None),
        ("D3:2", "Speaker 2", None),
    ]


def test_the_question_is_b_and_the_answer_a(tmp_path: Path):
    dataset = read(tmp_path, record(), record())
    (asked,) = dataset.conversations[1].questions

    assert (asked.text, asked.published, asked.category) == (
        "Remember what I keep?",
        Label((), "Bees!"),
        "dmr",
    )
    assert [each.id for each in dataset.conversations] == ["msc-0", "msc-1"]
    assert dataset.categories == {"dmr": "deep memory retrieval"}


def test_personas_are_no_part_of_what_was_said(tmp_path: Path):
    given = record(personas=[["I own a submarine."], []], init_personas=[["I own a submarine."], []])

    (conversation,) = read(tmp_path, given).conversations

    assert not [said for said in conversation.turns() if "submarine" in said.text]


def test_a_turn_without_words_keeps_its_number(tmp_path: Path):
    given = record(dialog=[{"text": ""}, {"text": "Hello?"}])

    dataset = read(tmp_path, given)

    (last,) = dataset.conversations[0].sessions[-1].turns
    assert (last.id, last.speaker) == ("D3:2", "Speaker 2")
    assert "turns without words, left out: 1" in dataset.warnings
