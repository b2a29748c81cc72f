"""Tables for comparing how two sentences are worded: what does not count, what is written in several ways. Pure data."""

from __future__ import annotations

from functools import cache

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

ENDINGS = {"'m": "am", "'re": "are", "'ve": "have", "'ll": "will", "'d": "would", "'s": "'s"}
"""What is written against a word; `'s` may be an owner's or `is`, and stays what it is."""

_SPELLINGS = (
    "favorite:favourite color:colour gray:grey neighbor:neighbour theater:theatre center:centre organize:organise "
    "realize:realise traveling:travelling traveled:travelled jewelry:jewellery mom:mum pajamas:pyjamas tv:television "
    "ok:okay email:mail"
)

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
)
SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}

MONTHS = tuple(
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
_SHORT_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"

_IRREGULAR_PLURALS = (
    "children:child men:man women:woman people:person feet:foot teeth:tooth mice:mouse geese:goose wives:wife "
    "knives:knife shelves:shelf wolves:wolf halves:half loaves:loaf thieves:thief goes:go"
)

NOT_PLURALS = frozenset(
    [
        "adams",
        "andrews",
        "daniels",
        "davis",
        "edwards",
        "evans",
        "harris",
        "jacobs",
        "matthews",
        "owens",
        "peters",
        "phillips",
        "richards",
        "roberts",
        "rogers",
        "simmons",
        "stevens",
        "williams",
        "news",
        "physics",
        "maths",
        "mathematics",
        "politics",
        "economics",
        "always",
        "perhaps",
        "sometimes",
        "its",
        "his",
        "hers",
        "ours",
        "yours",
        "theirs",
        "this",
        "has",
        "was",
        "does",
    ]
)
"""Words in -s that are no plurals; above all surnames that a first name would be made of."""


@cache
def dropped() -> frozenset[str]:
    """Return the words that do not count."""
    return frozenset(_DROPPED.split())


@cache
def contractions() -> dict[str, tuple[str, ...]]:
    """Return what is written together, in full."""
    pairs = (entry.split(":") for entry in _CONTRACTIONS.split("|"))
    return {short: tuple(full.split()) for short, full in pairs}


@cache
def spellings() -> dict[str, str]:
    """Return each variant with the form that it is compared by, irregular plurals included."""
    pairs = (entry.split(":") for entry in (_SPELLINGS + " " + _IRREGULAR_PLURALS).split())
    return dict(pairs)


@cache
def numbers() -> dict[str, int]:
    """Return the numbers below a hundred that are one word."""
    small = {word: value for value, word in enumerate(_SMALL.split())}
    return small | {word: 10 * tens for tens, word in enumerate(_TENS.split(), start=2)}


@cache
def ordinals() -> dict[str, int]:
    """Return the ordinals that are one word."""
    return {word: value for value, word in enumerate(_ORDINALS.split(), start=1)}


@cache
def months() -> dict[str, str]:
    """Return each way to write a month with its full name."""
    short = dict(zip(_SHORT_MONTHS.split(), MONTHS, strict=True)) | {"sept": "september"}
    return short | {month: month for month in MONTHS}
