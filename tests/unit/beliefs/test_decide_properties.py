"""What holds of `decide` for every sequence of claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from _beliefs import Beliefs, at, claim
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lukasa.beliefs.proposal import shares_words
from lukasa.domain.claim import Claim
from lukasa.domain.fact import Fact, Trust
from lukasa.domain.interval import Interval

_PLACES = ["Porto", "Lisbon", "Lisbon, Alfama", "Berlin", "Faro"]
_FOODS = ["sushi", "olives"]


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    """A claim about one of two people, of any sort, on one of a few days."""
    subject = draw(st.sampled_from(["Ana", "Bob"]))
    attribute = draw(
        st.sampled_from(
            ["lives_in", "favourite dish", "likes", "dislikes", "does", "stopped", "visited", "plans", None]
        )
    )
    value = draw(st.sampled_from(_PLACES if attribute == "lives_in" else _FOODS))
    day = draw(st.integers(0, 12))
    return replace(
        claim(subject, attribute, value, day=day, turn=f"t{draw(st.integers(0, 40))}"),
        negated=draw(st.sampled_from([False, False, False, True])),
        ended=draw(st.sampled_from([False, False, False, True])),
        corrects=draw(st.sampled_from([None, None, None, "", "Porto", "sushi"])),
        valid=draw(st.none() | st.none() | _intervals(day)),
    )


def _intervals(day: int) -> st.SearchStrategy[Interval]:
    return st.builds(
        lambda start, length, grain: Interval(
            start=at(start), end=None if length is None else at(start + length), granularity=grain
        ),
        st.integers(0, day + 2),
        st.none() | st.integers(1, 5),
        st.sampled_from(["day", "year", "instant"]),
    )


trusts: st.SearchStrategy[Trust] = st.sampled_from(["high", "high", "medium", "low"])
sequences = st.lists(st.tuples(claims(), trusts), max_size=14)
FEW = settings(max_examples=settings().max_examples * 2 // 5)


def _told(said: Sequence[tuple[Claim, Trust]]) -> Beliefs:
    beliefs = Beliefs()
    for each, trust in said:
        beliefs.hear(each, trust=trust)
    return beliefs


# What was read in the same words before says nothing new, though it may be said more exactly.
@example([
    (claim("Ana", "lives_in", "Lisbon", day=0, turn="t0"), "high"),
    (claim("Ana", "lives_in", "Lisbon, Alfama", day=0, turn="t0"), "high"),
])  # fmt: skip
@given(sequences)
@FEW
def test_every_claim_rests_in_some_fact_that_is_still_there(said):
    beliefs = _told(said)

    sources = [source for fact in beliefs.last.values() for source in fact.sources]
    assert all(any(shares_words(each.source, source) for source in sources) for each, _ in said)
    assert {fact.id for fact in beliefs.versions} == set(beliefs.last)


@given(sequences)
@FEW
def test_nobody_has_two_values_of_a_single_attribute_at_once(said):
    beliefs = _told(said)

    for one, other in combinations(beliefs.last.values(), 2):
        assert not _both(one, other), (one, other)


def _both(one: Fact, other: Fact) -> bool:
    return (
        one.status == other.status == "current"
        and one.cardinality == "single"
        and one.slot == other.slot
        and not (one.negated or other.negated)
        and one.valid.overlaps(other.valid)
    )


@given(sequences)
@FEW
def test_no_fact_ends_before_it_begins(said):
    beliefs = _told(said)

    for fact in beliefs.versions:
        assert fact.valid.start is None or fact.valid.end is None or fact.valid.start <= fact.valid.end


@given(sequences)
@FEW
def test_hearing_it_all_again_changes_nothing(said):
    beliefs = _told(said)
    before = dict(beliefs.last)

    for each, trust in said:
        beliefs.hear(each, trust=trust)

    assert beliefs.last == before


@given(sequences)
@FEW
def test_pinned_facts_and_trusted_words_outlast_what_is_trusted_less(said):
    beliefs = Beliefs()
    beliefs.hear(claim("Ana", "lives_in", "Porto", turn="mine"))
    beliefs.hear(claim("Ana", "likes", "sushi", turn="mine", text="Ana likes sushi"))
    mine = set(beliefs.last)

    for each, trust in said:
        beliefs.hear(each, trust="low" if trust == "high" else trust)

    assert {beliefs.last[each].status for each in mine} == {"current"}
    assert {beliefs.last[each].valid.end for each in mine} == {None}


@given(
    st.lists(st.sampled_from(["Porto", "Lisbon", "Berlin"]), max_size=8), st.randoms(use_true_random=False)
)
def test_the_same_moves_give_the_same_intervals_in_whichever_order_they_are_imported(places, random):
    moves = [claim("Ana", "lives_in", place, day=day) for day, place in enumerate(places)]
    shuffled = random.sample(moves, len(moves))

    assert (
        _told([(move, "high") for move in shuffled]).spans()
        == _told([(move, "high") for move in moves]).spans()
    )


@given(
    st.lists(st.tuples(st.sampled_from(["likes", "dislikes"]), st.booleans()), max_size=7),
    st.randoms(use_true_random=False),
)
def test_likes_and_dislikes_end_alike_in_whichever_order_they_are_imported(said, random):
    tastes = [
        claim("Ana", attribute, "jazz", day=day, negated=negated)
        for day, (attribute, negated) in enumerate(said)
    ]
    shuffled = random.sample(tastes, len(tastes))

    assert (
        _told([(each, "high") for each in shuffled]).spans()
        == _told([(each, "high") for each in tastes]).spans()
    )


@given(sequences)
@FEW
def test_evidence_counts_the_sources(said):
    beliefs = _told(said)

    for fact in beliefs.last.values():
        assert fact.evidence == len(fact.sources)
        assert list(fact.sources) == sorted(fact.sources, key=lambda source: source.at)
