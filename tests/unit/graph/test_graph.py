"""Facts seen as a graph: names become entities, and what is around them is what a graph library says."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import timedelta

import networkx as nx
import pytest
from _entity_cases import CASES, Case
from _graph_facts import AT, ME, fact, graph_of
from hypothesis import given
from hypothesis import strategies as st

from lukasa.domain.fact import Fact
from lukasa.domain.graph import Graph
from lukasa.domain.interval import Interval
from lukasa.graph import query
from lukasa.graph.export import FORMATS
from lukasa.graph.view import GraphView


def names(graph: Graph) -> dict[str, set[str]]:
    """Return every entity's aliases by its name."""
    return {entity.name: set(entity.aliases) for entity in graph.entities.values()}


def facts_of(case: Case) -> list[Fact]:
    """Return the facts of a case; `Ines (sister)` is a value, and what the fact calls her."""
    facts = []
    for number, (subject, attribute, value) in enumerate(case.statements):
        name, _, kin = value.removesuffix(")").partition(" (")
        text = f"{name} is {subject}'s {kin}" if kin else f"{subject} {attribute} {value}."
        facts.append(fact(subject, attribute, name, number, text=text))
    return facts


def _are_joined(groups: list[set[str]], case: Case) -> bool:
    return all(any(wanted <= group for group in groups) for wanted in case.groups) and all(
        len(group & set(case.apart)) <= 1 for group in groups
    )


def test_names_are_joined_as_a_reader_would():
    wrong = []
    for case in CASES:
        groups = [{entity.name, *entity.aliases} for entity in graph_of(facts_of(case)).entities.values()]
        if not _are_joined(groups, case):
            wrong.append((case.name, groups))

    assert wrong == []


def test_there_are_enough_cases():
    assert len({case.name for case in CASES}) == len(CASES) >= 110


MERGED = [
    ("Adam", "Adam Smith"),
    ("Mr Smith", "Adam Smith"),
    ("Smith", "Adam Smith"),
    ("adam smith", "Adam Smith"),
    ("Adam Smith's", "Adam Smith"),
    ("Dr. Okafor", "Ngozi Okafor"),
    ("Frau Weber", "Anna Weber"),
    ("Анна", "Анна Петрова"),
    ("José", "José García"),
    ("Mary Jane", "Mary Jane Watson"),
    ("The Rock", "Rock"),
]


@pytest.mark.parametrize(("short", "full"), MERGED)
def test_a_part_of_a_name_is_the_same_person(short: str, full: str):
    graph = graph_of([fact(full, "lives_in", "Porto"), fact(short, "works_at", "Ferrovia", 1)])

    people = [entity for entity in graph.entities.values() if entity.type == "person"]
    assert len(people) == 1
    assert len({relation.source for relation in graph.relations}) == 1


APART = [
    (["Adam Smith", "Adam Jones", "Adam"], 3),
    (["Adam Smith", "John Smith", "Mr Smith"], 3),
    (["Ana", "Anna"], 2),
    (["Ana", "Mariana"], 2),
    (["Tom", "Tomas"], 2),
    (["Lee Ann", "Ann Lee"], 2),
    (["王伟", "王芳"], 2),
]


@pytest.mark.parametrize(("people", "count"), APART)
def test_names_that_only_look_alike_are_apart(people: list[str], count: int):
    graph = graph_of([fact(name, "owns", f"boat {n}", n) for n, name in enumerate(people)])

    assert len([entity for entity in graph.entities.values() if entity.type == "person"]) == count


def test_an_alias_that_was_stated_joins_and_one_that_was_denied_parts():
    facts = [fact("Liz", "lives_in", "Bath"), fact("Elizabeth Brown", "works_at", "Initech", 1)]
    assert len(names(graph_of(facts))) == 4

    joined = [*facts, fact("Liz", "also_known_as", "Elizabeth Brown", 2)]
    assert names(graph_of(joined))["Elizabeth Brown"] == {"Liz"}

    parted = [
        fact("Adam", "owns", "kite"),
        fact("Adam Smith", "owns", "car", 1),
        fact("Adam", "is_not", "Adam Smith", 2),
    ]
    assert {"Adam", "Adam Smith"} <= names(graph_of(parted)).keys()


def test_a_relative_is_another_person_until_named():
    unnamed = graph_of([fact("Ana", "lives_in", "Faro"), fact("Ana's sister", "lives_in", "Porto", 1)])
    assert {"Ana", "Ana's sister"} <= names(unnamed).keys()

    sister = fact("Ana", "sibling", "Ines", 2, text="Ines is Ana's sister")
    named = graph_of([fact("Ana's sister", "lives_in", "Porto", 1), sister, fact("Ines", "owns", "boat", 3)])
    assert names(named)["Ines"] == {"Ana's sister"} or names(named)["Ana's sister"] == {"Ines"}

    two = [sister, fact("Ana", "sibling", "Vera", 4, text="Vera is Ana's sister")]
    assert {"Ana's sister", "Ines", "Vera"} <= names(
        graph_of([*two, fact("Ana's sister", "owns", "boat", 5)])
    ).keys()

    brother = fact("Ana", "sibling", "Rui", 6, text="Rui is Ana's brother")
    mixed = graph_of([sister, brother, fact("Ana's brother", "owns", "van", 7)])
    assert any({"Rui", "Ana's brother"} == {e.name, *e.aliases} for e in mixed.entities.values())


def test_the_name_that_a_person_gives_is_theirs():
    graph = graph_of([fact("Tom", "name", "Tom Baker"), fact("Tom", "pet", "Rex", 1)])

    assert names(graph) == {"Tom Baker": {"Tom"}, "Rex": set()}
    assert {entity.name: entity.type for entity in graph.entities.values()} == {
        "Tom Baker": "person",
        "Rex": "animal",
    }


def test_a_place_is_no_person_however_it_is_called():
    graph = graph_of([fact("Lisbon Santos", "lives_in", "Lisbon"), fact("Ana", "lives_in", "Lisbon", 1)])

    assert {entity.name for entity in graph.entities.values()} == {"Lisbon Santos", "Lisbon", "Ana"}


def test_numbers_and_jobs_are_no_entities():
    graph = graph_of(
        [fact("Ana", "age", "41"), fact("Ana", "works_as", "nurse", 1), fact("Ana", None, None, 2)]
    )

    assert names(graph) == {"Ana": set()}
    assert graph.relations == []


def test_an_entity_counts_what_is_said_of_it():
    graph = graph_of([fact("Ana", "lives_in", "Porto", 0, evidence=3), fact("Bo", "comes_from", "Porto", 5)])

    (porto,) = [entity for entity in graph.entities.values() if entity.name == "Porto"]
    assert (porto.type, porto.mentions, len(porto.facts)) == ("place", 4, 2)
    assert (porto.first_seen, porto.last_seen) == (AT, AT + timedelta(days=5))


def test_five_hundred_facts_about_one_person_are_five_hundred_relations():
    graph = graph_of([fact("Ana", "likes", f"thing {n}", n) for n in range(500)])

    assert len(graph.relations) == 500
    assert all(relation.status == "current" for relation in graph.relations)


# --- queries ----------------------------------------------------------------------------------------------------------

EDGES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=25)


def view_and_model(edges: list[tuple[int, int]]) -> tuple[GraphView, nx.MultiDiGraph]:
    facts = [fact(f"n{a}", "likes", f"n{b}", number) for number, (a, b) in enumerate(edges)]
    model = nx.MultiDiGraph()
    model.add_edges_from((f"n{a}", f"n{b}", f.id) for (a, b), f in zip(edges, facts, strict=True))
    return GraphView(facts, ME), model


@given(EDGES, st.integers(1, 3))
def test_what_is_around_an_entity_is_what_networkx_says(edges: list[tuple[int, int]], hops: int):
    view, model = view_and_model(edges)
    undirected = model.to_undirected()
    for entity in view.graph().entities.values():
        near = nx.single_source_shortest_path_length(undirected, entity.name, cutoff=hops)
        near_graph = query.related(view, entity.id, hops=hops)
        assert {entity.name for entity in near_graph.entities.values()} == set(near)
        inner = {name for name, distance in near.items() if distance < hops}
        assert {relation.fact for relation in near_graph.relations} == {
            key for a, b, key in model.edges(keys=True) if a in inner or b in inner
        }


@given(EDGES)
def test_a_path_is_as_short_as_networkx_says(edges: list[tuple[int, int]]):
    view, model = view_and_model(edges)
    undirected = nx.Graph(model)
    ids = {entity.name: entity.id for entity in view.graph().entities.values()}
    for start, first in ids.items():
        lengths = nx.single_source_shortest_path_length(undirected, start)
        for end, last in ids.items():
            path = query.path(view, first, last)
            assert (None if path is None else len(path)) == lengths.get(end)


def test_only_what_was_true_then_is_followed():
    year = timedelta(days=365)
    moved = [
        fact("Ana", "lives_in", "Porto", 0, status="superseded", valid=Interval(start=AT, end=AT + year)),
        fact("Ana", "lives_in", "Braga", 1, valid=Interval(start=AT + year)),
        fact("Bo", "lives_in", "Porto", 2, valid=Interval(start=AT)),
    ]
    view = GraphView(moved, ME)
    ids = {entity.name: entity.id for entity in view.graph().entities.values()}

    then = query.related(view, ids["Ana"], hops=2, valid_at=AT + timedelta(days=1))
    now = query.related(view, ids["Ana"], hops=2, valid_at=AT + 2 * year)

    assert {entity.name for entity in then.entities.values()} == {"Ana", "Porto", "Bo"}
    assert {entity.name for entity in now.entities.values()} == {"Ana", "Braga"}
    assert query.path(view, ids["Ana"], ids["Bo"], valid_at=AT + 2 * year) is None


def test_a_name_is_found_whole_before_in_part():
    view = GraphView(
        [
            fact("Adam Smith", "owns", "car"),
            fact("Adam Jones", "owns", "van", 1),
            fact("Adam", "owns", "kite", 2),
        ],
        ME,
    )

    assert next(entity.name for entity in query.find(view, "adam")) == "Adam"
    assert [entity.name for entity in query.find(view, "Mr Jones")] == ["Adam Jones"]
    assert query.find(view, "Zoe") == []


# --- export ----------------------------------------------------------------------------------------------------------

AWKWARD = [
    fact('Ana "A" <b>', "likes", "tea & 'biscuits'\nwith milk \\"),
    fact("Bo", "friend", 'Ana "A" <b>', 1),
]


def test_graphml_is_read_by_networkx():
    graph = graph_of(AWKWARD)

    read = nx.parse_graphml(FORMATS["graphml"](graph), force_multigraph=True)

    assert set(read.nodes) == set(graph.entities)
    assert read.number_of_edges() == 2
    assert {data["name"] for _, data in read.nodes(data=True)} == {
        entity.name for entity in graph.entities.values()
    }
    assert {data["label"] for _, _, data in read.edges(data=True)} == {"likes", "friend"}


def test_graphml_and_jsonld_are_well_formed():
    graph = graph_of(AWKWARD)

    assert (
        len(
            list(ET.fromstring(FORMATS["graphml"](graph)).iter("{http://graphml.graphdrawing.org/xmlns}node"))
        )
        == 3
    )
    nodes = json.loads(FORMATS["jsonld"](graph))["@graph"]
    assert len(nodes) == 5


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_has_everything_and_an_empty_graph_too(format: str):
    graph = graph_of(AWKWARD)

    text = FORMATS[format](graph)

    assert all(entity.id in text for entity in graph.entities.values())
    assert isinstance(FORMATS[format](Graph()), str)


def test_no_value_gets_out_of_its_quotes_in_cypher():
    text = FORMATS["cypher"](graph_of([fact("x'}) DETACH DELETE n //", "likes", "tea")]))

    assert "x\\'}) DETACH" in text
    assert text.count(";\n") == 3
