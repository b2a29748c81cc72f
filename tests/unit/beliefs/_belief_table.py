"""Pairs of things said one after the other, and what is believed after both."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

Sort = Literal["replacement", "negation", "correction", "different subject", "additive", "restatement"]


class Said(NamedTuple):
    """One claim; `more` are further fields of it."""

    text: str
    subject: str
    attribute: str
    value: str
    more: dict[str, Any] = {}  # noqa: RUF012 - never changed


class Pair(NamedTuple):
    sort: Sort
    first: Said
    second: Said
    current: list[str]
    """Values believed after both, in any order; `not X`: that it is not X."""

    past: list[str] = []  # noqa: RUF012 - never changed
    """Values that were believed, and ended."""

    withdrawn: list[str] = []  # noqa: RUF012 - never changed


def _replaced(attribute: str, old: str, new: str, *said: str) -> Pair:
    first, second = said
    return Pair(
        "replacement", Said(first, "Ana", attribute, old), Said(second, "Ana", attribute, new), [new], [old]
    )


def _both(sort: Sort, first: Said, second: Said) -> Pair:
    return Pair(sort, first, second, [first.value, second.value])


REPLACEMENT = [
    _replaced("lives_in", "Porto", "Lisbon", "Ana lives in Porto", "Ana lives in Lisbon"),
    _replaced("works_at", "Initech", "Globex", "Ana works at Initech", "Ana has a job at Globex now"),
    _replaced("works_as", "waiter", "cook", "Ana works as a waiter", "Ana works as a cook"),
    _replaced("age", "34", "35", "Ana is 34", "Ana is 35"),
    _replaced("relationship_status", "single", "married", "Ana is single", "Ana is married"),
    _replaced("diet", "vegetarian", "vegan", "Ana is vegetarian", "Ana is vegan now"),
    _replaced("favourite colour", "red", "green", "Ana's favourite colour is red", "Ana prefers green"),
    _replaced("studies", "law", "botany", "Ana studies law", "Ana switched to botany"),
    _replaced("partner", "Rui", "Nuno", "Rui is Ana's partner", "Nuno is Ana's partner"),
    _replaced("name", "Ana Reis", "Ana Lopes", "She is Ana Reis", "She took the name Ana Lopes"),
    _replaced("works_as", "nurse", "head nurse", "Ana is a nurse", "Ana was promoted to head nurse"),
    Pair(
        "replacement",
        Said("Ana loves Chinese food", "Ana", "likes", "Chinese food"),
        Said("Ana hates Chinese food", "Ana", "dislikes", "Chinese food"),
        ["Chinese food"],
        ["Chinese food"],
    ),
]

NEGATION = [
    Pair(
        "negation",
        Said("Ana lives in Porto", "Ana", "lives_in", "Porto"),
        Said("Ana does not live in Porto any more", "Ana", "lives_in", "Porto", {"negated": True}),
        ["not Porto"],
        ["Porto"],
    ),
    Pair(
        "negation",
        Said("Ana works at Initech", "Ana", "works_at", "Initech"),
        Said("Ana no longer works at Initech", "Ana", "works_at", "Initech", {"ended": True}),
        ["not Initech"],
        ["Initech"],
    ),
    Pair(
        "negation",
        Said("Ana likes olives", "Ana", "likes", "olives"),
        Said("Ana does not like olives", "Ana", "likes", "olives", {"negated": True}),
        ["not olives"],
        ["olives"],
    ),
    Pair(
        "negation",
        Said("Ana smokes", "Ana", "does", "smoking"),
        Said("Ana stopped smoking", "Ana", "stopped", "smoking"),
        ["smoking"],
        ["smoking"],
    ),
    Pair(
        "negation",
        Said("Ana owns a car", "Ana", "owns", "a car"),
        Said("Ana has no car now", "Ana", "owns", "a car", {"ended": True}),
        ["not a car"],
        ["a car"],
    ),
    Pair(
        "negation",
        Said("Ana lives in Porto", "Ana", "lives_in", "Porto"),
        Said("Ana does not live in Braga", "Ana", "lives_in", "Braga", {"negated": True}),
        ["Porto", "not Braga"],
    ),
    Pair(
        "negation",
        Said("Ana likes olives", "Ana", "likes", "olives"),
        Said("Ana does not like capers", "Ana", "likes", "capers", {"negated": True}),
        ["olives", "not capers"],
    ),
    Pair(
        "negation",
        Said("Ana does not eat fish", "Ana", "likes", "fish", {"negated": True}),
        Said("Ana likes fish now", "Ana", "likes", "fish"),
        ["fish"],
        ["not fish"],
    ),
    Pair(
        "negation",
        Said("Ana plans to learn Greek", "Ana", "plans", "learn Greek"),
        Said("Ana gave up learning Greek", "Ana", "plans", "learn Greek", {"ended": True}),
        ["not learn Greek"],
        ["learn Greek"],
    ),
    Pair(
        "negation",
        Said("Ana is allergic to nuts", "Ana", "allergic_to", "nuts"),
        Said("Ana's allergy to nuts is gone", "Ana", "allergic_to", "nuts", {"ended": True}),
        ["not nuts"],
        ["nuts"],
    ),
    Pair(
        "negation",
        Said("Ana does not like rain", "Ana", "likes", "rain", {"negated": True}),
        Said("Ana dislikes rain", "Ana", "dislikes", "rain"),
        ["not rain", "rain"],
    ),
]

CORRECTION = [
    Pair(
        "correction",
        Said(first, "Ana", attribute, old),
        Said(second, "Ana", attribute, new, {"corrects": corrects}),
        [new],
        withdrawn=[old],
    )
    for attribute, old, new, corrects, first, second in [
        (
            "lives_in",
            "Porto",
            "Lisbon",
            "Porto",
            "Ana lives in Porto",
            "Ana lives not in Porto but in Lisbon",
        ),
        ("lives_in", "Porto", "Lisbon", "", "Ana lives in Porto", "Actually, Ana lives in Lisbon"),
        ("birthday", "7 May", "8 May", "7 May", "Ana's birthday is 7 May", "Ana's birthday is 8 May, not 7"),
        ("birthday", "May", "June", "", "Ana's birthday is in May", "Sorry, Ana's birthday is in June"),
        ("age", "34", "43", "", "Ana is 34", "Ana meant 43"),
        ("pet", "Rex", "Max", "Rex", "Ana's dog is Rex", "Ana's dog is Max, not Rex"),
        ("sibling", "Bea", "Bia", "bea", "Ana's sister is Bea", "Ana's sister is Bia, not Bea"),
        ("works_as", "cook", "baker", "a cook", "Ana is a cook", "Ana is not a cook but a baker"),
        ("favourite book", "Emma", "Dune", "", "Ana's favourite book is Emma", "Ana meant Dune"),
        ("comes_from", "Chile", "Peru", "Chile", "Ana is from Chile", "Ana is from Peru, not Chile"),
    ]
] + [
    Pair(
        "correction",
        Said("Ana lives in Porto", "Ana", "lives_in", "Porto"),
        Said("Ana never lived in Porto", "Ana", "lives_in", "Porto", {"negated": True, "corrects": "Porto"}),
        ["not Porto"],
        withdrawn=["Porto"],
    ),
]

DIFFERENT_SUBJECT = [
    _both("different subject", Said(first, one, attribute, a), Said(second, other, attribute, b))
    for one, other, attribute, a, b, first, second in [
        ("Ana", "Ana's brother", "favourite player", "Messi", "Ronaldo",
         "Ana's favourite player is Messi", "Ana's brother's favourite player is Ronaldo"),
        ("Ana", "Bea", "lives_in", "Porto", "Lisbon", "Ana lives in Porto", "Bea lives in Lisbon"),
        ("Ana", "Ana's mother", "works_as", "nurse", "teacher", "Ana is a nurse", "Ana's mother is a teacher"),
        ("Ana", "Ana Reis", "age", "34", "35", "Ana is 34", "Ana Reis is 35"),
        ("Tom", "Tim", "birthday", "7 May", "8 May", "Tom's birthday is 7 May", "Tim's birthday is 8 May"),
        ("Simon", "Simone", "diet", "vegan", "kosher", "Simon is vegan", "Simone keeps kosher"),
        ("Ana", "Bea", "likes", "olives", "olives", "Ana likes olives", "Bea likes olives"),
        ("Ana's dog", "Ana's cat", "age", "3", "5", "Ana's dog is 3", "Ana's cat is 5"),
        ("Evan", "Evans", "works_at", "Initech", "Globex", "Evan works at Initech", "Evans works at Globex"),
        ("Ana", "Ana's company", "lives_in", "Porto", "Faro", "Ana lives in Porto", "Ana's company sits in Faro"),
    ]
] + [
    _both(
        "different subject",
        Said("Ana likes rain", "Ana", "likes", "rain"),
        Said("Bea dislikes rain", "Bea", "dislikes", "rain"),
    ),
]  # fmt: skip

ADDITIVE = [
    _both("additive", Said(first, "Ana", one, a), Said(second, "Ana", other, b))
    for one, other, a, b, first, second in [
        (
            "works_as",
            "role",
            "engineer",
            "administrator",
            "Ana is an engineer",
            "Ana is the wiki's administrator",
        ),
        ("role", "role", "treasurer", "referee", "Ana is the club's treasurer", "Ana is a referee"),
        ("likes", "likes", "jazz", "opera", "Ana likes jazz", "Ana likes opera"),
        ("likes", "dislikes", "jazz", "opera", "Ana likes jazz", "Ana dislikes opera"),
        ("pet", "pet", "Rex", "Tom", "Ana has a dog, Rex", "Ana has a cat, Tom"),
        ("child", "child", "Mia", "Rui", "Ana's daughter is Mia", "Ana's son is Rui"),
        ("speaks", "speaks", "Greek", "Danish", "Ana speaks Greek", "Ana speaks Danish"),
        (
            "allergic_to",
            "allergic_to",
            "nuts",
            "pollen",
            "Ana is allergic to nuts",
            "Ana is allergic to pollen",
        ),
        ("visited", "visited", "Rome", "Oslo", "Ana visited Rome", "Ana visited Oslo"),
        ("lives_in", "comes_from", "Porto", "Chile", "Ana lives in Porto", "Ana is from Chile"),
        (
            "favourite book",
            "favourite film",
            "Emma",
            "Alien",
            "Ana's favourite book is Emma",
            "and film, Alien",
        ),
        (
            "plans",
            "plans",
            "visit Rome",
            "learn Greek",
            "Ana plans to visit Rome",
            "Ana plans to learn Greek",
        ),
    ]
]

RESTATEMENT = [
    Pair("restatement", Said(first, "Ana", attribute, a), Said(second, "Ana", attribute, b), [kept])
    for attribute, a, b, kept, first, second in [
        ("lives_in", "Porto", "Porto", "Porto", "Ana lives in Porto", "Ana's home is Porto"),
        ("lives_in", "Porto", "porto.", "Porto", "Ana lives in Porto", "ANA LIVES IN PORTO!"),
        (
            "lives_in",
            "the Netherlands",
            "Netherlands",
            "the Netherlands",
            "Ana lives in the Netherlands",
            "…",
        ),
        (
            "lives_in",
            "Lisbon",
            "Lisbon, Alfama",
            "Lisbon, Alfama",
            "Ana lives in Lisbon",
            "in Alfama, that is",
        ),
        (
            "lives_in",
            "Lisbon, Alfama",
            "Lisbon",
            "Lisbon, Alfama",
            "Ana lives in Alfama",
            "Ana lives in Lisbon",
        ),
        ("birthday", "May", "7 May", "7 May", "Ana's birthday is in May", "Ana's birthday is 7 May"),
        ("birthday", "7 May", "May 7th", "7 May", "Ana's birthday is 7 May", "Ana was born on May 7th"),
        (
            "likes",
            "crossword puzzles",
            "Crossword puzzle",
            "crossword puzzles",
            "Ana likes them",
            "She still does",
        ),
        ("owns", "two cats", "2 cats", "two cats", "Ana owns two cats", "Ana owns 2 cats"),
        ("visited", "Rome", "Rome", "Rome", "Ana visited Rome", "Ana was in Rome"),
        (
            "plans",
            "learn Greek",
            "learn Greek",
            "learn Greek",
            "Ana plans to learn Greek",
            "Ana will learn Greek",
        ),
    ]
]

TABLE = [*REPLACEMENT, *NEGATION, *CORRECTION, *DIFFERENT_SUBJECT, *ADDITIVE, *RESTATEMENT]
