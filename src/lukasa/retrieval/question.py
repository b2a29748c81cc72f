"""A question as it is asked, and what it asks for, read by rules: no model, well under two milliseconds.

The rules are for English; of a question in another language, terms and names are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from lukasa.dates.statements import windows
from lukasa.domain.erasure import text_cache
from lukasa.domain.filter import Filter
from lukasa.domain.interval import Interval
from lukasa.text.analysis import fold, is_stop_word, query_terms
from lukasa.text.patterns import LazyPattern


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Which part of the memory a question looks at, where it is not what is known and believed now."""

    as_of: int | None = None
    """As it was at this version of the partition."""

    valid_at: datetime | None = None
    """What was true, and had been said, at this moment."""

    turns: bool = True
    facts: bool = True
    include_retired: bool = False

    @property
    def past(self) -> bool:
        """Whether facts that are not believed now may be returned."""
        return self.include_retired or self.valid_at is not None or self.as_of is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as the caller asks it."""

    text: str
    now: datetime
    zone: tzinfo | None = None
    filter: Filter | None = None
    explain: bool = False
    min_confidence: float = 0.0
    """Below it, nothing is returned."""

    view: View = field(default_factory=View)


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """A question as the channels need it."""

    terms: tuple[str, ...]
    """Distinct analysed terms without stop words."""

    asks_assistant: bool = False
    """Whether it is about what the assistant said."""

    asks_several: bool = False
    """Whether it is about several things: a list, a count, what somebody is like."""

    asks_when: bool = False
    """Whether it asks for a time."""

    asks_now: bool = False
    """Whether it asks for what is so now."""

    names: tuple[str, ...] = ()
    """Speakers of the partition that are mentioned, in order of mention."""

    windows: tuple[Interval, ...] = ()
    """The time it asks about, if it says so."""


def understand(
    question: str, *, now: datetime, zone: tzinfo | None = None, names: Sequence[str] = ()
) -> Understanding:
    """Read a question. *names* are the speakers of the partition; relative dates are anchored at *now* (aware)."""
    return Understanding(
        terms=tuple(query_terms(question)),
        asks_assistant=asks_assistant(question),
        asks_several=asks_several(question),
        asks_when=asks_when(question),
        asks_now=asks_now(question),
        names=_mentioned(question, tuple(names)),
        windows=windows(question, now=now, zone=zone),
    )


# --- who is asked about ------------------------------------------------------------------------------------------------


def asks_assistant(question: str) -> bool:
    """Whether a question is about what the assistant said, whatever it quotes."""
    return _SAID.search(_unquoted(question)) is not None


def _unquoted(question: str) -> str:
    return _QUOTED.sub(" ", question[-_LONGEST:].replace("’", "'").lower()).strip()


_LONGEST = 1000
"""Characters that are read; a longer text was pasted, and asks at its end."""

_SAID = LazyPattern(
    r"\bdid(?:n't)?\s+you\s+(?:\w+ly\s+|just\s+|also\s+|first\s+|last\s+)?(?:say|suggest|tell|recommend|mention|advise|propose|list|"
    r"explain|give|provide|share|write|promise|describe|warn|offer|answer|claim|draft|generate|come\s+up\s+with)\b|"
    r"\byou(?:'d|'ve|\s+had|\s+have)?\s+(?:\w+ly\s+|just\s+|once\s+|also\s+|first\s+|last\s+)?(?:said|suggested|told|"
    r"recommended|mentioned|advised|proposed|listed|explained|gave|given|provided|shared|wrote|promised|described|warned|"
    r"offered|answered|claimed|drafted|generated|came\s+up\s+with)\b|"
    r"\byour\s+(?:(?:last|previous|earlier|first|original|own)\s+)?"
    r"(?:suggestions?|recommendations?|advice|answers?|explanation|reply|proposals?|tips?)\b|"
    r"\b(?:the|this)\s+(?:assistant|chatbot|ai)\b[^?]*\b(?:say|said|suggest\w*|recommend\w*|tell|told|mention\w*|advi[sc]e\w*)\b"
)


# --- what is asked for -------------------------------------------------------------------------------------------------


def asks_several(question: str) -> bool:
    """Whether a question is about several things, or about what somebody is like; in English."""
    text = _unquoted(question)
    return _SEVERAL.search(text) is not None and not _GUESSES.search(text) and not _WHEN.search(text)


def asks_when(question: str) -> bool:
    """Whether a question asks for a time; in English."""
    return _WHEN.search(_unquoted(question)) is not None


def asks_now(question: str) -> bool:
    """Whether a question asks for what is so now, in the present tense and of no earlier time; in English."""
    text = _unquoted(question)
    return _PRESENT.search(text) is not None and not _EARLIER.search(text) and not _WHEN.search(text)


_PRESENT = LazyPattern(r"\b(?:am|is|are|do|does|now|current(?:ly)?|these\s+days)\b|'(?:s|m|re)\b")
_EARLIER = LazyPattern(
    r"\b(?:did|was|were|had|been|used|before|previous(?:ly)?|former(?:ly)?|earlier|original(?:ly)?|first|last|ago|once|ever|"
    r"past|old|history|change[ds]?|how\s+(?:long|many|often))\b"
)
_SEVERAL = LazyPattern(
    r"\bhow\s+(?:many|often|frequently)\b|(?:^|\byou\s+(?:please\s+)?|\bplease\s+)(?:list|enumerate|name)\b|"
    r"\bin\s+(?:what|which)\s+ways\b|"
    # plural nouns
    r"\b(?:what|which)\s+(?:are|were|(?:all|other|different|new|kinds?|types?|sorts?|of|the|some|[\w/-]+(?:ing|al|ic|ive|y|ed|r))\s+){0,3}"
    r"(?!(?:is|was|has|does|this|his|us|yes|class|news|address|business|process)\b)[a-z-]+(?<![suio'])s\b|"
    r"^(?:what|who)\s+(?:are|were)\b|"
    # what somebody has done, what two share, what somebody does, who somebody is
    r"^(?:what|where|which\b.*?)\s+(?:has|have)\b(?!\s+to\b)|^(?:what|which)\b.*\bboth\b|\bin\s+common\b|"
    r"^(?:what|how)\s+(?:do|does)\s+[\w']+(?:\s+and\s+[\w']+)?\s+(?:like|love|enjoy|do|relax|have)\b|^who\s+is\b"
)
_GUESSES = LazyPattern(r"\b(?:might|would|wouldn't|could|likely|probably)\b")
_TIME = r"(?:dates?|days?|month|years?|time|week|weekday|weekend|season|decade|hour|birthday)"
_WHEN = LazyPattern(
    r"(?:^|\b(?:since|until|by|remember|know|me|recall)\s+)when\b|"
    r"\bhow\s+long\s+(?:ago|since|has|have|had|did|does|before|after|until|till|was|were)\b|"
    rf"^(?:(?:in|on|at|by|since|until|around|during)\s+)?(?:what|which)\s+(?:(?:exact|specific|particular)\s+)?{_TIME}\b|"
    rf"^what(?:'s|\s+(?:is|was))\s+(?:the\s+)?(?:[\w']+\s+){{0,3}}?{_TIME}\b"
)


# --- words ------------------------------------------------------------------------------------------------------------

_QUOTED = re.compile(
    "[\"“„«]([^\"“”„«»]{1,200})[\"”“»]|(?<!\\w)['‘]([^'‘’]{2,200}?)['’](?!\\w)|「([^」]{1,200})」|『([^』]{1,200})』"
)
_WORD = re.compile(r"[^\W\d_]+(?:[-.][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.?!:]\s*[\"“'‘]?\s*$|^\W*$")
_MIN_NICKNAME = 3
_SPACELESS = "\u0e00"
"""From Thai on, scripts mostly have no spaces between words."""


def _mentioned(question: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names that are mentioned: in full, by one of their words, or by a nickname.

    A nickname is a capitalised word of three letters or more with which exactly one of the names begins (`Mel`).
    """
    if not names:
        return ()
    owners_of = _owners_by_word(names)
    mentioned: dict[str, None] = {}
    for word, capitalised, first in _words(question):
        key = fold(word.casefold())
        # A name that is also a little word (`Will`, `May`) counts where the capital can only be the name's.
        if is_stop_word(key) and (first or not capitalised):
            continue
        if exact := owners_of.get(key):
            mentioned.update(dict.fromkeys(exact if len(exact) == 1 else ()))
        elif capitalised and len(key) >= _MIN_NICKNAME:
            nicknamed = {
                name for part, owners in owners_of.items() if part.startswith(key) for name in owners
            }
            mentioned.update(dict.fromkeys(nicknamed if len(nicknamed) == 1 else ()))
    folded = fold(question.casefold())
    # Several people may share a first name, and scripts without spaces have no words: the whole name decides there.
    mentioned.update(
        dict.fromkeys(name for name in names if name not in mentioned and _contains(folded, name))
    )
    return tuple(mentioned)


@text_cache(256)
def _owners_by_word(names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return each word of the names with the names that have it."""
    owners: dict[str, dict[str, None]] = {}
    for name in names:
        for part in _WORD.findall(name):
            owners.setdefault(fold(part.casefold()), {})[name] = None
    return {part: tuple(having) for part, having in owners.items()}


def _contains(folded_question: str, name: str) -> bool:
    """Return True if the whole name stands in the question, between word boundaries where its script has them."""
    key = fold(name.casefold()).strip()
    if not key:
        return False
    spaceless = key[0] >= _SPACELESS
    if not any(letter.isspace() for letter in key) and not spaceless:
        return False  # One word of a spaced script: decided already.
    start = folded_question.find(key)
    if spaceless or start < 0:
        return start >= 0
    before, after = folded_question[start - 1 : start], folded_question[start + len(key) :][:1]
    return not before.isalnum() and not after.isalnum()


def _words(question: str) -> Iterator[tuple[str, bool, bool]]:
    """Yield each word, whether it has a capital, and whether it opens a sentence."""
    for match in _WORD.finditer(question):
        word = match.group()
        opens = _SENTENCE_END.search(question[max(0, match.start() - 4) : match.start()]) is not None
        yield word, word[:1].isupper(), opens
