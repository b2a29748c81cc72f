"""What a question asks for. The people and events are invented."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lukasa.retrieval.question import understand

NOW = datetime(2025, 3, 12, 10, 0, tzinfo=UTC)

ABOUT_THE_ASSISTANT = [
    "Which restaurant did you recommend for the anniversary?",
    "What did you tell me about the visa?",
    "Can you remind me of the exercise you suggested for my knee?",
    "What was the third book on the list you gave me?",
    "You mentioned a podcast about bees, what was it called?",
    "What was your advice on the contract?",
]

ABOUT_OTHERS = [
    "What is the name of Tomas's parrot?",
    "How much did Pavel pay for the tent?",
    "What hobbies does Leonie have?",
    "Can you list the medicines my mother takes?",
    "What does Leonie do to fall asleep?",
    "What snacks wouldn't harm Leonie?",
    "What is the date of Leonie's wedding?",
    "Has Mina ever been to Chile?",
    "What job might Pavel apply for next?",
    "Whose umbrella did Samuel borrow?",
    "What sports does Dmitri play?",
    "What are the names of Oskar's children?",
    "When is Oskar flying home?",
    "Where was the photo of Samuel taken?",
    "Why is Samuel angry with his boss?",
    "What would Hana do if the school closed?",
    'Who said "you recommended it"?',
]


def test_a_question_about_what_the_assistant_said_is_known_by_its_words():
    asked = {
        question: understand(question, now=NOW).asks_assistant
        for question in (*ABOUT_THE_ASSISTANT, *ABOUT_OTHERS)
    }

    assert asked == dict.fromkeys(ABOUT_THE_ASSISTANT, True) | dict.fromkeys(ABOUT_OTHERS, False)


SEVERAL = [
    "How many marathons has Tomas run?",
    "What are some of the dishes Farid cooked for the party?",
    "What hobbies does Leonie have?",
    "In what ways has the stroke changed Mina's routine?",
    "What do both Ingrid and Farid collect?",
    "Can you list the medicines my mother takes?",
    "Who are Pavel's teammates?",
    "What activities do Tomas and Leonie do together?",
    "What does Leonie do to fall asleep?",
    "What pets wake Tomas at night?",
    "What places has Yara travelled to?",
    "Name the books Aiko finished this winter.",
    "Which recipes did Petra try in April?",
    "What do Samuel and Yara have in common?",
    "Where has Dmitri lived?",
    "Which countries and cities did Petra visit last summer?",
]

ONE = [
    "What is the name of Tomas's parrot?",
    "How old is Leonie's nephew?",
    "Did Noor and Pavel both learn to ski?",
    "Where does Tomas keep the spare key?",
    "Is Pavel still working at the library?",
    "How did Ingrid meet her husband?",
    "Is Mina likely to move abroad?",
    "Which team does Aiko support?",
    "Tell me the name of Hana's landlord.",
    "To which island did Yara sail?",
    "Why is Samuel angry with his boss?",
    "How is Aiko feeling about the exam?",
    "Which charity would Oskar probably support?",
]

A_TIME = [
    "When did Ingrid move to Bergen?",
    "On which day is Noor's surgery?",
    "Do you remember when Mina adopted the dog?",
    "When is Oskar flying home?",
    "How long has Dmitri been learning Greek?",
    "Since when has Petra been vegetarian?",
]


def test_what_is_asked_for_is_told_from_the_words():
    asked = {each: understand(each, now=NOW) for each in (*SEVERAL, *ONE, *A_TIME)}

    assert [each for each in asked if asked[each].asks_several] == SEVERAL
    assert [each for each in asked if asked[each].asks_when] == A_TIME


NOW_SO = ["Where do I live?", "What's my job?", "Which car does Mina drive now?", "Who is Oskar's partner?"]

ONCE_SO = [
    "Where did I live before Lisbon?",
    "What was my first job?",
    "Which car did Mina drive?",
    "What is the name of my old school?",
    "When does Oskar's course begin?",
    "How long has Petra been a vegetarian?",
    "Find me a plumber.",
]


def test_what_is_so_now_is_told_from_what_was():
    assert [each for each in (*NOW_SO, *ONCE_SO) if understand(each, now=NOW).asks_now] == NOW_SO


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What did Leonie say to Farid?", ("Leonie", "Farid")),
        ("what did leonie say", ("Leonie",)),
        ("Is that Leonie's idea?", ("Leonie",)),
        ("Where did Leo and Far go?", ("Leonie", "Farid")),
        ("the far side of the leo enclosure", ()),
        ("Farideh came", ()),
        ("FARID came", ("Farid",)),
        ("Did Lé come", ()),
    ],
)
def test_known_names_are_found_whole_possessive_and_short(question, names):
    assert understand(question, now=NOW, names=["Farid", "Leonie"]).names == names


def test_a_short_form_that_fits_two_people_names_neither():
    assert understand("Where is Mar?", now=NOW, names=["Maria", "Marta"]).names == ()


def test_a_first_name_finds_the_only_person_who_has_it():
    names = ["Maria Lopez", "Jon Lopez"]

    assert understand("Where is Maria?", now=NOW, names=names).names == ("Maria Lopez",)
    assert understand("Where is Lopez?", now=NOW, names=names).names == ()
    assert understand("Where is Jon Lopez?", now=NOW, names=names).names == ("Jon Lopez",)


def test_a_name_that_is_a_little_word_needs_its_capital():
    assert understand("Will she come?", now=NOW, names=["Will"]).names == ()
    assert understand("Has Will come?", now=NOW, names=["Will"]).names == ("Will",)


def test_names_are_found_without_accents_and_in_scripts_without_spaces():
    assert understand("Where did Zoe go?", now=NOW, names=["Zoë"]).names == ("Zoë",)
    assert understand("昨天小王说了什么？", now=NOW, names=["小王"]).names == ("小王",)


def test_terms_and_windows_come_with_it():
    found = understand("What did she plant in May 2024?", now=NOW)

    assert "plant" in found.terms
    assert "did" not in found.terms
    assert [window.phrase for window in found.windows] == ["May 2024"]


@given(st.text(max_size=200), st.lists(st.text(max_size=10), max_size=4))
def test_any_text_is_understood_the_same_way_twice(question, names):
    assert understand(question, now=NOW, names=names) == understand(question, now=NOW, names=names)
