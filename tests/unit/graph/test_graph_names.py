"""Names that are one entity's by their spelling or their meaning, what shows of an entity, and searching triplets."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from _alike_pairs import DIFFERENT, FRESH, PAIRS, SAME, Pair
from _graph_facts import AT, ME, fact

from lukasa.domain.document import Head, Traits
from lukasa.domain.fact import Fact
from lukasa.domain.graph import Entity
from lukasa.domain.source import Source
from lukasa.graph import GraphPolicy, View, exported, graph_of
from lukasa.graph.alike import Alike
from lukasa.graph.folding import plain, spellings
from lukasa.graph.names import words_of
from lukasa.graph.search import by_meaning, by_words
from lukasa.graph.spelling import slipped
from lukasa.retrieval.warm import FactArrays

LABEL_OF = {
    "concept": "likes",
    "thing": "owns",
    "place": "visited",
    "organisation": "works_at",
    "event": "attended",
}


def entities(*facts: Fact) -> dict[str, Entity]:
    return {entity.name: entity for entity in graph_of(facts, ME).entities.values()}


def joined(pair: Pair) -> bool:
    label = LABEL_OF[pair.type]
    told = [
        fact("Person K", label, pair.one, text=pair.gist),
        fact("Person L", label, pair.other, 1, text=pair.other_gist),
    ]
    return len(graph_of(told, ME).entities) == 3


# --- spelling --------------------------------------------------------------------------------------------------------


def test_there_are_enough_pairs_of_either_kind():
    assert len({(pair.one, pair.other) for pair in PAIRS}) == len(PAIRS) >= 80
    assert len(SAME) == len(DIFFERENT) == 44


@pytest.mark.parametrize(
    "pair",
    [*DIFFERENT, *(pair for pair in FRESH if not pair.same)],
    ids=lambda pair: f"{pair.one} / {pair.other}",
)
def test_spelling_joins_no_two_things(pair: Pair):
    assert not joined(pair)


def test_spelling_joins_what_is_spelled_alike_and_leaves_other_words_for_it():
    assert {pair.one for pair in SAME if joined(pair)} == {
        "LGBTQ support group", "sewing and mending", "board games", "cafés", "laptops", "São Paulo", "St. Ives", "Zürich",
        "Acme Inc.", "Weber GmbH", "Baker & Lowe", "summer festival",
    }  # fmt: skip


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
    assert slipped(words_of(one), words_of(other)) is slip
    assert slipped(words_of(other), words_of(one)) is slip


def test_whoever_is_named_beside_another_in_one_turn_is_another():
    both = (Source(turn="t_1", start=0, end=50, at=AT),)
    told = [
        fact("Ana", "sibling", "Marian", text="Marian is Ana's sister", sources=both),
        fact("Ana", "sibling", "Marien", 1, text="Marien is Ana's sister", sources=both),
    ]
    assert {"Marian", "Marien"} <= entities(*told).keys()

    apart = [replace(each, sources=(replace(both[0], turn=each.id),)) for each in told]
    assert len(entities(*apart)) == 2


def test_in_a_crowd_nobody_is_taken_for_another():
    told = [fact(name, "works_at", "Initech", n) for n, name in enumerate(["Katherine", "Katharine", "Bo"])]

    assert len(View.of(told, ME, GraphPolicy(crowd=3)).graph().entities) == 3
    assert len(View.of(told, ME, GraphPolicy(crowd=2)).graph().entities) == 4


# --- meaning ---------------------------------------------------------------------------------------------------------

KAYAK, CANOE, DRUM = (words_of(name) for name in ("kayak", "canoe", "drum"))
BOATS = [fact("Bo", "owns", "kayak"), fact("Bo", "owns", "canoe", 1), fact("Bo", "owns", "drum", 2)]


def test_names_that_are_said_to_be_alike_are_joined_until_they_are_not():
    view = View.of(BOATS, ME)
    before = view.graph()

    view.set_similar({frozenset((KAYAK, CANOE)): 0.99})
    assert {frozenset((each.name, *each.aliases)) for each in view.entities()} == {
        frozenset({"Bo"}), frozenset({"kayak", "canoe"}), frozenset({"drum"}),
    }  # fmt: skip

    view.set_similar({})
    assert view.graph() == before


def test_names_that_are_split_stay_apart_however_alike_they_are():
    view = View.of([*BOATS, fact("kayak", "is_not", "canoe", 3)], ME)

    view.set_similar({frozenset((KAYAK, CANOE)): 1.0})

    assert {"kayak", "canoe"} <= {each.name for each in view.entities()}


def test_what_is_of_two_types_is_not_joined_by_meaning():
    view = View.of([fact("Bo", "owns", "kayak"), fact("Bo", "visited", "canoe", 1)], ME)

    view.set_similar({frozenset((KAYAK, CANOE)): 1.0})

    assert len(view.graph().entities) == 3


def test_names_are_compared_with_those_that_came_before():
    alike = Alike(0.9)
    vectors = {
        KAYAK: np.array([1, 0], np.float32),
        CANOE: np.array([0.96, 0.28], np.float32),
        DRUM: np.array([0, 1], np.float32),
    }

    assert alike.unknown([KAYAK, DRUM]) == [KAYAK, DRUM]
    alike.add({key: vectors[key] for key in (KAYAK, DRUM)})
    assert alike.pairs == {}
    assert alike.unknown([KAYAK, DRUM, CANOE]) == [CANOE]
    alike.add({CANOE: vectors[CANOE]})
    assert alike.pairs == {frozenset((KAYAK, CANOE)): pytest.approx(0.96)}
    alike.unknown([DRUM, CANOE])
    assert alike.pairs == {}


# --- what shows ------------------------------------------------------------------------------------------------------


def test_the_gist_is_what_is_said_most_often_now():
    told = [
        fact("Ana", "lives_in", "Porto", 0, evidence=5, status="superseded", text="Ana lives in Porto."),
        fact("Ana", "owns", "kite", 1, evidence=2, text="Ana owns\n a kite."),
        fact("Ana", "owns", "boat", 2, evidence=2, text="Ana owns a boat."),
        fact("Bo", "friend", "Ana", 3, evidence=9, text="Ana is Bo's friend."),
    ]
    found = entities(*told)

    assert found["Ana"].gist == "Ana owns a boat."
    assert found["kite"].gist == "Ana owns a kite."
    assert found["Porto"].gist == ""


def test_a_long_gist_is_cut():
    found = entities(fact("Ana", "likes", "tea", text="Ana likes tea " + "very " * 40))

    assert len(found["Ana"].gist) <= 120
    assert found["Ana"].gist.endswith("very…")


def test_a_new_name_is_shown_and_the_last_one_wins():
    told = [
        fact("Robert", "owns", "kite"),
        fact("Robert", "goes_by", "Bob", 1),
        fact("Robert", "goes_by", "Rob", 2),
    ]

    assert set(entities(*told)) == {"Rob", "kite"}
    assert set(entities(*told)["Rob"].aliases) == {"Bob", "Robert"}
    again = [
        *told[:1],
        replace(told[1], sources=(*told[1].sources, replace(told[1].sources[0], at=AT + timedelta(days=9)))),
        told[2],
    ]
    assert set(entities(*again)) == {"Bob", "kite"}


def test_gists_are_exported():
    graph = graph_of([fact("Ana", "likes", "tea", text="Ana likes green tea.")], ME)

    assert all("Ana likes green tea." in exported(graph, name) for name in ("graphml", "jsonld", "cypher"))


# --- searching triplets ----------------------------------------------------------------------------------------------

TOLD = [
    fact("Ana", "pet", "Rex", 0, text="Ana has a dog called Rex.", seq=1),
    fact("Ana", "lives_in", "Porto", 1, text="Ana lives in Porto.", seq=2),
    fact("Bo", "pet", "Tiger", 2, text="Bo has a cat called Tiger.", seq=3),
]
RELATIONS = graph_of(TOLD, ME).relations


def warm(*vectors: list[float] | None) -> FactArrays:
    """Return facts kept warm, with these vectors."""
    facts = FactArrays(dims=2)
    facts.update(
        Head(
            id=each.id, kind="fact", seq=number, at=AT, session=None, speaker=each.subject, role=None, retired=False,
            traits=Traits(), dense=None if vector is None else np.array(vector, "<f4").tobytes(), current=True,
        )
        for number, (each, vector) in enumerate(zip(TOLD, vectors, strict=True), 1)
    )  # fmt: skip
    return facts


def test_triplets_are_ranked_by_meaning_and_sifted():
    facts = warm([0.6, 0.8], [0, 1], [1, 0])
    question = np.array([1, 0], np.float32)

    found = by_meaning(question, facts, RELATIONS, least=0.5)
    assert [relation.text for relation in found] == [
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
