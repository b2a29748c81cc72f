"""Questions that are answered by counting and sorting facts, and those that are left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from _tallies import ANSWERS, NOTHING, OTHERS, SAID
from hypothesis import given
from hypothesis import strategies as st

from lukasa import Memory, Settings
from lukasa.domain.fact import Fact
from lukasa.domain.interval import Interval
from lukasa.domain.source import Source
from lukasa.domain.tally import Tally
from lukasa.domain.turn import Turn
from lukasa.retrieval.tally import shown, tally, wanted

AT = datetime(2024, 1, 1, tzinfo=UTC)
NAMES = ("Ana", "Ben")


@pytest.fixture(scope="module")
def facts() -> list[Fact]:
    with Memory.open("memory:", settings=Settings(embedder="none", extractor="rules")) as memory:
        handle = memory.of(user="ana")
        for name, said in (("Ana", SAID), ("Ben", OTHERS)):
            for at, texts in said.items():
                handle.remember(
                    [{"role": "user", "name": name, "content": text} for text in texts],
                    session=f"{name} {at}",
                    at=at,
                )
        return handle.facts(status="current") + handle.facts(status="superseded")


def counted(question: str, facts: list[Fact]) -> Tally | None:
    names = [name for name in NAMES if name in question]
    asked = wanted(question, names=names)
    return tally(asked, facts) if asked is not None else None


@pytest.mark.parametrize(("question", "kind", "has"), ANSWERS, ids=[question for question, _, _ in ANSWERS])
def test_a_question_that_counting_answers(facts: list[Fact], question: str, kind: str, has: tuple[str, ...]):
    found = counted(question, facts)
    assert (found.kind if found else "") == kind
    if found:
        assert all(part in found.text for part in has), found.text
        assert found.facts


@pytest.mark.parametrize("question", NOTHING)
def test_a_question_that_is_left_alone(facts: list[Fact], question: str):
    assert counted(question, facts) is None


def test_who_asks_is_whoever_alone_has_such_facts(facts: list[Fact]):
    found = counted("How many languages do I speak?", facts)
    assert found is not None
    assert "Ana, languages: at least 2" in found.text


def test_a_thing_that_was_told_twice_counts_once(facts: list[Fact]):
    cats = counted("How many cats does Ana have?", facts)
    rome = counted("Which cities has Ana visited?", facts)
    assert cats is not None
    assert rome is not None
    assert cats.text.count("Miso") == 1
    assert rome.text.startswith("Worked out from 4 statements")
    assert rome.text.count("Rome") == 1


def test_nothing_is_counted_where_most_would_go_unnamed():
    many = [visit(place, f"City{place}") for place in range(13)]
    assert counted("How many cities has Ana visited?", many) is None
    assert counted("How many cities has Ana visited?", many[:12]) is not None


def test_what_is_denied_or_over_does_not_count():
    cats = [visit(0, "Rome"), visit(1, "Oslo", negated=True)]
    found = counted("How many cities has Ana visited?", cats)
    assert found is not None
    assert "at least 1 (Rome)" in found.text


def visit(day: int, place: str, *, negated: bool = False) -> Fact:
    start = AT + timedelta(days=day)
    return Fact(
        id=f"f{day}-{place}",
        seq=day,
        subject="Ana",
        text=f"Ana visited {place}",
        kind="event",
        key=f"k{day}-{place}",
        attribute="visited",
        value=place,
        negated=negated,
        valid=Interval(start=start, end=start + timedelta(days=1), granularity="day", phrase="then"),
        learned_at=start,
        recorded_at=start,
        sources=(Source(turn=f"t{day}", start=0, end=4, at=start),),
    )


places = st.sampled_from(["Rome", "Oslo", "Kyiv", "Porto", "Faro"])
visits = st.lists(st.tuples(st.integers(0, 30), places), min_size=1, max_size=12, unique=True)


@given(visits)
def test_a_count_is_that_of_counting_by_hand(made: list[tuple[int, str]]):
    facts = [visit(day, place) for day, place in made]
    things = counted("How many cities has Ana visited?", facts)
    assert things is not None
    assert f"at least {len({place for _, place in made})} (" in things.text
    days = sorted({day for day, place in made if place == made[0][1]})
    times = counted(f"How many times has Ana visited {made[0][1]}?", facts)
    assert times is not None
    assert ("at least once" if len(days) == 1 else f"at least {len(days)} times") in times.text


@given(visits)
def test_first_last_and_order_are_those_of_sorting(made: list[tuple[int, str]]):
    facts = [visit(day, place) for day, place in made]
    place = made[0][1]
    days = sorted(day for day, other in made if other == place)
    for which, day in (("first", days[0]), ("last", days[-1])):
        found = counted(f"When did Ana {which} visit {place}?", facts)
        assert found is not None
        assert [fact.seq for fact in found.facts] == [day]
    firsts = {other: min(day for day, each in made if each == other) for _, other in made}
    if len(firsts) > 1:
        order = counted(f"In what order did Ana visit {', '.join(sorted(firsts))}?", facts)
        if len(set(firsts.values())) < len(firsts):
            assert order is None  # two on the same day
        else:
            assert order is not None
            assert [fact.value for fact in order.facts] == sorted(firsts, key=firsts.__getitem__)


def turn(id: str) -> Turn:
    return Turn(id=id, seq=1, role="user", speaker="Ana", text="I visited Oslo.", at=AT, recorded_at=AT)


def test_marks_are_those_of_what_is_shown_already():
    found = counted("Which cities has Ana visited?", [visit(1, "Rome"), visit(2, "Oslo"), visit(3, "Kyiv")])
    assert found is not None
    # Oslo's turn is shown as [1], Kyiv's fact as [2]; Rome gets a line and the next mark.
    marked = shown(found, [turn("t2")], [visit(3, "Kyiv")])
    assert marked.text.splitlines()[0].endswith("Rome, Oslo, Kyiv.[3][1][2]")
    assert marked.text.splitlines()[1:] == ["- Ana visited Rome[3]"]
    assert [fact.value for fact in marked.facts] == ["Rome"]


def test_a_value_that_looks_like_a_mark_makes_none():
    found = counted("Which cities has Ana visited?", [visit(1, "Rome[7]")])
    assert found is not None
    assert "[7]" not in shown(found, [], []).text
