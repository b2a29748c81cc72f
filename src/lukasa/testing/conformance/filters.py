"""Filters that tell a careful store from a careless one, and random ones to find what nobody thought of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from lukasa.domain.filter import AllOf, AnyOf, Compare, Filter, Not, Operator, Scalar
from lukasa.domain.turn import Json

MAX = 2**63 - 1

METADATA: Sequence[Mapping[str, Json]] = (
    {},
    {"v": None},
    {"v": 1},
    {"v": 1.0},
    {"v": True},
    {"v": False},
    {"v": 0},
    {"v": "1"},
    {"v": "true"},
    {"v": ""},
    {"v": MAX},
    {"v": -MAX},
    {"v": 2**53 + 1},
    {"v": 0.1 + 0.2},
    {"v": 5e-324},
    {"v": "Lisbon"},
    {"v": "lisbon"},
    {"v": "Lis%on_"},
    {"v": "里斯本"},
    {"v": "caf\u00e9"},
    {"v": "cafe\u0301"},
    {"v": "\U0001f600"},
    {"v": "\uff5e"},
    {"v": []},
    {"v": [1, "1", True, None]},
    {"v": ["Lisbon", ["Porto"], {"a": 1}]},
    {"v": {"a": 1}},
    {"v": "a\0b"},
    {"a.b": 1, "a": {"b": 2}},
    {"q\"uo'te": "x", "$.v": 1, "v[0]": 1, "": 1},
    {"V": 1, "ключ": "да", "v ": 2},
)

FILTERS: Sequence[Mapping[str, object]] = (
    {},
    {"and": []},
    {"or": []},
    {"not": {}},
    *(
        {"metadata.v": value}
        for value in (None, 1, 1.0, True, False, 0, "1", "", "Lisbon", "caf\u00e9", MAX, 2.0**63)
    ),
    {"metadata.v": 0.30000000000000004},
    {"metadata.v": 9007199254740992.0},
    {"metadata.v": {"ne": 1}},
    {"metadata.v": {"ne": None}},
    {"metadata.v": {"ne": True}},
    {"metadata.v": {"gt": 0}},
    {"metadata.v": {"gt": 9007199254740992.0}},
    {"metadata.v": {"gte": 1, "lte": 1}},
    {"metadata.v": {"lt": 0.3}},
    {"metadata.v": {"gte": MAX}},
    {"metadata.v": {"gt": "Lisbon"}},
    {"metadata.v": {"lt": "\U0001f600"}},
    {"metadata.v": {"gte": "\uff5e"}},
    {"metadata.v": {"lt": True}},
    {"metadata.v": {"in": [1, "Lisbon", False]}},
    {"metadata.v": {"in": []}},
    {"metadata.v": {"nin": [1, "Lisbon"]}},
    {"metadata.v": {"nin": []}},
    {"metadata.v": {"contains": "is"}},
    {"metadata.v": {"contains": ""}},
    {"metadata.v": {"contains": "%"}},
    {"metadata.v": {"contains": "_"}},
    {"metadata.v": {"contains": 1}},
    {"metadata.v": {"contains": True}},
    {"metadata.v": {"contains": "Lisbon"}},
    {"metadata.v": {"contains": "Porto"}},
    {"metadata.v": {"exists": True}},
    {"metadata.v": {"exists": False}},
    {"metadata.a.b": 1},
    {"metadata.a": {"exists": True}},
    {"metadata.q\"uo'te": "x"},
    {"metadata.$.v": 1},
    {"metadata.v[0]": {"exists": True}},
    {"metadata.ключ": "да"},
    {"metadata.V": {"exists": True}},
    {"metadata.v' OR 1=1 --": 1},
    {"session": "s1"},
    {"session": None},
    {"session": {"ne": "s1"}},
    {"session": {"exists": False}},
    {"session": {"in": ["s1", "s%"]}},
    {"session": {"nin": ["s1"]}},
    {"session": {"gt": "S1"}},
    {"session": 1},
    {"session": {"ne": 1}},
    {"agent": ""},
    {"agent": {"contains": ""}},
    {"speaker": "O'Brien"},
    {"speaker": {"lte": "Ana"}},
    {"role": {"in": ["user", "tool"]}},
    {"origin": {"ne": "web"}},
    {"kind": "turn"},
    {"kind": {"gt": "fact"}},
    {"id": {"in": ["t1", "t2", "nobody"]}},
    {"id": {"contains": "t1"}},
    {"text": {"contains": "Lisbon"}},
    {"text": {"contains": "%"}},
    {"text": {"contains": "里"}},
    {"text": ""},
    {"text": {"contains": '"no"'}},
    {"at": "2026-03-01T13:00:00Z"},
    {"at": "2026-03-01T15:00:00+02:00"},
    {"at": {"gt": "2026-03-01T13:00:00+00:00"}},
    {"at": {"gte": "2026-03-01T13:00:00Z", "lt": "2026-03-01T16:00:00.000001Z"}},
    {"at": {"lte": "2026-03-01T08:00:00-05:00"}},
    {"at": {"in": ["2026-03-01T13:00:00Z", "2026-03-01T14:00:00Z"]}},
    {"at": {"ne": "2026-03-01T13:00:00Z"}},
    {"at": None},
    {"at": {"exists": True}},
    {"at": {"contains": "2026-03-01T13:00:00Z"}},
    {"session": "s1", "metadata.v": {"exists": True}},
    {"or": [{"session": "S1"}, {"metadata.v": {"gt": 1}}, {"not": {"role": "user"}}]},
    {"not": {"not": {"metadata.v": 1}}},
    {"not": {"metadata.v": {"gt": 1}}},
    {"not": {"session": {"gt": "a"}}},
    {
        "and": [
            {"or": [{"role": "user"}, {"role": "tool"}]},
            {"not": {"and": [{"session": "s1"}, {"agent": None}]}},
        ]
    },
)

_NAMES = ("v", "w", "a.b", 'q"')
_TEXTS = ("", "a", "A", "ab", "%", "1", "true", "\u00e9", "e\u0301", "\U0001f600", "\uff5e")
_NUMBERS = (
    0,
    1,
    -1,
    2,
    1.0,
    0.5,
    0.1 + 0.2,
    -0.0,
    1e300,
    5e-324,
    MAX,
    -MAX,
    2**53,
    2**53 + 1,
    2.0**53,
    2.0**63,
)
_ORDERED: tuple[Operator, ...] = ("gt", "gte", "lt", "lte")
_DEPTH = 4


def random_metadata(random: Random) -> dict[str, Json]:
    """Return metadata of values that are easily mistaken for one another."""
    return {name: _random_json(random, depth=2) for name in _NAMES if random.random() < 0.7}


def random_filter(random: Random, depth: int = _DEPTH) -> Filter:
    """Return a filter, nested up to *depth*, that often holds for some of such documents."""
    match random.randrange(8) if depth else 0:
        case 5:
            return AllOf(tuple(random_filter(random, depth - 1) for _ in range(random.randrange(4))))
        case 6:
            return AnyOf(tuple(random_filter(random, depth - 1) for _ in range(random.randrange(4))))
        case 7:
            return Not(random_filter(random, depth - 1))
        case _:
            return _random_condition(random)


def _random_condition(random: Random) -> Compare:
    field = f"metadata.{random.choice(_NAMES)}"
    match random.randrange(6):
        case 0:
            return Compare(field, random.choice(("eq", "ne")), _random_scalar(random))
        case 1:
            return Compare(field, random.choice(_ORDERED), _random_scalar(random, null=False))
        case 2:
            values = tuple(_random_scalar(random, null=False) for _ in range(random.randrange(5)))
            return Compare(field, random.choice(("in", "nin")), values)
        case 3:
            return Compare(field, "exists", random.random() < 0.5)
        case 4:
            return Compare(random.choice(("session", "text", "speaker")), "contains", random.choice(_TEXTS))
        case _:
            return Compare(field, "contains", _random_scalar(random, null=False))


def _random_scalar(random: Random, *, null: bool = True) -> Scalar:
    return random.choice((*_TEXTS, *_NUMBERS, True, False, *([None] if null else [])))


def _random_json(random: Random, *, depth: int) -> Json:
    match random.randrange(6) if depth else 0:
        case 4:
            return [_random_json(random, depth=depth - 1) for _ in range(random.randrange(4))]
        case 5:
            return {"v": _random_json(random, depth=depth - 1)}
        case _:
            return random.choice((*_TEXTS, *_NUMBERS, True, False, None))
