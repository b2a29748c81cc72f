"""Attributes in a clause about one person: "I'm a nurse" → `works_as`, "nurse". The rows are in `grammar.txt`.

A row is tried where a clause begins, and only behind the form that it belongs to, so each is a match at one place of a text that is
bounded: the time that a clause takes does not depend on the message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, partial
from typing import NamedTuple

from lukasa.domain.erasure import text_cache
from lukasa.text.comparison import terms
from lukasa.text.language_data import TENS
from lukasa.text.patterns import LazyPattern, WordLists

LISTS = WordLists("lukasa.extraction.rules", "grammar")

LONGEST = 300
"""Characters of a clause that are read."""


class Reading(NamedTuple):
    """What a clause says of one attribute of its subject."""

    attribute: str
    value: str
    fact: str
    """How a fact says it, behind the subject: "lives in Lisbon"."""

    start: int
    end: int
    """Characters of the text, the subject included."""

    negated: bool = False
    ended: bool = False
    """It was so: in the past tense of a state, or behind "used to" and "no longer"."""

    happened: bool = False
    """It is read from an event: "moved to", "got a job at"."""

    cue: int = 0
    """Where the value begins: what stands before "I" does not count for it."""


def readings(text: str, start: int, end: int, *, name: str | None = None) -> Iterator[Reading]:
    """Yield what the clause that begins at `text[start]` says of its subject, each attribute once.

    The subject is "I", or *name* in a text about others.
    """
    clause = text[start : min(end, start + LONGEST)]
    seen: set[str] = set()
    for head in _heads(clause, name):
        for reading in _behind(clause, head, seen):
            placed = reading._replace(start=start, end=start + reading.end, cue=start + reading.cue)
            yield from _each(placed) if reading.attribute in _TASTES else [placed]


def _behind(clause: str, head: _Head, seen: set[str]) -> Iterator[Reading]:
    """Yield what stands behind a head, and what is joined to that: "I'm vegetarian and allergic to peanuts"."""
    own = list(_at(clause, head, seen))
    yield from own
    ends = {reading.end for reading in own}
    while ends and not (head.negated or head.ended):
        joined = (_JOINS.match(clause, end) for end in ends)
        further = [
            reading
            for join in joined
            if join is not None
            for reading in _at(clause, head._replace(offset=join.end()), seen)
            # Of "married people", nobody is said to be married; of "a 44-year-old nurse", how old they are.
            if reading.attribute == "age" or _ENDS.match(clause, reading.end)
        ]
        yield from further
        ends = {reading.end for reading in further}


def _at(clause: str, head: _Head, seen: set[str]) -> Iterator[Reading]:
    """Yield what the rows of a form read at a place, each attribute once."""
    for row in _rows().get(head.form, ()):
        match = None if row.attribute in seen else row.pattern.compiled.match(clause, head.offset)
        reading = None if match is None else _read(row, match, negated=head.negated, ended=head.ended)
        if reading is not None:
            seen |= {row.attribute, reading.attribute}
            yield reading


class _Row(NamedTuple):
    attribute: str
    form: str
    fact: str
    pattern: LazyPattern


def _read(row: _Row, match: re.Match[str], *, negated: bool, ended: bool) -> Reading | None:
    value = third_person(tidy(match["v"]))
    if row.attribute == "age":
        value = " ".join(terms(value))
    if match.string.startswith(" to ", match.start("v") - 4) and row.attribute in _TASTES:
        value = _gerund(value)
    if not value or not _is_likely(row.attribute, match, value):
        return None
    attribute, fact = row.attribute, row.fact.replace("{a}", _with_article(value)).replace("{}", value)
    state = row.form in {"be", "do", "have", "cannot", "not", "my"}
    behind = _ANYMORE.match(match.string, match.end())
    over = behind is not None
    negated, ended = negated and not over, ended or (negated and over)
    if row.form in {"not", "cannot"}:
        negated = False
    elif attribute == "likes" and (negated or over):
        attribute, fact, negated, ended = "dislikes", _denied(fact), False, False
    past = row.form == "past" and fact.split(" ", 1)[0] in {"lived", "worked"}
    if over and ended:
        fact = f"{_denied(fact)} any more"
    elif ended:
        fact = f"no longer {fact}"
    elif negated:
        fact = _denied(fact)
    if (ended or negated or past) and attribute in _NEVER_OVER:
        return None
    end = match.end() if not over or behind is None else behind.end()
    return Reading(
        attribute, value, fact, 0, end, negated, ended or past, happened=not state, cue=match.start("v")
    )


def _is_likely(attribute: str, match: re.Match[str], value: str) -> bool:
    """Whether it can be a place to live in, or a lasting taste: nothing just spoken of, no link, no list that is cut."""
    if attribute in _AT_PLACES:
        words = value.split()
        return not (_CODE.match(value) or {words[0], words[-1]} & LISTS.words("no_places"))
    cut = match.string.startswith(",", match.end()) and not _GOES_ON.match(match.string, match.end())
    return attribute not in _TASTES or not (cut or "." in value or _TASTELESS.search(value))


def _each(reading: Reading) -> list[Reading]:
    """Return a taste for each of two things of one word: "hiking and camping"."""
    parts = reading.value.split(" and ")
    if len(parts) != _PAIR or any(" " in part for part in parts):
        return [reading]
    return [reading._replace(value=part, fact=reading.fact.replace(reading.value, part)) for part in parts]


def tidy(value: str) -> str:
    """Return a value without the words and marks that only surround it."""
    value = _LOOSE.sub("", " ".join(value.split())).lstrip(_MARKS)
    initials = _INITIALS.search(value)
    return value[: initials.end()] if initials else value.rstrip(_MARKS)


def third_person(text: str) -> str:
    """Return what a speaker says of themselves as others say it: "my own studio" → "their own studio"."""
    for pattern, other in _PERSONS:
        text = pattern.sub(other, text)
    return text


def _gerund(phrase: str) -> str:
    """Return `painting walls` for `paint walls`, so that "to swim" and "swimming" are one taste."""
    verb, _, rest = phrase.partition(" ")
    stem = verb[:-1] if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")) else verb
    stem += stem[-1] if _DOUBLES.fullmatch(stem) else ""
    return f"{stem}ing {rest}".strip()


def _with_article(value: str) -> str:
    if (
        value[:1].isupper()
        or value[:1].isdigit()
        or value.split(" ", 1)[0].lower() in {"an", "a", "the", "two", "my"}
    ):
        return value
    return f"{'an' if value[:1].lower() in 'aeiou' else 'a'} {value}"


def _denied(fact: str) -> str:
    """Return the negation of what a fact says: `lives in` → `does not live in`."""
    verb, _, rest = fact.partition(" ")
    if verb in {"is", "has"} and not (verb == "has" and not rest.startswith(("lived", "been"))):
        return f"{verb} not {rest}"
    base = {"has": "have", "studies": "study", "goes": "go"}.get(verb, verb.removesuffix("s"))
    return f"does not {base} {rest}"


# --- the form of a clause --------------------------------------------------------------------------------------------


class _Head(NamedTuple):
    """What stands between the subject and the pattern of a row."""

    form: str
    offset: int
    negated: bool = False
    ended: bool = False


def _heads(clause: str, name: str | None) -> Iterator[_Head]:
    """Yield the forms that a clause can have."""
    match = _head_pattern(name).match(clause)
    if match is None:
        return
    end = match.end()
    form, no = match.lastgroup or "", (match["no"] or "").lower().strip()
    if form == "be":
        if no == "not":
            yield _Head("not", end)
        yield _Head("be", end, negated=no == "not", ended=no == "no longer")
    elif form in {"not", "used"}:
        # An auxiliary stands before the verb.
        over = form == "used" or match["never"].lower().endswith("longer")
        for verb in ("be", "have"):
            if clause.startswith(f"{verb} ", end):
                yield _Head(verb, end + len(verb) + 1, not over, over)
        yield _Head("do", end, not over, over)
    else:
        yield from (_Head(each, end) for each in _FORMS[form])


_FORMS = {
    "my": ["my"],
    "left": ["be"],
    "have": ["been", "have"],
    "cannot": ["cannot"],
    "plain": ["past", "do"],
}
"""By what stands before the pattern."""

_ADVERB = (
    r"(?:(?:also|really|still|just|actually|currently|now|always|personally|absolutely|totally|honestly|recently|already|only|"
    r"mostly|usually|generally|both|even|kinda|definitely|truly|simply|mainly|finally|originally|especially|particularly|do|did|"
    r"unfortunately|sadly|happily|officially|newly|very|once|now|myself|too|here|so) )"
)


@text_cache(64)
def _head_pattern(name: str | None) -> re.Pattern[str]:
    who = "(?:i|we)" if name is None else re.escape(name)
    am, have = (r"['’]?m| am|['’]re| are", r"['’]?ve| have") if name is None else (r" is|['’]s", r" has")
    my = r"my" if name is None else rf"{who}['’]s"
    dont = r"don['’]?t|do not" if name is None else r"doesn['’]?t|does not"
    return re.compile(
        rf"(?P<my>{my} )|(?P<left>(?=living |based ))|{who}(?:(?P<be>(?:{am}) {_ADVERB}{{0,3}}(?P<no>not |no longer )?{_ADVERB}{{0,2}})"
        rf"|(?P<have>(?:{have}) {_ADVERB}{{0,3}})|(?P<not> {_ADVERB}{{0,2}}(?P<never>{dont}|no longer) {_ADVERB}{{0,2}})"
        rf"|(?P<used> {_ADVERB}{{0,2}}used to )|(?P<cannot> {_ADVERB}{{0,2}}(?:can['’]?t|cannot|can not) )|(?P<plain> {_ADVERB}{{0,3}}))",
        re.IGNORECASE,
    )


# --- the rows --------------------------------------------------------------------------------------------------------


@cache
def _rows() -> dict[str, list[_Row]]:
    rows: dict[str, list[_Row]] = {}
    for line in LISTS.rows("rows"):
        attribute, form, fact, pattern = (part.strip() for part in line.split("|", 3))
        # Compiling all takes longer than all else that a process does that stores one message.
        lazy = LazyPattern(partial(_filled, pattern), re.IGNORECASE)
        rows.setdefault(form, []).append(_Row(attribute, form, fact, lazy))
    return rows


def _filled(pattern: str) -> str:
    for name, phrase in _phrases().items():
        pattern = pattern.replace(f"{{{name}}}", phrase)
    return any_capitals(pattern)


def any_capitals(pattern: str) -> str:
    """Return a pattern that takes `Å` where it has a Latin capital."""
    return pattern.replace("(?-i:[A-Z", f"(?-i:[A-Z{_ACCENTED}")


_ACCENTED = "".join(letter for letter in map(chr, range(0xC0, 0x250)) if letter.isupper())


@cache
def _phrases() -> dict[str, str]:
    lists = ("jobs", "languages", "conditions", "owned", "animals", "clubs", "drugs")
    phrases = {name.upper(): alternatives(name) for name in lists} | _PHRASES | {"TENS": "|".join(TENS)}
    # "Nurse manager": never the nurse alone.
    jobs = phrases["JOBS"]
    return phrases | {"JOBS": rf"(?:(?:{jobs}) (?=(?:{jobs})\b))?+(?:{jobs})"}


def alternatives(name: str) -> str:
    """Return a word list as the alternatives of a pattern, the longest first."""
    words = sorted(LISTS[name].split(), key=len, reverse=True)
    return "|".join(word.replace("_", " ") for word in words)


_PERSONS = tuple(
    (re.compile(rf"(?<![\w'’]){mine}(?![\w'’])", re.IGNORECASE), theirs)
    for mine, theirs in (
        ("my own", "their own"), ("my", "their"), ("myself", "themselves"), ("me", "them"), ("i", "they"), ("i['’]m", "they are"),
        ("i['’]ve", "they have"), ("mine", "theirs"),
    )
)  # fmt: skip

_DOUBLES = re.compile(r"[^aeiou]+[aeiou][^aeiouwxy]")
_PAIR = 2

_TITLES = ("St", "Dr", "Mr", "Ms", "Mrs", "Ft", "Mt", "Prof")
STOP = "".join(rf"(?i:(?<!\b{title}))" for title in _TITLES) + r"(?-i:(?<!\b[A-Z]))\."
"""A full stop that belongs to no abbreviation and no initial."""

END = (
    rf"(?=\s*(?:$|[,;:!?()\n\"“”—–/]|\.(?:$|\.)|{STOP}\s)|\s-+\s|\s(?:and|but|or|because|since|so|when|while|whenever|which|who|that|where|if|for|"
    r"with|until|till|after|before|as|now|right|at|in|on|from|by|then|than|any ?more|again|btw|lol|haha|alone|together|currently|these|"
    r"lately|though|although|too|either|especially|like|during|via|due|about|about|i|we|it|he|she|they|my|there|to|every|last|this|next|"
    r"yesterday|today|recently|also|just|is|was|are|have|has|had|of course|myself|not|over|without|the)\b)"
)
"""Where a short phrase ends."""

_ENDS = re.compile(END, re.IGNORECASE)
_JOINS = re.compile(rf",?\s+(?:and|but)\s+{_ADVERB}{{0,2}}|,\s+{_ADVERB}{{0,2}}", re.IGNORECASE)
"""Between two predicates of one subject."""

_SHORT = rf"(?-i:(?:{'|'.join(_TITLES)}|[A-Z])\.(?=\s[A-Z])|(?:[A-Z]\.){{2,}})"
"""Words with a full stop that ends nothing: "St. Mary's", "Washington D.C."."""

_MARKS = " ,;:.!-–—'’\""
_INITIALS = re.compile(rf"(?<![\w.])(?:[A-Z]\.){{2,}}(?=[{re.escape(_MARKS)}]*$)")
"""At the end of a value, where the last full stop belongs to it."""

_WORD = rf"(?:{_SHORT}|\w(?:[\w'’&+#./-]{{0,40}}[\w+#])?)"
_NAME = rf"(?:{_SHORT}|(?-i:[A-Z][\w'’&-]{{0,40}}))"
_PLACE = rf"(?P<v>(?:the )?(?-i:(?!I\b|I['’]|My\b|We\b|But\b|And\b)){_NAME}(?:(?:,? (?!(?-i:I|My|We|And|But|He|She|It|So|The|This|Because|When)\b)|,? (?:of|de|del|la|le|upon|the|am|an der) ){_NAME}){{0,4}})(?!\s(?:['’]s|office|branch|team|group)\b)"
_PHRASES = {
    "END": END,
    "P": _PLACE,
    "FROM": r"(?=(?-i:[A-Z])|(?:my|our|his|her|their|the|an?|home|abroad|there|here|up|down|over|out|near|across|rural|central)\b)(?:[\w'’-]{1,40}[ ,]{1,2}){0,3}[\w'’-]{1,40}",
    "O": rf"(?!(?:the moment|home|night|free|fun|a living|myself|themselves|hours|years|it|them|this|that|my|their|a (?:few|while|couple|bit|long|year|month)|peace|least|first|weekends?|lunch|[\d]+)\b)(?P<v>(?:(?:an?|the) )?{_WORD}(?: (?:of (?=(?-i:[A-Z])|the))?{_WORD}){{0,5}}?){END}",
    "X": rf"(?P<v>{_WORD}(?: {_WORD}){{0,5}}?){END}",
    "L": rf"(?!(?:it|that|this|them|those|these|him|her|you|your|his|their|our|its|my|me|how|when|what|where|who|why|if|to|the(?! (?-i:[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*\s*(?:$|[.!,])))|an? |one|ones|all|both|each|every|be|see|hear|know|learn|think|get|do|have|"
    rf"some|any|more|most|seeing|hearing|knowing|being|having|everything|anything|something|nothing|everyone|people|and|or|so|option|idea|another|such|just|as|trying|new|with|doing|exploring|learning|using|making|adding|incorporating)\b)"
    rf"(?P<v>{_WORD}(?:(?:,? and|,| &)? {_WORD}){{0,9}}?)(?=\s*(?:$|[;:!?()\n\"“”—–]|\.(?:\s|$|\.)|,(?! [\w'’-]+(?: [\w'’-]+)?(?:,? and\b|,)))|\s-+\s|\s(?:because|but|since|so|too|either|any ?more|btw|lol|"
    rf"though|although|especially|lately|these days|a lot|very much|so much|the most|as well|over|(?<!ing\s)to|more than|rather than|instead of|and (?:i|we|it|my|the|would|am|have|want|that|was|think))\b)",
    "TO": rf"to (?!see|hear|know|learn|think|get|do|have|be|try|make|go with|use|add|keep|find|give|start|say|point|note|add|share|discuss|understand|explore|ask)(?P<v>[a-z]{{3,12}}(?: {_WORD}){{0,4}}?)(?=\s*(?:$|[,.;:!?()\n]))",
}  # fmt: skip

_ANYMORE = re.compile(r"\s(?:any ?more|any longer)\b", re.IGNORECASE)
_LOOSE = re.compile(
    r"(?:[\s,]+(?:and|or|but|not|to|of|a|an|the|as|at|in|on|so|too|also|just|again|with|for|is|are|was|out|up|their|my|more|some|really|very|now))+$"
    r"|^(?:my (?:own )?|some |lots of |all kinds of )",
    re.IGNORECASE,
)
_AT_PLACES = frozenset({"lives_in", "moved_to", "comes_from"})
_CODE = re.compile(r"[A-Za-z]{1,3}\d|(?!(?:US|UK|USA|UAE|EU|NYC|LA|SF|DC|NZ)\b)[A-Z]{2,4}\b")
"""`AWS`, `HR`, `K8s`: no place where somebody lives."""

_TASTES = frozenset({"likes", "dislikes", "prefers"})
_GOES_ON = re.compile(
    r",\s(?:but|so|and|because|especially|which|it|i|i'm|i've|my|though|although|since|as|they|we|particularly|for|can|could|do|what|any|please)\b",
    re.IGNORECASE,
)
_TASTELESS = re.compile(
    r"\b(?:it|this|that|these|those|them|you|your|idea|ideas|suggestions?|sound|way|one|ones|option|options|look|looks|thought|concept|part|"
    r"feeling|approach|plan|fact|point|list|tips?|advice|recommendations?|that|which|who|when|where|if|while|as|than|whatever|stuff|things?|thing|mentioned|said|suggested|here|there|above|clear|approach(?:es)?|solutions?|problems?|answers?|explanations?|day \d)\b",
    re.IGNORECASE,
)
"""Of a moment, or of what was said before."""

_NEVER_OVER = frozenset({"age", "comes_from", "name", "birthday", "pronouns"})
