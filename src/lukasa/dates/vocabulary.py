"""The words and pattern pieces that all expressions share. Patterns are written for `re.IGNORECASE`."""

from __future__ import annotations

import re

from lukasa.text import language_data
from lukasa.text.language_data import MONTHS, WEEKDAYS

NUMBERS = {word: number for word, number in language_data.NUMBERS.items() if number} | {
    "a": 1,
    "an": 1,
    "couple": 2,
}
VAGUE = {"few": (2, 6), "several": (3, 8)}
"""The least and the most that a vague number means."""

_DIGITS = language_data.SMALL_NUMBERS[1:10]
_ORDINALS = list(language_data.ORDINALS)
ORDINALS = (
    language_data.ORDINALS
    | {f"twenty-{word}": number for number, word in enumerate(_ORDINALS[:9], 21)}
    | {"thirtieth": 30, "thirty-first": 31, "last": -1, "final": -1}
)

MONTH_NAME = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DOT = r"(?:\.(?=\s*[,\d]|\s+(?-i:[a-z])))?"
"""That of a short form, unless it ends the sentence."""

MONTH = rf"(?P<month>{MONTH_NAME})(?!\w){_DOT}"
DIGIT = "0"
"""Stands for any figure, among words of which a text must have one."""

DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
YEAR = r"(?P<year>(?:19|20|21)\d\d)"
WEEKDAY_NAME = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
SHORT_WEEKDAY = r"(?-i:Mon|Tues?|Wed|Thurs?|Thu|Fri|Sat|Sun)"
"""Only with a capital: `sat` and `sun` are words."""

WEEKDAY = rf"(?P<weekday>{WEEKDAY_NAME}|(?-i:Mon|Tues?|Wed|Thurs?|Thu|Fri|Sat)(?!\w){_DOT})"
ON_WEEKDAY = rf"(?:(?:{WEEKDAY_NAME}|{SHORT_WEEKDAY})\.?,?\s+(?:the\s+)?)?"
SEASON = r"(?P<season>spring|summer|autumn|fall|winter)"
UNIT = r"(?P<unit>day|weekend|week|wk|fortnight|month|year|yr|decade)"
PART = r"(?P<part>morning|afternoon|evening|night)"
NUMBER = rf"\d{{1,4}}|(?:{'|'.join(language_data.TENS)})[\s-](?:{'|'.join(_DIGITS)})|" + "|".join(
    sorted(NUMBERS, key=len, reverse=True)
)
COUNT = rf"(?P<count>(?:a\s+)?(?:couple\s+of|couple|few)|several|{NUMBER})"
WHICH = r"(?P<which>last|past|previous|this\s+(?:past|last|coming)|this|current|next|coming|upcoming)"
WHICH_WORDS = "last past previous this current next coming upcoming"
"""Of which each `WHICH` has one."""

NTH = rf"(?P<nth>(?:{'|'.join(_ORDINALS[:5])}|last|final)|[1-5](?:st|nd|rd|th))"

CUE = (
    r"(?:\b(?:in|on|by|since|until|till|before|after|during|throughout|around|over|from|between|early|late|mid|"
    r"(?:end|start|beginning|middle|half)\s+of|prior\s+to|up\s+to|(?P<link>and|to|through|until|till))[\s-]\s*(?:the\s+)?)"
)
"""What must stand before a word that is often something else (`May`, `June`, `spring`, `2022`, `Sunday`)."""


def month_number(name: str) -> int:
    """Return the number of a month from its name or a short form."""
    return next(number for number, month in enumerate(MONTHS, 1) if month.startswith(name.lower()[:3]))


def weekday_number(name: str) -> int:
    """Return the number of a weekday, Monday being 0, from its name or a short form."""
    return next(number for number, day in enumerate(WEEKDAYS) if day.startswith(name.lower()[:3]))


def unit_name(word: str) -> str:
    """Return the unit in full."""
    return {"wk": "week", "yr": "year"}.get(word.lower(), word.lower())


def ordinal(word: str) -> int:
    """Return the number of `third` or `3rd`; `last` is -1."""
    digits = re.match(r"\d+", word)
    return int(digits.group()) if digits else ORDINALS["-".join(word.lower().split())]


def direction(word: str | None) -> str:
    """Return `last`, `this` or `next` for all words that say so; empty for none."""
    match (word or "").lower().split():
        case []:
            return ""
        case ["last" | "past" | "previous"] | ["this", "past" | "last"]:
            return "last"
        case ["next" | "coming" | "upcoming"] | ["this", "coming"]:
            return "next"
        case _:
            return "this"


def steps(word: str | None) -> int:
    """Return -1 for `last`, 0 for `this` and 1 for `next`, and for all words that say so."""
    return {"last": -1, "next": 1}.get(direction(word), 0)


def count(words: str) -> tuple[int, int]:
    """Return the least and the most that a number may mean."""
    word = next((word for word in (*VAGUE, "couple") if word in words.lower()), words.lower().strip())
    if word in VAGUE:
        return VAGUE[word]
    if word == "couple":
        return 2, 3
    number = int(word) if word.isdecimal() else sum(NUMBERS[part] for part in re.split(r"[\s-]+", word))
    return number, number
