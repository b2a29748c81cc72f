"""`lukasa eval`: a memory tested by questions of one's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Run

SAID = (
    ("My violin broke on the way.", "Ines"),
    ("I live in Porto, above a bakery.", "Ines"),
    ("The rehearsal is on Thursday at seven.", "Olu"),
)

CASES = (
    {"question": "What happened to the violin?", "expect": ["violin broke"]},
    {"question": "Where does Ines live?", "expect": "porto", "forbid": "Lisbon"},
    {"question": "When is the rehearsal?", "expect": ["Thursday", "at   SEVEN"]},
)


def write(path: Path, *cases: object) -> str:
    path.write_text("".join(f"{json.dumps(case)}\n" for case in cases), encoding="utf-8")
    return str(path)


@pytest.fixture
def remembered(lukasa: Run) -> Run:
    for text, speaker in SAID:
        lukasa("remember", text, "--speaker", speaker, "--at", "2026-03-02T10:00:00Z")
    return lukasa


def test_questions_that_are_answered_pass(remembered: Run, tmp_path: Path):
    done = remembered("eval", write(tmp_path / "mine.jsonl", *CASES))

    assert done.code == 0
    assert "3 of 3 questions passed" in done.out


def test_what_was_expected_and_is_not_there_fails_and_is_named(remembered: Run, tmp_path: Path):
    file = write(
        tmp_path / "mine.jsonl", *CASES, {"question": "Where does Ines live?", "expect": ["Port", "Porto"]}
    )

    done = remembered("eval", file)

    assert done.code == 1
    assert "50% of what was expected" in done.out
    assert "3 of 4 questions passed" in done.out
    assert remembered("eval", file, "--min-passed", "0.75").code == 0


def test_what_must_not_be_shown_fails(remembered: Run, tmp_path: Path):
    done = remembered(
        "eval", write(tmp_path / "mine.jsonl", {"question": "Where does Ines live?", "forbid": "Porto"})
    )

    assert done.code == 1
    assert "shows 'Porto'" in done.out


def test_another_users_memory_is_not_shown(remembered: Run, tmp_path: Path):
    case = {
        "question": "Where does Ines live?",
        "unknown": True,
        "forbid": ["Porto"],
        "user": "somebody else",
    }

    assert remembered("eval", write(tmp_path / "mine.jsonl", case)).code == 0


def test_something_found_where_nothing_is_known_fails(remembered: Run, tmp_path: Path):
    done = remembered(
        "eval", write(tmp_path / "mine.jsonl", {"question": "Where does Ines live?", "unknown": True})
    )

    assert done.code == 1
    assert "though nothing is known" in done.out


def test_json_has_every_figure(remembered: Run, tmp_path: Path):
    told = remembered("eval", write(tmp_path / "mine.jsonl", *CASES), "--json").json

    assert (told["questions"], told["passed"], told["found"], told["leaked"]) == (3, 3, 1.0, 0)
    assert [result["line"] for result in told["results"]] == [1, 2, 3]
    assert told["answered"] is None


def test_answers_need_a_model(remembered: Run, tmp_path: Path):
    done = remembered("eval", write(tmp_path / "mine.jsonl", *CASES), "--ask")

    assert done.code == 1
    assert "LUKASA_LLM" in done.err


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("no json", "line 1"),
        ('["a"]', "no object with a question"),
        ('{"question": " "}', "no object with a question"),
        ('{"question": "Who?"}', "checks nothing"),
        ('{"question": "Who?", "expected": "x"}', "expected"),
        ('{"question": "Who?", "expect": [1]}', "must be a text"),
        ("", "has no question"),
    ],
)
def test_a_file_that_is_none_is_refused(remembered: Run, tmp_path: Path, line: str, told: str):
    (tmp_path / "mine.jsonl").write_text(f"{line}\n", encoding="utf-8")

    done = remembered("eval", str(tmp_path / "mine.jsonl"))

    assert done.code == 1
    assert told in done.err
