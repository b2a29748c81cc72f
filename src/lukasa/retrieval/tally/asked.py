"""A question → what is to be counted, or nothing: a wrong count is worse than none. English. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

from lukasa.domain.tally import TallyKind
from lukasa.text.analysis import query_terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be counted, or sorted."""

    kind: TallyKind
    subject: str | None
    """Whose; `None`: the one who asks."""

    attribute: str | None = None
    """The label of the facts that count; `None`: events that have the words."""

    words: tuple[str, ...] = ()
    """Terms that the text of a fact must have, each one."""

    items: tuple[str, ...] = ()
    """What is to be put in order, as it was written."""

    past: bool = True
    """What is over counts too."""

    noun: str = ""
    """What is counted, in the words of the question."""


ENGLISH = "en"

_SUBJECT = "\x00"
"""Stands for the subject while a question is read."""

_DO = r"(?:does|do|did|has|have|had|is|are|was|were)"
_SHAPES: Sequence[tuple[TallyKind, str]] = (
    ("times", rf"how (?:many times|often) {_DO} {_SUBJECT} (?P<rest>.+)"),
    ("count", rf"how many (?P<noun>[\w' -]+?) {_DO} {_SUBJECT} ?(?P<rest>.*)"),
    ("first", rf"when did {_SUBJECT} first (?P<rest>.+)"),
    ("first", rf"when was the first time (?:that )?{_SUBJECT} (?P<rest>.+)"),
    ("last", rf"when did {_SUBJECT} last (?P<rest>.+)"),
    ("last", rf"when was the last time (?:that )?{_SUBJECT} (?P<rest>.+)"),
    ("order", rf"in (?:what|which) order did {_SUBJECT} (?P<rest>.+)"),
    ("duration", rf"(?:for )?how long (?:has|have) {_SUBJECT} (?:been )?(?P<rest>.+)"),
    ("list", rf"(?:which|what) (?P<noun>[\w' -]+?) {_DO} {_SUBJECT} ?(?P<rest>.*)"),
    ("list", rf"(?P<noun>where) (?:has|have) {_SUBJECT} (?P<rest>lived|worked)(?: so far)?"),
)

_VERBS: Sequence[tuple[str, str]] = (
    (r"visit(?:ed|s)?|been to|(?:travell?(?:ed|s)?|gone|go|went) to", "visited"),
    (r"liv(?:e|ed|es|ing)", "lives_in"),
    (r"work(?:ed|s|ing)?(?: at| for)?", "works_at"),
    (r"attend(?:ed|s)?", "attended"),
    (r"speaks?|spoken", "speaks"),
    (r"buy|bought|adopt(?:ed)?", "got"),
)

_NOUNS: Mapping[str, tuple[str, str]] = {
    "pets": ("pet", ""),
    "children": ("child", ""),
    "kids": ("child", ""),
    "sons": ("child", "son"),
    "daughters": ("child", "daughter"),
    "siblings": ("sibling", ""),
    "brothers": ("sibling", "brother"),
    "sisters": ("sibling", "sister"),
    "friends": ("friend", ""),
    "languages": ("speaks", ""),
    "allergies": ("allergic_to", ""),
    "cats": ("pet", "cat"),
    "dogs": ("pet", "dog"),
    "rabbits": ("pet", "rabbit"),
    "horses": ("pet", "horse"),
    "birds": ("pet", "bird"),
}
"""What somebody has: the label, and a word that the fact must have."""

_THINGS: Mapping[str, frozenset[str]] = {
    "visited": frozenset({"city", "cities", "country", "countries", "place", "places", "town", "towns"}),
    "lives_in": frozenset(
        {"city", "cities", "country", "countries", "place", "places", "town", "towns", "where"}
    ),
    "works_at": frozenset({"company", "companies", "firms", "employers", "places", "where"}),
    "speaks": frozenset({"languages"}),
}
"""Nouns that say no more than the label does; for a label that is not here, none does."""

_LIGHT = frozenset(
    {"go", "went", "gone", "do", "did", "done", "have", "had", "take", "took", "get", "got", "make", "made"}
)
"""Verbs that change with the tense and tell nothing: "go hiking" is "went hiking"."""

_HAVING = re.compile(r"(?:have|has|had|got|own|owned)?(?: now| at the moment| in total| so far)?")
_MENTION = re.compile(r"(?:mention|mentioned|say|said|tell|told|talk|talked) (?:about |of )?")
_NOTHING = re.compile(r"(?:in|at|for|so far|in total)?")
_LONGEST = 200


def wanted(question: str, *, names: Sequence[str]) -> Wanted | None:
    """Return what a question wants counted; *names* are those of known people that it has. `None`: it is no such question.

    A question about several people is none.
    """
    if len(names) > 1 or len(question) > _LONGEST:
        return None
    text = " ".join(question.replace("’", "'").split()).rstrip(" ?.!").lower()
    for name in [names[0].lower()] if names else ["i", "we"]:
        text = re.sub(rf"\b{re.escape(name)}\b", _SUBJECT, text)
    if text.count(_SUBJECT) != 1 or f"{_SUBJECT}'s" in text:
        return None
    for kind, pattern in _patterns():
        if (found := pattern.fullmatch(text)) is not None:
            return _read(_asked(kind, names[0] if names else None, found, text))
    return None


class _Asked(NamedTuple):
    """A question in its parts."""

    kind: TallyKind
    subject: str | None
    noun: str
    rest: str
    """What follows the subject."""

    attribute: str | None
    """What its verb stands for."""

    left: str
    """What follows the verb."""

    past: bool


@cache
def _patterns() -> list[tuple[TallyKind, re.Pattern[str]]]:
    return [(kind, re.compile(pattern)) for kind, pattern in _SHAPES]


def _asked(kind: TallyKind, subject: str | None, found: re.Match[str], text: str) -> _Asked:
    parts = found.groupdict()
    rest = _MENTION.sub("", parts["rest"] or "", count=1)
    attribute, left = _verb(rest)
    past = re.search(rf"\b(?:does|do|is|are) {_SUBJECT}", text) is None
    return _Asked(kind, subject, parts.get("noun") or "", rest, attribute, left, past)


def _verb(rest: str) -> tuple[str | None, str]:
    """Return the label that the verb stands for, and what follows it."""
    for pattern, attribute in _VERBS:
        if found := re.match(rf"(?:ever )?(?:{pattern})\b ?", rest):
            return attribute, rest[found.end() :]
    return None, rest


def _read(asked: _Asked) -> Wanted | None:
    match asked.kind:
        case "count" | "list" if asked.attribute is None:
            return _had(asked)
        case "count" | "list":
            return _things(asked)
        case "order":
            return _order(asked)
        case "duration":
            return _duration(asked)
        case _:
            return _occasions(asked)


def _had(asked: _Asked) -> Wanted | None:
    """Read "how many pets does she have"."""
    if asked.noun not in _NOUNS or not _HAVING.fullmatch(asked.rest):
        return None
    attribute, word = _NOUNS[asked.noun]
    return _wanted(asked, attribute, _terms(word))


def _things(asked: _Asked) -> Wanted | None:
    """Read "how many cities has she visited": what the noun adds to the verb must stand in the facts."""
    if asked.attribute is None or not _NOTHING.fullmatch(asked.left):
        return None
    known = asked.noun in _THINGS.get(asked.attribute, ())
    return _wanted(asked, asked.attribute, () if known else _terms(asked.noun))


def _order(asked: _Asked) -> Wanted | None:
    items = tuple(part.strip() for part in re.split(r",\s*(?:and\s+)?|\s+and\s+", asked.left) if part.strip())
    if asked.attribute is None or len(items) < 2:  # noqa: PLR2004 - one thing has no order
        return None
    return replace(_wanted(asked, asked.attribute, ()), items=items)


def _duration(asked: _Asked) -> Wanted | None:
    if asked.attribute not in {"lives_in", "works_at"}:
        return None
    words = _terms(re.sub(r"^(?:in|at|for) ", "", asked.left))
    return replace(_wanted(asked, asked.attribute, words), past=False)


def _occasions(asked: _Asked) -> Wanted | None:
    """Read "how many times did she go hiking": the words must stand in each event."""
    words = _terms(asked.left if asked.attribute else asked.rest)
    if not words and asked.attribute is None:
        return None
    return replace(_wanted(asked, asked.attribute, words), noun=asked.rest, past=True)


def _wanted(asked: _Asked, attribute: str | None, words: tuple[str, ...]) -> Wanted:
    return Wanted(
        kind=asked.kind,
        subject=asked.subject,
        attribute=attribute,
        words=words,
        past=asked.past,
        noun=asked.noun,
    )


def _terms(text: str) -> tuple[str, ...]:
    return tuple(term for term in query_terms(text, language=ENGLISH) if term not in _LIGHT)
