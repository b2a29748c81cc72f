"""What makes two facts the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from _hard_negatives import DETAILS, HARD_NEGATIVES, POSITIVES
from hypothesis import given
from hypothesis import strategies as st

from lukasa.beliefs.keys import cardinality_of, fact_key, refines, same_words, slot_of
from lukasa.domain.claim import Claim
from lukasa.domain.fact import FactKind
from lukasa.domain.interval import ALWAYS, Interval
from lukasa.domain.turn import Source
from lukasa.text.comparison import disagree, nearly_same, terms

DAY = datetime(2024, 5, 7, tzinfo=UTC)


def key(
    text="", *, subject="Anna", attribute=None, value=None, negated=False, valid=None, kind: FactKind = "fact"
):
    return fact_key(
        Claim(
            subject=subject,
            text=text,
            kind=kind,
            source=Source(turn="t", start=0, end=len(text), at=DAY),
            quote=text,
            attribute=attribute,
            value=value,
            negated=negated,
            valid=valid,
        )
    )


def on(day: datetime, *, days: int = 1, granularity="day") -> Interval:
    return Interval(start=day, end=day + timedelta(days=days), granularity=granularity)


def test_the_tables_are_long_enough():
    assert len(HARD_NEGATIVES) >= 60
    assert len(POSITIVES) >= 40


def test_sentences_that_differ_in_substance_are_never_the_same():
    same = [
        (one, other)
        for one, other in HARD_NEGATIVES
        if key(one) == key(other)
        or disagree(one, other) is None
        or disagree(other, one) is None
        or nearly_same(one, other, least=0.5)
    ]

    assert same == []


def test_ways_to_write_one_sentence_share_a_key():
    different = [
        (one, other) for one, other in POSITIVES if key(one) != key(other) or disagree(one, other) is not None
    ]

    assert different == []


@pytest.mark.parametrize(("one", "other"), DETAILS)
def test_a_detail_more_makes_another_key_and_a_near_duplicate(one, other):
    assert key(one) != key(other)
    assert nearly_same(one, other, least=0.75)


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        ("Anna has 2 cats", "Anna has 3 cats", "number"),
        ("Anna eats fish", "Anna never eats fish", "negation"),
        ("Anna met Bob", "Anna met Tom", "name"),
        ("Anna rests in May", "Anna rests in June", "date"),
        ("Anna moved to Porto", "Anna moved from Porto", "direction"),
        ("Anna is younger", "Anna is older", "degree"),
        ("Anna ran 5 km", "Anna ran 5 miles", "unit"),
        ("Anna likes rain", "Anna hates rain", "contrary"),
        ("Anna called her mother", "Anna called her father", "person"),
        ("Anna was here", "Anna is here", "time"),
        ("Anna might come", "Anna must come", "certainty"),
        ("Alice paid Bob", "Bob paid Alice", "name"),
        ("the cat chased the dog", "the dog chased the cat", "order"),
        ("Anna bakes bread", "Anna bakes cake", "wording"),
        ("word " * 201, "word " * 202, "length"),
    ],
)
def test_a_disagreement_says_of_what_sort_it_is(one, other, difference):
    assert disagree(one, other) == difference


def test_with_a_value_the_wording_does_not_matter():
    said = key("Anna lives in Lisbon", attribute="lives_in", value="Lisbon")

    assert said == key("Anna's home is Lisbon.", attribute="lives_in", value="lisbon")
    assert said != key("Anna lives in Lisbon", attribute="lives_in", value="Porto")
    assert said != key("Anna lives in Lisbon", attribute="comes_from", value="Lisbon")
    assert said != key("Anna lives in Lisbon", attribute="lives_in", value="Lisbon", negated=True)
    assert said != key("Anna lives in Lisbon", attribute="lives_in", value="Lisbon", subject="Bea")


def test_an_attribute_of_the_callers_own_is_compared_by_its_words():
    said = key(attribute="favourite color", value="blue")

    assert said == key(attribute="Favorite Colour", value="Blue")


def test_events_on_different_days_are_different_facts():
    def visited(valid, kind: FactKind = "event"):
        return key(attribute="visited", value="Rome", valid=valid, kind=kind)

    assert visited(on(DAY)) != visited(on(DAY + timedelta(days=1)))
    assert visited(on(DAY)) != visited(None)
    assert visited(on(DAY, days=31, granularity="month")) != visited(on(DAY))
    assert visited(on(DAY)) == visited(on(DAY, granularity="part"))
    assert visited(None) == visited(ALWAYS) == visited(Interval(start=DAY, granularity="instant"))
    assert visited(on(DAY), "fact") == visited(None, "fact")


def test_one_value_at_a_time_competes_for_one_slot():
    assert slot_of("Anna", "lives_in", "Porto", "single") == slot_of("anna", "lives_in", "Lisbon", "single")
    assert slot_of("Anna", "lives_in", "Porto", "single") != slot_of("Bea", "lives_in", "Porto", "single")
    assert slot_of("Anna", "favourite book", "Emma", "single") == slot_of(
        "Anna", "favorite book", "Dune", "single"
    )
    assert slot_of("Anna", "favourite book", "Emma", "single") != slot_of(
        "Anna", "favourite film", "Emma", "single"
    )


def test_many_values_have_a_slot_each_which_opposites_share():
    assert slot_of("Anna", "pet", "Rex", "multi") != slot_of("Anna", "pet", "Tom", "multi")
    assert slot_of("Anna", "likes", "rain", "multi") == slot_of("Anna", "dislikes", "the rain", "multi")
    assert slot_of("Anna", "stopped", "smoking", "multi") == slot_of("Anna", "does", "smoking", "multi")
    assert slot_of("Anna", "visited", "Rome", "multi") != slot_of("Anna", "moved_to", "Rome", "multi")


def test_without_attribute_or_value_there_is_no_slot():
    assert slot_of("Anna", None, "Rome", "multi") is None
    assert slot_of("Anna", "lives_in", None, "single") is None


def test_what_we_know_of_an_attribute_outranks_what_an_extractor_says():
    assert cardinality_of("lives_in", "multi") == "single"
    assert cardinality_of("shoe size", "single") == "single"
    assert slot_of("Anna", "lives_in", "Porto", "multi") == slot_of("Anna", "lives_in", "Faro", "single")


@pytest.mark.parametrize(
    ("value", "coarser"),
    [
        ("Lisbon, Alfama", "Lisbon"),
        ("Alfama, Lisbon", "Lisbon"),
        ("Austin, Texas", "austin"),
        ("Springfield (Illinois)", "Springfield"),
        ("7 May", "May"),
        ("May 7th, 1990", "7 May"),
        ("7 May 1990", "May 1990"),
    ],
)
def test_a_value_refines_a_coarser_one(value, coarser):
    assert refines(value, coarser)
    assert not refines(coarser, value)
    assert not same_words(value, coarser)


@pytest.mark.parametrize(
    ("value", "other"),
    [
        ("Lisbon", "Lisbon"),
        ("Lisbon, Alfama", "Alfama, Lisbon"),
        ("head nurse", "nurse"),
        ("New York", "York"),
        ("8 May", "7 May"),
        ("7 May", "June"),
        ("7", "May"),
        (None, "May"),
        ("May", None),
    ],
)
def test_a_value_does_not_refine_another(value, other):
    assert not refines(value, other)


def test_texts_without_words_are_compared_as_they_stand():
    assert terms("?!") != terms("...")
    assert key("?!") != key("...")


@given(st.text())
def test_any_text_has_terms_and_the_same_ones_however_it_is_spaced(text):
    assert terms(text)
    assert terms(f"  {text} ") == terms(text)
    assert disagree(text, text) is None


@given(st.text(), st.text())
def test_disagreement_goes_both_ways(one, other):
    assert (disagree(one, other) is None) == (disagree(other, one) is None)
