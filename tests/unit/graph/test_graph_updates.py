"""A view that is brought up to date is the view made anew, whatever happened in between."""

from __future__ import annotations

from dataclasses import replace

from _graph_facts import ME, fact
from hypothesis import given, settings
from hypothesis import strategies as st

from lukasa.domain.fact import Fact
from lukasa.graph import View, graph_of
from lukasa.policy import GraphPolicy

JOINING = ("also_known_as", "is_not", "goes_by")
WORLDS = {
    "parts": (
        ("Adam", "Adam Smith", "Adam John Smith", "Adam Jones", "Mr Smith", "John"),
        (*JOINING, "owns", "likes"),
        ("{subject} and {value}.",),
    ),
    "relatives": (
        ("Ana", "Ana Costa", "Ana's sister", "Ana's sister's husband", "Ines", "Vera", "Vera Lima", "Bo's wife", "Bo"),
        (*JOINING, "sibling", "sibling", "partner", "owns"),
        ("{value} is the sister of {subject}", "{value} is the husband of {subject}", "{value} is the wife of {subject}"),
    ),
    "spellings": (
        ("José", "Jose", "José García", "Acme", "Acme Inc", "Acme Ltd", "groups", "group", "Gróup"),
        (*JOINING, "likes", "lives_in", "works_at", "owns", "age"),
        ("{subject} and {value}.",),
    ),
    "slips": (
        ("Katherine", "Katharine", "Kathsrine", "Katherine Costa", "Katharine Costa", "Ana"),
        (*JOINING, "sibling", "sibling", "works_at", "birthday"),
        ("{value} is the sister of {subject}", "{value} is the brother of {subject}"),
    ),
}  # fmt: skip
"""Few names that have much to do with one another, labels, and words: what goes together by chance is found soon."""


@st.composite
def facts(draw: st.DrawFn, world: str) -> Fact:
    names, labels, words = WORLDS[world]
    subject, label, value = (draw(st.sampled_from(each)) for each in (names, labels, names))
    number = draw(st.integers(0, 1))
    text = draw(st.sampled_from(words)).format(subject=subject, value=value)
    made = fact(subject, label, value, number, text=text, evidence=draw(st.integers(1, 2)))
    status = draw(st.sampled_from(["current", "current", "superseded"]))
    return replace(made, seq=number, status=status, negated=draw(st.integers(0, 9)) == 9)


@st.composite
def histories(draw: st.DrawFn) -> list[list[tuple[Fact, bool]]]:
    """Return what changes in each step: facts that are stored or changed, and those that are taken away."""
    pool = draw(st.lists(facts(draw(st.sampled_from(sorted(WORLDS)))), min_size=2, max_size=9))
    changes = st.lists(st.tuples(st.sampled_from(pool), st.booleans()), min_size=1, max_size=3)
    return [[(each, True) for each in pool], *draw(st.lists(changes, max_size=8))]


SOME = st.sampled_from(sorted(WORLDS)).flatmap(lambda world: st.lists(facts(world), max_size=8))


@given(histories(), st.sampled_from([1, 2, 64]))
@settings(max_examples=1_000, deadline=None)
def test_an_updated_view_is_the_view_made_anew(steps: list[list[tuple[Fact, bool]]], crowd: int):
    policy = GraphPolicy(crowd=crowd)
    view, held = View(ME, policy), dict[str, Fact]()
    for step in steps:
        changed = {each.id: each for each, stays in step if stays}
        gone = {each.id for each, stays in step if not stays} - changed.keys()
        held = {id_: each for id_, each in (held | changed).items() if id_ not in gone}

        view.update(changed.values(), gone)

        assert view.graph() == View.of(held.values(), ME, policy).graph()


@given(SOME, st.randoms())
@settings(max_examples=200, deadline=None)
def test_the_order_in_which_facts_come_does_not_matter(told: list[Fact], random: object):
    once = list({each.id: each for each in told}.values())
    shuffled = list(once)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert graph_of(once, ME) == graph_of(shuffled, ME)


@given(SOME)
@settings(max_examples=100, deadline=None)
def test_what_came_and_went_leaves_nothing(told: list[Fact]):
    view = View.of(told, ME)

    view.update((), {each.id for each in told})

    assert not view.graph()
    assert len(view) == 0


def test_a_name_that_becomes_a_things_lets_go_of_whom_it_kept_from_following():
    steady = [
        fact("Mr Smith", "also_known_as", "Adam Smith"),
        fact("Adam", "is_not", "Adam Smith"),
        fact("Adam John Smith", "owns", "boat"),
    ]
    odd = fact("Bo", "owns", "Adam")
    view = View.of([*steady, odd], ME)

    for change in (((), {odd.id}), ([odd], ())):
        view.update(*change)

    assert view.graph() == graph_of([*steady, odd], ME)


def test_a_phrase_lets_go_of_a_relative_when_the_name_that_it_is_about_is_gone():
    wife = fact("Ana", "sibling", "Bo's wife")
    partner = fact("Vera", "partner", "Ana", text="Ana is the wife of Vera")
    alias = fact("Vera", "also_known_as", "Bo")
    view = View.of([wife, partner, alias], ME)
    assert len(view.graph().entities) == 2

    view.update((), {alias.id})

    assert view.graph() == graph_of([wife, partner], ME)


def test_a_phrase_that_is_stated_to_be_its_own_relative_follows_nobody():
    steady = [
        fact("Ana's sister", "partner", "Ana", text="Ana is the husband of Ana's sister"),
        fact("Ana's sister", "also_known_as", "Ana's sister's husband"),
    ]
    odd = fact("Ana", "sibling", "Ana", text="Ana is the sister of Ana")
    view = View.of([*steady, odd], ME)

    view.update((), {odd.id})

    assert view.graph() == graph_of(steady, ME)
