"""The graph follows what is believed: it moves, ends, is undone and erased with its facts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from _settings import SETTINGS

from lukasa import Handle, Memory
from lukasa.errors import InputError, NotFoundError
from lukasa.policy import GraphPolicy


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory.open(tmp_path / "a.lukasa", settings=SETTINGS) as memory:
        yield memory


@pytest.fixture
def ana(memory: Memory) -> Handle:
    return memory.of("ana")


def say(ana: Handle, text: str, at: str = "2025-03-01T10:00:00Z", name: str = "Ana") -> int:
    receipt = ana.remember({"role": "user", "name": name, "content": text}, session=at, at=at)
    return receipt.change


def triplets(ana: Handle, **more: object) -> set[tuple[str, str, str]]:
    names = {entity.id: entity.name for entity in ana.entities()}
    return {(names[r.source], r.label, names[r.target]) for r in ana.relations(**more)}  # type: ignore[arg-type]


def test_family_places_and_work_are_connected(ana: Handle):
    say(ana, "I live in Lisbon. My sister Ines lives in Porto.")
    say(ana, "I work at Ferrovia.")

    assert {
        ("Ana", "lives_in", "Lisbon"),
        ("Ana", "sibling", "Ines"),
        ("Ines", "lives_in", "Porto"),
        ("Ana", "works_at", "Ferrovia"),
    } <= triplets(ana)
    assert [relation.label for relation in ana.path("Lisbon", "Porto") or []] == [
        "lives_in",
        "sibling",
        "lives_in",
    ]
    assert {entity.name for entity in ana.related("Ines", hops=1).entities.values()} == {
        "Ana",
        "Ines",
        "Porto",
    }
    assert {entity.name: entity.type for entity in ana.entities()}["Ferrovia"] == "organisation"


def test_a_move_ends_the_old_relation_and_a_return_begins_another(ana: Handle):
    for month, place in (("01", "Porto"), ("05", "Braga"), ("09", "Porto")):
        say(ana, f"I live in {place} now.", f"2025-{month}-01T10:00:00Z")

    assert triplets(ana, label="lives_in") == {("Ana", "lives_in", "Porto")}
    assert triplets(ana, label="lives_in", valid_at="2025-06-01T00:00:00Z") == {("Ana", "lives_in", "Braga")}
    assert len(ana.relations("Porto", past=True)) == 2


def test_undo_of_a_merge_restores_it_exactly(ana: Handle):
    say(ana, "My friend Liz lives in Bath.")
    ana.believe(
        "Elizabeth Brown works at Initech.", subject="Elizabeth Brown", attribute="works_at", value="Initech"
    )
    before = (ana.entities(), ana.relations(past=True))

    merged = ana.merge("Liz", "Elizabeth Brown")
    (person,) = ana.entities("Liz")
    assert (person.name, list(person.aliases)) == ("Elizabeth Brown", ["Liz"])
    assert {entity.name for entity in ana.related("Liz", hops=1).entities.values()} >= {"Bath", "Initech"}

    ana.undo(call=merged.change)
    assert (ana.entities(), ana.relations(past=True)) == before


def test_two_of_one_name_are_split_when_somebody_says_so(ana: Handle):
    ana.believe("Adam owns a kite.", subject="Adam", attribute="owns", value="kite")
    ana.believe("Adam Smith owns a car.", subject="Adam Smith", attribute="owns", value="car")
    assert len(ana.relations("Adam Smith")) == 2

    ana.split("Adam", "Adam Smith")

    assert len(ana.relations("Adam Smith")) == 1


def test_erasing_a_turn_takes_what_rested_on_it_alone(ana: Handle):
    say(ana, "I live in Lisbon.")
    say(ana, "My sister Ines lives in Porto.", "2025-03-02T10:00:00Z")
    turn = ana.turns(session="2025-03-02T10:00:00Z")[0]

    ana.erase(turn.id)

    assert triplets(ana) == {("Ana", "lives_in", "Lisbon")}
    assert ana.entities("Ines") == []


def test_nothing_of_another_user_is_in_it(memory: Memory, ana: Handle):
    say(ana, "I live in Lisbon.")
    say(memory.of("ben"), "I live in Oslo.", name="Ben")

    assert {entity.name for entity in ana.entities()} == {"Ana", "Lisbon"}
    with pytest.raises(NotFoundError, match="Oslo"):
        ana.related("Oslo")


def test_forgetting_and_restoring_move_it_too(ana: Handle):
    say(ana, "I live in Lisbon.")
    (relation,) = ana.relations(label="lives_in")

    ana.forget(relation.fact)
    assert ana.relations(label="lives_in") == []
    ana.restore(relation.fact)
    assert ana.relations(label="lives_in") == [relation]


def test_it_is_written_for_other_tools(ana: Handle):
    say(ana, "I live in Lisbon.")

    assert ana.graph("dot").startswith("digraph memory {")
    assert "Lisbon" in ana.graph("cypher", entity="Ana", hops=1)
    with pytest.raises(InputError, match="graphml, jsonld, cypher, dot"):
        ana.graph("png")


def test_a_new_name_is_shown_and_undone(ana: Handle):
    say(ana, "My friend Robert lives in Bath.")
    before = (ana.entities(), ana.relations(past=True))

    renamed = ana.rename("Robert", "Bob")
    (person,) = ana.entities("Robert")
    assert (person.name, list(person.aliases)) == ("Bob", ["Robert"])
    assert ("Bob", "lives_in", "Bath") in triplets(ana)

    ana.undo(call=renamed.change)
    assert (ana.entities(), ana.relations(past=True)) == before


def test_an_alias_is_of_somebody_known(ana: Handle):
    say(ana, "My friend Robert lives in Bath.")

    ana.alias("Robert", "the carpenter")
    assert [entity.name for entity in ana.entities("carpenter")] == ["Robert"]
    for verb in (ana.alias, ana.rename):
        with pytest.raises(NotFoundError, match="Rupert"):
            verb("Rupert", "Rob")


def test_an_entity_tells_in_a_line_what_is_known_of_it(ana: Handle):
    say(ana, "I live in Lisbon.")

    assert {entity.name: entity.gist for entity in ana.entities()} == {
        "Ana": "Ana lives in Lisbon",
        "Lisbon": "Ana lives in Lisbon",
    }


def remember_animals(ana: Handle) -> None:
    for subject, attribute, value, text in (
        ("Ana", "pet", "Rex", "Ana has a dog called Rex."),
        ("Ana", "lives_in", "Porto", "Ana lives in Porto."),
        ("Bo", "pet", "Tiger", "Bo has a cat called Tiger."),
    ):
        ana.believe(text, subject=subject, attribute=attribute, value=value)


@pytest.mark.parametrize("embedder", ["hashing", "none"])
def test_relations_are_searched_with_vectors_and_without(tmp_path: Path, embedder: str):
    settings = SETTINGS.model_copy(update={"embedder": embedder})
    with Memory.open(tmp_path / "b.lukasa", settings=settings) as memory:
        ana = memory.of("ana")
        remember_animals(ana)

        assert ana.relations(query="Who has a cat called Tiger?")[0].text == "Bo has a cat called Tiger."
        assert len(ana.relations(query="Who has a cat called Tiger?", limit=1)) == 1
        pets = ana.relations("Ana", query="Who has a cat called Tiger?", label="pet")
        assert [relation.text for relation in pets] == ["Ana has a dog called Rex."]
        assert len(ana.relations(query=" ")) == 3


@pytest.mark.parametrize(("crowd", "sisters"), [(64, 1), (1, 2)])
def test_the_policy_of_the_settings_is_that_of_the_graph(tmp_path: Path, crowd: int, sisters: int):
    settings = SETTINGS.model_copy(update={"graph": GraphPolicy(crowd=crowd)})
    with Memory.open(tmp_path / "b.lukasa", settings=settings) as memory:
        ana = memory.of("ana")
        for name in ("Katherine", "Katharine"):
            ana.believe(f"{name} is Ana's sister.", subject="Ana", attribute="sibling", value=name)

        assert len(ana.related("Ana", hops=1).entities) == 1 + sisters
