"""BEAM, on chats of our own in the shapes of its files."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lukasa_evals.datasets import load
from lukasa_evals.datasets.values import Conversation, Dataset, Label
from lukasa_evals.errors import DatasetError


def turn(number: int, content: str, **more: object) -> dict[str, object]:
    return {"role": "user" if number % 2 == 0 else "assistant", "id": number, "content": content, **more}


def batches() -> list[list[list[dict[str, object]]]]:
    """Two batches of exchanges."""
    return [
        [
            [turn(0, "I am building a shed.", time_anchor="March-11-2024"), turn(1, "With a window?")],
            [turn(2, "With two windows."), turn(3, "Good light, then.")],
        ],
        [[turn(4, "It has three windows now.", time_anchor="April-02-2024"), turn(5, "One more!")]],
    ]


def repository_chat() -> list[dict[str, Any]]:
    return [{"batch_number": number, "turns": turns} for number, turns in enumerate(batches(), start=1)]


def probing() -> dict[str, list[dict[str, Any]]]:
    return {
        "abstention": [
            {
                "question": "What did the shed cost?",
                "ideal_response": "The chat does not say.",
                "rubric": ["says that there is no information"],
            }
        ],
        "knowledge_update": [
            {
                "question": "How many windows has the shed?",
                "answer": "Three",
                "source_chat_ids": {"original_info": [2], "updated_info": [4]},
                "rubric": ["states: three"],
            }
        ],
        "summarization": [
            {
                "question": "Sum up the shed.",
                "ideal_summary": "A shed with windows.",
                "source_chat_ids": [0, 2, 2, 99],
                "rubric": ["mentions the shed", "mentions windows"],
            }
        ],
        "contradiction_resolution": [
            {"question": "Is there a window?", "ideal_answer": "You said both.", "rubric": ["asks back"]}
        ],
        "preference_following": [
            {"question": "Which wood?", "expected_compliance": "Should name oak.", "rubric": ["names oak"]}
        ],
    }


def row(**changes: object) -> dict[str, Any]:
    flat = [[each for exchange in batch for each in exchange] for batch in batches()]
    return {"conversation_id": "1", "chat": flat, "probing_questions": repr(probing()), **changes}


def chats(folder: Path, *numbers: int, size: str = "100K") -> Path:
    for number in numbers:
        place = folder / size / str(number)
        (place / "probing_questions").mkdir(parents=True)
        (place / "chat.json").write_text(json.dumps(repository_chat()), encoding="utf-8")
        questions = place / "probing_questions" / "probing_questions.json"
        questions.write_text(json.dumps(probing()), encoding="utf-8")
    return folder


def rows(folder: Path, *given: dict[str, Any]) -> Dataset:
    path = folder / "beam.jsonl"
    path.write_text("\n".join(map(json.dumps, given)), encoding="utf-8")
    return load("beam", path)


def test_a_folder_of_numbered_chats_is_read_in_order(tmp_path: Path):
    dataset = load("beam", chats(tmp_path, 2, 10, 1), variant="100K")

    assert [each.id for each in dataset.conversations] == ["100K-1", "100K-2", "100K-10"]
    assert list(dataset.sha256)[:2] == ["1/chat.json", "1/probing_questions/probing_questions.json"]
    assert len(dataset.sha256) == 6


def test_the_folder_of_a_size_may_be_named_itself(tmp_path: Path):
    folder = chats(tmp_path, 1) / "100K"

    assert load("beam", folder).conversations == load("beam", folder, variant="100K").conversations


def test_a_size_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(DatasetError, match="has no folder '1M'"):
        load("beam", chats(tmp_path, 1), variant="1M")


def test_a_folder_without_chats_is_refused(tmp_path: Path):
    with pytest.raises(DatasetError, match="holds no chat of BEAM"):
        load("beam", tmp_path)


def test_the_chat_that_was_cut_to_size_is_the_one_to_ask_about(tmp_path: Path):
    place = chats(tmp_path, 1) / "100K" / "1"
    (place / "chat_trunecated.json").write_text(json.dumps(repository_chat()[:1]), encoding="utf-8")

    dataset = load("beam", tmp_path, variant="100K")

    assert len(dataset.conversations[0].sessions) == 1
    assert "1/chat_trunecated.json" in dataset.sha256


def test_both_forms_become_the_same_conversation(tmp_path: Path):
    (from_folder,) = load("beam", chats(tmp_path, 1), variant="100K").conversations
    (from_rows,) = rows(tmp_path, row()).conversations

    assert said(from_folder) == said(from_rows)
    assert from_folder.questions == from_rows.questions


def test_questions_of_rows_may_be_json_or_not_be_a_text_at_all(tmp_path: Path):
    dataset = rows(
        tmp_path,
        row(),
        row(conversation_id="2", probing_questions=json.dumps(probing())),
        row(conversation_id="3", probing_questions=probing()),
    )

    first, second, third = (each.questions for each in dataset.conversations)
    assert first == second == third


def test_rows_may_be_a_list(tmp_path: Path):
    (tmp_path / "beam.json").write_text(json.dumps([row()]), encoding="utf-8")

    assert load("beam", tmp_path / "beam.json").conversations == rows(tmp_path, row()).conversations


def test_rows_in_another_format_are_refused_with_what_to_do(tmp_path: Path):
    (tmp_path / "beam.parquet").write_bytes(b"PAR1")

    with pytest.raises(
        DatasetError, match=r"'beam\.parquet': rows of BEAM are read from \.json or \.jsonl; export"
    ):
        load("beam", tmp_path / "beam.parquet")


def test_a_variant_of_a_file_of_rows_is_refused(tmp_path: Path):
    rows(tmp_path, row())

    with pytest.raises(DatasetError, match="is no folder: variant '100K'"):
        load("beam", tmp_path / "beam.jsonl", variant="100K")


def test_a_batch_is_a_session_of_its_date(tmp_path: Path):
    (conversation,) = rows(tmp_path, row()).conversations

    assert said(conversation) == [
        ("batch_1", datetime(2024, 3, 11, tzinfo=UTC), [("0", "user"), ("1", "assistant"), ("2", "user"), ("3", "assistant")]),
        ("batch_2", datetime(2024, 4, 2, tzinfo=UTC), [("4", "user"), ("5", "assistant")]),
    ]  # fmt: skip


def test_a_batch_without_a_date_has_that_of_its_neighbour(tmp_path: Path):
    undated = [[turn(0, "Hello.")], [turn(2, "A shed.", time_anchor="March-11-2024")], [turn(4, "Done.")]]

    (conversation,) = rows(tmp_path, row(chat=undated)).conversations

    assert {session.at for session in conversation.sessions} == {datetime(2024, 3, 11, tzinfo=UTC)}


def test_a_later_date_within_a_batch_is_its_turn_s(tmp_path: Path):
    dated = [
        [turn(0, "A shed.", time_anchor="March-11-2024"), turn(2, "Painted.", time_anchor="March-20-2024")]
    ]

    (conversation,) = rows(tmp_path, row(chat=dated)).conversations

    assert [each.at for each in conversation.turns()] == [None, datetime(2024, 3, 20, tzinfo=UTC)]


def test_answers_stand_in_a_field_of_their_ability(tmp_path: Path):
    dataset = rows(tmp_path, row())

    assert [(each.index, each.category, each.published.answer, each.abstains) for each in asked(dataset)] == [
        (0, "abstention", "The chat does not say.", True),
        (1, "knowledge_update", "Three", False),
        (2, "summarization", "A shed with windows.", False),
        (3, "contradiction_resolution", "You said both.", False),
        (4, "preference_following", "Should name oak.", False),
    ]
    assert set(dataset.categories) >= {each.category for each in asked(dataset)}
    assert len(dataset.categories) == 10


def test_labels_have_their_rubric_and_the_turns_they_cite(tmp_path: Path):
    dataset = rows(tmp_path, row())

    assert asked(dataset)[1].published == Label(("2", "4"), "Three", rubric=("states: three",))
    assert asked(dataset)[2].published.evidence == ("0", "2")
    assert dataset.conversations[0].unreadable == 1


def test_plans_of_a_chat_of_ten_million_tokens_follow_one_another(tmp_path: Path):
    chat = [
        {"plan-1": [{"batch_number": 1, "turns": batches()[0]}], "plan-2": None},
        {
            "plan-1": None,
            "plan-2": [{"batch_number": 1, "turns": [[turn(4, "Later.", time_anchor="May-01-2024")]]}],
        },
    ]

    (conversation,) = rows(tmp_path, row(chat=chat)).conversations

    assert [each.id for each in conversation.turns()] == [
        "plan-1:0",
        "plan-1:1",
        "plan-1:2",
        "plan-1:3",
        "plan-2:4",
    ]
    assert conversation.questions[1].published.evidence == ("plan-1:2", "plan-2:4")


def test_a_number_that_two_plans_have_is_no_evidence(tmp_path: Path):
    chat = [
        {"plan-1": [{"turns": batches()[0]}]},
        {"plan-2": [{"turns": [[turn(2, "Again.", time_anchor="May-01-2024")]]}]},
    ]

    (conversation,) = rows(tmp_path, row(chat=chat)).conversations

    assert conversation.questions[2].published.evidence == ("plan-1:0",)
    assert conversation.unreadable == 4


def test_turns_without_words_are_left_out_and_told(tmp_path: Path):
    chat = [[turn(0, "A shed.", time_anchor="March-11-2024"), turn(1, ""), turn(2, "Two windows.")]]

    dataset = rows(tmp_path, row(chat=chat))

    assert [each.id for each in dataset.conversations[0].turns()] == ["0", "2"]
    assert list(dataset.warnings) == ["turns without words, left out: 1"]


def said(conversation: Conversation) -> list[tuple[str, datetime, list[tuple[str, str | None]]]]:
    return [(each.name, each.at, [(t.id, t.role) for t in each.turns]) for each in conversation.sessions]


def asked(dataset: Dataset) -> list[Any]:
    return list(dataset.conversations[0].questions)
