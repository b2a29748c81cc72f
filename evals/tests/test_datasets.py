"""What all data sets have in common: how they are named, split, hashed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from lukasa_evals.datasets import FORMATS, load
from lukasa_evals.datasets.files import Source, unpublished
from lukasa_evals.datasets.split import dev_of, drawn
from lukasa_evals.datasets.values import CATEGORIES, Conversation, Dataset, Label, Question
from lukasa_evals.errors import DatasetError, EvalError


def test_a_data_set_is_loaded_by_its_name(data: Path):
    dataset = load("locomo", data)

    assert (dataset.name, len(dataset.conversations)) == ("locomo", 6)
    assert dataset.categories == CATEGORIES


@pytest.mark.parametrize(
    ("name", "near"), [("LoCoMo", "locomo"), ("longmem", "longmemeval"), ("json", "jsonl"), ("beem", "beam")]
)
def test_an_unknown_name_is_refused_with_the_nearest_one(tmp_path: Path, name: str, near: str):
    with pytest.raises(
        EvalError, match=rf"unknown data set '{name}'; did you mean '{near}'\?; known: locomo"
    ):
        load(name, tmp_path)


def test_a_name_like_no_other_is_refused_with_all_that_are_known(tmp_path: Path):
    with pytest.raises(DatasetError, match=r"'xyzzy'; known: locomo, longmemeval, beam, msc, jsonl$"):
        load("xyzzy", tmp_path)


@pytest.mark.parametrize(
    ("name", "variant", "message"),
    [
        ("longmemeval", "xl", "known: oracle, s, s_cleaned, m, m_cleaned"),
        ("longmemeval", "oracel", "did you mean 'oracle'"),
        ("beam", "128K", "known: 100K, 500K, 1M, 10M"),
        ("msc", "half", "known: all, previous"),
        ("locomo", "big", "it has none"),
        ("jsonl", "big", "it has none"),
    ],
)
def test_an_unknown_variant_is_refused(tmp_path: Path, name: str, variant: str, message: str):
    with pytest.raises(DatasetError, match=f"unknown variant '{variant}' of '{name}'.*{message}"):
        load(name, tmp_path, variant=variant)


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_that_is_not_there_is_named_and_not_downloaded(tmp_path: Path, name: str):
    path = tmp_path if name == "locomo" else tmp_path / "absent.json"

    with pytest.raises(DatasetError, match=r"cannot read '(locomo10|absent)\.json': No such file"):
        load(name, path)


def test_the_hash_is_of_the_file(data: Path):
    dataset = load("locomo", data)

    assert dataset.sha256 == {
        name: hashlib.sha256((data / name).read_bytes()).hexdigest()
        for name in ("locomo10.json", "label_errors.json")
    }


def test_another_file_than_the_published_one_is_read_with_a_warning(data: Path):
    (warning,) = load("locomo", data).warnings

    assert warning.startswith("'locomo10.json' is not locomo10.json as we know it (sha256 ")


def test_a_published_file_has_no_warning():
    assert unpublished({"a.json": "12ab", "b.json": "34cd"}, {"12ab": "S", "34cd": "M"}) == []
    assert unpublished({"a.json": "12ab"}, {"34cd": "S", "56ef": "M"}) == [
        "'a.json' is not S or M as we know it (sha256 12ab): its labels may differ"
    ]


def test_a_tenth_is_for_tuning_whatever_the_order():
    ids = [f"question-{number}" for number in range(500)]

    dev = dev_of(ids)

    assert len(dev) == 50
    assert dev_of(ids[::-1]) == dev


def test_the_draw_does_not_change():
    assert dev_of([f"q{number}" for number in range(20)]) == {"q9", "q11"}


@pytest.mark.parametrize(("count", "for_tuning"), [(1, 1), (9, 1), (10, 1), (11, 2), (20, 2)])
def test_a_tenth_is_rounded_up(count: int, for_tuning: int):
    assert len(dev_of([str(number) for number in range(count)])) == for_tuning


def test_a_data_set_without_conversations_is_refused():
    with pytest.raises(DatasetError, match=r"my\.json holds no conversation"):
        drawn("beam", [], sha256={"my.json": "12"}, categories={})


def test_turns_left_out_are_told():
    conversation = Conversation(id="a", split="test", sessions=(), questions=(), wordless=3)

    dataset = drawn("beam", [conversation], sha256={}, categories={})

    assert dataset.warnings == ["turns without words, left out: 3"]


def test_a_question_has_the_id_of_its_conversation_and_its_place():
    question = Question(
        index=4, text="Where is the key?", category="places", published=Label((), "under the mat")
    )
    conversation = Conversation(id="house", split="test", sessions=(), questions=[question])

    assert conversation.question_id(question) == "house/4"


def test_category_five_abstains_without_being_told():
    def question(category: int | str, *, abstains: bool = False) -> Question:
        return Question(index=0, text="Who?", category=category, published=Label((), None), abstains=abstains)

    assert question(5).abstains
    assert question("unknowable", abstains=True).abstains
    assert not question(4).abstains
    assert not question("5").abstains


def test_every_accepted_answer_is_listed_the_first_one_first():
    assert Label((), "a boat", also=("a ship",)).accepted == ("a boat", "a ship")
    assert Label((), None).accepted == ()


def test_a_data_set_has_the_categories_of_locomo_unless_it_says_otherwise():
    assert Dataset(name="locomo", sha256={}, conversations=[]).categories == CATEGORIES


def test_files_are_hashed_while_they_are_read(tmp_path: Path):
    path = tmp_path / "list.json"
    path.write_text(json.dumps([{"a": 1}, 2, "drei ü"], ensure_ascii=False), encoding="utf-8")
    source = Source(path)

    assert list(source.elements()) == [{"a": 1}, 2, "drei ü"]
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
