"""What changes, ends or is corrected takes effect; what is told later about an earlier time does not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lukasa import Memory
from lukasa.testing.llm import ScriptedLLM

FIRST, LATER = "2026-11-10T10:00:00Z", "2026-11-11T10:00:00Z"


def believed(*said: str, at: tuple[str, str] = (FIRST, LATER)) -> dict[str, set[str]]:
    """Return the current values of each attribute after one statement a session, denials apart."""
    with Memory.open("memory:", embedder="none") as memory:
        handle = memory.of(user="a")
        for number, (text, when) in enumerate(zip(said, at, strict=False)):
            handle.remember(text, at=when, session=str(number))
        values: dict[str, set[str]] = {}
        for fact in handle.facts():
            if not fact.negated and fact.status == "current":
                values.setdefault(fact.attribute or "", set()).add(fact.value or "")
        return values


def _cases() -> Iterator[tuple[str, str, str, str]]:
    for line in CHANGES.strip().splitlines():
        first, later, attribute, value = (part.strip() for part in line.split("|"))
        yield first, later, attribute, value


CHANGES = """
My name is Marta.            | Please call me Tess from now on.                 | name     | Tess
My name is Marta.            | I changed my name to Tess.                       | name     | Tess
My name is Marta.            | I go by Tess these days.                         | name     | Tess
My name is Marta.            | Call me Tess.                                    | name     | Tess
I live in Ghent.             | Actually, I don't live in Ghent, I live in Turin. | lives_in | Turin
I live in Ghent.             | Not Ghent, Turin.                                | lives_in | Turin
I live in Ghent.             | Correction: I live in Turin.                     | lives_in | Turin
I live in Ghent.             | No, that's wrong, I live in Turin.               | lives_in | Turin
I live in Ghent.             | I moved to Turin last week.                      | lives_in | Turin
I live in Ghent.             | I moved out of Ghent.                            | lives_in | -
I live in Ghent.             | I don't live in Ghent anymore.                   | lives_in | -
I work at Initech.           | I quit my job at Initech.                        | works_at | -
I work at Initech.           | I left Initech.                                  | works_at | -
I work at Initech.           | I got laid off.                                  | works_at | -
I work at Initech.           | I just started at Umbra.                         | works_at | Umbra
I work at Initech.           | I joined Umbra last month.                       | works_at | Umbra
I work at Initech.           | I'm now at Umbra.                                | works_at | Umbra
I work at Initech.           | I got a new job at Umbra.                        | works_at | Umbra
I work as a nurse.           | I'm a teacher now.                               | works_as | teacher
I'm married to Pavel.        | Pavel and I got divorced.                        | partner  | -
My girlfriend is called Ida. | Ida and I broke up.                              | partner  | -
My wife is called Ida.       | My wife left me.                                 | partner  | -
I have a dog called Bruno.   | Bruno passed away.                               | pet      | -
I have a dog called Bruno.   | My dog died yesterday.                           | pet      | -
I have a cat called Mimi.    | My cat Mimi died.                                | pet      | -
I'm vegetarian.              | I started eating meat again last month.          | diet     | -
I'm vegan.                   | I eat meat now.                                  | diet     | -
I'm vegan.                   | I'm not vegan any more.                          | diet     | -
I like sushi.                | I don't like sushi anymore.                      | likes    | -
I drive a Honda.             | I sold my Honda.                                 | owns     | -
I have a car.                | I sold my car last week.                         | owns     | -
I'm 30.                      | I'm 31 now.                                      | age      | 31
I study physics.             | I dropped out of university.                     | studies  | -
My favourite colour is blue. | My favourite colour is green now.                | favourite colour | green
I have a brother called Tom. | My brother is called Tim, not Tom.               | sibling  | Tim
"""


@pytest.mark.parametrize(("first", "later", "attribute", "value"), list(_cases()))
def test_what_ended_or_was_corrected_is_no_longer_believed(
    first: str, later: str, attribute: str, value: str
):
    assert believed(first, later).get(attribute, set()) == ({value} if value != "-" else set())


@pytest.mark.parametrize(
    ("first", "later", "attribute", "value"),
    [
        ("I moved to Milan in May 2024.", "I moved to Rome in March 2020.", "lives_in", "Milan"),
        ("I live in Milan.", "I moved to Rome in 2010.", "lives_in", "Milan"),
        ("I started working at Umbra in 2025.", "I started working at Initech in 2019.", "works_at", "Umbra"),
        ("I got married in 2020.", "I got divorced in 2015.", "relationship_status", "married"),
        ("I work at Initech.", "I worked at Umbra in 2019.", "works_at", "Initech"),
        ("I work at Initech.", "I left Umbra in 2019.", "works_at", "Initech"),
        ("I live in Milan.", "I'm moving to Rome in June.", "lives_in", "Milan"),
        ("I live in Milan.", "I used to live in Rome.", "lives_in", "Milan"),
        ("I have a dog called Bruno.", "My neighbour's dog died.", "pet", "Bruno"),
        ("I have a dog called Bruno.", "Kira passed away.", "pet", "Bruno"),
        ("I work at Initech.", "If I quit my job I would travel.", "works_at", "Initech"),
        ("I work at Initech.", "My sister quit her job.", "works_at", "Initech"),
        ("I was diagnosed with asthma last year.", "I went for a run on Sunday.", "has_condition", "asthma"),
    ],
)
def test_what_is_told_of_another_time_or_person_ends_nothing(
    first: str, later: str, attribute: str, value: str
):
    assert believed(first, later)[attribute] == {value}


def test_of_two_pets_the_one_that_is_named_is_meant():
    assert believed("I have a dog called Bruno and I have a dog called Kira.", "Bruno died.")["pet"] == {
        "Kira"
    }


def test_a_clock_that_was_wrong_once_does_not_outlast_what_is_said_after_it():
    values = believed("I live in Ghent.", "I live in Turin now.", at=("2099-01-01T00:00:00Z", LATER))

    assert values["lives_in"] == {"Turin"}


def test_what_begins_in_the_same_breath_does_not_end():
    assert believed("I work at Initech.", "I work at Umbra now. I quit my job.")["works_at"] == {"Umbra"}


def test_a_model_that_names_no_end_ends_it_all_the_same():
    works = {"message": 1, "subject": "user", "text": "User works at Initech", "quote": "I work at Initech"}
    works |= {"attribute": "works_at", "value": "Initech"}
    quit_job = {"message": 1, "subject": "user", "text": "User quit their job", "kind": "event"}
    model = ScriptedLLM([{"facts": [works]}, {"facts": [quit_job | {"quote": "I quit my job"}]}])
    with Memory.open("memory:", embedder="none", llm=model) as memory:
        handle = memory.of(user="a")
        handle.remember("Hello there, I work at Initech.", at=FIRST, session="1", wait=True)
        handle.remember("Well, I quit my job yesterday.", at=LATER, session="2", wait=True)

        facts = handle.facts(status=["current", "superseded"])
        assert [fact.status for fact in facts if fact.attribute == "works_at"] == ["superseded"]


def test_what_a_prompt_begins_with_is_of_those_who_speak_and_sure():
    with Memory.open("memory:", embedder="none") as memory:
        handle = memory.of(user="a")
        handle.remember(
            "My name is Tess. I'm allergic to walnuts. My sister Ida lives in Ghent. I'm moving to Rome in June. "
            "I have an appointment with the dentist on 3 December. I'm not vegan. I play chess.",
            at=FIRST,
        )
        handle.remember([{"role": "assistant", "content": "I love Porto. Gary is an actor."}], at=FIRST)

        assert handle.context("What shall I cook?", budget=4000).profile == (
            "Known\n- User: is allergic to walnuts; is called Tess"
        )


def test_a_prompt_begins_with_what_must_not_be_got_wrong():
    with Memory.open("memory:", embedder="none") as memory:
        handle = memory.of(user="a")
        handle.remember(
            "I live in Gothenburg. I love kayaking. I can't stand cilantro. I work at Volvo.", at=FIRST
        )
        handle.remember("I'm allergic to walnuts. I'm lactose intolerant. I have asthma.", at=LATER)

        assert handle.context("What shall I cook?", budget=300).profile.startswith(
            "Known\n- User: is allergic to walnuts; has asthma; is lactose intolerant"
        )


def test_a_prompt_begins_with_nothing_rather_than_with_what_is_not_known():
    with Memory.open("memory:", embedder="none") as memory:
        handle = memory.of(user="a")
        handle.remember("Jonas snores like a tractor. What a day!", at=FIRST)

        assert handle.context("Who snores?").profile == ""


def test_a_label_that_is_not_the_name_people_use_is_one_person_with_it():
    with Memory.open("memory:", embedder="none") as memory:
        handle = memory.of(user="a")
        handle.remember(
            [
                {"role": "user", "name": "Emi", "content": "I live in Turin. I love opera."},
                {"role": "user", "name": "Tom", "content": "Hey Kate! How is Turin?"},
                {"role": "user", "name": "Emi", "content": "Warm and loud."},
                {"role": "user", "name": "Tom", "content": "Hey Kate! Shall I come?"},
            ],
            at=FIRST,
            session="1",
        )
        handle.remember("Hi, I'm Priya. I'm allergic to walnuts.", at=LATER, session="2")

        people = {entity.name: entity.aliases for entity in handle.entities() if entity.type == "person"}
        assert people == {"Emi": ("Kate",), "User": ("Priya",)}
        assert {relation.label for relation in handle.relations("Kate")} >= {"lives_in", "likes"}
        assert {relation.label for relation in handle.relations("Priya")} >= {"allergic_to"}
