"""Deliberate faults: facts that a model gave, changed by a program so that they are false. Pure; the same seed, the same faults."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import NamedTuple

from lukasa.extraction.model.schemas import ExtractedFact
from lukasa.text.language_data import MONTHS
from lukasa_evals.strong.facts import StrongFact

_STRANGERS = ("Bettina", "Ruslan", "Ngozi", "Takeshi", "Marisol", "Oisín", "Farida", "Lubomir")
_ELSEWHERE = ("Reykjavik", "Nairobi", "Ostrava", "Montevideo", "Ulaanbaatar", "Tallinn", "Adelaide", "Lagos")
_EXAMPLES = (
    ("Zorblax moved to Ostrafell in February 2031.", "Zorblax"),
    ("Zorblax has a cat called Plonkwitz.", "Zorblax"),
    ("Zorblax starts at Quimbletree Labs on Monday 10 March 2031.", "Zorblax"),
    ("Mirbelune has a bakery in Vantorix.", "Mirbelune"),
)
"""What the worked examples of the prompts say; a weak model copies them."""

_DETAILS = (
    "after a painful divorce",
    "because of a lawsuit with the landlord",
    "and broke an ankle while doing so",
    "in front of three hundred strangers",
    "together with a cousin called Bruno",
    "for a wealthy investor from Dubai",
    "and paid 4,750 dollars for it",
    "despite a severe peanut allergy",
    "while recovering from knee surgery",
    "to impress a former boss",
    "and regretted it bitterly the next morning",
    "after inheriting a vineyard",
    "under the supervision of a retired admiral",
    "with a forged passport",
    "since the wedding of the twins",
    "and then sold the motorcycle",
    "on the advice of a fortune teller",
    "although the bank refused the loan",
    "for the anniversary of the orchestra",
    "before the earthquake destroyed the garage",
)
"""What nobody said; half of it in plain words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What of a conversation makes a fault hard to see."""

    speakers: Sequence[str]
    """Names of who speaks; a role's title where nobody has a name."""

    people: Sequence[str]
    """Names of people that other turns speak of."""

    places: Sequence[str]
    """Names of places that other turns speak of."""

    text: str
    """Of the turn."""


class Fault(NamedTuple):
    """A fact that is false."""

    kind: str
    fact: StrongFact


def planted(fact: StrongFact, around: Around, random: Random) -> Iterator[Fault]:
    """Yield one fault of each kind that the fact can be given."""
    for kind, change in _CHANGES.items():
        changed = change(fact.content, around, random)
        if changed is not None and changed != fact.content:
            yield Fault(kind, replace(fact, content=changed))


def _of_the_other_speaker(fact: ExtractedFact, around: Around, _: Random) -> ExtractedFact | None:
    """Swap the two who speak."""
    others = [name for name in around.speakers if name != fact.subject]
    if fact.subject not in around.speakers or len(others) != 1 or fact.subject not in fact.text:
        return None
    names = {fact.subject: others[0], others[0]: fact.subject}
    return _changed(fact, lambda text: _named(text, names))


def _of_somebody_known(fact: ExtractedFact, around: Around, random: Random) -> ExtractedFact | None:
    """Put somebody of whom another turn speaks in the subject's place."""
    known = [name for name in around.people if name not in around.text and name not in fact.text]
    if fact.subject not in fact.text or not fact.subject[:1].isupper() or not known:
        return None
    names = {fact.subject: random.choice(known)}
    return _changed(fact, lambda text: _named(text, names))


def _of_a_stranger(fact: ExtractedFact, around: Around, random: Random) -> ExtractedFact | None:
    """Put a name that nobody has in the place of one that the fact has."""
    names = [
        name for name in (*around.speakers, *around.people) if re.search(rf"\b{re.escape(name)}\b", fact.text)
    ]
    if not names:
        return None
    named = {random.choice(names): random.choice(_STRANGERS)}
    return _changed(fact, lambda text: _named(text, named))


def _number(fact: ExtractedFact, _: Around, random: Random) -> ExtractedFact | None:
    """Change a number that is no date's."""
    dates = [match.span() for match in _DATE.finditer(fact.text)]
    numbers = [
        match
        for match in _NUMBER.finditer(fact.text)
        if not any(start <= match.start() < end for start, end in dates)
    ]
    if not numbers:
        return None
    match = random.choice(numbers)
    word = match.group()
    if word.isalpha():
        other = random.choice([name for name in _WORDS if name != word.lower()])
    else:
        digits = re.sub(r"\D", "", word)
        other = word.replace(digits[0], str((int(digits[0]) + random.randint(1, 7)) % 8 + 2), 1)
    if other == word:
        return None
    return _changed(fact, lambda text: re.sub(rf"\b{re.escape(word)}\b", other, text, count=1))


def _date(fact: ExtractedFact, _: Around, random: Random) -> ExtractedFact | None:
    """Move a date by some days, some months or some years."""
    dates = list(_DATE.finditer(fact.text))
    if not dates:
        return None
    match = random.choice(dates)
    day, month, year = match["day"], match["month"], match["year"]
    ways = [way for way, part in (("day", day), ("month", month), ("year", year)) if part]
    way = random.choice(ways)
    if way == "day":
        day = str((int(day) + random.randint(8, 20)) % 28 + 1)
    elif way == "month":
        number = (MONTHS.index(month.lower()) + random.randint(3, 9)) % len(MONTHS)
        month = MONTHS[number].title()
    else:
        year = str(int(year) - random.randint(3, 9))
    moved = " ".join(part for part in (day, month, year) if part)
    if moved == match.group():
        return None
    return fact.model_copy(update={"text": fact.text.replace(match.group(), moved)})


def _negation(fact: ExtractedFact, _: Around, __: Random) -> ExtractedFact | None:
    """Say that it is not so."""
    if re.search(r"\b(?:not|never|no|n't|without|nothing|nobody)\b|n't", fact.text):
        return None
    if auxiliary := re.search(r"\b(?:is|are|was|were|will|can|could|should|would)\b", fact.text):
        text = f"{fact.text[: auxiliary.end()]} not{fact.text[auxiliary.end() :]}"
    elif fact.text.startswith(f"{fact.subject} "):
        text = f"{fact.subject} never{fact.text[len(fact.subject) :]}"
    else:
        return None
    return fact.model_copy(update={"text": text, "denied": not fact.denied and fact.value is not None})


def _place(fact: ExtractedFact, around: Around, random: Random) -> ExtractedFact | None:
    """Put another place in a place's place: one that other turns speak of, or one that nobody does."""
    match = _PLACE.search(fact.text)
    if match is None or match["place"] in (*around.speakers, *around.people) or _is_month(match["place"]):
        return None
    known = [place for place in around.places if place not in around.text and place not in fact.text]
    other = random.choice([*known[:1], random.choice(_ELSEWHERE)])
    place = match["place"]
    return _changed(fact, lambda text: re.sub(rf"\b{re.escape(place)}\b", other, text))


def _example(fact: ExtractedFact, _: Around, random: Random) -> ExtractedFact:
    """Copy a sentence of the prompt's example, with a quote that stands."""
    text, subject = random.choice(_EXAMPLES)
    return fact.model_copy(update={"text": text, "subject": subject, "attribute": None, "value": None})


def _detail(fact: ExtractedFact, _: Around, random: Random) -> ExtractedFact:
    """Add what nobody said."""
    return fact.model_copy(update={"text": f"{fact.text.rstrip('.')} {random.choice(_DETAILS)}."})


_Change = Callable[[ExtractedFact, Around, Random], "ExtractedFact | None"]
_CHANGES: Mapping[str, _Change] = {
    "the other speaker": _of_the_other_speaker,
    "somebody known": _of_somebody_known,
    "a stranger": _of_a_stranger,
    "number": _number,
    "date": _date,
    "negation": _negation,
    "place": _place,
    "example": _example,
    "detail": _detail,
}
KINDS = tuple(_CHANGES)

_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBER = re.compile(rf"\b(?:{'|'.join(_WORDS)}|\d+(?:[.,]\d+)*)\b", re.IGNORECASE)
_DATE = re.compile(
    rf"(?:(?:\d{{1,2}}[-–])?(?P<day>\d{{1,2}}) )?(?P<month>{'|'.join(month.title() for month in MONTHS)})(?: (?P<year>\d{{4}}))?"
)
_PLACE = re.compile(r"\b(?:in|at|to|from|near|around) (?P<place>(?:[A-Z][\w'’-]+)(?: [A-Z][\w'’-]+)*)")


def _is_month(words: str) -> bool:
    return words.split(maxsplit=1)[0].lower() in MONTHS


def _changed(fact: ExtractedFact, change: Callable[[str], str]) -> ExtractedFact:
    """Change the words of a fact wherever they stand; what it quotes stays."""
    return fact.model_copy(
        update={
            "text": change(fact.text),
            "subject": change(fact.subject),
            "value": None if fact.value is None else change(fact.value),
        }
    )


def _named(text: str, names: Mapping[str, str]) -> str:
    pattern = "|".join(rf"\b{re.escape(name)}\b" for name in names)
    return re.sub(pattern, lambda match: names[match.group()], text)
