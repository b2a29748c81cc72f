"""What models really write is understood, and what says nothing is not."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import pytest
from _malformed_replies import BOTH, CASES, NOT_SALVAGED, PLAIN, TWO, Case, item
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from lukasa.errors import BadReplyError
from lukasa.pipeline.replies import Numbered, read, salvage, shape_of


class Item(BaseModel):
    text: Annotated[str, Field(json_schema_extra={"aliases": ["statement"]})]
    subject: str
    attribute: str | None
    quote: str
    kind: Literal["fact", "preference", "life_event"]


class Reply(BaseModel):
    facts: list[Item]
    summary: str | None


def understood(reply: str) -> tuple[list[str] | None, str | None]:
    found = read(reply, Reply).value
    if found is None:
        return None, None
    return [" ".join(each.text.replace("\u00a0", " ").split(" ")) for each in found.facts], found.summary


def right(case: Case) -> bool:
    texts, summary = understood(case.reply)
    return texts == case.texts and (summary or None) == case.summary


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.name not in NOT_SALVAGED], ids=lambda case: case.name
)
def test_a_reply_is_read_as_it_was_meant(case: Case):
    assert understood(case.reply) == (case.texts, case.summary)


def test_nearly_all_of_many_are_salvaged():
    assert len({case.name for case in CASES}) >= 80
    assert len([case for case in CASES if case.texts is not None]) >= 80
    assert sum(map(right, CASES)) >= 0.98 * len(CASES)
    assert {case.name for case in CASES if not right(case)} == NOT_SALVAGED


def test_what_was_left_out_is_counted():
    reply = json.dumps({"facts": [item("Ada drinks tea."), "x", {"subject": "Ada"}]})

    assert read(reply, Reply).dropped == 2
    assert read(PLAIN, Reply).dropped == 0


def test_a_reply_that_was_cut_says_so():
    assert read(PLAIN[:-30], Reply).cut
    assert not read(PLAIN, Reply).cut
    assert not read(f"```json\n{PLAIN}\n``` [1] {{x", Reply).cut


@given(st.text(max_size=400))
@settings(max_examples=300, deadline=None)
def test_no_text_raises(text: str):
    salvage(text)
    read(text, Reply)


@given(st.text(alphabet="{}[]\",:\\ \n'abc01truefalsnu`<>/think", max_size=120))
@settings(max_examples=500, deadline=None)
def test_no_text_of_such_marks_raises(text: str):
    salvage(text)
    read(text, Reply)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(min_size=1, max_size=8), JSON, min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_what_is_well_formed_is_itself(value: dict[str, Any]):
    # Marks that are taken for noise before anything is read.
    assert salvage(json.dumps(value)) == value


TEXTS = st.lists(st.text(st.characters(codec="ascii", categories=["L", "N", "P", "Zs"]), min_size=1, max_size=30).filter(str.strip), max_size=6)  # fmt: skip


@given(TEXTS, st.integers(0, 2000))
@settings(max_examples=300, deadline=None)
def test_a_beginning_gives_the_first_items_whole(texts: list[str], end: int):
    reply = json.dumps({"facts": [item(text) for text in texts], "summary": "s"})

    found = read(reply[:end], Reply).value

    kept = [] if found is None else [each.text for each in found.facts]
    assert kept == texts[: len(kept)]


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_fences_and_prose_change_nothing(texts: list[str]):
    reply = json.dumps({"facts": [item(text) for text in texts], "summary": "s"})
    plain = read(reply, Reply).value

    assert read(f"Here you are:\n```json\n{reply}\n```\nBye [1].", Reply).value == plain
    assert read(f"<think>hm</think>{reply}", Reply).value == plain


@pytest.mark.parametrize(
    "text",
    ["[" * 200_000, "{" * 200_000, '{"a":' * 50_000, "x" * 1_000_000, '"' * 500_000, "[1," * 300_000, "\\" * 300_000,
     '{"facts": [' + '{"text": "a",' * 60_000, "<think>" * 100_000, "```" * 200_000, "“" * 300_000],
    ids=lambda text: text[:6],
)  # fmt: skip
def test_a_megabyte_of_garbage_is_soon_over(text: str):
    read(text, Reply)


def test_a_number_stands_for_an_id():
    numbers = Numbered(["f_a", "f_b"])

    assert [numbers.number(each) for each in ("f_a", "f_b")] == [1, 2]
    assert [numbers.id(each) for each in (1, "2", "#1", "[2]", " 1. ")] == ["f_a", "f_b", "f_a", "f_b", "f_a"]


@pytest.mark.parametrize("number", [0, 3, -1, "", "one", "f_a", None, 1.5, "1, 2", 10**12, "[1][2]"])
def test_an_unknown_number_is_an_error_and_never_a_guess(number: object):
    with pytest.raises(BadReplyError, match="1 to 2 were shown"):
        Numbered(["f_a", "f_b"]).id(number)


def test_the_shape_is_as_strict_as_providers_want_it():
    shape = shape_of(Reply, "reply")

    text = json.dumps(shape.schema)
    assert shape.name == "reply"
    assert shape.schema["required"] == ["facts", "summary"]
    assert '"$ref"' not in text
    assert '"default"' not in text
    assert text.count('"additionalProperties": false') == 2
    assert shape_of(Reply, "reply") == shape


def test_the_reply_that_was_asked_for_is_read():
    assert understood(json.dumps(TWO)) == (BOTH, "Ada talks.")
