"""Names that are one entity's by their spelling, what shows of an entity, and searching triplets."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import numpy as np
import pytest
from _entity_cases import DIFFERENT_THINGS
from _graph_facts import AT, ME, fact, graph_of
from hypothesis import given
from hypothesis import strategies as st

from lukasa.adapters.models.vectors import dense_bytes
from lukasa.domain.document import Head, Heads
from lukasa.domain.fact import Fact
from lukasa.domain.graph import Entity
from lukasa.domain.turn import Source
from lukasa.graph.export import FORMATS
from lukasa.graph.names import is_misspelling, plain, spellings, words_of
from lukasa.graph.search import by_meaning, by_words
from lukasa.graph.view import GraphView
from lukasa.policy import GraphPolicy
from lukasa.retrieval.warm import FactArrays


def entities(*facts: Fact) -> dict[str, Entity]:
    return {entity.name: entity for entity in graph_of(facts).entities.values()}


# --- spelling --------------------------------------------------------------------------------------------------------


def test_spelling_joins_no_two_things():
    pairs = [(attribute, one, other) for attribute, names in DIFFERENT_THINGS.items() for one, other in names]

    joined = [
        (one, other)
        for attribute, one, other in pairs
        if len(entities(fact("Person K", attribute, one), fact("Person L", attribute, other, 1))) != 4
    ]

    assert len(pairs) == 86
    assert joined == []


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("São Paulo", ("sao", "paulo")),
        ("Łódź", ("lodz",)),
        ("Straße", ("strasse",)),
        ("Marks & Spencer", ("marks", "spencer")),
        ("Marks and Spencer", ("marks", "spencer")),
        ("St. Mary", ("saint", "mary")),
        ("Main St", ("main", "st")),
        ("And", ("and",)),
        ("Νίκος", ("νικοσ",)),
        ("Йод", ("йод",)),
        ("が", ("が",)),
    ],
)
def test_accents_and_ampersands_are_folded_where_they_make_no_other_letter(
    name: str, folded: tuple[str, ...]
):
    assert plain(words_of(name)) == folded


@pytest.mark.parametrize(
    ("name", "type_", "folded"),
    [
        ("hobbies", "concept", ("hobby",)),
        ("yoga classes", "concept", ("yoga", "class")),
        ("boxes", "thing", ("box",)),
        ("glasses", "thing", ("glasses",)),
        ("bus", "thing", ("bus",)),
        ("gas", "thing", ("gas",)),
        ("tennis", "concept", ("tennis",)),
        ("Acme Corp. Ltd", "organisation", ("acme",)),
        ("Ltd", "organisation", ("ltd",)),
    ],
)
def test_plurals_and_suffixes_are_left_out_of_names_of_their_types(
    name: str, type_: str, folded: tuple[str, ...]
):
    assert (type_, folded) in {(kind or type_, key) for kind, key in spellings(words_of(name), type_)}
    assert len({key for _, key in spellings(words_of(name), "person")}) == 1


@pytest.mark.parametrize(
    ("one", "other", "slip"),
    [
        ("Katherine", "Katharine", True),
        ("Michael", "Micheal", True),
        ("Jannet", "Janet", True),
        ("Ana Katherine Costa", "Ana Katharine Costa", True),
        ("Katherine", "Katherine", False),
        ("Maria", "Mario", False),
        ("Daniel", "Daniela", False),
        ("Darren", "Warren", False),
        ("Jon", "John", False),
        ("Marlene", "Marilane", False),
        ("Katherine Kosta", "Katharine Costa", False),
        ("Katherine", "Katherine Costa", False),
    ],
)
def test_a_slip_is_one_letter_inside_one_long_word(one: str, other: str, slip: bool):
    assert is_misspelling(words_of(one), words_of(other)) is slip
    assert is_misspelling(words_of(other), words_of(one)) is slip


def test_two_names_of_one_turn_are_two_people():
    both = (Source(turn="t_1", start=0, end=50, at=AT),)
    facts = [
        fact("Ana", "sibling", "Marian", text="Marian is Ana's sister", sources=both),
        fact("Ana", "sibling", "Marien", 1, text="Marien is Ana's sister", sources=both),
    ]
    assert {"Marian", "Marien"} <= entities(*facts).keys()

    apart = [replace(fact_, sources=(replace(both[0], turn=fact_.id),)) for fact_ in facts]
    assert len(entities(*apart)) == 2


def test_in_a_crowd_similar_names_are_two_people():
    facts = [fact(name, "works_at", "Initech", n) for n, name in enumerate(["Katherine", "Katharine", "Bo"])]

    assert len(GraphView(facts, ME, GraphPolicy(crowd=3)).graph().entities) == 3
    assert len(GraphView(facts, ME, GraphPolicy(crowd=2)).graph().entities) == 4


# --- order -----------------------------------------------------------------------------------------------------------

JOINING = ("also_known_as", "is_not", "goes_by")
WORLDS = (
    (
        ("Adam", "Adam Smith", "Adam John Smith", "Adam Jones", "Mr Smith", "John"),
        (*JOINING, "owns", "likes"),
        ("{subject} and {value}.",),
    ),
    (
        ("Ana", "Ana Costa", "Ana's sister", "Ana's sister's husband", "Ines", "Vera", "Vera Lima", "Bo's wife", "Bo"),
        (*JOINING, "sibling", "sibling", "partner", "owns"),
        ("{value} is the sister of {subject}", "{value} is the husband of {subject}", "{value} is the wife of {subject}"),
    ),
    (
        ("José", "Jose", "José García", "Acme", "Acme Inc", "Acme Ltd", "groups", "group", "Gróup"),
        (*JOINING, "likes", "lives_in", "works_at", "owns", "age"),
        ("{subject} and {value}.",),
    ),
    (
        ("Katherine", "Katharine", "Kathsrine", "Katherine Costa", "Katharine Costa", "Ana"),
        (*JOINING, "sibling", "sibling", "works_at", "birthday"),
        ("{value} is the sister of {subject}", "{value} is the brother of {subject}"),
    ),
)  # fmt: skip
"""Few names that have much to do with one another, attributes, and texts: chance soon finds what goes together."""


@st.composite
def connected_facts(draw: st.DrawFn) -> list[Fact]:
    names, attributes, texts = draw(st.sampled_from(WORLDS))
    drawn: dict[str, Fact] = {}
    for _ in range(draw(st.integers(0, 8))):
        subject, attribute, value = (draw(st.sampled_from(words)) for words in (names, attributes, names))
        number = draw(st.integers(0, 1))
        text = draw(st.sampled_from(texts)).format(subject=subject, value=value)
        new = fact(subject, attribute, value, number, text=text, evidence=draw(st.integers(1, 2)))
        drawn[new.id] = replace(new, seq=number, negated=draw(st.integers(0, 9)) == 9)
    return list(drawn.values())


@given(connected_facts(), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_come_does_not_matter(facts: list[Fact], random: Random):
    shuffled = list(facts)
    random.shuffle(shuffled)

    assert graph_of(facts) == graph_of(shuffled)


def test_a_phrase_that_is_stated_to_be_its_own_relative_is_an_entity_of_its_own():
    people = graph_of(
        [
            fact("Ana's sister", "partner", "Ana", text="Ana is the husband of Ana's sister"),
            fact("Ana's sister", "also_known_as", "Ana's sister's husband", 1),
        ]
    )

    assert {frozenset({entity.name, *entity.aliases}) for entity in people.entities.values()} == {
        frozenset({"Ana"}),
        frozenset({"Ana's sister", "Ana's sister's husband"}),
    }


# --- what shows ------------------------------------------------------------------------------------------------------


def test_the_gist_is_what_is_said_most_often_now():
    facts = [
        fact("Ana", "lives_in", "Porto", 0, evidence=5, status="superseded", text="Ana lives in Porto."),
        fact("Ana", "owns", "kite", 1, evidence=2, text="Ana owns\n a kite."),
        fact("Ana", "owns", "boat", 2, evidence=2, text="Ana owns a boat."),
        fact("Bo", "friend", "Ana", 3, evidence=9, text="Ana is Bo's friend."),
    ]
    people = entities(*facts)

    assert people["Ana"].gist == "Ana owns a boat."
    assert people["kite"].gist == "Ana owns a kite."
    assert people["Porto"].gist == ""


def test_a_long_gist_is_cut():
    people = entities(fact("Ana", "likes", "tea", text="Ana likes tea " + "very " * 40))

    assert len(people["Ana"].gist) <= 120
    assert people["Ana"].gist.endswith("very…")


def test_a_new_name_is_shown_and_the_last_one_wins():
    facts = [
        fact("Robert", "owns", "kite"),
        fact("Robert", "goes_by", "Bob", 1),
        fact("Robert", "goes_by", "Rob", 2),
    ]

    assert set(entities(*facts)) == {"Rob", "kite"}
    assert set(entities(*facts)["Rob"].aliases) == {"Bob", "Robert"}
    again = [
        *facts[:1],
        replace(
            facts[1],
            sources=(*facts[1].sources, replace(facts[1].sources[0], at=AT + timedelta(days=9))),
        ),
        facts[2],
    ]
    assert set(entities(*again)) == {"Bob", "kite"}


def test_gists_are_exported():
    graph = graph_of([fact("Ana", "likes", "tea", text="Ana likes green tea.")])

    assert all("Ana likes green tea." in FORMATS[name](graph) for name in ("graphml", "jsonld", "cypher"))


# --- searching triplets ----------------------------------------------------------------------------------------------

FACTS = [
    fact("Ana", "pet", "Rex", 0, text="Ana has a dog called Rex.", seq=1),
    fact("Ana", "lives_in", "Porto", 1, text="Ana lives in Porto.", seq=2),
    fact("Bo", "pet", "Tiger", 2, text="Bo has a cat called Tiger.", seq=3),
]
RELATIONS = graph_of(FACTS).relations


def warm(*vectors: list[float] | None) -> FactArrays:
    """Return facts kept warm, with these vectors."""
    facts = FactArrays(dims=2)
    facts.update(Heads.of(
        Head(
            id=each.id, kind="fact", seq=number, at=0, session=None, speaker=each.subject, role=None, retired=False,
            dense=None if vector is None else dense_bytes(np.array(vector, np.float32)), current=True,
        )
        for number, (each, vector) in enumerate(zip(FACTS, vectors, strict=True), 1)
    ))  # fmt: skip
    return facts


def test_triplets_are_ranked_by_meaning_and_sifted():
    facts = warm([0.6, 0.8], [0, 1], [1, 0])
    question = np.array([1, 0], np.float32)

    relations = by_meaning(question, facts, RELATIONS, least=0.5)
    assert [relation.text for relation in relations] == [
        "Bo has a cat called Tiger.",
        "Ana has a dog called Rex.",
    ]
    assert by_meaning(question, warm([1, 0], None, None), RELATIONS, least=0.5) == RELATIONS[:1]


def test_triplets_are_found_by_rare_words_before_frequent_ones():
    texts = [relation.text for relation in by_words("Does Ana have a cat?", RELATIONS)]

    assert texts[0] == "Bo has a cat called Tiger."
    assert set(texts[1:]) == {"Ana has a dog called Rex.", "Ana lives in Porto."}
    assert by_words("pets", RELATIONS) == [RELATIONS[0], RELATIONS[2]]
    assert by_words("volcano", RELATIONS) == []
