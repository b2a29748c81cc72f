"""Attributes in a clause: "lives in Lisbon" → `lives_in`, "Lisbon". A table of verbs and what follows them."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, NamedTuple, cast

from lukasa.domain.attribute import ATTRIBUTES
from lukasa.extraction.rules.lexicon import Form, gerund, table, verb, verb_forms
from lukasa.extraction.rules.parse import Clause
from lukasa.text.analysis import is_stop_word
from lukasa.text.patterns import LazyPattern, WordLists

_LISTS = WordLists("lukasa.extraction.rules", "frames")

How = Literal["state", "event", "any"]
"""A state holds now, or in the past tense has ended; `any` is whichever."""


class AttributeReading(NamedTuple):
    """What a clause says of one attribute of its subject."""

    attribute: str
    value: str
    negated: bool = False
    ended: bool = False
    state: bool = False
    """It holds from now on, or from when it is said to have begun; otherwise it happened, or will."""

    short: str = ""
    """What stands behind the verb when this is one of several values, and the text has to be cut to it."""

    subject: str = ""
    """Whom it is about, when not the clause's subject: "Ana's favourite book is Dune"."""

    text: str = ""
    """How it is said, when not as the clause is."""


def readings(clause: Clause, rest: str, *, ended: bool) -> list[AttributeReading]:
    """Return what a clause says of its subject's attributes; *rest*: what follows the verb, in the third person, without times."""
    if not rest:
        return [] if clause.tense == "future" or clause.modal else _other(clause, "", ended=ended)
    if clause.tense == "future":
        return _future(clause, rest)
    if clause.modal and clause.modal not in {"would", "can"}:
        return []
    if (
        (switched := _SWITCH.match(rest))
        and clause.base in {"switch", "change", "convert"}
        and clause.tense in {"past", "perfect"}
    ):
        return [
            AttributeReading("stopped", _clipped(switched["old"])),
            AttributeReading("started", _clipped(switched["new"])),
        ]
    results: list[AttributeReading] = []
    for pattern, attribute, how in _rows().get(clause.base, ()):
        if attribute in {reading.attribute for reading in results} or not _fits(clause, how, attribute):
            continue
        match = pattern.match(rest)
        if match is None and clause.words[0].text == "i":  # names have no capitals either: "i live in pune"
            match = pattern.match(_capitalised(rest))
        if match is None:
            continue
        results += _read(clause, attribute, match, how=how, ended=ended)
    return results or _other(clause, rest, ended=ended)


def _capitalised(rest: str) -> str:
    return " ".join(word if is_stop_word(word) else word[:1].upper() + word[1:] for word in rest.split(" "))


def _read(
    clause: Clause, attribute: str, match: re.Match[str], *, how: How, ended: bool
) -> list[AttributeReading]:
    value = _value(match)
    over = ended or clause.tense == "used" or (how == "state" and _is_past_state(clause, attribute))
    if not value or _points(value) or (over and attribute in {"age", "wants"}):
        return []
    before = _before_value(match)
    if before.endswith("to ") and attribute in _ACTIVITIES and clause.modal != "would":
        value = _activity(value)
    if attribute in {"likes", "dislikes"}:
        return _taste(clause, attribute, value, before=before, ended=over)
    return [
        AttributeReading(
            attribute, value, negated=clause.negated and not ended, ended=over, state=how == "state"
        )
    ]


def _is_past_state(clause: Clause, attribute: str) -> bool:
    """Whether "lived in Rome" means that it is over."""
    return clause.tense == "past" and not clause.progressive and attribute not in _LASTING


def _fits(clause: Clause, how: How, attribute: str) -> bool:
    """Whether the tense is one in which the row holds."""
    if clause.modal == "would":
        return attribute in {"wants", "likes"} and clause.base in {"like", "love"}
    if clause.modal == "can" or clause.base in {"stand", "bear"}:
        return clause.modal == "can" and (
            (clause.negated and clause.base in {"stand", "bear"}) or attribute == "speaks"
        )
    if how == "event":
        return clause.tense in {"past", "perfect"} and not clause.negated
    if attribute == "wants":
        return clause.tense in {"present", "perfect"}
    # "I loved the show", "I learned that …" tell of one time.
    return clause.tense != "past" or not (attribute in _TASTES or clause.base == "learn")


def _taste(clause: Clause, attribute: str, value: str, *, before: str, ended: bool) -> list[AttributeReading]:
    """Return likes and dislikes, one for each thing of a simple list."""
    if clause.modal == "would":
        return [AttributeReading("wants", value, state=True)]
    negated = (
        clause.negated
        and clause.modal != "can"
        and not ended
        and not (attribute == "dislikes" and clause.base == "be")
    )
    if negated and attribute == "likes" and clause.base in {"like", "enjoy", "be"}:
        attribute, negated = "dislikes", False
    values = _listed(value)
    return [
        AttributeReading(
            attribute,
            item,
            negated=negated,
            ended=ended,
            state=True,
            short=f"{before}{item}" if len(values) > 1 else "",
        )
        for item in values
    ]


def _points(value: str) -> bool:
    """Whether a value means something that stands elsewhere: "this", "the way it looks"."""
    return _POINTING.search(value) is not None


def _before_value(match: re.Match[str]) -> str:
    group = next(
        (name for name, text in match.groupdict().items() if text and name.startswith("value")), None
    )
    return match.string[: match.start(group)] if group else ""


def _listed(value: str) -> list[str]:
    """Return the things of a list when all are short; otherwise the whole."""
    parts = [part for part in _COMMA_AND.split(value) if part]
    # "A safe, inviting place" is one thing, and so is what a comma splices on.
    if len(parts) == 1 or " and " not in value or any(len(part.split()) > _SHORT for part in parts):
        return [value]
    # "fantasy and sci-fi movies": both are movies.
    shared = len(parts[0].split()) < len(parts[-1].split()) and not all(_ING.match(part) for part in parts)
    return [value] if shared else parts


def _activity(value: str) -> str:
    """Return a verb's phrase in its -ing form, so that "to swim", "swims" and "swimming" are one value."""
    head, _, tail = value.partition(" ")
    lexeme = verb(head.lower())
    if lexeme is None or "base" not in lexeme.forms:
        return value
    return f"{gerund(lexeme.base)} {_all_ing(tail, 'base')}".strip()


def _all_ing(text: str, form: Form) -> str:
    """Put the verbs that "and" joins into their -ing form: "to cook and eat" is "cooking and eating"."""

    def put(match: re.Match[str]) -> str:
        lexeme = verb(match[1].lower())
        return f"and {gerund(lexeme.base)}" if lexeme is not None and lexeme.forms == {form} else match[0]

    return _AND_VERB.sub(put, text)


def _future(clause: Clause, rest: str) -> list[AttributeReading]:
    if (
        not clause.base
        or clause.negated
        or clause.base in {"be", "let", "need", "have", "make", "keep"}
        or _points(rest)
    ):
        return []
    return [AttributeReading("plans", _clipped(f"{clause.base} {rest}"))]


def _other(clause: Clause, rest: str, *, ended: bool) -> list[AttributeReading]:
    """Read what no row has: what the subject used to do, does as a habit, or did."""
    if not clause.base or clause.base in table("no_deeds") or _points(rest):
        return []
    if clause.tense == "used" or (ended and clause.tense == "present"):
        return [AttributeReading("does", _practice(clause.base, rest, joined="base"), ended=True, state=True)]
    if _habitual(clause):
        return [
            AttributeReading(
                "does", _practice(clause.base, rest, joined="third"), negated=clause.negated, state=True
            )
        ]
    if _is_deed(clause) and rest and not _IDLE.match(rest):
        return [AttributeReading("did", _clipped(f"{clause.words[clause.verb].text} {rest}"))]
    return []


def _is_deed(clause: Clause) -> bool:
    return (
        clause.tense == "past"
        and clause.base in table("deeds")
        and not clause.negated
        and not clause.progressive
    )


def _habitual(clause: Clause) -> bool:
    if clause.tense == "perfect":
        return clause.progressive
    return (
        clause.tense == "present"
        and not clause.modal
        and any(word.low in table("often") for word in clause.words)
    )


def _practice(base: str, rest: str, *, joined: Form) -> str:
    """Return an activity in its -ing form; "go running" is "running". *joined*: the form of verbs behind "and"."""
    if base == "go" and _ING.match(rest):
        return _clipped(rest)
    return _clipped(f"{gerund(base)} {_all_ing(rest, joined)}".strip())


def _value(match: re.Match[str]) -> str:
    value = next((text for name, text in match.groupdict().items() if text and name.startswith("value")), "")
    return _ARTICLE.sub("", _clipped(value).strip(" ,;:"))


def _clipped(value: str) -> str:
    """Cut a value at a subordinate clause, and at what a value need not hold."""
    cut = _CUT.search(value)
    value = (value[: cut.start()] if cut and cut.start() else value).strip(" ,;:.!")
    value = _without_next_verb(value)
    # Quotation marks go when they are around all of it, or have lost their other half.
    value = _TRAILING.sub("", value)
    if not value:
        return ""
    return (
        value.strip('"“”')
        if sum(letter in _QUOTES for letter in value) != _PAIR or (value[0] in '"“' and value[-1] in '"”')
        else value
    )


def _without_next_verb(value: str) -> str:
    """Cut a value where the subject does something else: "a forum and had a talk"."""
    for joined in _AND_VERB.finditer(value):
        forms = verb_forms(joined[1].lower())
        if "past" in forms and "base" not in forms and joined.start() > 1:
            return value[: joined.start()].rstrip(" ,")
    return value


@cache
def _rows() -> dict[str, list[tuple[re.Pattern[str], str, How]]]:
    rows: dict[str, list[tuple[re.Pattern[str], str, How]]] = {}
    for line in _LISTS.rows("rows"):
        base, attribute, how, pattern = line.split(maxsplit=3)
        row = re.compile(_filled(pattern), re.IGNORECASE), attribute, cast("How", how)
        rows.setdefault(base, []).append(row)
    return rows


def _filled(pattern: str) -> str:
    """Put the patterns of phrases into a row; the group of a second value has another name."""
    for name, phrase in _phrases().items():
        count = 0
        while f"{{{name}}}" in pattern:
            group = "value" if "(?P<value>" not in pattern else f"value{count}{name}"
            pattern = pattern.replace(f"{{{name}}}", phrase.replace("(?P<value>", f"(?P<{group}>"), 1)
            count += 1
    return pattern


@cache
def _phrases() -> dict[str, str]:
    """Return the pattern of each name in braces."""
    alternatives = ("jobs", "languages", "conditions", "events", "owned")
    return {name.upper(): "|".join(_LISTS.rows(name)) for name in alternatives} | _PHRASES


_END = (
    r"(?=\s*(?:$|[,.;:!()]|\b(?:because|since|when|while|whenever|so|but|although|though|if|who|which|that|where|after|before|until|with|for|from|during|by|"
    r"too|now|lately|recently|anymore|again|instead|as|and (?:I|they|we|he|she|it)|than|without|together|to|called|named|besides|alongside|these days|this time|about (?:a|two|three))\b))"
)
_CLAUSE_END = r"(?=\s*(?:$|[.;!()]|,? \b(?:because|since|when|while|whenever|so|but|although|though|if|which|until|and (?:I|they|we|he|she|it))\b))"
_PLACE = r"(?P<value>(?-i:(?:the |The )?[A-Z0-9][\w.'’&-]*(?:,? (?:[A-Z][\w.'’&-]*|of|de|del|la|le|upon|the|and(?= [A-Z])))*(?<! of)(?<! the)(?<! de)))"
_PHRASES = {
    "P": _PLACE,
    "N": r"(?P<value>(?-i:[A-Z][\w'-]+))",
    "X": rf"(?P<value>[^\s,;.!()](?:[^,;.!()]*?[^\s,;.!()])??){_END}",
    "A": rf"(?:an? |two |three |some |a pair of |my |their |\d+ )(?!lot|bit|chance|call|text|message|feeling|sense|great deal|few|good look|kick|glimpse|break|(?:new )?job\b|(?:new )?position\b)(?:new )?(?P<value>[^\s,;.!()](?:[^,;.!()]*?[^\s,;.!()])??){_END}",
    "L": r"(?!it\b|that\b|this\b|them\b|those\b|these\b|him\b|her\b|you\b|how\b|when\b|what\b|to\b|seeing\b|hearing\b|one\b|all\b|both\b|each\b|every\b|be\b|see\b|hear\b|know\b)(?P<value>[^\s.;!()](?:[^.;!()]*?[^\s,;.!()])??)"
    r"(?=\s*(?:$|[.;!()]|, (?:but|so|and I|I|it|especially|which|because)\b|\b(?:because|since|when|while|whenever|so|but|although|though|if|who|which|that|where|after|before|until|with|for|from|during|by|too|now|lately|anymore|as|than|more than|very much|a lot|so much|the most|at|on)\b))",
    "S": rf"(?P<value>[^\s,;.!()](?:[^,;.!()]*?[^\s,;.!()])??)(?:{_END}|(?=\s(?:at|in|on|to)\b))",
    "G": rf"(?!when\b|as\b|after\b|before\b|in\b|at\b)(?P<value>(?:an? |the |my |their )?[^\s,;.!()](?:[^,;.!()]*?[^\s,;.!()])??){_END}",
    "V": rf"(?P<value>\w+ing\b(?:[^;.!()]*?[^\s,;.!()])??){_CLAUSE_END}",
    "I": rf"(?P<value>[a-z]+\b(?:[^;.!()]*?[^\s,;.!()])??){_CLAUSE_END}",
}
_CUT = LazyPattern(
    r",? (?:because|since|when|while|whenever|so that|so|but|although|though|if|which|until|and (?:I|they|we|he|she|it)\b)\b|\s*[-–—]+\s|—|\s*--|, (?:it|they|that|this|maybe|there|he|she)\b",
    re.IGNORECASE,
)
_ARTICLE = LazyPattern(
    r"^(?:an? |some |(?:my|their) (?:own )?|such an? |lots of |all kinds of |all sorts of )",
    re.IGNORECASE,
)
_COMMA_AND = LazyPattern(r"\s*,?\s+and\s+|\s*,\s*(?:and\s+)?|\s+&\s+")
_SWITCH = LazyPattern(r"from (?P<old>[^,;]{2,40}?) to (?P<new>[^,;]{2,40})$", re.IGNORECASE)
_TRAILING = LazyPattern(
    r"(?:[\s,]+(?:and|or|but|not|to|of|a|the|as|at|in|on|so|too|also|just|again))+$", re.IGNORECASE
)
_POINTING = LazyPattern(
    r"^(?:(?:with |on |from |about |of )?(?:it|this|that|them|these|those|him|her|you|one|what|how)\b|the (?:way|colou?rs?|progress|idea|look|sound|design|feeling|part|photo|pic|picture|sight|one|name)\b)|"
    r"\b(?:this|that|it|these|those)$|^\w+ing (?:it|this|that|them)\b|^\w+ (?:it|this|that|them)\b|\bof (?:it|this|that|them|these|those)\b|^(?:as usual|ever)\b",
    re.IGNORECASE,
)
_IDLE = LazyPattern(
    r"(?:sure|up|out|it|them|that|this|me|something|a (?:\w+ )?(?:difference|impact|mistake|point|lot)|someone|\S+$)",
    re.IGNORECASE,
)
"""Return deeds that tell nothing."""

_AND_VERB = LazyPattern(r"\band (?:(?:just|also|then|even|finally) )?(\w+)\b")
_QUOTES = '"“”'
_ING = LazyPattern(r"\w{3,}ing\b")
_PAIR = 2
_SHORT = 3
_LASTING = frozenset(row.name for row in ATTRIBUTES.values() if row.lasts)
_TASTES = frozenset({"likes", "dislikes", "prefers"})
_ACTIVITIES = frozenset({"likes", "dislikes", "started", "stopped", "prefers"})
