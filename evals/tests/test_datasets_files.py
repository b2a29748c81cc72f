"""Files read from front to back."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lukasa_evals.datasets import files
from lukasa_evals.datasets.files import Source
from lukasa_evals.errors import DatasetError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
SHARED = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every value is cut into many pieces."""
    monkeypatch.setattr(files, "_CHUNK", 3)


@pytest.mark.usefixtures("small_pieces")
@SHARED
@given(values=st.lists(VALUES, max_size=5), indent=st.sampled_from([None, 1]), ascii_only=st.booleans())
def test_elements_are_those_of_the_whole_list(
    tmp_path: Path, values: list[Any], indent: int | None, ascii_only: bool
):
    path = tmp_path / "list.json"
    path.write_text(
        json.dumps(values, indent=indent, ensure_ascii=ascii_only), encoding="utf-8", errors="replace"
    )
    source = Source(path)

    assert list(source.elements()) == json.loads(path.read_text(encoding="utf-8"))
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.usefixtures("small_pieces")
@SHARED
@given(values=st.lists(VALUES, min_size=1, max_size=4), cut=st.integers(min_value=1))
def test_a_list_that_is_cut_off_anywhere_is_refused(tmp_path: Path, values: list[Any], cut: int):
    path = tmp_path / "list.json"
    whole = json.dumps(values)
    path.write_text(whole[: -1 - cut % len(whole)] if cut % len(whole) else whole[:-1], encoding="utf-8")

    with pytest.raises(DatasetError, match=r"list\.json"):
        list(Source(path).elements())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must hold a list, and begins with ''"),
        ("{}", "must hold a list, and begins with '{'"),
        ("[1, 2", "no comma behind element 1"),
        ("[1 2]", "no comma behind element 0"),
        ("[1, ]", r"'\]' where element 1 should be"),
        ("[1, nope]", "is not JSON, or is cut off, in element 1"),
        ('[1, "two', "is not JSON, or is cut off, in element 1"),
        ("[1] 2", "something follows its list"),
        ("[" * 100_000, "is not JSON, or is cut off, in element 0"),
    ],
)
def test_a_damaged_list_is_refused_at_its_element(tmp_path: Path, text: str, message: str):
    path = tmp_path / "list.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(DatasetError, match=rf"'list\.json' .*{message}"):
        list(Source(path).elements())


@pytest.mark.parametrize("read", ["elements", "whole"])
def test_a_file_in_another_encoding_is_refused(tmp_path: Path, read: str):
    path = tmp_path / "list.json"
    path.write_bytes(b'["caf\xe9"]')

    with pytest.raises(DatasetError, match=r"'list\.json' is not UTF-8"):
        list(getattr(Source(path), read)())


def test_what_comes_before_the_damage_is_given_first(tmp_path: Path):
    path = tmp_path / "list.json"
    path.write_text('["one", "two", oops]', encoding="utf-8")
    elements = Source(path).elements()

    assert [next(elements), next(elements)] == ["one", "two"]
    with pytest.raises(DatasetError, match="in element 2"):
        next(elements)


def test_a_mark_of_byte_order_is_no_damage(tmp_path: Path):
    path = tmp_path / "list.json"
    path.write_text("[1]", encoding="utf-8-sig")

    assert list(Source(path).elements()) == [1]
    assert Source(path).whole() == [1]


def test_lines_are_numbered_and_empty_ones_passed_over(tmp_path: Path):
    path = tmp_path / "lines.jsonl"
    path.write_text('{"a": 1}\n\n  \n"b"', encoding="utf-8")
    source = Source(path)

    assert list(source.lines()) == [(1, {"a": 1}), (4, "b")]
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.usefixtures("small_pieces")
@SHARED
@given(values=st.lists(VALUES, max_size=5), end=st.sampled_from(["", "\n", "\r\n", "\n\n"]))
def test_lines_are_those_of_the_whole_file(tmp_path: Path, values: list[Any], end: str):
    path = tmp_path / "lines.jsonl"
    path.write_bytes("\n".join(map(json.dumps, values)).encode() + end.encode())
    source = Source(path)

    assert list(source.lines()) == list(enumerate(json.loads(json.dumps(values)), start=1))
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_is_not_left_open_by_a_reader_that_stops(tmp_path: Path):
    path = tmp_path / "lines.jsonl"
    path.write_text("1\n2\n", encoding="utf-8")
    lines = Source(path).lines()

    assert next(lines) == (1, 1)
    path.rename(tmp_path / "moved.jsonl")
    with pytest.raises(DatasetError, match=r"cannot read 'lines\.jsonl'"):
        list(lines)


@pytest.mark.parametrize("damage", [b'{"a": 1', b"nope", b'"caf\xe9"', b"[" * 100_000])
def test_a_damaged_line_is_refused_by_its_number(tmp_path: Path, damage: bytes):
    path = tmp_path / "lines.jsonl"
    path.write_bytes(b'{"a": 1}\n\n' + damage + b"\n")

    with pytest.raises(DatasetError, match=r"^lines\.jsonl, line 3: is not JSON"):
        list(Source(path).lines())
