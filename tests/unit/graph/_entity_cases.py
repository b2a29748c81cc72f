"""Facts, and which of the names in them are one entity's."""

from __future__ import annotations

from typing import NamedTuple

Statement = tuple[str, str, str]
"""Subject, attribute, value."""


class Case(NamedTuple):
    """Facts, and the groups of names that must come out of them; names in no group are alone."""

    name: str
    statements: list[Statement]
    groups: list[set[str]]
    apart: tuple[str, ...] = ()
    """Names that must be in no group with one another."""


def owns(*people: str) -> list[Statement]:
    """Return a fact about each."""
    return [(person, "owns", f"boat number {number}") for number, person in enumerate(people)]


def same(name: str, *people: str) -> Case:
    """Return a case in which all names are one person's."""
    return Case(name, owns(*people), [set(people)])


def apart(name: str, *people: str) -> Case:
    """Return a case in which each name is another person's."""
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


def valued(name: str, attribute: str, *values: str, together: bool = True) -> Case:
    """Return a case in which each value is of another person, and all are the same thing, or none is."""
    statements = [
        (f"Person {letter}", attribute, value) for letter, value in zip("KLMN", values, strict=False)
    ]
    return Case(name, statements, [set(values)] if together else [], () if together else values)


SPELLED = [
    same("an accent that was left out", "José", "Jose"),
    same("a part with no accent", "Jose", "José García"),
    same("a letter with a stroke", "Łukasz", "Lukasz"),
    same("ring and slash", "Åse Bjørn", "Ase Bjorn"),
    same("Greek without accents", "Νίκος", "Νικος"),
    valued("a place without accents", "visited", "São Paulo", "Sao Paulo"),
    valued("Saint and St.", "visited", "St. Ives", "Saint Ives"),
    valued("ampersand", "works_at", "Baker & Lowe", "Baker and Lowe"),
    valued("Inc.", "works_at", "Acme Inc.", "Acme"),
    valued("comma and Inc", "works_at", "Acme, Inc", "ACME"),
    valued("GmbH", "works_at", "Weber GmbH", "Weber"),
    valued("Ltd and Limited", "works_at", "Hartley Ltd", "Hartley Limited"),
    valued("GmbH & Co. KG", "works_at", "Weber GmbH & Co. KG", "Weber"),
    valued("plural of a thing", "owns", "laptop", "laptops"),
    valued("plural of a concept", "likes", "LGBTQ support group", "the LGBTQ+ support groups"),
    valued("plural in -ies", "likes", "hobby", "hobbies"),
    valued("plural in -es", "likes", "yoga class", "yoga classes"),
    valued("a festival every year", "attended", "summer festival", "summer festivals"),
    Case("a firm that is told of", [("Bo", "works_at", "Acme"), ("Acme Inc", "owns", "tower")], [{"Acme", "Acme Inc"}]),
]  # fmt: skip
MISTYPED = [
    Case("a sister", [("Ana", "sibling", "Katherine (sister)"), ("Ana", "sibling", "Katharine (sister)")], [{"Katherine", "Katharine"}]),
    Case("letters that changed places", [("Bo", "parent", "Michael (father)"), ("Bo", "parent", "Micheal (father)")], [{"Michael", "Micheal"}]),
    Case("one letter less", [("Ana", "friend", "Jannet (friend)"), ("Ana", "friend", "Janet (friend)")], [{"Jannet", "Janet"}]),
    Case("a birthday", [("Kristina", "birthday", "4 May"), ("Krystina", "birthday", "4 May")], [{"Kristina", "Krystina"}]),
    Case("a firm", [("Katherine Costa", "works_at", "Initech"), ("Katharine Costa", "works_at", "Initech")], [{"Katherine Costa", "Katharine Costa"}]),
    Case("a mistyped part of a name", [("Ana", "sibling", "Katherine (sister)"), ("Ana", "sibling", "Katharine (sister)"), ("Katherine Costa", "owns", "boat")], [{"Katherine", "Katharine", "Katherine Costa"}]),
]  # fmt: skip
ONLY_ALIKE = [
    apart("spelling alone", "Katherine", "Katharine"),
    apart("Jon and John", "Jon", "John"),
    apart("Maria and Mario", "Maria", "Mario"),
    Case("Maria and Mario, both children", [("Ana", "child", "Maria (child)"), ("Ana", "child", "Mario (child)")], [], ("Maria", "Mario")),
    Case("a mistyped sister and brother", [("Ana", "sibling", "Danielle (sister)"), ("Ana", "sibling", "Danielie (brother)")], [], ("Danielle", "Danielie")),
    Case("sisters of two people", [("Ana", "sibling", "Katherine (sister)"), ("Bo", "sibling", "Katharine (sister)")], [], ("Katherine", "Katharine")),
    Case("one town", [("Katherine", "lives_in", "Porto"), ("Katharine", "lives_in", "Porto")], [], ("Katherine", "Katharine")),
    Case("short names in one firm", [("Jon", "works_at", "Initech"), ("Jan", "works_at", "Initech")], [], ("Jon", "Jan")),
    Case("another first letter", [("Darren", "works_at", "Initech"), ("Warren", "works_at", "Initech")], [], ("Darren", "Warren")),
    Case("two letters", [("Marlene", "works_at", "Initech"), ("Marilane", "works_at", "Initech")], [], ("Marlene", "Marilane")),
    Case("kept apart though mistyped", [("Ana", "sibling", "Katherine (sister)"), ("Ana", "sibling", "Katharine (sister)"), ("Katherine", "is_not", "Katharine")], [], ("Katherine", "Katharine")),
    Case("kept apart though spelled alike", [*owns("José", "Jose"), ("José", "is_not", "Jose")], [], ("José", "Jose")),
    Case("a person and a firm of that name", [*owns("Smith"), ("Ana", "friend", "Smith"), ("Bo", "works_at", "Smith Ltd")], [], ("Smith", "Smith Ltd")),
    Case("Russian letters with a mark", owns("Андрей Белый", "Андреи Белыи"), [], ("Андрей Белый", "Андреи Белыи")),
    Case("Japanese letters with a mark", owns("かき", "がき"), [], ("かき", "がき")),
    valued("glasses", "owns", "glass", "glasses", together=False),
    valued("languages", "likes", "C", "C++", "C#", together=False),
    valued("a bus", "owns", "bus", "bu", together=False),
    valued("two bikes", "owns", "red bike", "blue bike", together=False),
    valued("two groups", "likes", "grief support group", "LGBTQ support group", together=False),
    valued("two firms", "works_at", "Weber GmbH", "Weber Motors GmbH", together=False),
    valued("York", "visited", "York", "New York", together=False),
    Case("a place and a thing", [("Bo", "visited", "Orange"), ("Ana", "owns", "oranges")], [], ("Orange", "oranges")),
    Case("an alias keeps its owner", [*owns("Liz", "Elizabeth Brown", "Liz Taylor"), ("Liz", "also_known_as", "Elizabeth Brown")], [{"Liz", "Elizabeth Brown"}], ("Elizabeth Brown", "Liz Taylor")),
    Case("Ana's husband's brother", [("Ana", "partner", "Paulo (husband)"), ("Paulo", "sibling", "Rui (brother)"), ("Ana's husband", "owns", "van"), ("Ana's husband's brother", "owns", "boat")], [{"Rui", "Ana's husband's brother"}]),
]  # fmt: skip

CASES = [*MERGE, *DO_NOT_MERGE, *ALIAS, *KINSHIP, *OTHER_SCRIPTS, *SPELLED, *MISTYPED, *ONLY_ALIKE]

DIFFERENT_THINGS = {
    "likes": [
        ("yoga class", "pilates class"), ("LGBTQ support group", "grief support group"), ("tea", "coffee"), ("science fiction", "crime fiction"),
        ("classical music", "jazz music"), ("rock climbing", "rock music"), ("board games", "video games"), ("French cooking", "Thai cooking"),
        ("watercolour painting", "oil painting"), ("knitting", "crochet"), ("animal welfare", "animal photography"), ("spring", "autumn"),
        ("Spanish", "Portuguese"), ("C++", "C#"), ("peanuts", "walnuts"), ("beginners' class", "advanced class"), ("road cycling", "mountain biking"),
        ("morning runs", "evening runs"), ("baking bread", "baking cakes"), ("book club", "film club"), ("horror films", "romantic films"),
        ("ballet lessons", "piano lessons"), ("hip-hop", "trip-hop"), ("parents' group", "toddlers' group"), ("Italian food", "Indian food"),
        ("freshwater fishing", "saltwater fishing"), ("men's choir", "women's choir"), ("left-wing politics", "right-wing politics"),
        ("playing the violin", "playing the viola"), ("trail running", "track running"), ("cats", "dogs"), ("indoor climbing", "outdoor climbing"),
        ("German", "Dutch"), ("Java", "JavaScript"), ("shrimp", "crab"), ("part-time work", "full-time work"), ("red wine", "white wine"),
        ("Monday class", "Tuesday class"),
    ],
    "owns": [
        ("red bike", "blue bike"), ("electric guitar", "acoustic guitar"), ("hiking boots", "ski boots"), ("laptop", "tablet"), ("sofa", "armchair"),
        ("sailing boat", "rowing boat"), ("gold necklace", "gold bracelet"), ("upright piano", "grand piano"), ("kitchen table", "kitchen chairs"),
        ("wool scarf", "silk scarf"), ("first novel", "second novel"), ("glass", "glasses"), ("leather jacket", "denim jacket"),
        ("fountain pen", "ballpoint pen"), ("sewing machine", "washing machine"), ("motorbike", "mountain bike"),
        ("desktop computer", "laptop computer"), ("left shoe", "right shoe"), ("silver ring", "gold ring"), ("winter coat", "summer coat"),
        ("photo of the harbour", "photo of the garden"), ("first guitar", "second guitar"), ("black cat mug", "white cat mug"),
    ],
    "visited": [
        ("Porto", "Lisbon"), ("York", "New York"), ("North Beach", "South Beach"), ("Frankfurt am Main", "Frankfurt an der Oder"),
        ("Lake Garda", "Lake Como"), ("Austria", "Australia"), ("West Ham", "East Ham"), ("Slovakia", "Slovenia"), ("Upper Lake", "Lower Lake"),
        ("Mount Etna", "Mount Fuji"),
    ],
    "works_at": [
        ("Acme Inc.", "Apex Inc."), ("University of Leeds", "University of Bath"), ("Baker & Lowe", "Baker & Stone"),
        ("Northern Bank", "Southern Bank"), ("Weber GmbH", "Weber Motors"), ("First Bank", "Second Bank"), ("Hartley Ltd", "Hartwell Ltd"),
        ("National Theatre", "National Gallery"),
    ],
    "attended": [
        ("charity run", "charity auction"), ("summer festival", "winter festival"), ("sister's wedding", "cousin's wedding"),
        ("jazz concert", "rock concert"), ("birthday party", "farewell party"), ("2023 marathon", "2024 marathon"),
        ("brother's graduation", "sister's graduation"),
    ],
}  # fmt: skip
"""Two names of different things or concepts that have words in common or mean nearly the same, by the attribute that has them."""
