"""Who people are: relatives, friends and pets by name ("my sister Ana"), the speaker's own name, birthdays, favourites."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from lukasa.domain.attribute import ATTRIBUTES
from lukasa.extraction.rules.frames import AttributeReading
from lukasa.extraction.rules.lexicon import table
from lukasa.extraction.rules.statement import StatedClause
from lukasa.text.patterns import LazyPattern

ATTRIBUTE_OF = {word: row.name for row in ATTRIBUTES.values() for word in row.kinship_words}
ATTRIBUTES_OF_KIN = frozenset(row.name for row in ATTRIBUTES.values() if row.kin)


class Kin(NamedTuple):
    """A person or an animal that belongs to the speaker."""

    attribute: str
    relation: str
    """`sister`, `dog`, as it was said."""

    name: str


def kin(text: str, start: int, end: int) -> list[Kin]:
    """Return the people and animals that `text[start:end]` calls the speaker's own and names, each once."""
    if not _OWN.search(text, start, end):
        return []
    people: dict[str, Kin] = {}
    for mention in _mentions(text, start, end):
        people.setdefault(mention.name, mention)
    return list(people.values())


def named_after(text: str, start: int, end: int) -> tuple[Kin, int] | None:
    """Return whom "Her name is Coco" names and where they were mentioned: the one relative or animal shortly before."""
    naming = _HER_NAME.match(text, start, end)
    if naming is None or naming["name"] in table("no_names"):
        return None
    mentions = list(_MENTION.finditer(text, max(0, start - _NEAR), start))
    relations = {_singular(mention["kin"].lower()) for mention in mentions}
    if len(relations) != 1:
        return None
    relation = relations.pop()
    return Kin(attribute_of(relation), relation, naming["name"]), mentions[0].start()


def attribute_of(relation: str) -> str:
    """Return the attribute of a relation; animals are pets."""
    low = relation.lower()
    return ATTRIBUTE_OF.get(low) or ATTRIBUTE_OF.get(_singular(low)) or "pet"


def _mentions(text: str, start: int, end: int) -> Iterator[Kin]:
    for pattern in _NAMED_KIN:
        for match in pattern.finditer(text, start, end):
            relation = _singular(match["kin"].lower())
            for name in _AND.split(match["names"]):
                if name and name not in table("no_names"):
                    yield Kin(attribute_of(relation), relation, name)


def _singular(relation: str) -> str:
    if relation in _SINGULARS:
        return _SINGULARS[relation]
    return relation[:-1] if relation.endswith("s") and not relation.endswith("ss") else relation


_NEAR = 200
"""Characters before "her name is" in which she must have been mentioned."""

_SINGULARS = {
    "children": "child", "kids": "kid", "wives": "wife", "puppies": "puppy", "babies": "baby", "mice": "mouse",
}  # fmt: skip
_ANIMALS = (
    "dog|puppy|pup|cat|kitten|kitty|rabbit|bunny|hamster|guinea pig|parrot|budgie|canary|turtle|tortoise|snake|lizard|gecko|horse|pony|goldfish|fish|"
    "ferret|gerbil|rat|mouse|chinchilla|hedgehog|cockatiel|labrador|lab|golden retriever|retriever|poodle|beagle|husky|corgi|terrier|"
    "dachshund|bulldog|collie|spaniel|german shepherd|chihuahua|pug|siamese|tabby|chicken|hen|duck|goat|donkey"
)
_RELATIONS = "|".join(sorted(ATTRIBUTE_OF, key=len, reverse=True)) + "|" + _ANIMALS
_KIN = rf"(?P<kin>(?:{_RELATIONS})(?:s|es)?|children|puppies|wives|mice)"
_NAME = r"(?-i:[A-Z][a-zà-ÿ][\w'-]*(?<!'s))"
_NAMES = rf"(?P<names>{_NAME}(?:(?:,? and |, | & ){_NAME})*)(?!['’]s?\s+(?:mother|friend|\w+'s))\b"
_ADJECTIVES = r"(?:(?:[\w-]+|three-year-old) ){0,3}?"
_CALLED = (
    r"(?:,? (?:whose name is|who is called|named|called)|,| is| are|['’]s name is|['’]s names are| names are"
    r"| is (?:named|called)| are (?:named|called)|:)?"
)
_NAMED_KIN = tuple(
    LazyPattern(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:my|our) {_ADJECTIVES}{_KIN}{_CALLED} {_NAMES}",
        rf"\b(?:i|we)(?: have|['’]ve got| got| adopted| have got) (?:a|an|another|one|two|three|four|five|\d) {_ADJECTIVES}{_KIN}(?:,? (?:named|called)|,|:) {_NAMES}",
        rf"\badopted (?:a|an) {_ADJECTIVES}(?P<kin>[a-z-]+) (?:named|called) {_NAMES}",
        rf"(?P<names>{_NAME}),? (?:is|was) (?:my|our) {_ADJECTIVES}{_KIN}(?! of\b)\b",
        rf"(?P<names>{_NAME}), (?:my|our) {_ADJECTIVES}{_KIN}\b",
    )
)
_OWN = LazyPattern(
    r"\b(?:my|our|i have|i've got|we have|we've got|i got|we got|i adopted|we adopted)\b", re.IGNORECASE
)
_HER_NAME = LazyPattern(
    r"(?:\W|and |so )*(?:his|her|its|their) name(?: is|['’]s) (?P<name>(?-i:[A-Z])[\w'-]+)", re.IGNORECASE
)
_MENTION = LazyPattern(
    rf"\b(?:my|our|a|an|another) (?:[\w-]+ ){{0,2}}?(?P<kin>{_RELATIONS})\b", re.IGNORECASE
)
_AND = LazyPattern(r"\s*,\s*(?:and\s+)?|\s+(?:and|&)\s+")


# --- names, birthdays, favourites ------------------------------------------------------------------------------------


def identity(stated: StatedClause, text: str) -> list[AttributeReading]:
    """Return what a clause says of names, birthdays and favourites; *text*: the turn's."""
    quote = text[stated.start : stated.end]
    reading = _own_name(stated, quote) or _birthday(stated, quote) or favourite(stated.text)
    return [reading] if reading else []


def _own_name(stated: StatedClause, quote: str) -> AttributeReading | None:
    match = _MY_NAME.match(quote)
    if match is None:
        return None
    subject = stated.subject.removesuffix("'s name")
    return AttributeReading(
        "name", match["value"] or match["value2"], state=True, subject=subject, text=stated.text
    )


def nickname(quote: str) -> str | None:
    """Return how the speaker asks to be called: "Please call me Nono"."""
    match = _CALL_ME.match(quote)
    return match["value"] if match else None


def _birthday(stated: StatedClause, quote: str) -> AttributeReading | None:
    match = _BIRTHDAY.search(quote)
    clause = stated.clause
    if match is None or not (clause.first_person or clause.words[0].low in {"my", "our"}):
        return None
    own = clause.first_person or not stated.subject.endswith("'s birthday")
    subject = "" if own else stated.subject.removesuffix("'s birthday")
    return AttributeReading("birthday", match["value"], state=True, subject=subject, text=stated.undated)


def favourite(text: str) -> AttributeReading | None:
    """Return what a sentence in the third person says of a favourite: "Ana's favourite book is Dune"."""
    match = _FAVOURITE.match(text)
    if match is None or match["what"].endswith(("thing", "part", "one")):
        return None
    return AttributeReading(
        f"favourite {match['what'].lower()}", match["value"].strip(" .,"), state=True, subject=match["who"]
    )


_MY_NAME = LazyPattern(
    r"my (?:full |first |real |last )?name(?: is|['’]s) (?P<value>(?-i:[A-Z])[\w'-]+(?: (?-i:[A-Z])[\w'-]+)*)|"
    r"(?:people|everyone|friends|my friends) calls? me (?P<value2>(?-i:[A-Z])[\w'-]+)",
    re.IGNORECASE,
)
_BIRTHDAY = LazyPattern(
    r"(?:my birthday(?: is|['’]s)(?: on| in)?|i was born on|born on) (?:the )?(?P<value>\d{1,2}(?:st|nd|rd|th)?(?: of)? [A-Z][a-z]+(?:,? \d{4})?|[A-Z][a-z]+(?: \d{1,2}(?:st|nd|rd|th)?)?(?:,? \d{4})?|\d{4}-\d\d-\d\d)",
    re.IGNORECASE,
)
_FAVOURITE = LazyPattern(
    r"(?P<who>.{1,60}?)'s (?:all[- ]time |absolute |current |very |new )?favou?rite (?P<what>(?!one\b|thing\b|part\b|this\b)[\w-]+(?: (?!to\b|this\b|of\b)[\w-]+)?) (?:is|are|was|has to be|has always been|would be) (?:definitely |probably |always |called )?(?P<value>[^,;!]{2,80})"
)
_CALL_ME = LazyPattern(
    r"(?:please |you can |just |but )*call me (?P<value>(?-i:[A-Z])[\w'-]+)(?:,? please)?\W*$",
    re.IGNORECASE,
)
