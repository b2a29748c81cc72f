"""Anybody's own conversations and questions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from lukasa_evals.datasets import load
from lukasa_evals.datasets.values import Dataset, Label


def turn(session: str = "monday", **more: object) -> dict[str, Any]:
    given = {"conversation": "team", "session": session, "at": "2024-05-06T09:00:00+02:00", "speaker": "Ada"}
    return {**given, "text": "The server room is on floor two.", **more}


def question(**more: object) -> dict[str, Any]:
    return {"conversation": "team", "question": "Where is the server room?", "answer": "floor two", **more}


def valid() -> list[dict[str, Any]]:
    return [
        turn(),
        turn(speaker="Ben", text="And the printer?", id="printer", caption="a grey printer"),
        turn("tuesday", at="2024-05-07T10:00", speaker=None, role="assistant", text="Floor three."),
        question(category="places", evidence=["monday:1"], asked_at="2024-05-08"),
        question(
            question="Where is the printer?", answer=["floor three", "third floor"], metadata={"by": "me"}
        ),
        question(question="Who owns the printer?", answer=None, category="unknowable", evidence=["printer"]),
    ]


def read(folder: Path, *lines: dict[str, Any]) -> Dataset:
    (folder / "my.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return load("jsonl", folder / "my.jsonl")


def test_turns_become_sessions(tmp_path: Path):
    (conversation,) = read(tmp_path, *valid()).conversations

    monday, tuesday = conversation.sessions
    assert (monday.name, monday.at) == (
        "monday",
        datetime(2024, 5, 6, 9, tzinfo=timezone(timedelta(hours=2))),
    )
    assert [(said.id, said.speaker, said.role, said.caption) for said in monday.turns] == [
        ("monday:1", "Ada", None, None),
        ("printer", "Ben", None, "a grey printer"),
    ]
    assert (tuesday.at, tuesday.turns[0].speaker, tuesday.turns[0].role) == (
        datetime(2024, 5, 7, 10, tzinfo=UTC),
        "assistant",
        "assistant",
    )


def test_questions_are_numbered_in_their_conversation(tmp_path: Path):
    dataset = read(tmp_path, *valid())
    (conversation,) = dataset.conversations

    assert [
        (conversation.question_id(each), each.published, each.abstains) for each in conversation.questions
    ] == [
        ("team/0", Label(("monday:1",), "floor two"), False),
        ("team/1", Label((), "floor three", also=("third floor",)), False),
        ("team/2", Label(("printer",), None), True),
    ]
    assert conversation.questions[0].asked_at == datetime(2024, 5, 8, tzinfo=UTC)


def test_categories_are_those_that_occur(tmp_path: Path):
    dataset = read(tmp_path, *valid())

    assert dataset.categories == {
        "places": "places",
        "uncategorised": "uncategorised",
        "unknowable": "unknowable",
    }


def test_a_question_may_stand_before_the_turns_it_cites(tmp_path: Path):
    lines = valid()

    (conversation,) = read(tmp_path, *lines[3:], *lines[:3]).conversations

    assert conversation.questions[2].published.evidence == ("printer",)


def test_conversations_may_be_mixed_and_may_use_the_same_ids(tmp_path: Path):
    other = [turn(conversation="home", id="printer"), question(conversation="home", evidence=["printer"])]

    dataset = read(tmp_path, valid()[0], other[0], *valid()[1:], other[1])

    assert [(each.id, len(list(each.turns())), len(each.questions)) for each in dataset.conversations] == [
        ("team", 3, 3),
        ("home", 1, 1),
    ]


def test_a_turn_has_a_time_of_its_own_where_it_says_so(tmp_path: Path):
    lines = [turn(), turn(at="2024-05-06T09:30:00+02:00"), turn(at=None), question()]

    (conversation,) = read(tmp_path, *lines).conversations

    assert [said.at and said.at.minute for said in conversation.turns()] == [None, 30, None]


def test_sessions_are_ordered_by_time_not_by_the_file(tmp_path: Path):
    lines = [turn("second", at="2024-05-07"), turn("first", at="2024-05-06"), question()]

    (conversation,) = read(tmp_path, *lines).conversations

    assert [session.name for session in conversation.sessions] == ["first", "second"]


def test_numbers_may_be_ids_and_answers(tmp_path: Path):
    lines = [turn(conversation=7, session=1), question(conversation=7, answer=2)]

    (conversation,) = read(tmp_path, *lines).conversations

    assert (conversation.id, conversation.questions[0].published.answer) == ("7", "2")


def test_nothing_of_it_is_for_tuning(tmp_path: Path):
    assert {each.split for each in read(tmp_path, *valid()).conversations} == {"test"}


def test_a_conversation_that_nothing_is_asked_about_is_told(tmp_path: Path):
    dataset = read(tmp_path, *valid(), turn(conversation="silent"))

    assert dataset.warnings == ["nothing is asked about conversation 'silent'"]


LINES = int(os.environ.get("LUKASA_TEST_LINES", "40000"))  # noqa: TID251 - a size of this test


@pytest.mark.slow
def test_a_large_file_needs_little_more_memory_than_its_text(tmp_path: Path):
    path = tmp_path / "large.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(LINES):
            print(json.dumps(turn(f"s{number // 100}", text=f"{number} " + "word " * 100)), file=file)
        print(json.dumps(question()), file=file)
    program = (
        "import resource, sys; from pathlib import Path; from lukasa_evals.datasets import load\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "load('jsonl', Path(sys.argv[1]))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )

    told = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )

    unit = 1 if sys.platform == "darwin" else 1024
    assert int(told.stdout) * unit < 2 * path.stat().st_size
