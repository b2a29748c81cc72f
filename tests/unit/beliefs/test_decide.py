"""What becomes of claims, one after the other."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from _belief_table import TABLE, Pair, Said
from _beliefs import NOW, START, Beliefs, at, claim, since

from lukasa.beliefs.outcome import MOST_SOURCES, merge_sources
from lukasa.beliefs.verdicts import Verdict
from lukasa.domain.turn import Source


def _claim(said: Said, day: float):
    return claim(said.subject, said.attribute, said.value, text=said.text, day=day, **said.more)


@pytest.fixture
def beliefs() -> Beliefs:
    return Beliefs()


# --- the table -------------------------------------------------------------------------------------------------------


def test_the_table_has_sixty_pairs_and_ten_of_each_sort():
    counted = Counter(pair.sort for pair in TABLE)

    assert len(TABLE) >= 60
    assert len(counted) == 6
    assert min(counted.values()) >= 10


def _outcome(pair: Pair) -> tuple[object, ...]:
    beliefs = Beliefs()
    beliefs.hear(_claim(pair.first, 0))
    beliefs.hear(_claim(pair.second, 10))
    kept = pair.first.text in {fact.text for fact in beliefs.versions}
    sources = sum(len(fact.sources) for fact in beliefs.last.values())
    return Counter(beliefs.current), beliefs.past, beliefs.values("retracted"), kept, sources


def test_after_both_were_said_what_holds_is_believed_and_nothing_is_lost():
    wrong = [
        (pair.sort, pair.second.text, _outcome(pair))
        for pair in TABLE
        if _outcome(pair) != (Counter(pair.current), pair.past, pair.withdrawn, True, 2)
    ]

    assert wrong == []


@pytest.mark.parametrize("pair", [pair for pair in TABLE if pair.sort == "replacement"])
def test_a_replacement_says_when_the_old_ended_and_what_came_then(beliefs, pair: Pair):
    beliefs.hear(_claim(pair.first, 0))
    beliefs.hear(_claim(pair.second, 10))

    old, new = beliefs.last.values()
    assert (old.status, old.valid.end, old.superseded_by) == ("superseded", at(10), new.id)
    assert (new.status, new.valid.start, new.valid.end) == ("current", at(10), None)
    assert (old.revision, new.revision) == (2, 1)


# --- time ------------------------------------------------------------------------------------------------------------


def test_who_comes_back_has_lived_there_twice(beliefs):
    for day, place in enumerate(["Porto", "Lisbon", "Porto"]):
        beliefs.hear(claim("Ana", "lives_in", place, day=day))

    assert beliefs.spans() == [("Porto", 0, 1), ("Lisbon", 1, 2), ("Porto", 2, None)]
    assert sorted(fact.occurrence for fact in beliefs.last.values()) == [0, 0, 1]


def test_what_was_said_before_is_stored_as_past(beliefs):
    beliefs.hear(claim("Ana", "lives_in", "Lisbon", day=10))
    verdict = beliefs.hear(claim("Ana", "lives_in", "Porto", day=3))

    lisbon, porto = beliefs.last.values()
    assert verdict == Verdict("new")
    assert (porto.status, porto.valid.end, porto.superseded_by) == ("superseded", at(10), lisbon.id)
    assert (lisbon.status, lisbon.revision) == ("current", 1)


def test_an_older_saying_parts_what_was_said_before_and_after_it(beliefs):
    for day, place in [(0, "Porto"), (20, "Porto"), (10, "Lisbon")]:
        beliefs.hear(claim("Ana", "lives_in", place, day=day))

    assert beliefs.spans() == [("Porto", 0, 10), ("Lisbon", 10, 20), ("Porto", 20, None)]
    assert beliefs.current == ["Porto"]
    assert {len(fact.sources) for fact in beliefs.last.values()} == {1}


def test_an_older_restatement_moves_the_beginning_back(beliefs):
    beliefs.hear(claim("Ana", "lives_in", "Porto", day=10))
    verdict = beliefs.hear(claim("Ana", "lives_in", "Porto", day=3))

    (porto,) = beliefs.last.values()
    assert verdict == Verdict("same", (porto.id,))
    assert (porto.valid.start, porto.evidence) == (at(3), 2)
    assert [source.at for source in porto.sources] == [at(3), at(10)]


def test_since_says_that_what_was_heard_meanwhile_was_wrong_or_over(beliefs):
    beliefs.hear(claim("Ana", "lives_in", "Porto", day=5))
    beliefs.hear(claim("Ana", "lives_in", "Lisbon", day=9, valid=since(2, granularity="year")))

    assert beliefs.spans() == [("Lisbon", 2, None), ("Porto", 5, 9)]
    assert beliefs.current == ["Lisbon"]


def test_since_is_believed_in_the_other_order_too(beliefs):
    beliefs.hear(claim("Ana", "lives_in", "Lisbon", day=9, valid=since(2, granularity="year")))
    beliefs.hear(claim("Ana", "lives_in", "Porto", day=5))

    assert beliefs.spans() == [("Lisbon", 2, None), ("Porto", 5, 9)]
    assert beliefs.current == ["Lisbon"]


def test_a_stretch_that_is_over_is_past_and_ends_nothing(beliefs):
    beliefs.hear(claim("Ana", "lives_in", "Lisbon", day=9))
    beliefs.hear(claim("Ana", "lives_in", "Porto", day=10, valid=since(1, 4)))

    assert beliefs.spans() == [("Porto", 1, 4), ("Lisbon", 9, None)]
    assert (beliefs.current, beliefs.past) == (["Lisbon"], ["Porto"])


def test_what_changes_in_the_future_is_a_plan_until_then(beliefs):
    beliefs.hear(claim("Ana", "lives_in", "Porto", day=0), now=at(1))
    beliefs.hear(claim("Ana", "lives_in", "Lisbon", day=1, valid=since(30)), now=at(1))

    (home, plan) = beliefs.last.values()
    assert (home.value, home.status, home.valid.end) == ("Porto", "current", None)
    assert (plan.kind, plan.attribute, plan.valid.start) == ("plan", None, at(30))


def test_news_of_an_end_is_kept_when_nothing_is_known_of_the_beginning(beliefs):
    beliefs.hear(
        claim("Ana", "works_at", "Initech", text="Ana no longer works at Initech", day=3, ended=True)
    )

    (fact,) = beliefs.last.values()
    assert (fact.text, fact.negated, fact.status) == ("Ana no longer works at Initech", True, "current")
    assert fact.valid.start == at(3)


def test_an_end_is_when_it_was_said_to_be(beliefs):
    beliefs.hear(claim("Ana", "works_at", "Initech", day=0))
    beliefs.hear(claim("Ana", "works_at", "Initech", day=9, ended=True, valid=since(0, 4)))

    assert beliefs.spans() == [("Initech", 0, 4), ("Initech", 4, None)]
    assert (beliefs.current, beliefs.past) == (["not Initech"], ["Initech"])


def test_who_works_there_again_has_worked_there_twice(beliefs):
    beliefs.hear(claim("Ana", "works_at", "Initech", day=0))
    beliefs.hear(claim("Ana", "works_at", "Initech", day=4, ended=True))
    beliefs.hear(claim("Ana", "works_at", "Initech", day=9))

    assert (beliefs.current, beliefs.past) == (["Initech"], ["Initech", "not Initech"])


def test_nobody_smokes_after_having_stopped_even_when_that_is_heard_first(beliefs):
    beliefs.hear(claim("Ana", "stopped", "smoking", day=9))
    beliefs.hear(claim("Ana", "does", "smoking", day=2))

    assert beliefs.spans() == [("smoking", None, None), ("smoking", 2, 9)]
    assert beliefs.past == ["smoking"]


# --- events and plans ------------------------------------------------------------------------------------------------


def test_an_event_gets_its_date_when_it_is_told(beliefs):
    beliefs.hear(claim("Ana", "visited", "Rome", day=5, text="Ana visited Rome"))
    verdict = beliefs.hear(
        claim("Ana", "visited", "Rome", day=6, text="Ana was in Rome on day 4", valid=since(4, 5))
    )

    (fact,) = beliefs.last.values()
    assert verdict.outcome == "revises"
    assert (fact.valid, fact.text, fact.evidence) == (since(4, 5), "Ana was in Rome on day 4", 2)
    assert beliefs.hear(claim("Ana", "visited", "Rome", day=7)) == Verdict("same", (fact.id,))


def test_events_on_two_days_are_two(beliefs):
    beliefs.hear(claim("Ana", "visited", "Rome", day=5, valid=since(4, 5)))
    verdict = beliefs.hear(claim("Ana", "visited", "Rome", day=9, valid=since(8, 9)))

    assert verdict == Verdict("new")
    assert beliefs.current == ["Rome", "Rome"]


def test_what_is_told_without_a_date_much_later_may_be_another_event(beliefs):
    beliefs.hear(claim("Ana", "visited", "Rome", day=5, valid=since(4, 5)))
    beliefs.hear(claim("Ana", "visited", "Rome", day=400))

    assert beliefs.current == ["Rome", "Rome"]


def test_a_denied_event_is_left_undecided(beliefs):
    beliefs.hear(claim("Ana", "visited", "Rome", day=5, valid=since(4, 5)))
    verdict = beliefs.hear(claim("Ana", "visited", "Rome", day=6, valid=since(4, 5), negated=True))

    assert verdict.outcome == "conflicts"
    assert beliefs.values("conflicting") == ["Rome", "not Rome"]


def test_a_plan_that_is_dropped_keeps_its_day_and_can_be_made_again(beliefs):
    beliefs.hear(claim("Ana", "plans", "visit Rome", day=0, valid=since(50, 51)))
    beliefs.hear(claim("Ana", "plans", "visit Rome", day=3, ended=True))
    assert (beliefs.current, beliefs.past) == (["not visit Rome"], ["visit Rome"])

    beliefs.hear(claim("Ana", "plans", "visit Rome", day=5, valid=since(50, 51)))

    assert beliefs.current == ["visit Rome"]
    assert all(fact.valid == since(50, 51) for fact in beliefs.last.values() if not fact.negated)


# --- corrections -----------------------------------------------------------------------------------------------------


def test_what_is_right_takes_the_time_of_what_was_wrong(beliefs):
    beliefs.hear(claim("Ana", "lives_in", "Faro", day=0))
    beliefs.hear(claim("Ana", "lives_in", "Porto", day=5))
    verdict = beliefs.hear(claim("Ana", "lives_in", "Lisbon", day=6, corrects="Porto"))

    faro, porto, lisbon = beliefs.last.values()
    assert verdict == Verdict("corrects", (porto.id,))
    assert beliefs.spans() == [("Faro", 0, 5), ("Lisbon", 5, None)]
    assert faro.superseded_by == porto.superseded_by == lisbon.id


def test_a_correction_of_something_past_leaves_the_present_alone(beliefs):
    beliefs.hear(claim("Ana", "lives_in", "Porto", day=0))
    beliefs.hear(claim("Ana", "lives_in", "Berlin", day=5))
    beliefs.hear(claim("Ana", "lives_in", "Lisbon", day=6, corrects="Porto"))

    assert beliefs.spans() == [("Lisbon", 0, 5), ("Berlin", 5, None)]
    assert (beliefs.current, beliefs.values("retracted")) == (["Berlin"], ["Porto"])


def test_what_had_ended_by_something_that_never_was_has_not_ended(beliefs):
    beliefs.hear(claim("Ana", "lives_in", "Faro", day=0))
    beliefs.hear(claim("Ana", "lives_in", "Porto", day=5))
    beliefs.hear(claim("Ana", "lives_in", "Porto", day=6, negated=True, corrects="Porto"))

    assert beliefs.current == ["Faro", "not Porto"]
    assert beliefs.values("retracted") == ["Porto"]


def test_actually_long_after_is_a_change_and_no_correction(beliefs):
    beliefs.hear(claim("Ana", "lives_in", "Porto", day=0))
    verdict = beliefs.hear(claim("Ana", "lives_in", "Lisbon", day=300, corrects=""))

    assert verdict == Verdict("new")
    assert beliefs.past == ["Porto"]


def test_actually_withdraws_none_of_many_values(beliefs):
    beliefs.hear(claim("Ana", "pet", "Rex", day=0))
    beliefs.hear(claim("Ana", "pet", "Tom", day=0.01, corrects=""))

    assert beliefs.current == ["Rex", "Tom"]


def test_an_old_saying_of_what_was_withdrawn_does_not_bring_it_back_and_a_new_one_does(beliefs):
    beliefs.hear(claim("Ana", "lives_in", "Porto", day=5))
    beliefs.hear(claim("Ana", "lives_in", "Lisbon", day=6, corrects="Porto"))

    beliefs.hear(claim("Ana", "lives_in", "Porto", day=4))
    assert (beliefs.current, beliefs.values("retracted")) == (["Lisbon"], ["Porto"])

    beliefs.hear(claim("Ana", "lives_in", "Porto", day=90))
    assert (beliefs.current, beliefs.past, beliefs.values("retracted")) == (["Porto"], ["Lisbon"], ["Porto"])


# --- trust and conflicts ---------------------------------------------------------------------------------------------


def test_who_is_trusted_less_retires_nothing(beliefs):
    beliefs.hear(claim("Ana", "lives_in", "Porto", day=0))
    verdict = beliefs.hear(claim("Ana", "lives_in", "Lisbon", day=5), trust="low")

    porto, lisbon = beliefs.last.values()
    assert verdict == Verdict("conflicts", (porto.id,))
    assert (porto.status, porto.valid.end, porto.rivals) == ("current", None, (lisbon.id,))
    assert (lisbon.status, lisbon.rivals) == ("conflicting", (porto.id,))


def test_who_is_trusted_less_corrects_nothing(beliefs):
    beliefs.hear(claim("Ana", "lives_in", "Porto", day=0))
    beliefs.hear(claim("Ana", "lives_in", "Lisbon", day=5, corrects="Porto"), trust="medium")

    assert (beliefs.current, beliefs.values("conflicting")) == (["Porto"], ["Lisbon"])


def test_an_older_word_of_somebody_trusted_more_is_believed_over_a_newer_one(beliefs):
    beliefs.hear(claim("Ana", "lives_in", "Lisbon", day=5), trust="low")
    verdict = beliefs.hear(claim("Ana", "lives_in", "Porto", day=0))

    assert verdict.outcome == "conflicts"
    assert (beliefs.spans(), beliefs.values("conflicting")) == ([("Porto", 0, None)], ["Lisbon"])


def test_two_values_said_at_once_are_left_undecided_until_one_is_said_again(beliefs):
    beliefs.hear(claim("Ana", "lives_in", "Porto", day=0))
    verdict = beliefs.hear(claim("Ana", "lives_in", "Lisbon", day=0))
    porto, _ = beliefs.last.values()
    assert verdict == Verdict("conflicts", (porto.id,))
    assert beliefs.values("conflicting") == ["Porto", "Lisbon"]

    beliefs.hear(claim("Ana", "lives_in", "Lisbon", day=3))

    assert (beliefs.current, beliefs.past) == (["Lisbon"], ["Porto"])
    assert {fact.rivals for fact in beliefs.last.values()} == {()}


def test_a_conflict_ends_when_a_third_value_takes_the_place_of_both(beliefs):
    for place in ("Porto", "Lisbon"):
        beliefs.hear(claim("Ana", "lives_in", place, day=0))
    beliefs.hear(claim("Ana", "lives_in", "Faro", day=3))

    assert (beliefs.current, sorted(beliefs.past)) == (["Faro"], ["Lisbon", "Porto"])


def test_a_conflict_ends_when_one_side_is_denied(beliefs):
    for place in ("Porto", "Lisbon"):
        beliefs.hear(claim("Ana", "lives_in", place, day=0))
    beliefs.hear(claim("Ana", "lives_in", "Porto", day=3, negated=True))

    assert beliefs.current == ["Lisbon", "not Porto"]


def test_the_users_own_word_raises_trust(beliefs):
    beliefs.hear(claim("Ana", "lives_in", "Porto", day=0), trust="low")
    beliefs.hear(claim("Ana", "lives_in", "Porto", day=1), trust="high")

    (fact,) = beliefs.last.values()
    assert (fact.trust, fact.origin, fact.evidence) == ("high", "user", 2)


def test_a_pinned_fact_is_retired_by_high_trust_only(beliefs):
    beliefs.hear(claim("Ana", "lives_in", "Porto", day=0), trust="low")
    (fact,) = beliefs.last.values()
    beliefs.put([replace(fact, pinned=True, revision=2)])

    beliefs.hear(claim("Ana", "lives_in", "Lisbon", day=5), trust="medium")
    assert (beliefs.current, beliefs.values("conflicting")) == (["Porto"], ["Lisbon"])

    beliefs.hear(claim("Ana", "lives_in", "Faro", day=6), trust="high")
    assert beliefs.current == ["Faro"]


# --- hidden facts ----------------------------------------------------------------------------------------------------


def _change(beliefs: Beliefs, **fields) -> None:
    (fact,) = beliefs.last.values()
    beliefs.put([replace(fact, revision=fact.revision + 1, **fields)])


def test_a_forgotten_fact_stays_forgotten_when_old_words_are_read_again(beliefs):
    beliefs.hear(claim("Ana", "lives_in", "Porto", day=0))
    _change(beliefs, retired_at=at(20))

    beliefs.hear(claim("Ana", "lives_in", "Porto", day=10))

    (fact,) = beliefs.last.values()
    assert (fact.retired_at, fact.evidence) == (at(20), 2)


def test_a_forgotten_fact_comes_back_when_it_is_said_again(beliefs):
    beliefs.hear(claim("Ana", "lives_in", "Porto", day=0))
    _change(beliefs, retired_at=at(20))

    beliefs.hear(claim("Ana", "lives_in", "Porto", day=30))

    (fact,) = beliefs.last.values()
    assert (fact.retired_at, fact.status, fact.evidence, fact.revision) == (None, "current", 1, 3)


def test_a_forgotten_fact_ends_nothing(beliefs):
    beliefs.hear(claim("Ana", "lives_in", "Porto", day=5))
    _change(beliefs, retired_at=at(20))

    assert beliefs.hear(claim("Ana", "lives_in", "Lisbon", day=0)) == Verdict("new")
    assert beliefs.spans() == [("Lisbon", 0, None), ("Porto", 5, None)]


def test_a_quarantined_fact_is_lifted_by_the_user_and_by_nobody_else(beliefs):
    beliefs.hear(claim("Ana", "lives_in", "Porto", day=0), trust="low")
    _change(beliefs, status="quarantined")

    beliefs.hear(claim("Ana", "lives_in", "Porto", day=1), trust="medium")
    assert beliefs.values("quarantined") == ["Porto"]

    beliefs.hear(claim("Ana", "lives_in", "Porto", day=2))
    assert (beliefs.current, beliefs.values("quarantined")) == (["Porto"], [])


def test_a_quarantined_fact_supersedes_nothing(beliefs):
    beliefs.hear(claim("Ana", "lives_in", "Porto", day=9), trust="low")
    _change(beliefs, status="quarantined")

    beliefs.hear(claim("Ana", "lives_in", "Lisbon", day=0), trust="low")

    assert beliefs.spans() == [("Lisbon", 0, None)]


# --- evidence --------------------------------------------------------------------------------------------------------


def test_a_hundred_sayings_are_one_fact_with_the_first_and_the_latest_sources(beliefs):
    for day in range(100):
        beliefs.hear(claim("Ana", "likes", "tea", day=day))

    (fact,) = beliefs.last.values()
    assert (fact.evidence, len(fact.sources), fact.status) == (100, MOST_SOURCES, "current")
    assert fact.confidence == 0.99


def test_the_same_words_read_again_change_nothing(beliefs):
    said = claim("Ana", "likes", "tea")
    beliefs.hear(said)
    beliefs.hear(said)

    assert len(beliefs.versions) == 1


def test_sources_are_kept_in_the_order_of_saying():
    first, second = (Source(turn=turn, start=0, end=4, at=at(day)) for turn, day in [("a", 1), ("b", 2)])

    assert merge_sources((second,), first) == (first, second)
    assert merge_sources((first, second), replace(first, at=at(9))) == (first, second)


def test_five_hundred_facts_about_one_person_retire_nothing(beliefs):
    for number in range(500):
        beliefs.hear(claim("Ana", "likes" if number % 2 else None, f"thing {number}", day=number / 10))

    assert len(beliefs.last) == len(beliefs.versions) == 500
    assert {fact.status for fact in beliefs.last.values()} == {"current"}


def test_sentences_without_an_attribute_are_compared_by_their_words(beliefs):
    first = beliefs.hear(claim("Ana", None, None, text="Ana has two cats"))
    again = beliefs.hear(claim("Ana", None, None, text="ana has 2 cats!", day=3))
    other = beliefs.hear(claim("Ana", None, None, text="Ana has three cats", day=4))

    assert [verdict.outcome for verdict in (first, again, other)] == ["new", "same", "new"]
    assert [fact.evidence for fact in beliefs.last.values()] == [2, 1]


# --- what depends on it ----------------------------------------------------------------------------------------------


def test_versions_say_when_they_were_recorded(beliefs):
    beliefs.hear(claim("Ana", "lives_in", "Porto"), now=NOW)
    beliefs.hear(claim("Ana", "lives_in", "Lisbon", day=1), now=NOW + timedelta(days=1))

    porto = next(fact for fact in beliefs.last.values() if fact.value == "Porto")
    assert (porto.learned_at, porto.recorded_at) == (NOW, NOW + timedelta(days=1))
    assert porto.valid.start == START
