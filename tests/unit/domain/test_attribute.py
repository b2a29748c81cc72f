"""The attribute table and the traits of kinds: complete, consistent, and the only place that knows them."""

from __future__ import annotations

import ast
import importlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import lukasa
from lukasa.domain.attribute import ATTRIBUTES, attribute
from lukasa.domain.fact import FACT_KINDS, KIND_TRAITS
from lukasa.extraction.rules import people
from lukasa.prompts import load
from lukasa.text.comparison import terms
from lukasa.text.patterns import WordLists

SOURCE = Path(lukasa.__file__).parent
ROWS = list(ATTRIBUTES.values())


# --- the table -------------------------------------------------------------------------------------------------------


def test_a_label_has_one_row_of_a_known_kind():
    assert len(ROWS) == len({row.name for row in ROWS})
    assert {row.kind for row in ROWS} <= set(FACT_KINDS)


def test_opposites_and_endings_name_rows_of_the_same_cardinality():
    for row in ROWS:
        for other in (row.opposite, row.ends_with):
            assert other is None or ATTRIBUTES[other].cardinality == row.cardinality, row.name
        assert row.opposite is None or ATTRIBUTES[row.opposite].opposite == row.name


def test_ranks_count_from_one_without_a_gap():
    for ranks in ([row.profile_rank for row in ROWS], [row.relation_rank for row in ROWS]):
        taken = sorted(rank for rank in ranks if rank is not None)
        assert taken == list(range(1, len(taken) + 1))


def test_only_what_the_profile_may_show_has_a_rank_in_it():
    assert [row.name for row in ROWS if row.profile_rank and not KIND_TRAITS[row.kind].in_profile] == []


def test_a_label_of_the_relations_prompt_is_a_relation():
    assert [row.name for row in ROWS if row.relation_rank and not row.relates] == []


def test_names_and_literals_are_no_relations():
    assert {row.name for row in ROWS if row.value_type != "literal" and not row.relates} == {
        "name", "also_known_as", "goes_by", "is_not",
    }  # fmt: skip


def test_what_identifies_has_one_value_at_a_time():
    assert [row.name for row in ROWS if row.identifies and row.cardinality != "single"] == []


def test_a_favourite_of_anything_has_the_row_of_the_family():
    assert attribute("favourite book") is ATTRIBUTES["favourite"]
    assert attribute("blood_type") is None


def test_a_label_that_joined_late_keeps_its_spelling_in_keys():
    assert {row.name: row.key for row in ROWS if row.key} == {
        name: " ".join(terms(name))
        for name in ("member_of", "happened_on", "also_known_as", "goes_by", "is_not", "is_a")
    }


# --- who reads it ----------------------------------------------------------------------------------------------------


def test_every_frame_of_the_rules_is_in_the_table():
    attributes = {
        row.partition("|")[0].strip() for row in WordLists("lukasa.extraction.rules", "grammar").rows("rows")
    }

    assert attributes - set(ATTRIBUTES) == set()


def test_every_kinship_word_means_one_attribute_of_people():
    words = Counter(word for row in ROWS for word in row.kinship_words)

    assert {word for word, count in words.items() if count > 1} == set()
    for row in ROWS:
        assert all(people.attribute_of(word) == row.name for word in row.kinship_words)
        assert row.kin == (row.value_type in {"person", "animal"} and row.relates), row.name


def test_every_label_that_code_writes_is_in_the_table():
    written = {
        (path.relative_to(SOURCE).as_posix(), label)
        for path in SOURCE.rglob("*.py")
        if path.parts[len(SOURCE.parts)] not in {"testing", "surfaces", "adapters"}
        for label in _labels(path)
    }

    assert len(written) > 10
    assert {(path, label) for path, label in written if attribute(label) is None} == set()


def _labels(path: Path) -> Iterator[str]:
    """Yield the labels that a module compares, passes on or looks up."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Compare(left=left, comparators=[right]) if "attribute" in {_name(left), _name(right)}:
                yield from _texts(left, path)
                yield from _texts(right, path)
            case ast.keyword(arg="attribute" | "attribute_name", value=value):
                yield from _texts(value, path)
            case ast.Call(func=ast.Name(id="Reading"), args=[first, *_]):
                yield from _texts(first, path)
            case ast.Subscript(value=ast.Name(id="ATTRIBUTES"), slice=key):
                yield from _texts(key, path)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _texts(node: ast.expr, path: Path) -> Iterator[str]:
    """Yield the texts of a constant, a literal set, or a constant of the module."""
    match node:
        case ast.Constant(value=str(text)) if text.strip():
            yield text
        case ast.Set(elts=elements):
            for element in elements:
                yield from _texts(element, path)
        case ast.Name(id=name) if name.isupper():
            module = ".".join(("lukasa", *path.relative_to(SOURCE).with_suffix("").parts))
            value = getattr(importlib.import_module(module), name)
            yield from [value] if isinstance(value, str) else value


def test_every_kind_has_traits():
    assert list(KIND_TRAITS) == list(FACT_KINDS)


def test_code_asks_for_the_traits_of_a_kind_instead_of_comparing_names():
    names = "|".join(
        kind for kind in FACT_KINDS if kind != "fact"
    )  # A document may be of the kind "fact" too.
    comparison = re.compile(rf"""kind (?:[!=]=|(?:not )?in) \{{?"(?:{names})\"""")
    modules = [*SOURCE.glob("*/*.py"), *SOURCE.glob("extraction/*/*.py"), *SOURCE.glob("upkeep/*/*.py")]

    assert [path.name for path in modules if comparison.search(path.read_text("utf-8"))] == []


def test_the_extraction_prompt_offers_exactly_what_the_table_says():
    prompt = load("extract").system
    lists = re.search(r"One value at a time: (.+)\.\n  Any number: (.+)\.\n", prompt)
    assert lists is not None

    for offered, cardinality in zip(lists.groups(), ("single", "multi"), strict=True):
        names = [label.removesuffix("_<thing>") for label in offered.split(", ")]
        assert names == [row.name for row in ROWS if row.extracted and row.cardinality == cardinality]


def test_the_example_of_the_extraction_prompt_uses_labels_that_it_offers():
    (reply,) = re.findall(r"(?m)^\{.*\}$", load("extract").system)

    labels = [fact["attribute"] for fact in json.loads(reply)["facts"]]
    assert labels
    assert all(ATTRIBUTES[label].extracted for label in labels)


def test_the_extraction_prompt_names_every_kind():
    (line,) = re.findall(r"(?m)^- `kind`: .*$", load("extract").system)

    assert [kind for kind in FACT_KINDS if not re.search(rf"\b{kind}\b", line)] == []


def test_the_relations_prompt_offers_exactly_what_the_table_says():
    (offered,) = re.findall(r"Use one of these where it fits: (.+?)\. ", load("graph_relations").system)

    assert set(offered.split(", ")) == {row.name for row in ROWS if row.relation_rank}


def test_no_prompt_lists_labels_by_hand():
    labels = "|".join(row.name for row in ROWS if "_" in row.name)
    by_hand = {
        path.name: line
        for path in (SOURCE / "prompts").glob("*.md")
        for line in path.read_text("utf-8").splitlines()
        if re.search(rf"\b(?:{labels}), ", line)
    }

    assert by_hand == {}
