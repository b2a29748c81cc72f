"""The graph follows what is believed: it moves, ends, is undone and erased with its facts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

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
    say(ana, "I live in Lisbon. This is my sister Ines.")
    say(ana, "I live in Porto.", name="Ines")
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
    say(ana, "I live in Bath.", name="Liz")
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
    say(ana, "I live in Bath.", name="Robert")
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


# --- one person, several names ---------------------------------------------------------------------------------------


def texts(ana: Handle, subject: str) -> set[str]:
    return {fact.text for fact in ana.facts(subject=subject)}


def talk(ana: Handle, *said: tuple[str | None, str]) -> None:
    for number, (name, text) in enumerate(said):
        message = {"role": "user", "content": text, **({"name": name} if name else {})}
        ana.remember(message, session="talk", at=f"2026-03-01T10:{number:02}:00Z")


def test_who_says_their_name_is_found_by_it(memory: Memory, ana: Handle):
    talk(ana, (None, "Hi, I'm Priya."), (None, "I work at Initech."), ("Priya", "I live in Faro."))
    memory.of("ben").remember("I work at Umbra.")

    everything = {"User is called Priya", "User works at Initech", "Priya lives in Faro"}
    assert texts(ana, "Priya") == texts(ana, "priya") == texts(ana, "User") == everything
    assert ana.facts(subject="Priya", limit=1) == ana.facts(limit=1)
    assert len({ana.entities(name)[0].id for name in ("Priya", "User")}) == 1
    assert {relation.label for relation in ana.relations("Priya")} == {"works_at", "lives_in"}
    assert memory.of("ben").facts(subject="Priya") == []


def test_a_name_that_others_call_somebody_counts_when_it_is_heard_again(ana: Handle):
    talk(ana, ("Emi", "I live in Faro."), ("Tom", "That's great, Kate!"))
    assert texts(ana, "Kate") == set()

    talk(
        ana,
        ("Emi", "I live in Faro."),
        ("Tom", "That's great, Kate!"),
        ("Emi", "It is."),
        ("Tom", "Bye, Kate!"),
    )
    assert texts(ana, "Kate") == {"Emi lives in Faro", "Emi is called Kate"}
    assert ana.entities("Kate")[0].aliases == ("Kate",)
    assert {relation.label for relation in ana.relations("Kate")} == {"lives_in"}
    found = ana.recall("Does Kate live somewhere?", limit=1, kinds=["turn"])
    assert [hit.text for hit in found.hits] == ["I live in Faro."]


@pytest.mark.parametrize(
    "said",
    [
        [(None, "I'm Priya."), (None, "My friend Priya lives in Leeds.")],
        [(None, "My friend Priya lives in Leeds."), (None, "She said: I'm Priya.")],
        [("Ana", "My sister Priya lives in Leeds."), ("Priya", "I live in Leeds."), ("Ana", "Hi, Priya!"), ("Ana", "Bye, Priya!")],
        [(None, "My friend Priya lives in Leeds."), (None, "This is Priya's house."), (None, "I'm Priya's sister.")],
    ],
)  # fmt: skip
def test_anothers_name_stays_anothers(ana: Handle, said: list[tuple[str | None, str]]):
    talk(ana, *said)
    talk(ana, (said[0][0], "I work at Initech."))

    assert not any("Initech" in text for text in texts(ana, "Priya"))
    assert not any("Initech" in relation.text for relation in ana.relations("Priya"))


def test_names_that_are_stated_are_seen_undone_and_erased(ana: Handle):
    talk(ana, ("Emi", "I live in Faro."), ("Tom", "I live in Rome."))
    merged = ana.merge("Emi", "Kate")
    assert "Emi lives in Faro" in texts(ana, "Kate")
    assert ana.entities("Kate")[0].aliases == ("Kate",)

    apart = ana.split("Emi", "Kate")
    assert "Emi lives in Faro" not in texts(ana, "Kate")
    ana.undo(call=apart.change)
    assert "Emi lives in Faro" in texts(ana, "Kate")
    ana.forget(merged.facts[0])
    assert "Emi lives in Faro" not in texts(ana, "Kate")
    ana.restore(merged.facts[0])
    assert "Emi lives in Faro" in texts(ana, "Kate")
    ana.erase(turns=merged.turns)
    assert texts(ana, "Kate") == set()
    ana.remember(
        "Her friends call Emi Kate.",
        facts=[{"text": "Emi is called Kate", "attribute": "also_known_as", "value": "Kate"}],
    )
    assert "Emi lives in Faro" in texts(ana, "Kate")


def test_names_brought_up_to_date_are_those_read_afresh(ana: Handle):
    chance, people = Random(7), ["Emi", "Kate", "Tom", "Priya"]
    calls: list[int] = []
    for step in range(25):
        one, other = chance.sample(people, 2)
        match chance.randrange(6):
            case 0 | 1:
                calls.append(ana.merge(one, other).change)
            case 2:
                calls.append(ana.split(one, other).change)
            case 3:
                calls.append(say(ana, f"My friend {other} lives in Faro.", name=one))
            case 4 if any(calls):
                ana.undo(call=chance.choice([call for call in calls if call]))
            case _:
                ana.forget([fact.id for fact in ana.facts(include_retired=True) if chance.random() < 0.1])
        shown = {name: ana.facts(subject=name) for name in people}
        if step % 4 == 3:
            ana._handle._names.drop(ana.partition)
        assert shown == {name: ana.facts(subject=name) for name in people}
