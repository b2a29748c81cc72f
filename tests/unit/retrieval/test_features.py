from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lukasa.domain.document import Delta, Head
from lukasa.domain.interval import Interval
from lukasa.domain.time import to_micros
from lukasa.retrieval.channels import Candidates
from lukasa.retrieval.features import FEATURES, scaled, table
from lukasa.retrieval.question import Understanding, understand
from lukasa.retrieval.warm import PartitionIndex

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
WEIGHTS = {"lexical": 1.0}


def floats(*values: Any) -> np.ndarray:
    return np.array(values, np.float32)


def partition(*turns: dict[str, Any]) -> PartitionIndex:
    heads = []
    for seq, turn in enumerate(turns, start=1):
        base: dict[str, Any] = {
            "kind": "turn", "at": to_micros(NOW - timedelta(days=400 - seq)), "session": "s", "speaker": None, "role": "user",
            "retired": False,
        }  # fmt: skip
        heads.append(Head(id=f"t{seq}", seq=seq, **{**base, **turn}))
    index = PartitionIndex(dims=0)
    index.update(Delta(version=1).with_heads(heads))
    return index


def asked(question: str, *names: str) -> Understanding:
    return understand(question, now=NOW, zone=None, names=names)


def matched(
    index: PartitionIndex, *, lexical: Any = None, late: Any = None, dense: Any = None, rows: Any = None
) -> Candidates:
    chosen = np.arange(index.turns.size) if rows is None else np.array(rows)
    count = len(chosen)
    return Candidates(
        rows=chosen,
        lexical=floats(*(lexical or [0.0] * count)),
        late_even=None if late is None else floats(*late),
        dense=None if dense is None else floats(*dense),
    )


def column(
    name: str, candidates: Candidates, index: PartitionIndex, question: str = "What?", *names: str
) -> list[float]:
    features = table(candidates, index, asked(question, *names), weights=WEIGHTS, now=to_micros(NOW))
    return [round(float(value), 3) for value in features[:, FEATURES.index(name)]]


@given(st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=150))
def test_scaling_keeps_the_order_and_needs_no_care_for_constants(values: list[float]):
    scores = np.array(values, np.float32)

    out = scaled(scores)

    assert np.isfinite(out).all()
    order = np.argsort(scores, kind="stable")
    assert (np.diff(out[order]) >= -1e-4).all()


def test_the_scale_is_set_by_the_best_hundred_whatever_else_is_there():
    best = np.linspace(5, 6, 100, dtype=np.float32)
    crowd = np.zeros(10_000, np.float32)

    assert np.allclose(scaled(np.concatenate([best, crowd]))[:100], scaled(best), atol=1e-4)


def test_no_candidates_are_an_empty_table():
    index = partition()

    features = table(matched(index, rows=[]), index, asked("What?"), weights=WEIGHTS, now=0)

    assert features.shape == (0, len(FEATURES))


@pytest.mark.parametrize("turns", [[{"speaker": "Ines"}], [{}, {"session": "t"}, {"speaker": "Ines"}]])
@pytest.mark.parametrize("late", [None, [0.9, 0.1, 0.5]])
@pytest.mark.parametrize("dense", [None, [0.5, 0.1, 0.3]])
def test_every_feature_is_a_number_whatever_channels_scored(turns: Any, late: Any, dense: Any):
    index, count = partition(*turns), len(turns)
    candidates = matched(
        index, lexical=[0, 2, 0][:count], late=late and late[:count], dense=dense and dense[:count]
    )

    features = table(candidates, index, asked("When did Ines ask?", "Ines"), weights=WEIGHTS, now=0)

    assert features.shape == (count, len(FEATURES))
    assert np.isfinite(features).all()


def test_a_turn_is_told_from_the_others_by_the_match_of_every_channel():
    index = partition({}, {}, {})
    candidates = matched(index, lexical=[0, 3, 1], late=[0.1, 0.9, 0.3], dense=[0.1, 0.8, 0.3])

    for name in ("late", "dense", "lexical"):
        values = column(name, candidates, index)
        assert values[1] == max(values)
        assert values[0] == min(values)


def test_two_neighbours_count_within_a_session_and_only_when_they_match_well():
    index = partition({}, {}, {}, {}, {"session": "t"}, {"session": "t"})
    candidates = matched(index, lexical=[5, 0, 0, 0, 0, 0])

    before, after = column("before", candidates, index), column("after", candidates, index)

    assert before[1] == pytest.approx(2 * before[2], abs=0.01)
    assert before[2] > 0
    assert before[0] == before[3] == before[4] == before[5] == 0.0
    assert after == [0.0] * 6, "turns that match worse than the usual candidate say nothing"


def test_a_neighbour_that_is_no_candidate_counts_nothing():
    index = partition({}, {}, {}, {})

    assert column("before", matched(index, rows=[0, 3], lexical=[5, 0]), index) == [0.0, 0.0]


def add_facts(index: PartitionIndex, *facts: dict[str, Any]) -> None:
    base: dict[str, Any] = {
        "kind": "fact", "at": 0, "session": None, "speaker": "Ines", "role": None, "retired": False,
    }  # fmt: skip
    first, version = 1_000 + index.facts.size, index.version + 1
    heads = [Head(id=f"f{seq}", seq=seq, **base, **each) for seq, each in enumerate(facts, start=first)]
    index.update(Delta(version=version).with_heads(heads))


def stated(*matches: float, sources: list[tuple[str, ...]]) -> list[float]:
    """Return the column for three turns, among facts that match so well."""
    index = partition({}, {}, {})
    add_facts(index, *({"sources": turns} for turns in sources))
    candidates = Candidates(rows=np.arange(len(sources)), lexical=floats(*matches))
    features = table(
        matched(index), index, asked("What?"), facts=candidates, weights=WEIGHTS, now=to_micros(NOW)
    )
    return [float(value) for value in features[:, FEATURES.index("stated")]]


def test_a_turn_gains_by_the_best_fact_that_rests_on_it():
    first, second, third = stated(9, 8, 0, 0, sources=[("t1",), ("t1", "t2", "erased"), ("t3",), ("t3",)])

    assert first > second > 0
    assert third == 0, "facts that match worse than the usual one say nothing"


def test_one_fact_has_no_others_to_stand_out_of():
    assert stated(9, sources=[("t1",)]) == [0, 0, 0]


def test_few_facts_count_less():
    few = stated(9, 0, sources=[("t1",), ("t2",)])
    many = stated(9, *[0] * 60, sources=[("t1",), *[("t2",)] * 60])

    assert 0 < few[0] < many[0]


def test_a_turn_of_which_all_is_over_is_outdated_where_one_asks_for_now():
    index = partition({}, {}, {}, {})
    over = {"current": False, "end": to_micros(NOW)}
    add_facts(
        index,
        {"sources": ("t1", "t2", "erased"), **over},
        {"sources": ("t2",)},
        {"sources": ("t3",), "current": False},
    )
    turns = matched(index)

    assert column("outdated", turns, index, "Where do I live?") == [1, 0, 0, 0]
    assert column("outdated", turns, index, "Where did I live?") == [0, 0, 0, 0]
    past = table(turns, index, asked("Where do I live?"), weights=WEIGHTS, now=to_micros(NOW), past=True)
    assert not past[:, FEATURES.index("outdated")].any()

    add_facts(index, {"sources": ("t1",)})
    assert column("outdated", turns, index, "Where do I live?") == [0, 0, 0, 0]


def test_among_a_handful_length_and_neighbours_count_less():
    few, many = partition(*[{}] * 2), partition(*[{}] * 200)
    strong = [9.0] + [0.0] * 199

    few_after = column("before", matched(few, lexical=strong[:2]), few)[1]
    many_after = column("before", matched(many, lexical=strong), many)[1]

    assert 0 < few_after < many_after


def test_long_turns_are_told_by_the_logarithm_of_their_words():
    index = partition(*[{"words": words} for words in (0, 20, 100, 500)])

    none, few, some, most = column("words", matched(index), index)

    assert none == few == 0 < some
    assert most == pytest.approx(2 * some, abs=0.01)


def test_the_assistant_is_the_less_likely_speaker_unless_it_is_asked_about():
    index = partition({"role": "user"}, {"role": "assistant"})

    assert column("unlikely_speaker", matched(index), index) == [0, 1]
    assert column("unlikely_speaker", matched(index), index, "What did you recommend me?") == [1, 0]


def test_the_person_asked_about_is_told_from_the_others():
    index = partition({"speaker": "Ines"}, {"speaker": "Noor"}, {})

    assert column("asked", matched(index), index, "What does Noor like?", "Ines", "Noor") == [-1, 1, -1]
    assert column("asked", matched(index), index, "What is liked?", "Ines", "Noor") == [0, 0, 0]


def test_the_time_asked_about_reaches_a_week_further():
    day = NOW - timedelta(days=100)
    index = partition(*[{"at": to_micros(day + timedelta(days=shift))} for shift in (-1, 0, 5, 30)])
    understanding = Understanding(terms=(), windows=(Interval(start=day, end=day + timedelta(days=1)),))

    features = table(matched(index), index, understanding, weights=WEIGHTS, now=to_micros(NOW))

    assert features[:, FEATURES.index("window")].tolist() == [0, 1, 1, 0]


def test_what_is_said_more_than_a_day_after_the_question_is_later():
    index = partition(*[{"at": to_micros(NOW + timedelta(hours=hours))} for hours in (-1, 20, 30)])

    assert column("later", matched(index), index) == [0, 0, 1]
