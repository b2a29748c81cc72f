"""LongMemEval, on questions of our own in the shape of its files."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lukasa_evals.datasets import load
from lukasa_evals.datasets.values import Dataset, Label
from lukasa_evals.errors import DatasetError


def turn(role: str, content: str, **more: object) -> dict[str, object]:
    return {"role": role, "content": content, **more}


def question(question_id: str, **changes: object) -> dict[str, Any]:
    given: dict[str, Any] = {
        "question_id": question_id,
        "question_type": "multi-session",
        "question": "How many kites do I own?",
        "answer": 3,
        "question_date": "2024/05/30 (Thu) 23:40",
        "haystack_session_ids": ["kite_2", "noise_7", "kite_1"],
        "haystack_dates": ["2024/05/12 (Sun) 08:15", "2024/05/20 (Mon) 10:00", "2024/04/01 (Mon) 19:00"],
        "haystack_sessions": [
            [
                turn("user", "I bought a red kite today.", has_answer=True),
                turn("assistant", "Lovely! Mind the wind."),
            ],
            [turn("user", "What rhymes with orange?"), turn("assistant", "Hardly anything.")],
            [
                turn("user", "My two kites are in the attic.", has_answer=True),
                turn("assistant", "Two? Nice.", has_answer=False),
            ],
        ],
        "answer_session_ids": ["kite_1", "kite_2"],
    }
    return {**given, **changes}


def read(folder: Path, *questions: dict[str, Any], name: str = "longmemeval_s_cleaned.json") -> Dataset:
    path = folder / name
    path.write_text(json.dumps(questions), encoding="utf-8")
    return load("longmemeval", path)


def test_each_question_has_a_conversation_of_its_own(tmp_path: Path):
    dataset = read(tmp_path, question("a1"), question("b2_abs"))

    assert [(each.id, len(each.questions)) for each in dataset.conversations] == [("a1", 1), ("b2_abs", 1)]
    assert list(dataset.sha256) == ["longmemeval_s_cleaned.json"]


def test_sessions_are_oldest_first_and_turns_keep_their_place_in_the_file(tmp_path: Path):
    (conversation,) = read(tmp_path, question("a1")).conversations

    assert [
        (session.name, session.at, [said.id for said in session.turns]) for session in conversation.sessions
    ] == [
        ("kite_1", datetime(2024, 4, 1, 19, tzinfo=UTC), ["S3:1", "S3:2"]),
        ("kite_2", datetime(2024, 5, 12, 8, 15, tzinfo=UTC), ["S1:1", "S1:2"]),
        ("noise_7", datetime(2024, 5, 20, 10, tzinfo=UTC), ["S2:1", "S2:2"]),
    ]
    assert [(said.speaker, said.role) for said in conversation.sessions[0].turns] == [
        ("user", "user"),
        ("assistant", "assistant"),
    ]


def test_the_question_is_read_with_its_time_and_marked_turns(tmp_path: Path):
    (conversation,) = read(tmp_path, question("a1")).conversations
    (asked,) = conversation.questions

    assert asked.published == Label(("S1:1", "S3:1"), "3")
    assert (asked.category, asked.abstains) == ("multi-session", False)
    assert asked.asked_at == datetime(2024, 5, 30, 23, 40, tzinfo=UTC)
    assert conversation.question_id(asked) == "a1/0"


def test_without_marks_all_turns_of_the_answering_sessions_are_evidence(tmp_path: Path):
    given = question("a1", answer_session_ids=["kite_1", "elsewhere"])
    for session in given["haystack_sessions"]:
        for each in session:
            each.pop("has_answer", None)

    (conversation,) = read(tmp_path, given).conversations

    assert conversation.questions[0].published.evidence == ("S3:1", "S3:2")
    assert conversation.unreadable == 1


def test_a_question_that_cannot_be_answered_abstains_and_keeps_its_type(tmp_path: Path):
    (conversation,) = read(tmp_path, question("b2_abs", answer="You never said.")).conversations

    assert conversation.questions[0].abstains
    assert conversation.questions[0].category == "multi-session"
    assert conversation.questions[0].published.answer == "You never said."


def test_turns_without_words_are_left_out_and_told(tmp_path: Path):
    given = question("a1")
    given["haystack_sessions"][1][0]["content"] = " "

    dataset = read(tmp_path, given)

    assert dataset.conversations[0].wordless == 1
    assert [said.id for said in dataset.conversations[0].turns()] == ["S3:1", "S3:2", "S1:1", "S1:2", "S2:2"]
    assert "turns without words, left out: 1" in dataset.warnings


def test_what_is_odd_is_told(tmp_path: Path):
    given = question(
        "a1", question_date="2024/05/15 (Wed) 00:00", haystack_session_ids=["kite_2", "kite_2", "kite_1"]
    )

    dataset = read(tmp_path, given)

    assert [session.name for session in dataset.conversations[0].sessions] == ["kite_1", "kite_2", "kite_2#2"]
    assert list(dataset.warnings[1:]) == [
        "sessions dated after their question: 1",
        "sessions with the id of another one of their conversation, kept as 'id#2': 1",
    ]


def test_fifty_of_five_hundred_are_for_tuning(tmp_path: Path):
    questions = [question(f"q{number:03}") for number in range(500)]

    s = read(tmp_path, *questions)
    oracle = read(tmp_path, *reversed(questions), name="longmemeval_oracle.json")

    assert [sum(each.split == split for each in s.conversations) for split in ("dev", "test")] == [50, 450]
    assert {each.id: each.split for each in s.conversations} == {
        each.id: each.split for each in oracle.conversations
    }


def test_a_variant_is_found_in_a_folder(tmp_path: Path):
    for name in ("longmemeval_oracle.json", "longmemeval_s", "longmemeval_m_cleaned.json"):
        read(tmp_path, question(name), name=name)

    found = {
        variant: load("longmemeval", tmp_path, variant=variant).conversations[0].id
        for variant in ("oracle", "s", "m_cleaned")
    }

    assert found == {
        "oracle": "longmemeval_oracle.json",
        "s": "longmemeval_s",
        "m_cleaned": "longmemeval_m_cleaned.json",
    }


def test_a_folder_of_several_files_asks_for_a_variant(tmp_path: Path):
    read(tmp_path, question("a"), name="longmemeval_oracle.json")
    read(tmp_path, question("a"), name="longmemeval_s.json")

    with pytest.raises(
        DatasetError, match=r"has several: longmemeval_oracle\.json, longmemeval_s\.json; name a variant"
    ):
        load("longmemeval", tmp_path)


def test_a_folder_without_the_variant_says_what_it_should_have(tmp_path: Path):
    with pytest.raises(DatasetError, match=r"has none of longmemeval_m_cleaned\.json"):
        load("longmemeval", tmp_path, variant="m_cleaned")


def test_a_file_of_another_variant_is_refused(tmp_path: Path):
    read(tmp_path, question("a"), name="longmemeval_s.json")

    with pytest.raises(DatasetError, match=r"'longmemeval_s\.json' is not variant 'oracle'"):
        load("longmemeval", tmp_path / "longmemeval_s.json", variant="oracle")
