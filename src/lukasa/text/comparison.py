"""The words that two sentences are compared by, and in what two of nearly the same words differ.

"Two cats" and "three cats" are no duplicates; "she lives here" and "She lives here now" are.

Case, spacing, punctuation, Unicode forms, articles and plurals do not count; numbers, names, tenses, negation,
prepositions and order do. Full-text terms (`analysis.py`) are no use here: their stems bring "Simon" and "Simone",
"lived" and "lives" together, which is what search wants and what would merge two facts into one.

Accents count: `résumé` and `resume`, `año` and `ano` are different words, and a second copy of a fact does less harm
than a lost one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import cache
from typing import NamedTuple

from lukasa.domain.erasure import text_cache
from lukasa.text.language_data import MONTHS, NUMBERS, ORDINALS
from lukasa.text.patterns import LazyPattern, WordLists, word_set

_CACHED_TEXT = 300
"""A claim is compared with several facts, and names and values come again and again; longer texts do not."""

_SMALLEST_TENS = 20
_LAST_DAY = 31
_SHORTEST_PLURAL = 4
_LONGEST_NUMBER = 24
"""Words of a number that is written out; longer ones are several."""


class Word(NamedTuple):
    """One word of a sentence."""

    term: str
    """What it is compared by."""

    raw: str
    """As it is written."""


def words(text: str) -> list[Word]:
    """Return the words that count, in order. Linear in the length of the text."""
    return _dates(_numbers(_counting([part for raw in _tokens(text) for part in _full(raw)])))


def terms(text: str) -> tuple[str, ...]:
    """Return what a text is compared by; a text without any words is compared as it stands."""
    return _known_terms(text) if len(text) <= _CACHED_TEXT else _terms(text)


@text_cache(1 << 12)
def _known_terms(text: str) -> tuple[str, ...]:
    return _terms(text)


def _terms(text: str) -> tuple[str, ...]:
    return tuple(word.term for word in words(text)) or (
        unicodedata.normalize("NFKC", text).casefold().strip(),
    )


# --- from text to words ----------------------------------------------------------------------------------------------

_SAME = {
    **dict.fromkeys([0xAD, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFE0F, 0xFEFF, *range(0x202A, 0x202F)]),
    0x2018: "'", 0x2019: "'", 0x02BC: "'", 0x0060: "'", 0x00B4: "'", 0x2212: "-", 0x2010: "-", 0x2011: "-",
}  # fmt: skip
"""Invisible characters, and the ways to write an apostrophe, a hyphen or a minus."""

_MARKS = (  # Python's \w leaves out combining marks, without which Hindi, Thai or Arabic words fall to pieces.
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c2\u05c4-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0711-\u07f3\u0816-\u0963\u0971-\u0df3\u0e31-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ecd\u0f18-\u0f39\u0f3e-\u0fbc"
    "\u102b-\u103f\u17b4-\u17d3\u1ab0-\u1aff\u20d0-\u20f0"
)

_LETTER = rf"(?:[^\W\d_]|[{_MARKS}])"
_TOKEN = LazyPattern(rf"""(?x)
          (?P<address> (?i:https?://|www\.)[^\s<>"']+ | [\w.+-]{{1,64}}@[\w-]+(?:\.[\w-]+)+ )
        | (?P<date> (?<![\w.])\d{{4}}-\d\d-\d\d(?![\w]) )
        | (?P<ordinal> \d{{1,9}}(?i:st|nd|rd|th)\b )
        | (?P<number> [$€£¥₹]? (?:(?<![\w])[-+])? \d+(?:[.,:/]\d+)* %? )
        | (?P<symbolic> (?<!\w)[A-Za-z](?:\+\+|\#)(?!\w) )
        | (?P<word> {_LETTER}+(?:'{_LETTER}+)* )
        | (?P<picture> [\u2190-\u2bff\U0001f000-\U0001faff] )
        """)


def _tokens(text: str) -> Iterator[re.Match[str]]:
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return _TOKEN.finditer(text.translate(_SAME))


def _full(token: re.Match[str]) -> list[Word]:
    """Write contractions in full and bring variants of a word together."""
    raw = token.group()
    lower = raw.casefold() if raw.isascii() else unicodedata.normalize("NFKC", raw.casefold())
    match token.lastgroup:
        case "word":
            return [Word(spelled, raw) for spelled in _spelled(lower)]
        case "number":
            return [Word(_figure(lower), raw)]
        case "date":
            year, month, day = lower.split("-")
            return [Word(str(int(day)), raw), Word(_month(int(month)), raw), Word(year, raw)]
        case "address":
            return [Word(lower.rstrip(".,;:!?)/"), raw)]
        case _:
            return [Word(lower, raw)]


def _month(number: int) -> str:
    return MONTHS[number - 1] if 1 <= number <= len(MONTHS) else str(number)


_GROUPED = LazyPattern(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")


def _figure(number: str) -> str:
    """Return a number without its separators of thousands and its leading zero."""
    sign = number[: len(number) - len(number.lstrip("$€£¥₹+-"))]
    bare = number[len(sign) :]
    if _GROUPED.fullmatch(bare.rstrip("%")):
        bare = bare.replace(",", "")
    if len(bare) > 1 and bare[0] == "0" and bare[1].isdecimal():
        bare = bare[1:]
    return sign.replace("+", "") + bare


def _spelled(word: str) -> tuple[str, ...]:
    if whole := _contractions().get(word):
        return whole
    head, apostrophe, tail = word.rpartition("'")
    if not apostrophe:
        return (_singular(word),)
    if word.endswith("n't"):
        return (word[:-3], "not")
    if ending := _ENDINGS.get("'" + tail):
        return (head.replace("'", ""), ending)
    return (word.replace("'", ""),)


def _singular(word: str) -> str:
    """Return a word without the -s of plurals and of `she runs`; it need not be a word that exists."""
    spelled = _spellings().get(word)
    if spelled is not None:
        return spelled
    if (
        len(word) < _SHORTEST_PLURAL
        or not word.endswith("s")
        or not word.isascii()
        or word in word_set(_NOT_PLURALS)
    ):
        return word
    if word.endswith(("ss", "us", "is", "as", "os")):
        return word
    if word.endswith("ies") and len(word) > _SHORTEST_PLURAL:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses", "zes")):
        return word[:-2]
    return word[:-1]


def _counting(words: list[Word]) -> list[Word]:
    """Leave out what does not count; a last `a` is a letter, as in "vitamin A"."""
    drop = word_set(_DROPPED)
    return [
        word
        for index, word in enumerate(words)
        if word.term not in drop or (word.term == "a" and index == len(words) - 1)
    ]


# --- numbers and dates -----------------------------------------------------------------------------------------------


def _numbers(words: list[Word]) -> list[Word]:
    """Write numbers in figures: "twenty-one" and "two hundred" as well as "second"."""
    out: list[Word] = []
    index = 0
    while index < len(words):
        word = words[index]
        counts = word.term in NUMBERS or word.term.isdecimal()
        value, used = _number(words, index) if counts else (0, 0)
        if used:
            raw = " ".join(word.raw for word in words[index : index + used])
            out.append(Word(str(value), raw))
        else:
            ordinal = ORDINALS.get(word.term)
            out.append(word if ordinal is None else Word(_ordinal(ordinal), word.raw))
        index += max(used, 1)
    return out


def _number(words: list[Word], start: int) -> tuple[int, int]:
    """Return the number that begins at a word, and of how many words it is made; 0: of none."""
    total = part = used = 0
    for word in words[start : start + _LONGEST_NUMBER]:
        value = NUMBERS.get(word.term)
        scale = SCALES.get(word.term)
        if value is None and not used and word.term.isdecimal() and start + 1 < len(words):
            # "5 thousand" is 5000; a figure alone is already what it should be.
            value = int(word.term[:12]) if words[start + 1].term in SCALES else None
        if value is not None and (not used or _goes_on(part, value)):
            part += value
        elif scale is not None and used:
            total, part = (total, part * scale) if scale == SCALES["hundred"] else (total + part * scale, 0)
        else:
            break
        used += 1
    return total + part, used


def _goes_on(part: int, value: int) -> bool:
    """Whether "two hundred" or "twenty" goes on with a number: "one two three" are three."""
    if part == 0 or part % 100 == 0:
        return True
    return part % 100 >= _SMALLEST_TENS and part % 10 == 0 and 0 < value < 10  # noqa: PLR2004 - digits


def _ordinal(value: int) -> str:
    return f"{value}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(value, 'th') }"


def _dates(words: list[Word]) -> list[Word]:
    """Write a day before its month: "May 7", "7th of May" and "7 May" are the same."""
    if months().keys().isdisjoint(word.term for word in words):
        return words
    out: list[Word] = []
    index = 0
    while index < len(words):
        pair = _dated(words[index : index + 3])
        if pair is None:
            out.append(words[index])
            index += 1
            continue
        day, month, used = pair
        out += [day, month]
        index += used
    return out


def _dated(words: list[Word]) -> tuple[Word, Word, int] | None:
    """Return day and month, and of how many words they are made, when the next words are a date."""
    if len(words) > 1 and (day := _day(words[1])) and (month := _named(words[0])):
        return day, month, 2
    if len(words) > 1 and (day := _day(words[0])) and (month := _named(words[1])):
        return day, month, 2
    if len(words) > 2 and words[1].term == "of" and (day := _day(words[0])) and (month := _named(words[2])):  # noqa: PLR2004 - of three words
        return day, month, 3
    return None


def _day(word: Word) -> Word | None:
    bare = word.term[:-2] if word.term.endswith(("st", "nd", "rd", "th")) else word.term
    if bare.isdecimal() and len(bare) <= 2 and 1 <= int(bare) <= _LAST_DAY:  # noqa: PLR2004 - digits
        return Word(str(int(bare)), word.raw)
    return None


def _named(word: Word) -> Word | None:
    month = months().get(word.term)
    return None if month is None else Word(month, word.raw)


# --- tables ----------------------------------------------------------------------------------------------------------

_DROPPED = "a an the also just really very actually simply currently now still"
"""Words without which a sentence says the same."""

_CONTRACTIONS = (
    "can't:can not|cannot:can not|cant:can not|won't:will not|wont:will not|shan't:shall not|ain't:is not|"
    "don't:do not|dont:do not|doesnt:does not|didnt:did not|isnt:is not|arent:are not|wasnt:was not|"
    "werent:were not|hasnt:has not|havent:have not|hadnt:had not|wouldnt:would not|couldnt:could not|"
    "shouldnt:should not|im:i am|ive:i have|youre:you are|youve:you have|theyre:they are|theyve:they have|"
    "it's:it is|he's:he is|she's:she is|that's:that is|there's:there is|here's:here is|what's:what is|"
    "who's:who is|where's:where is|let's:let us"
)

_ENDINGS = {"'m": "am", "'re": "are", "'ve": "have", "'ll": "will", "'d": "would", "'s": "'s"}
"""What is written against a word; `'s` may be an owner's or `is`, and stays what it is."""

_SPELLINGS = (
    "favorite:favourite color:colour gray:grey neighbor:neighbour theater:theatre center:centre organize:organise "
    "realize:realise traveling:travelling traveled:travelled jewelry:jewellery mom:mum pajamas:pyjamas tv:television "
    "ok:okay email:mail"
)

SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}

_SHORT_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"

_IRREGULAR_PLURALS = (
    "children:child men:man women:woman people:person feet:foot teeth:tooth mice:mouse geese:goose wives:wife "
    "knives:knife shelves:shelf wolves:wolf halves:half loaves:loaf thieves:thief goes:go"
)

_NOT_PLURALS = (
    "adams andrews daniels davis edwards evans harris jacobs matthews owens peters phillips richards roberts "
    "rogers simmons stevens williams news physics maths mathematics politics economics always perhaps sometimes "
    "its his hers ours yours theirs this has was does"
)
"""Words in -s that are no plurals; above all surnames that a first name would be made of."""


@cache
def _contractions() -> dict[str, tuple[str, ...]]:
    """Return what is written together, in full."""
    pairs = (entry.split(":") for entry in _CONTRACTIONS.split("|"))
    return {short: tuple(full.split()) for short, full in pairs}


@cache
def _spellings() -> dict[str, str]:
    """Return each variant with the form that it is compared by, irregular plurals included."""
    pairs = (entry.split(":") for entry in (_SPELLINGS + " " + _IRREGULAR_PLURALS).split())
    return dict(pairs)


@cache
def months() -> dict[str, str]:
    """Return each way to write a month with its full name."""
    short = dict(zip(_SHORT_MONTHS.split(), MONTHS, strict=True)) | {"sept": "september"}
    return short | {month: month for month in MONTHS}


# --- differences -----------------------------------------------------------------------------------------------------

_LONGEST_COMPARED = 200
"""Words of a sentence that are compared one by one; longer texts differ unless they are equal. The comparison is
quadratic, and a page is no fact."""


def nearly_same(one: str, other: str, *, least: float) -> bool:
    """Whether two sentences share at least so much of their words (Jaccard), and do not disagree."""
    first, second = (
        {_root(word) for word in words(text) if word.term not in word_set(_LIGHT)} for text in (one, other)
    )
    if not first or not second or len(first & second) < least * len(first | second):
        return False
    return disagree(one, other) is None


def disagree(one: str, other: str) -> str | None:
    """Return the first hard difference between two sentences; `None`: one says the same as the other, or adds to it.

    That is a number, a name, a date, a negation, the direction or the order, more or less of it, a unit, the contrary,
    who it belongs to, how sure or when it is; or another word in a word's place, since synonyms are not known here.
    """
    # In one order, or the matching of blocks could differ with who is compared with whom.
    first, second = sorted((words(one), words(other)))
    left, right = ([word.term for word in sentence] for sentence in (first, second))
    if left == right:
        return None
    if max(len(left), len(right)) > _LONGEST_COMPARED:
        return "length"
    blocks = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    changes = [(first[a:b], second[c:d]) for tag, a, b, c, d in blocks if tag != "equal"]
    return _hard(changes) or _moved(changes) or _replaced(changes)


def _hard(changes: Sequence[tuple[Sequence[Word], Sequence[Word]]]) -> str | None:
    """Return the class of a changed word that never is a matter of wording, the first in the order of classes."""
    classes: set[str] = set()
    for gone, come in changes:
        sorts = {sort for word in (*gone, *come) if (sort := _sort(word)) is not None}
        # "A small dog" is a dog: the contrary needs something to be contrary to.
        classes |= sorts if gone and come else sorts - {"contrary"}
    return next((sort for sort in _SORTS.names if sort in classes), None)


def _sort(word: Word) -> str | None:
    if any(character.isdecimal() for character in word.term):
        return "number"
    if (sort := _sorts().get(word.term)) is not None:
        return sort
    if word.raw[:1].isupper() and word.term not in word_set(_LIGHT):
        return "name"
    return None


def _moved(changes: Sequence[tuple[Sequence[Word], Sequence[Word]]]) -> str | None:
    """Whether a word that is gone in one place has come in another: "Alice paid Bob" and "Bob paid Alice"."""
    gone = Counter(word.term for left, _ in changes for word in left)
    come = Counter(word.term for _, right in changes for word in right)
    return "order" if gone & come else None


def _replaced(changes: Sequence[tuple[Sequence[Word], Sequence[Word]]]) -> str | None:
    """Whether something else stands in a word's place, or each has something that the other has not."""
    gone = [word for left, _ in changes for word in left if word.term not in word_set(_LIGHT)]
    come = [word for _, right in changes for word in right if word.term not in word_set(_LIGHT)]
    if not gone or not come:
        return None
    return None if [_root(word) for word in gone] == [_root(word) for word in come] else "wording"


def _root(word: Word) -> str:
    """Return a word without -ing: "is working" and "works" are the same."""
    stem = word.term.removesuffix("ing")
    return stem if len(stem) > 2 else word.term  # noqa: PLR2004 - "king", "ring"


@cache
def _sorts() -> dict[str, str]:
    """Return each word that makes a hard difference, with its class; the first class that has it counts."""
    return {word: sort for sort in reversed(_SORTS.names) for word in _SORTS[sort].split()}


_SORTS = WordLists("lukasa.text", "differences")

_LIGHT = (
    "a an the is am are be been being has have do does and that this it there of as then well quite pretty rather "
    "indeed please who which got get"
)
"""Words that come and go with the wording."""
