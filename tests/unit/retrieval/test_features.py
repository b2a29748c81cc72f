from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lukasa.domain.document import Delta, Head, Traits
from lukasa.domain.interval import Interval
from lukasa.retrieval.channels import Candidates
from lukasa.retrieval.features import FEATURES, ranked, scaled, table
from lukasa.retrieval.question import Understanding, understand
from lukasa.retrieval.warm import PartitionIndex

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
NO_FACTS = Candidates(rows=np.empty(0, np.int64), lexical=np.empty(0, np.float32))


def floats(*values: Any) -> np.ndarray:
    return np.array(values, np.float32)


def partition(*turns: dict[str, Any]) -> PartitionIndex:
    heads = []
    for seq, turn in enumerate(turns, start=1):
        base: dict[str, Any] = {
            "kind": "turn", "at": NOW - timedelta(days=400 - seq), "session": "s", "speaker": None, "role": "user",
            "retired": False,
        }  # fmt: skip
        heads.append(Head(id=f"t{seq}", seq=seq, **{**base, **turn}))
    made = PartitionIndex(dims=0)
    made.update(Delta(version=1, heads=heads))
    return made


def asked(question: str, *names: str) -> Understanding:
    return understand(question, now=NOW, zone=None, names=names)


def column(
    name: str, found: Candidates, index: PartitionIndex, question: str = "What?", *names: str
) -> list[float]:
    found_table = table(found, NO_FACTS, index, asked(question, *names))
    return [round(float(value), 3) for value in found_table[:, FEATURES.index(name)]]


def found(
    index: PartitionIndex, *, lexical: Any = None, late: Any = None, dense: Any = None, rows: Any = None
) -> Candidates:
    chosen = np.arange(index.turns.size) if rows is None else np.array(rows)
    count = len(chosen)
    return Candidates(
        rows=chosen,
        lexical=floats(*(lexical or [0.0] * count)),
        late=None if late is None else floats(*late),
        dense=None if dense is None else floats(*dense),
    )


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


def test_ranks_are_logarithms_from_zero_and_ties_stay_in_order():
    assert np.allclose(ranked(floats(5, 9, 5)), np.log1p([1, 0, 2]))


def test_no_candidates_are_an_empty_table():
    index = partition()

    assert table(found(index, rows=[]), NO_FACTS, index, asked("What?")).shape == (0, len(FEATURES))


@pytest.mark.parametrize("late", [None, [[0.9, 0.2], [0.1, 0.1], [0.5, 0.8]]])
@pytest.mark.parametrize("dense", [None, [0.5, 0.1, 0.3]])
def test_every_feature_is_a_number_whatever_channels_spoke(late: Any, dense: Any):
    index = partition({}, {"session": "t"}, {"speaker": "Ines"})

    made = table(
        found(index, lexical=[0, 2, 0], late=late, dense=dense),
        NO_FACTS,
        index,
        asked("When did Ines ask?", "Ines"),
    )

    assert made.shape == (3, len(FEATURES))
    assert np.isfinite(made).all()


def test_one_candidate_alone_is_judged_without_division_by_nothing():
    index = partition({})

    assert np.isfinite(
        table(found(index, lexical=[1.0], late=[[0.5]], dense=[0.5]), NO_FACTS, index, asked("What?"))
    ).all()


def test_a_turn_is_told_from_the_others_by_the_match_of_every_channel():
    index = partition({}, {}, {})
    spoken = found(index, lexical=[0, 3, 1], late=[[0.1, 0.2], [0.9, 0.9], [0.3, 0.3]], dense=[0.1, 0.8, 0.3])

    for name in ("late", "late_even", "late_raw", "dense", "lexical"):
        values = column(name, spoken, index)
        assert values[1] == max(values)
        assert values[0] == min(values)
    for name in ("late_rank", "dense_rank", "lexical_rank"):
        assert column(name, spoken, index) == [1.099, 0.0, 0.693]


def test_close_matches_of_single_tokens_are_counted():
    index = partition({}, {})
    spoken = found(index, late=[[0.9, 0.8, 0.2, 0.76], [0.1, 0.1, 0.7, 0.75]])

    assert column("late_hits", spoken, index) == [0.75, 0.0]


def test_neighbours_count_within_a_session_even_when_they_are_forgotten_candidates():
    index = partition({}, {}, {}, {"session": "t"}, {"session": "t"})
    spoken = found(index, lexical=[5, 0, 0, 0, 0])

    before = column("before", spoken, index)
    assert before[0] == before[3] == -4.0, "the first of a session has none"
    assert before[1] > before[2]
    assert column("first", spoken, index) == [1, 0, 0, 1, 0]
    after = column("after", spoken, index)
    assert after[2] == after[4] == -4.0
    assert column("before2", spoken, index)[2] == before[1]
    assert column("lexical_before", spoken, index)[1] == column("lexical", spoken, index)[0]


def test_a_neighbour_that_is_no_candidate_is_hopeless():
    index = partition({}, {}, {})

    assert column("before", found(index, lexical=[2.0, 1.0], rows=[0, 2]), index) == [-4.0, -4.0]


def test_a_session_is_as_good_as_its_best_turn():
    index = partition({}, {}, {"session": "t"})
    spoken = found(index, lexical=[5, 0, 1])

    best = column("session_best", spoken, index)
    assert best[0] == best[1] > best[2]


def test_who_is_asked_about_is_lifted_and_others_are_not():
    index = partition(
        {"speaker": "Ines"}, {"speaker": "Omar"}, {}, {"speaker": "Ines", "traits": Traits(first_person=2)}
    )
    spoken = found(index)

    assert column("asked", spoken, index, "What does Ines play?", "Ines", "Omar") == [1, -1, -1, 1]
    assert column("asked_first_person", spoken, index, "What does Ines play?", "Ines", "Omar") == [0, 0, 0, 2]
    assert column("asked", spoken, index, "What is played?", "Ines", "Omar") == [0, 0, 0, 0]


def test_what_the_assistant_said_is_asked_of_the_assistant():
    index = partition({"role": "assistant"}, {})

    assert column("asked", found(index), index, "What did you recommend to me?") == [1, -1]


def test_answers_follow_questions():
    index = partition({"traits": Traits(asks=True)}, {}, {})

    assert column("answers", found(index), index) == [0, 1, 0]


def test_a_window_holds_what_was_said_in_it_or_soon_after():
    index = partition(
        *({"at": datetime(2026, 2, day, tzinfo=UTC)} for day in (1, 10)),
        {"at": datetime(2025, 2, 1, tzinfo=UTC)},
    )

    assert column("window", found(index), index, "What happened in January 2026?") == [1, 1, 0]
    assert column("window", found(index), index, "What happened?") == [0, 0, 0]


def test_when_is_answered_by_a_turn_that_says_when():
    index = partition({"traits": Traits(times=True)}, {})

    assert column("when_times", found(index), index, "When did it break?") == [1, 0]
    assert column("when_times", found(index), index, "What broke?") == [0, 0]


def with_facts(*facts: dict[str, Any]) -> PartitionIndex:
    made = partition({}, {}, {})
    heads = [
        Head(
            **{
                "id": f"f{seq}", "kind": "fact", "seq": seq, "at": NOW, "session": None, "speaker": None, "role": None,
                "retired": False, **fact,
            }
        )
        for seq, fact in enumerate(facts, start=4)
    ]  # fmt: skip
    made.update(Delta(version=2, heads=heads))
    return made


def test_the_best_fact_of_a_turn_speaks_for_it():
    index = with_facts({"sources": ("t1",)}, {"sources": ("t1", "t3")}, {"sources": ("gone",)})
    facts = Candidates(rows=np.arange(3), lexical=floats(0.0, 5.0, 0.0), late=floats([0.9], [0.2], [0.1]))

    made = table(found(index), facts, index, asked("What?"))

    late, lexical, any_fact = (made[:, FEATURES.index(f"fact_{name}")] for name in ("late", "lexical", "any"))
    assert late[0] > late[2] > late[1]
    assert lexical[0] == lexical[2] > lexical[1]
    assert any_fact.tolist() == [1.0, 0.0, 1.0]


def test_a_fact_that_was_true_in_the_time_asked_about_counts_for_its_turn():
    may = Interval(start=datetime(2025, 5, 3, tzinfo=UTC), end=datetime(2025, 5, 4, tzinfo=UTC))
    index = with_facts(
        {"sources": ("t1",), "valid": may},
        {"sources": ("t2",), "valid": Interval(start=may.start)},
        {"sources": ("t3",), "valid": Interval(start=NOW, end=NOW + timedelta(days=1))},
    )
    facts = Candidates(rows=np.arange(3), lexical=floats(1.0, 1.0, 1.0))

    made = table(found(index), facts, index, asked("What did she do in May 2025?"))

    assert made[:, FEATURES.index("fact_within")].tolist() == [1.0, 0.0, 0.0]
