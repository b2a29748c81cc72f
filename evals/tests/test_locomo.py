from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lukasa_evals.datasets.locomo import load, read_evidence
from lukasa_evals.datasets.values import Label
from lukasa_evals.errors import DatasetError

KNOWN = {"D1:3", "D8:6", "D9:17", "D11:26", "D30:5"}


@pytest.mark.parametrize(
    ("cited", "ids"),
    [
        (["D1:3"], ("D1:3",)),
        (["D8:6; D9:17"], ("D8:6", "D9:17")),
        (["D8:6 D9:17", "D1:3"], ("D8:6", "D9:17", "D1:3")),
        (["D:11:26"], ("D11:26",)),
        (["D30:05"], ("D30:5",)),
        (["D1:3", "D1:3"], ("D1:3",)),
    ],
)
def test_citations_are_read_as_they_occur(cited: list[str], ids: tuple[str, ...]):
    assert read_evidence(cited, KNOWN) == (ids, 0)


@pytest.mark.parametrize("cited", [["D"], [""], ["D4:36"], [None]])
def test_a_citation_of_no_turn_is_left_out_and_counted(cited: list[str]):
    assert read_evidence([*cited, "D1:3"], KNOWN) == (("D1:3",), 1)


def test_the_first_five_conversations_are_for_tuning(data: Path):
    splits = [conversation.split for conversation in load(data).conversations]

    assert splits == ["dev"] * 5 + ["test"]


def test_sessions_are_read_with_their_date_and_those_never_held_are_not(data: Path):
    sessions = load(data).conversations[0].sessions

    assert [(session.name, session.at, len(session.turns)) for session in sessions] == [
        ("session_1", datetime(2024, 3, 3, 9, 5, tzinfo=UTC), 3),
        ("session_2", datetime(2024, 6, 21, 19, 30, tzinfo=UTC), 2),
    ]
    assert sessions[0].turns[2].caption == "a grey cat on a piano"


def test_labels_keep_what_can_be_read(data: Path):
    conversation = load(data).conversations[1]

    assert [question.published for question in conversation.questions] == [
        Label(("D1:2",), "tomatoes"),
        Label(("D1:1", "D2:2"), "bakery, theatre"),
        Label(("D2:2",), "2024"),
        Label((), "Yes"),
        Label(("D1:3",), "dog"),
        Label(("D2:1",), None),
    ]
    assert conversation.unreadable == 2
    assert not any(question.corrected for question in conversation.questions)


def test_a_known_error_is_corrected_at_its_place(data: Path):
    question = load(data).conversations[0].questions[4]

    assert question.published == Label(("D1:3",), "dog")
    assert question.corrected == Label(("D1:3", "D1:2"), "a cat")


def test_a_correction_without_evidence_keeps_the_published_one(data: Path):
    change_correction(data, correct_evidence=[])

    assert load(data).conversations[0].questions[4].corrected == Label(("D1:3",), "a cat")


def test_a_correction_of_another_question_is_refused(data: Path):
    change_correction(data, question_id="locomo_0_qa3")

    with pytest.raises(DatasetError, match="'locomo_0_qa3' is another question"):
        load(data)


def test_a_correction_of_no_question_is_refused(data: Path):
    change_correction(data, question_id="locomo_7_qa0")

    with pytest.raises(DatasetError, match=r"\(7, 0\)"):
        load(data)


def test_without_the_list_of_errors_nothing_is_corrected(data: Path):
    (data / "label_errors.json").unlink()
    dataset = load(data)

    assert list(dataset.sha256) == ["locomo10.json"]
    assert not any(q.corrected for c in dataset.conversations for q in c.questions)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[{", "not JSON"),
        ("{}", "must hold a list"),
        ('[{"qa": []}]', "conversation 0: 'sample_id' is missing"),
        ("[7]", "conversation 0: must be an object"),
    ],
)
def test_a_damaged_file_is_named(data: Path, content: str, message: str):
    (data / "locomo10.json").write_text(content, encoding="utf-8")

    with pytest.raises(DatasetError, match=f"locomo10.json.* {message}"):
        load(data)


def test_an_absent_file_is_named(tmp_path: Path):
    with pytest.raises(DatasetError, match=r"cannot read 'locomo10.json'.*--data"):
        load(tmp_path)


def change_correction(data: Path, **changes: object) -> None:
    path = data / "label_errors.json"
    (correction,) = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps([{**correction, **changes}]), encoding="utf-8")
