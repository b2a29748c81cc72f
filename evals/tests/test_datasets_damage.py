"""Damaged files of every format: each is refused, by the names of the file, the item and the field."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import test_datasets_beam as beam
import test_datasets_jsonl as jsonl
import test_datasets_longmemeval as longmemeval
import test_datasets_msc as msc

from lukasa_evals.datasets import load
from lukasa_evals.errors import DatasetError

Damage = Callable[[Any], object]
Steps = Sequence[str | int]


def put(*steps: str | int, value: object) -> Damage:
    """Put another value at a place."""
    return lambda whole: at(whole, steps[:-1]).__setitem__(steps[-1], value)


def drop(*steps: str | int) -> Damage:
    """Take away what stands at a place."""
    return lambda whole: at(whole, steps[:-1]).__delitem__(steps[-1])


def at(whole: Any, steps: Steps) -> Any:
    for step in steps:
        whole = whole[step]
    return whole


def refused(name: str, path: Path, *parts: str) -> None:
    with pytest.raises(DatasetError) as error:
        load(name, path)
    for part in parts if path.is_dir() else (path.name, *parts):
        assert part in str(error.value)


def lists(folder: Path, file: str, whole: Any, damage: Damage) -> Path:
    other = copy.deepcopy(whole)
    damage(other)
    (folder / file).write_text(json.dumps(other), encoding="utf-8")
    return folder / file


def lines(folder: Path, file: str, whole: list[Any], damage: Damage) -> Path:
    other = copy.deepcopy(whole)
    damage(other)
    (folder / file).write_text("\n".join(map(json.dumps, other)), encoding="utf-8")
    return folder / file


LOCOMO = [
    (put(1, value=7), "conversation 1", "must be an object, not 7"),
    (drop(1, "sample_id"), "conversation 1", "'sample_id' is missing"),
    (put(1, "sample_id", value="pair-0"), "conversation 1", "'sample_id' occurs twice"),
    (drop(0, "conversation"), "conversation 0", "'conversation' is missing"),
    (put(0, "conversation", value=[]), "conversation 0, conversation", "must be an object"),
    (drop(0, "conversation", "session_2_date_time"), "conversation 0", "'session_2_date_time' is missing"),
    (put(0, "conversation", "session_1_date_time", value="3 March"), "conversation 0", "'session_1_date_time' is no time"),
    (put(0, "conversation", "session_1", 1, value="Hi"), "session_1, turn 1", "must be an object"),
    (drop(0, "conversation", "session_1", 1, "speaker"), "session_1, turn 1", "'speaker' is missing"),
    (drop(0, "conversation", "session_1", 1, "text"), "session_1, turn 1", "'text' is missing"),
    (put(0, "conversation", "session_1", 1, "text", value=None), "session_1, turn 1", "'text' must be a text"),
    (put(0, "conversation", "session_2", 0, "dia_id", value="D1:1"), "session_2, turn 0", "'dia_id' occurs twice"),
    (drop(0, "qa"), "conversation 0", "'qa' is missing"),
    (put(0, "qa", value={}), "conversation 0", "'qa' must be a list"),
    (drop(0, "qa", 3, "question"), "question 3", "'question' is missing"),
    (put(0, "qa", 3, "question", value=" "), "question 3", "'question' is empty"),
    (drop(0, "qa", 3, "answer"), "question 3", "'answer' is missing"),
    (put(0, "qa", 3, "answer", value=None), "question 3", "'answer' must be a text, not None"),
    (drop(0, "qa", 3, "evidence"), "question 3", "'evidence' is missing"),
    (put(0, "qa", 3, "evidence", value="D1:1"), "question 3", "'evidence' must be a list"),
    (put(0, "qa", 3, "category", value=6), "question 3", "'category' must be one of [1, 2, 3, 4, 5], not 6"),
    (put(0, "qa", 3, "category", value="4"), "question 3", "'category' must be one of"),
    (drop(0, "qa", 3, "category"), "question 3", "'category' must be one of"),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "item", "field"), LOCOMO)
def test_damage_to_locomo(data: Path, damage: Damage, item: str, field: str):
    lists(data, "locomo10.json", json.loads((data / "locomo10.json").read_bytes()), damage)

    refused("locomo", data, "locomo10.json: conversation ", item, field)


CORRECTIONS = [
    (put(0, value="x"), "correction 0", "must be an object"),
    (drop(0, "question_id"), "correction 0", "'question_id' is missing"),
    (put(0, "question_id", value="pair-0/4"), "correction 0", "'question_id' is not such as 'locomo_0_qa12'"),
    (drop(0, "question"), "correction 0", "'question' is missing"),
    (put(0, "correct_evidence", value="D1:3"), "correction 0", "'correct_evidence' must be a list"),
    (put(0, "correct_answer", value=["a cat"]), "correction 0", "'correct_answer' must be a text"),
    (lambda whole: whole.append(whole[0]), "correction 1", "'question_id' occurs twice"),
]


@pytest.mark.parametrize(("damage", "item", "field"), CORRECTIONS)
def test_damage_to_corrections(data: Path, damage: Damage, item: str, field: str):
    lists(data, "label_errors.json", json.loads((data / "label_errors.json").read_bytes()), damage)

    refused("locomo", data, f"label_errors.json: {item}", field)


LONGMEMEVAL = [
    (put(1, value=[]), "question 1", "must be an object, not []"),
    (drop(1, "question_id"), "question 1", "'question_id' is missing"),
    (put(1, "question_id", value="a"), "question 1", "'question_id' occurs twice: 'a'"),
    (put(1, "question_type", value="two-hop"), "question 1", "'question_type' must be one of"),
    (drop(1, "question"), "question 1", "'question' is missing"),
    (drop(1, "answer"), "question 1", "'answer' is missing"),
    (put(1, "answer", value=""), "question 1", "'answer' is empty"),
    (put(1, "answer", value=True), "question 1", "'answer' must be a text, not True"),
    (drop(1, "question_date"), "question 1", "'question_date' is missing"),
    (put(1, "question_date", value="May 2024"), "question 1", "'question_date' is no time that can be read: 'May 2024'"),
    (drop(1, "haystack_dates"), "question 1", "'haystack_dates' is missing"),
    (put(1, "haystack_dates", 0, value="2024/13/01 (Mon) 10:00"), "question 1", "'haystack_dates' is no time"),
    (put(1, "haystack_dates", 0, value=20240512), "question 1", "'haystack_dates' must hold texts, not 20240512"),
    (drop(1, "haystack_dates", 0), "question 1", "'haystack_sessions' has 3, but there are 3"),
    (drop(1, "haystack_session_ids", 0), "question 1", "2 'haystack_session_ids' and 3 'haystack_dates'"),
    (drop(1, "haystack_sessions"), "question 1", "'haystack_sessions' is missing"),
    (put(1, "haystack_sessions", 1, value="hi"), "question 1", "'haystack_sessions' must hold lists of turns"),
    (put(1, "haystack_sessions", 1, 0, value="hi"), "question 1, session 1, turn 0", "must be an object"),
    (put(1, "haystack_sessions", 1, 0, "role", value="ai"), "question 1, session 1, turn 0", "'role' must be one of"),
    (drop(1, "haystack_sessions", 1, 0, "content"), "question 1, session 1, turn 0", "'content' is missing"),
    (put(1, "haystack_sessions", 0, 0, "has_answer", value="yes"), "session 0, turn 0", "'has_answer' must be true or false"),
    (drop(1, "answer_session_ids"), "question 1", "'answer_session_ids' is missing"),
    (put(1, "answer_session_ids", value="kite_1"), "question 1", "'answer_session_ids' must be a list"),
    (lambda whole: whole.clear(), "longmemeval_s.json", "holds no conversation"),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "item", "field"), LONGMEMEVAL)
def test_damage_to_longmemeval(tmp_path: Path, damage: Damage, item: str, field: str):
    whole = [longmemeval.question("a"), longmemeval.question("b")]

    refused("longmemeval", lists(tmp_path, "longmemeval_s.json", whole, damage), item, field)


BEAM = [
    (put(1, value="x"), "row 1", "must be an object"),
    (drop(1, "conversation_id"), "row 1", "'conversation_id' is missing"),
    (put(1, "conversation_id", value="1"), "row 1", "'conversation_id' occurs twice"),
    (drop(1, "chat"), "row 1", "'chat' is missing"),
    (put(1, "chat", value="[]"), "row 1", "'chat' must be a list"),
    (put(1, "chat", value=[]), "row 1, chat", "must be a list of batches"),
    (put(1, "chat", 0, value={"messages": []}), "row 1, chat, batch 0", "is none of the shapes of a BEAM chat"),
    (put(1, "chat", 0, value={"turns": "x"}), "row 1, chat, batch 0", "must be a list of turns"),
    (put(1, "chat", 0, value={"plan-1": [{"no": 1}]}), "batch 0, plan-1, batch 0", "'turns' is missing"),
    (put(1, "chat", 0, 1, value="hi"), "row 1, chat, batch 0, turn 1", "must be an object"),
    (put(1, "chat", 0, 1, "role", value="ai"), "row 1, chat, batch 0, turn 1", "'role' must be one of"),
    (drop(1, "chat", 0, 1, "content"), "row 1, chat, batch 0, turn 1", "'content' is missing"),
    (drop(1, "chat", 0, 1, "id"), "row 1, chat, batch 0, turn 1", "'id' is missing"),
    (put(1, "chat", 0, 1, "id", value=0), "row 1, chat, batch 0, turn 1", "'id' occurs twice: '0'"),
    (put(1, "chat", 0, 0, "time_anchor", value="15.3."), "batch 0, turn 0", "'time_anchor' is no time"),
    (put(1, "chat", value=[[beam.turn(0, "Hi.")]]), "row 1, chat, batch 0", "'time_anchor' is missing in the whole chat"),
    (drop(1, "probing_questions"), "row 1, probing_questions", "must be an object, not None"),
    (put(1, "probing_questions", value="{'abstention': ["), "row 1", "'probing_questions' is neither JSON nor"),
    (put(1, "probing_questions", value="{}"), "row 1, probing_questions", "has no question"),
    (put(1, "probing_questions", value={"riddles": []}), "row 1, probing_questions", "'riddles' is none of the abilities"),
    (put(1, "probing_questions", "abstention", value={}), "row 1, probing_questions", "'abstention' must be a list"),
    (drop(1, "probing_questions", "knowledge_update", 0, "question"), "knowledge_update 0", "'question' is missing"),
    (drop(1, "probing_questions", "knowledge_update", 0, "answer"), "knowledge_update 0", "'answer' is missing"),
    (drop(1, "probing_questions", "knowledge_update", 0, "rubric"), "knowledge_update 0", "'rubric' is missing"),
    (put(1, "probing_questions", "knowledge_update", 0, "rubric", value=[]), "knowledge_update 0", "'rubric' is empty"),
    (put(1, "probing_questions", "knowledge_update", 0, "rubric", value=[1]), "knowledge_update 0", "'rubric' must hold texts"),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "item", "field"), BEAM)
def test_damage_to_rows_of_beam(tmp_path: Path, damage: Damage, item: str, field: str):
    whole = [beam.row(conversation_id=id_, probing_questions=beam.probing()) for id_ in ("1", "2")]

    refused("beam", lists(tmp_path, "beam.json", whole, damage), item, field)


@pytest.mark.parametrize("file", ["chat.json", "probing_questions/probing_questions.json"])
@pytest.mark.parametrize("text", ['[{"turns": ', "7", None])
def test_damage_to_a_folder_of_beam(tmp_path: Path, file: str, text: str | None):
    place = beam.chats(tmp_path, 1, 2) / "100K" / "2" / file
    if text is None:
        place.unlink()
    else:
        place.write_text(text, encoding="utf-8")

    with pytest.raises(DatasetError, match=f"2/{file}"):
        load("beam", tmp_path, variant="100K")


MSC = [
    (put(1, value=3), "line 2", "must be an object, not 3"),
    (drop(1, "previous_dialogs"), "line 2", "'previous_dialogs' is missing"),
    (put(1, "previous_dialogs", value={}), "line 2", "'previous_dialogs' must be a list"),
    (put(1, "previous_dialogs", 0, value="x"), "line 2, session 0", "must be an object"),
    (drop(1, "previous_dialogs", 0, "dialog"), "line 2, session 0", "'dialog' is missing"),
    (drop(1, "previous_dialogs", 0, "time_back"), "line 2, session 0", "'time_back' is missing"),
    (put(1, "previous_dialogs", 0, "time_back", value="long ago"), "line 2, session 0", "'time_back' is no time"),
    (put(1, "previous_dialogs", 0, "time_back", value="2 days or so ago"), "line 2, session 0", "'time_back' is no time"),
    (drop(1, "previous_dialogs", 0, "dialog", 1, "text"), "line 2, session 0, turn 1", "'text' is missing"),
    (put(1, "previous_dialogs", 0, "dialog", 1, "text", value=5), "line 2, session 0, turn 1", "'text' must be a text"),
    (drop(1, "dialog"), "line 2", "'dialog' is missing"),
    (put(1, "dialog", 0, "id", value=1), "line 2, turn 0", "'id' must be a text"),
    (drop(1, "self_instruct"), "line 2", "'self_instruct' is missing"),
    (put(1, "self_instruct", value="B"), "line 2, self_instruct", "must be an object"),
    (drop(1, "self_instruct", "B"), "line 2, self_instruct", "'B' is missing"),
    (drop(1, "self_instruct", "A"), "line 2, self_instruct", "'A' is missing"),
    (put(1, "self_instruct", "A", value=""), "line 2, self_instruct", "'A' is empty"),
    (lambda whole: whole.clear(), "msc.jsonl", "holds no conversation"),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "item", "field"), MSC)
def test_damage_to_msc(tmp_path: Path, damage: Damage, item: str, field: str):
    refused("msc", lines(tmp_path, "msc.jsonl", [msc.record(), msc.record()], damage), item, field)


JSONL = [
    (put(1, value=[]), "line 2", "must be an object, not []"),
    (drop(1, "conversation"), "line 2", "'conversation' is missing"),
    (drop(1, "text"), "line 2", "must have 'text' (a turn) or 'question' (a question), and not both"),
    (put(1, "question", value="Who?"), "line 2", "must have 'text' (a turn) or 'question'"),
    (put(1, "text", value=""), "line 2", "'text' is empty"),
    (put(1, "text", value=None), "line 2", "'text' must be a text, not None"),
    (drop(1, "session"), "line 2", "'session' is missing"),
    (drop(0, "at"), "line 1", "'at' is missing in the first turn of session 'monday'"),
    (put(1, "at", value="yesterday"), "line 2", "'at' is no time that can be read: 'yesterday'"),
    (put(1, "at", value=1714978800), "line 2", "'at' must be a text, not 1714978800"),
    (drop(1, "speaker"), "line 2", "'speaker' is missing, and so is 'role'"),
    (put(2, "role", value="bot"), "line 3", "'role' must be one of"),
    (put(2, "id", value="printer"), "line 3", "'id' occurs twice: 'printer'"),
    (put(1, "id", value="monday:1"), "line 2", "'id' occurs twice: 'monday:1'"),
    (put(1, "id", value=["a"]), "line 2", "'id' must be a text"),
    (put(1, "mood", value="glad"), "line 2", "'mood' is no field of the format; put what is your own into 'metadata'"),
    (drop(3, "answer"), "line 4", "'answer' is missing"),
    (put(3, "answer", value=[]), "line 4", "'answer' is an empty list; null says that it is not known"),
    (put(3, "answer", value=["floor two", ""]), "line 4", "'answer' must hold texts, not ''"),
    (put(3, "answer", value=False), "line 4", "'answer' must be a text, not False"),
    (put(3, "evidense", value=[]), "line 4", "'evidense' is no field of the format; did you mean 'evidence'?"),
    (put(3, "evidence", value="monday:1"), "line 4", "'evidence' must be a list"),
    (put(3, "evidence", value=["monday:9"]), "line 4", "'evidence' names no turn of its conversation: 'monday:9'"),
    (put(3, "category", value=4), "line 4", "'category' must be a text, not 4"),
    (put(3, "asked_at", value="8 May"), "line 4", "'asked_at' is no time that can be read"),
    (put(3, "question", value=" "), "line 4", "'question' is empty"),
    (put(3, "conversation", value="nowhere"), "line 4", "conversation 'nowhere' has questions and no turns"),
    (lambda whole: whole.__delitem__(slice(3, None)), "my.jsonl", "has no question"),
    (lambda whole: whole.clear(), "my.jsonl", "has no question"),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "item", "field"), JSONL)
def test_damage_to_jsonl(tmp_path: Path, damage: Damage, item: str, field: str):
    refused("jsonl", lines(tmp_path, "my.jsonl", jsonl.valid(), damage), item, field)


def test_a_long_value_is_clipped_in_its_error(tmp_path: Path):
    secret = "what was said " * 50

    with pytest.raises(DatasetError) as error:
        load("jsonl", lines(tmp_path, "my.jsonl", jsonl.valid(), put(1, "at", value=secret)))

    assert len(str(error.value)) < 120


@pytest.mark.parametrize("name", ["longmemeval", "beam"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_list_that_is_cut_off_is_refused(tmp_path: Path, name: str, share: float):
    whole = [longmemeval.question("a"), longmemeval.question("b")] if name == "longmemeval" else [beam.row()]
    path = tmp_path / "cut.json"
    text = json.dumps(whole)
    path.write_text(text[: int(len(text) * share)], encoding="utf-8")

    refused(name, path, "is not JSON, or is cut off")


@pytest.mark.parametrize("name", ["msc", "jsonl"])
def test_a_line_that_is_cut_off_is_refused(tmp_path: Path, name: str):
    path = lines(tmp_path, "cut.jsonl", [msc.record()] if name == "msc" else jsonl.valid(), lambda _: None)
    path.write_text(path.read_text(encoding="utf-8")[:-9], encoding="utf-8")

    refused(name, path, "line ", "is not JSON")
