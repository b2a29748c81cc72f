from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lukasa.domain.document import Fields
from lukasa.domain.filter import AllOf, AnyOf, Compare, Not, as_mapping, matches, parse
from lukasa.errors import FilterError

FIELDS = Fields(
    id="t1",
    kind="turn",
    at=datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
    session="s1",
    agent=None,
    speaker="Ana",
    role="user",
    origin="user",
    text="I moved to Lisbon",
    metadata={"n": 1, "yes": True, "list": [1, "a", None], "none": None, "a.b": "dotted", "big": 2**53 + 1},
)


def passes(given: dict[str, object]) -> bool:
    wanted = parse(given)
    assert wanted is not None
    return matches(wanted, FIELDS)


def test_entries_of_one_mapping_are_all_required():
    assert parse({"session": "s1", "role": {"ne": "tool", "gt": "a"}}) == AllOf(
        (Compare("session", "eq", "s1"), Compare("role", "ne", "tool"), Compare("role", "gt", "a"))
    )


def test_and_or_not_nest():
    assert parse({"or": [{"and": []}, {"not": {"id": "t1"}}]}) == AnyOf(
        (AllOf(()), Not(Compare("id", "eq", "t1")))
    )


def test_nothing_is_no_filter_and_a_filter_is_itself():
    ready = Compare("id", "eq", "t1")

    assert parse(None) is None
    assert parse(ready) is ready


@pytest.mark.parametrize(
    "given",
    [
        {"metadata.n": 1.0},
        {"metadata.n": {"ne": True}},
        {"metadata.yes": {"ne": 1}},
        {"metadata.none": None},
        {"metadata.absent": {"exists": False}},
        {"metadata.none": {"exists": False}},
        {"metadata.list": {"contains": "a"}},
        {"metadata.list": {"ne": 1}},
        {"metadata.a.b": "dotted"},
        {"metadata.big": {"gt": 2.0**53}},
        {"agent": None},
        {"agent": {"nin": ["x"]}},
        {"text": {"contains": "Lisbon"}},
        {"at": {"gte": "2026-03-01T13:00:00+01:00"}},
        {"at": datetime(2026, 3, 1, 12, 0, tzinfo=UTC)},
        {"speaker": {"gt": "ANA"}},
    ],
    ids=repr,
)
def test_it_holds(given: dict[str, object]):
    assert passes(given)
    assert not passes({"not": given})
    condition = parse(given)
    assert condition is not None
    assert parse(as_mapping(condition)) == condition


@pytest.mark.parametrize(
    "given",
    [
        {"metadata.n": "1"},
        {"metadata.n": True},
        {"metadata.yes": 1},
        {"metadata.n": {"gt": "0"}},
        {"metadata.yes": {"gte": False}},
        {"metadata.none": {"lt": 5}},
        {"metadata.list": {"contains": True}},
        {"metadata.list": 1},
        {"metadata.a": {"exists": True}},
        {"text": {"contains": "lisbon"}},
        {"agent": {"in": ["x"]}},
        {"at": {"lt": "2026-03-01T12:00:00Z"}},
        {"or": []},
    ],
    ids=repr,
)
def test_it_does_not_hold(given: dict[str, object]):
    assert not passes(given)
    assert passes({"not": given})


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"colour": 1}, "'colour'"),
        ({"metadata.": 1}, "'metadata.'"),
        ({"metadata": 1}, "'metadata'"),
        ({"id": {"like": "t%"}}, "'like'"),
        ({"id": {"in": "t1"}}, "'t1'"),
        ({"id": {"in": [None]}}, "exists: false"),
        ({"id": {"gt": None}}, "null has no order"),
        ({"id": {"exists": 1}}, "true or false"),
        ({"id": "a\0"}, "x00"),
        ({"metadata.n": 2**63}, str(2**63)),
        ({"metadata.n": float("nan")}, "nan"),
        ({"metadata.n": [1]}, r"\[1\]"),
        ({"at": 5}, "'at'"),
        ({"or": {"id": "t1"}}, "list of filters"),
        ({"not": []}, r"\[\]"),
        ({1: 2}, "not 1"),
    ],
)
def test_what_is_not_understood_is_named(given: dict[str, object], named: str):
    with pytest.raises(FilterError, match=named):
        parse(given)


def test_nesting_has_an_end():
    given: dict[str, object] = {"id": "t1"}
    for _ in range(30):
        given = {"not": given}

    with pytest.raises(FilterError, match="nested"):
        parse(given)
