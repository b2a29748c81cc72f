"""What models really write is understood, and what says nothing is not."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import pytest
from _malformed_replies import BOTH, CASES, NOT_SALVAGED, PLAIN, TWO, Case, item
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from lukasa.errors import BadReplyError
from lukasa.llm.ask import Numbered
from lukasa.llm.fit import read
from lukasa.llm.salvage import salvage
from lukasa.llm.schema import shape_of


class Item(BaseModel):
    text: str
    subject: str
    attribute: str | None
    quote: str
    kind: Literal["fact", "preference", "life_event"]


class Reply(BaseModel):
    facts: list[Item]
    summary: str | None


class Texts(BaseModel):
    facts: list[str]


class Odds(BaseModel):
    """One field of each kind that models write in their own way."""

    number: int
    colour: Literal["red", "light_blue"] = "red"
    denied: bool = False
    score: float | None = None
    words: list[Annotated[str, Field(min_length=2)]] = []


def understood(reply: str) -> tuple[list[str] | None, str | None]:
    found = read(reply, Reply).value
    if found is None:
        return None, None
    return [" ".join(each.text.replace("\u00a0", " ").split(" ")) for each in found.facts], found.summary


def right(case: Case) -> bool:
    texts, summary = understood(case.reply)
    return texts == case.texts and (summary or None) == case.summary


def test_replies_are_read_as_they_were_meant():
    wrong = {
        case.name: understood(case.reply)
        for case in CASES
        if case.name not in NOT_SALVAGED and understood(case.reply) != (case.texts, case.summary)
    }

    assert wrong == {}


def test_nearly_all_of_many_are_salvaged():
    assert len({(case.name, case.reply) for case in CASES}) == len(CASES)
    assert len([case for case in CASES if case.texts is not None]) >= 90
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


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ('{"a": 1}\n{"b": 2}', {"b": 2}),
        ('{"a": 1}\n{"a": 2}', [{"a": 1}, {"a": 2}]),
        ('{"a": 1} or rather {"a": 2}', {"a": 2}),
        ("[1, 2, 35", [1, 2]),
        ('["a", "b", "c', ["a", "b"]),
        ('["a", "b"', ["a", "b"]),
        ('{"a": {"b": true, "c": "x', {"a": {"b": True}}),
        ('{"a": [1, {"b": 2}, {"b": 3', {"a": [1, {"b": 2}]}),
        ('{"a": tru', {}),
        ('{"a": 1, "b": fal', {"a": 1}),
        ("{'a': True, 'b': None, 'c': ('x',)}", {"a": True, "b": None, "c": ["x"]}),
        ('"[1, 2]"', [1, 2]),
        ('{"a": .5, "b": +1, "c": -2.5e1,}', {"a": 0.5, "b": 1, "c": -25.0}),
        ('{"when": 2023-05-07, "b": 1}', {"when": "2023-05-07", "b": 1}),
        ('{"a": all that was said, "b": 1}', {"a": "all that was said", "b": 1}),
        ("See [1].", None),
        ("[1] A source.", None),
        ("The numbers:\n[1, 2]", [1, 2]),
        ("None: []", []),
    ],
)
def test_a_value_is_found(reply: str, value: object):
    assert salvage(reply) == value


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ({"Number": "3"}, Odds(number=3)),
        ({"number": "message 3"}, Odds(number=3)),
        ({"number": 3, "colour": "Light Blue"}, Odds(number=3, colour="light_blue")),
        ({"number": 3, "colour": "RED", "denied": "Yes."}, Odds(number=3, denied=True)),
        ({"number": 3, "denied": {"value": "true"}, "score": "1.5"}, Odds(number=3, denied=True, score=1.5)),
        ({"number": 3, "denied": "perhaps", "score": "n/a"}, Odds(number=3)),
        ({"number": 3, "score": "high"}, Odds(number=3)),
        ({"number": 3, "words": "tea"}, Odds(number=3, words=["tea"])),
        ({"number": 3, "words": ["tea", "x", None]}, Odds(number=3, words=["tea"])),
        ({"number": "many"}, None),
        ({"number": True}, None),
        ({"number": 3.5}, None),
    ],
)
def test_types_are_read_as_models_write_them(reply: object, expected: Odds | None):
    assert read(json.dumps(reply), Odds).value == expected


@pytest.mark.parametrize("model", [Reply, Texts, Odds], ids=lambda model: model.__name__)
def test_a_schema_is_not_a_reply(model: type[BaseModel]):
    strict = dict(shape_of(model, "reply").schema)
    assert read(json.dumps(strict["properties"]), model).value is None
    for schema in (model.model_json_schema(), strict):
        assert read(json.dumps(schema), model).value is None
        assert read(json.dumps({"name": "reply", "schema": schema}), model).value is None
        assert read(f"```json\n{json.dumps(schema, indent=2)[:-40]}", model).value is None


@pytest.mark.parametrize(
    "reply",
    ["Nothing new, see [1].", 'She "left" [sic].', '{"entities": ["Ada"]}', '{"facts": {"type": "array"}}', "- [ ] read"],
)  # fmt: skip
def test_prose_is_not_taken_for_facts(reply: str):
    assert read(reply, Texts).value is None


@given(st.text(max_size=400))
def test_no_text_raises(text: str):
    salvage(text)
    read(text, Reply)


@given(st.text(alphabet="{}[]()\",:=\\ \n'“”abc01-.#*truefalsnu`<>/think", max_size=120))
def test_no_text_of_such_marks_raises(text: str):
    salvage(text)
    for model in (Reply, Texts, Odds):
        read(text, model)


@given(st.lists(st.sampled_from(["{", "}", "[", "]", '"', "'", ",", ":", "\\", " ", "\n", '"facts"', '"text": "a"', "null", "1", "<think>", "</think>", "```", "//", "…", "\ud800"]), max_size=40))  # fmt: skip
def test_no_pieces_of_replies_raise(pieces: list[str]):
    read("".join(pieces), Reply)
    read("{" + "".join(pieces), Texts)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(allow_nan=False) | st.text(max_size=20)
    | st.sampled_from(["```", "<think>", "</think>", "a, }", "\u2028", "\u200b", "{", '"', "[1]", "\ufeff"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(st.dictionaries(st.text(max_size=8), JSON, max_size=4) | st.lists(JSON, max_size=4), st.booleans())
def test_what_is_well_formed_is_itself(value: Any, ascii_only: bool):
    assert salvage(json.dumps(value, ensure_ascii=ascii_only)) == value
    assert salvage(f"\ufeff\n{json.dumps(value, ensure_ascii=ascii_only, indent=1)}\n") == value


@given(st.dictionaries(st.text(max_size=8), JSON, min_size=1, max_size=4), st.booleans())
def test_what_is_well_formed_in_fences_and_prose_is_itself(value: dict[str, Any], ascii_only: bool):
    text = json.dumps(value, ensure_ascii=ascii_only)

    assert salvage(f"Sure, here is the JSON:\n```json\n{text}\n```\nAnything else [1]?") == value
    assert salvage(f"<think>{{}} or {{'a': 1}}?</think>{text}") == value


PIECES = st.sampled_from(['"', "'", "\\", "\n", "{", "}", "[", "]", ",", ":", '", "', '": "', "```", "<think>", "//", "“", " ", "a", "7", "ü", "🍵"])  # fmt: skip
TEXTS = st.lists(st.lists(PIECES, min_size=1, max_size=8).map("".join).filter(str.strip) | st.text(st.characters(codec="ascii", categories=["L", "N", "P", "Zs"]), min_size=1, max_size=30).filter(str.strip), max_size=5)  # fmt: skip


@given(TEXTS, st.floats(0, 1), st.booleans())
def test_a_beginning_gives_the_first_items_whole(texts: list[str], share: float, ascii_only: bool):
    reply = json.dumps({"facts": [item(text) for text in texts], "summary": "s"}, ensure_ascii=ascii_only)
    beginning = reply[: int(share * len(reply))]

    found = read(beginning, Reply).value

    kept = [] if found is None else [each.text for each in found.facts]
    whole = beginning.count(', "kind": "fact"}')
    assert kept == texts[:whole]


@given(st.lists(st.integers() | st.text(max_size=6), max_size=6), st.floats(0, 1))
def test_a_beginning_of_a_list_gives_its_first_items(items: list[object], share: float):
    reply = json.dumps({"numbers": items})

    found = salvage(reply[: int(share * len(reply))])

    kept = found.get("numbers", []) if isinstance(found, dict) else []
    assert kept == items[: len(kept)]  # type: ignore[arg-type]


@given(TEXTS)
def test_fences_and_prose_change_nothing(texts: list[str]):
    reply = json.dumps({"facts": [item(text) for text in texts], "summary": "s"})
    plain = read(reply, Reply).value

    assert read(f"Here you are:\n```json\n{reply}\n```\nBye [1].", Reply).value == plain
    assert read(f"<think>hm</think>{reply}", Reply).value == plain
    assert read(json.dumps(reply), Reply).value == plain


@pytest.mark.parametrize(
    "text",
    ["[" * 1_000_000, "{" * 1_000_000, '{"a":' * 200_000, "x" * 1_000_000, '"' * 1_000_000, "[1," * 300_000, "\\" * 1_000_000,
     '{"facts": [' + '{"text": "a",' * 30_000, "<think>" * 150_000, "</think>" * 120_000, "```" * 300_000, "“" * 300_000,
     '{"a": "' + '\\"' * 500_000 + "\\", '{"a": "b" "c" ' * 5_000, '{"a": 1,}\n' * 2_000, '[ "x ' * 50_000, "<think>{" * 100_000,
     '"[1' * 100_000, '"{' * 100_000, '{"a": "x' + '" y" z' * 30_000, '{"a": /*' * 100_000, "{'a': 'x" + "' y" * 60_000,
     "['" * 32_000, '["{' * 20_000 + '"}', "{" + "[''" * 16_000 + "'}", '={"a"{"a"' * 8_000 + "}", '{"facts": [' + 'x"a"' * 16_000,
     '{\\"a\\": ' * 50_000, '{"a": ' + "9" * 90_000 + "}", '{"a": "x"' + " " * 900_000, "> {\n" * 100_000],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_long_garbage_is_soon_over(text: str):
    read(text, Reply)


def test_no_line_of_a_long_broken_reply_is_lost():
    found = salvage("".join(f'{{"a": {number},}}\n' for number in range(3_000)))

    assert found == [{"a": number} for number in range(3_000)]


def test_a_reply_at_which_the_library_fails_is_none():
    assert (
        salvage('\n1//={\\"```json(True/*```json…-"a": "a"{{.-"a": "b",</think>x)))null="a": "b"x\\u12“')
        is None
    )


def test_a_mended_text_is_a_plain_one():
    mended = salvage("{'a': 'Ada said \"yes\"', 'b': [it's],}")

    assert isinstance(mended, dict)
    assert {type(key) for key in mended} == {str}
    assert type(mended["a"]) is str


def test_what_is_nested_without_end_is_no_reply():
    assert salvage("[" * 100_000 + "]" * 100_000) is None
    assert read('{"schema": ' * 900 + "{}" + "}" * 900, Reply).value is None


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
    assert not [word for word in ("$ref", "$defs", "default", "title") if f'"{word}"' in text]
    assert text.count('"additionalProperties": false') == 2
    assert '"summary": {"anyOf": [{"type": "string"}, {"type": "null"}]}' in text
    assert json.dumps(shape_of(Reply, "reply").schema) == text


def test_the_shape_has_no_word_that_strict_mode_refuses():
    text = json.dumps(shape_of(Odds, "odds").schema)

    assert '"enum": ["red", "light_blue"]' in text
    assert "minLength" not in text


def test_the_reply_that_was_asked_for_is_read():
    assert understood(json.dumps(TWO)) == (BOTH, "Ada talks.")


@pytest.mark.parametrize("between", ["", ", ", "am 3. Mai "])
def test_a_reply_of_lists_in_a_row_is_not_mended_at_any_price(monkeypatch: pytest.MonkeyPatch, between: str):
    """`json-repair` looks at all lists before when it takes the next: few are mended, thousands are no reply."""
    asked = []
    monkeypatch.setattr("json_repair.repair_json", lambda text, **_: asked.append(text) or "{}")

    salvage('{"facts": [' + f"[a]{between}" * 50)
    salvage('{"facts": [' + f"[a]{between}" * 5_000)

    assert [len(text) for text in asked if len(text) > 5_000] == []
    assert asked
