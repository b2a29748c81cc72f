"""What text analysis knows about single languages: function words, telling letters, irregular forms, numbers, dates."""

from __future__ import annotations

from functools import cache

from lukasa.text.patterns import WordLists

FUNCTION_WORDS = WordLists("lukasa.text", "function_words")
"""By ISO 639-1 code."""

_IRREGULAR = WordLists("lukasa.text", "irregular")

STEMMERS = {
    "es": "spanish",
    "pt": "portuguese",
    "fr": "french",
    "id": "indonesian",
    "de": "german",
    "it": "italian",
    "tr": "turkish",
    "pl": "polish",
    "nl": "dutch",
    "ro": "romanian",
    "sv": "swedish",
    "cs": "czech",
    "hu": "hungarian",
    "ca": "catalan",
    "da": "danish",
    "no": "norwegian",
    "fi": "finnish",
}
"""The Snowball algorithm for each language of the Latin script, English apart; those with more speakers first."""

SCRIPT_STEMMERS = (
    ("\u0370", "\u03ff", "greek"),
    ("\u0400", "\u052f", "russian"),
    ("\u0531", "\u058f", "armenian"),
    ("\u0600", "\u06ff", "arabic"),
    ("\u0900", "\u097f", "hindi"),
    ("\u0b80", "\u0bff", "tamil"),
)
"""First and last letter of a script, and the Snowball algorithm for every word that starts with one of them. One
algorithm a script: Ukrainian loses a little under Russian rules, but no word ever depends on a guess."""

LETTERS = {
    "de": "ßäöü",
    "sv": "äöå",
    "fi": "äö",
    "hu": "öüőű",
    "tr": "öüçğış",
    "es": "ñ¿¡",
    "fr": "çèêœù",
    "pt": "çêãõ",
    "ca": "çèò",
    "it": "èùò",
    "da": "åæø",
    "no": "åæø",
    "pl": "ąęłżść",
    "cs": "řěů",
    "ro": "ășțş",
}
"""Letters of a language that speak for it as a function word does."""

MONTHS = tuple(
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
WEEKDAYS = tuple("monday tuesday wednesday thursday friday saturday sunday".split())  # noqa: SIM905

SMALL_NUMBERS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
NUMBERS = {word: number for number, word in enumerate(SMALL_NUMBERS)} | {
    word: 10 * tens for tens, word in enumerate(TENS, 2)
}
"""The numbers below a hundred that are one word."""

ORDINALS = {
    word: number
    for number, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
        ],
        1,
    )
}

CONTRACTIONS = {
    "n't": "not",
    "'m": "am",
    "'re": "are",
    "'ve": "have",
    "'ll": "will",
    "'d": "would",
}
NEGATED = {"ca": "can", "wo": "will", "sha": "shall"}
"""What stands before `n't` when it is not simply the verb."""

ELISIONS = frozenset(
    "l d j m t s n c qu jusqu lorsqu puisqu quoiqu dell all nell sull dall un quest quell".split()  # noqa: SIM905 - one line reads better
)
"""French, Italian and Catalan words that lean on the next one with an apostrophe and tell nothing alone."""

UNITS = "km|m|cm|mm|mi|kg|g|mg|lb|lbs|oz|l|ml|am|pm|h|hr|hrs|min|mins|s|sec|k|kb|mb|gb|tb|mph|kmh|hz|ghz|px|w|kw|kwh|v|x"
"""Written against a number (`10km`), they are a word of their own."""

_PARTICLES = "에서는 에서도 으로는 에게서 이라고 에서 에게 한테 으로 부터 까지 처럼 보다 이랑 하고 이나 라고 은 는 이 가 을 를 에 의 와 과 도 로 만 랑 나"
"""Korean particles that follow a noun, longest first."""


@cache
def bit(code: str) -> int:
    """Return the mask of one language; 0 for one whose function words we do not know."""
    return 1 << FUNCTION_WORDS.names.index(code) if code in FUNCTION_WORDS.names else 0


@cache
def function_words() -> dict[str, int]:
    """Return each function word with the mask of the languages that have it."""
    masks: dict[str, int] = {}
    for code in FUNCTION_WORDS.names:
        for word in FUNCTION_WORDS[code].split():
            masks[word] = masks.get(word, 0) | bit(code)
    return masks


@cache
def letters() -> dict[str, int]:
    """Return each telling letter with the mask of the languages that have it."""
    masks: dict[str, int] = {}
    for code, listed in LETTERS.items():
        for letter in listed:
            masks[letter] = masks.get(letter, 0) | bit(code)
    return masks


@cache
def irregular() -> dict[str, str]:
    """Return irregular English forms with their base form."""
    rows = (row.split() for row in _IRREGULAR.rows("irregular"))
    return {form: base for base, *forms in rows for form in forms}


@cache
def particles() -> tuple[str, ...]:
    """Return Korean particles, longest first."""
    return tuple(_PARTICLES.split())
