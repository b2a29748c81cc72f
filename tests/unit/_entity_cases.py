"""Facts, and which of the names in them are one entity's."""

from __future__ import annotations

from typing import NamedTuple

Told = tuple[str, str, str]
"""Subject, attribute, value."""


class Case(NamedTuple):
    """What is told, and the groups of names that must come out of it; names that stand in no group are alone."""

    name: str
    told: list[Told]
    groups: list[set[str]]
    apart: tuple[str, ...] = ()
    """Names that must be in no group with one another."""


def owns(*people: str) -> list[Told]:
    """Return a fact about each."""
    return [(person, "owns", f"boat number {number}") for number, person in enumerate(people)]


def same(name: str, *people: str) -> Case:
    """Return a case in which all names are one person's."""
    return Case(name, owns(*people), [set(people)])


def apart(name: str, *people: str) -> Case:
    """Return a case in which each name is somebody else's."""
    return Case(name, owns(*people), [], people)


MERGE = [
    same("first and full name", "Adam", "Adam Smith"),
    same("surname with title", "Mr Smith", "Adam Smith"),
    same("all three", "Adam", "Adam Smith", "Mr Smith"),
    same("title before the full name", "Dr. Ngozi Okafor", "Ngozi Okafor"),
    same("professor", "Prof Lindqvist", "Maja Lindqvist"),
    same("case", "adam smith", "Adam Smith"),
    same("capitals", "ADAM SMITH", "Adam Smith"),
    same("possessive", "Adam's", "Adam"),
    same("typographic possessive", "Adam’s", "Adam"),
    same("middle name", "Mary Watson", "Mary Jane Watson"),
    same("first two names", "Mary Jane", "Mary Jane Watson"),
    same("punctuation", "J. Garcia", "J Garcia"),
    same("hyphen", "Anne-Marie", "Anne Marie"),
    same("Frau", "Frau Weber", "Anna Weber"),
    same("article", "The Rock", "Rock"),
    same("two spaces", "Adam  Smith", "Adam Smith"),
]
DO_NOT_MERGE = [
    apart("two Adams and one of them", "Adam Smith", "Adam Jones", "Adam"),
    apart("two Smiths and one of them", "Adam Smith", "John Smith", "Mr Smith"),
    apart("one letter", "Ana", "Anna"),
    apart("a name in a name", "Ana", "Mariana"),
    apart("a longer form", "Tom", "Tomas"),
    apart("a plural", "Smith", "Smiths"),
    apart("another order", "Lee Ann", "Ann Lee"),
    apart("only the middle", "Mary Jane Watson", "Jane Foster"),
    apart("same surname", "Ines Costa", "Rui Costa"),
    apart("same first name", "Rui Costa", "Rui Silva"),
    apart("father and son", "Tom Baker Senior", "Tom Baker Junior"),
    apart("numbers", "Unit 7", "Unit 8"),
    apart("three Toms", "Tom A", "Tom B", "Tom C", "Tom"),
    Case("a person and a place", [("Lisbon Santos", "lives_in", "Lisbon"), ("Ana", "lives_in", "Lisbon")], [], ("Lisbon Santos", "Lisbon", "Ana")),
    Case("a person and a firm", [("Ford", "works_at", "Ford Motors"), ("Bo", "works_at", "Ford Motors")], [], ("Ford", "Ford Motors", "Bo")),
    Case("a dog and its namesake", [("Ana", "pet", "Max"), ("Max Weber", "owns", "boat")], [], ("Max", "Max Weber")),
    Case("a town and a longer one", [("Ana", "lives_in", "York"), ("Bo", "lives_in", "New York")], [], ("York", "New York")),
]  # fmt: skip
ALIAS = [
    Case("stated", [*owns("Liz", "Elizabeth Brown"), ("Liz", "also_known_as", "Elizabeth Brown")], [{"Liz", "Elizabeth Brown"}]),
    Case("the other way", [*owns("Liz", "Elizabeth Brown"), ("Elizabeth Brown", "also_known_as", "Liz")], [{"Liz", "Elizabeth Brown"}]),
    Case("in a chain", [*owns("A One", "B Two", "C Three"), ("A One", "also_known_as", "B Two"), ("B Two", "also_known_as", "C Three")], [{"A One", "B Two", "C Three"}]),
    Case("one's own name", [*owns("Tom"), ("Tom", "name", "Tom Baker")], [{"Tom", "Tom Baker"}]),
    Case("a nickname of one of two", [*owns("Adam Smith", "Adam Jones", "Smithy"), ("Smithy", "also_known_as", "Adam Smith")], [{"Smithy", "Adam Smith"}]),
    Case("denied", [*owns("Adam", "Adam Smith"), ("Adam", "is_not", "Adam Smith")], [], ("Adam", "Adam Smith")),
    Case("denied before it is stated", [*owns("Liz", "Beth"), ("Liz", "is_not", "Beth"), ("Liz", "also_known_as", "Beth")], [], ("Liz", "Beth")),
    Case("a firm that was renamed", [("Ana", "works_at", "Initech"), ("Bo", "works_at", "Initrode"), ("Initech", "also_known_as", "Initrode")], [{"Initech", "Initrode"}]),
    Case("a user by name", [*owns("User"), ("User", "name", "Ana Costa")], [{"User", "Ana Costa"}]),
]  # fmt: skip
KINSHIP = [
    Case("one sister", [("Ana", "sibling", "Ines (sister)"), ("Ana's sister", "lives_in", "Porto")], [{"Ines", "Ana's sister"}]),
    Case("two sisters", [("Ana", "sibling", "Ines (sister)"), ("Ana", "sibling", "Vera (sister)"), ("Ana's sister", "owns", "boat")], [], ("Ana's sister", "Ines", "Vera")),
    Case("a sister and a brother", [("Ana", "sibling", "Ines (sister)"), ("Ana", "sibling", "Rui (brother)"), ("Ana's brother", "owns", "boat")], [{"Rui", "Ana's brother"}]),
    Case("nobody named", [("Ana's sister", "lives_in", "Porto"), ("Ana", "owns", "boat")], [], ("Ana", "Ana's sister")),
    Case("another's sister", [("Ana", "sibling", "Ines (sister)"), ("Bo's sister", "owns", "boat")], [], ("Ines", "Bo's sister")),
    Case("husband", [("Ana", "partner", "Paulo (husband)"), ("Ana's husband", "works_at", "Ferrovia")], [{"Paulo", "Ana's husband"}]),
    Case("daughter", [("Ana", "child", "Lena (daughter)"), ("Ana's daughter", "owns", "oboe")], [{"Lena", "Ana's daughter"}]),
    Case("friend", [("Tom", "friend", "Liz (friend)"), ("Tom's friend", "owns", "boat")], [{"Liz", "Tom's friend"}]),
    Case("a relative of the fuller name", [("Ana Costa", "sibling", "Ines (sister)"), ("Ana", "owns", "boat"), ("Ana's sister", "owns", "kite")], [{"Ines", "Ana's sister"}, {"Ana", "Ana Costa"}]),
]  # fmt: skip
OTHER_SCRIPTS = [
    same("Russian", "Анна", "Анна Петрова"),
    same("Greek", "Νίκος", "Νίκος Παπαδόπουλος"),
    same("accents", "José", "José García"),
    same("Polish", "Łukasz", "Łukasz Wiśniewski"),
    same("Arabic", "ليلى", "ليلى حداد"),
    same("Hindi", "अनिता", "अनिता शर्मा"),
    apart("Chinese", "王伟", "王芳"),
    apart("Russian, two", "Анна Петрова", "Анна Иванова", "Анна"),
    apart("Japanese", "田中", "中田"),
    same("Korean", "김민수", "김민수"),
]

CASES = [*MERGE, *DO_NOT_MERGE, *ALIAS, *KINSHIP, *OTHER_SCRIPTS]
